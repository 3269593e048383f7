"""Signed requests: an agent holds an Ed25519 key, we keep its public half."""

import base64
import json

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jwt.algorithms import OKPAlgorithm

# Boards without a clock of their own start in the past.
LEEWAY = 300


class WrongSignature(Exception):
    """The request was not signed with this agent's key."""


class StaleSignature(Exception):
    """Rightly signed, at another time than now."""


def new_key_pair() -> tuple[str, str]:
    """(private JWK in base64 for the agent, public half in base64url for us)."""
    key = Ed25519PrivateKey.generate()
    public = _base64url(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    private = _base64url(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
    jwk = json.dumps({"kty": "OKP", "crv": "Ed25519", "x": public, "d": private})
    return base64.b64encode(jwk.encode()).decode(), public


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def claimed_uuid(token: str) -> str:
    """Whose request it says it is; nothing is proven by that."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise WrongSignature from None
    return str(claims.get("sub", ""))


def verify(token: str, public_key: str) -> None:
    """Refuses another key's signature and, as something else, a token that has expired."""
    if not public_key:
        raise WrongSignature
    key = OKPAlgorithm.from_jwk({"kty": "OKP", "crv": "Ed25519", "x": public_key})
    try:
        jwt.decode(
            token,
            key,  # type: ignore[arg-type]
            algorithms=["EdDSA"],
            leeway=LEEWAY,
            options={"require": ["exp"], "verify_iat": False},
        )
    except (jwt.DecodeError, jwt.InvalidAlgorithmError):
        raise WrongSignature from None
    except jwt.InvalidTokenError:
        raise StaleSignature from None
