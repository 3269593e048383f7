"""Secrets at rest: sealed with the installation's encryption keys, and digests of tokens."""

import hashlib
import secrets
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from catalogweb.core.errors import Refusal


class Unreadable(Refusal):
    """A stored secret was sealed with a key that this installation does not have."""


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(text: str) -> str:
    """Encrypt; the empty string stays empty, so that "no secret" is visible without a key."""
    return _box(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode() if text else ""


def unseal(token: str) -> str:
    """Decrypt what `seal` made, with any of the installation's keys."""
    if not token:
        return ""
    try:
        return _box(tuple(settings.ENCRYPTION_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken:
        raise Unreadable("A stored secret cannot be read: the encryption key has changed. Enter it again.") from None


def resealed(token: str) -> str:
    """The same secret under the newest key; a seal that has it already comes back as it is."""
    if not token:
        return ""
    try:
        _box((settings.ENCRYPTION_KEYS[0],)).decrypt(token.encode())
    except InvalidToken:
        return seal(unseal(token))
    return token


def digest(token: str) -> str:
    """SHA-256 in hex: enough for tokens of 128 random bits or more, and searchable by index."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def new_token(prefix: str = "") -> str:
    """A random token of 256 bits, URL-safe."""
    return prefix + secrets.token_urlsafe(32)
