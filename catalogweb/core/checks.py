"""What must not be so in production: `manage.py check --deploy --fail-level WARNING` fails on each of these."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

from catalogweb.core.hosts import is_loopback
from catalogweb.core.keys import encryption_trouble

SIGNING_KEY_LENGTH = 43  # 256 random bits in base64


@register(Tags.security, deploy=True)
def check_production(**_: Any) -> list[CheckMessage]:
    return [*_addresses(), *_keys(), *_files(), *_people()]


def _addresses() -> Iterator[CheckMessage]:
    url = settings.PUBLIC_URL
    if not url:
        yield Warning(
            "CATALOGWEB_PUBLIC_URL is not set, so only this machine is answered.",
            hint="Set it to the address that people and agents use, such as https://catalog.example.org.",
            id="catalogweb.W001",
        )
    elif urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        yield Error(
            "CATALOGWEB_PUBLIC_URL is not an http or https address.",
            hint="Write it as https://catalog.example.org.",
            id="catalogweb.E001",
        )
    elif not settings.HTTPS and not is_loopback(urlsplit(url).hostname or ""):
        yield Warning(
            "CATALOGWEB_PUBLIC_URL is plain http: passwords and tokens travel readable.",
            hint="Put a TLS proxy in front, and set the https address.",
            id="catalogweb.W002",
        )
    if any(host in ("", "*") or host.startswith(".") for host in settings.ALLOWED_HOSTS):
        yield Error(
            "ALLOWED_HOSTS lets any host name in.",
            hint="Leave it to CATALOGWEB_PUBLIC_URL.",
            id="catalogweb.E002",
        )


def _keys() -> Iterator[CheckMessage]:
    trouble = encryption_trouble(settings.ENCRYPTION_KEYS)
    if trouble:
        yield Error(
            trouble,
            hint="Set CATALOGWEB_ENCRYPTION_KEYS to a Fernet key, the same on every node; "
            "with SQLite it is made in the data folder.",
            id="catalogweb.E003",
        )
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:
        key = ""
    if len(key) < SIGNING_KEY_LENGTH or len(set(key)) < 10 or key.startswith("django-insecure-"):
        yield Error(
            "The signing key is missing or weak: sessions could be forged.",
            hint="Set CATALOGWEB_SECRET_KEY to at least 50 random characters, the same on every node.",
            id="catalogweb.E004",
        )
    if key and key in settings.ENCRYPTION_KEYS:
        yield Error(
            "The signing key is an encryption key too.",
            hint="Use two, so that changing one never touches what the other protects.",
            id="catalogweb.E005",
        )


def _files() -> Iterator[CheckMessage]:
    folder: Path = settings.DATA_DIR
    for path in [folder, folder / "signing.key", folder / "encryption.key"]:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Warning(
                f"Other users of this machine can reach {path}.",
                hint=f"chmod {'700' if path.is_dir() else '600'} {path}",
                id="catalogweb.W003",
            )


def _people() -> Iterator[CheckMessage]:
    if settings.SIGNUP_OPEN and not settings.MAIL_ON:
        yield Warning(
            "Sign-up is open and no mail is sent: nobody has to prove that an e-mail address is theirs.",
            hint="Set CATALOGWEB_EMAIL_URL, or CATALOGWEB_SIGNUP=closed.",
            id="catalogweb.W004",
        )
    if settings.SIGNUP_OPEN and settings.SIGNUP_ROLE == "superuser":
        yield Warning(
            "Sign-up is open and makes superusers: whoever comes by may do everything.",
            hint="Set CATALOGWEB_SIGNUP_ROLE to viewer or operator.",
            id="catalogweb.W005",
        )
