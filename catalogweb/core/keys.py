"""The installation's keys: from the environment, else from files in the data folder made on first use."""

import hashlib
import os
from pathlib import Path

from cryptography.fernet import Fernet


def key_from(given: str, file: Path, *, create: bool) -> list[str]:
    """The keys, newest first: comma-separated in `given`, else one a line in `file`.

    A missing file is made with one fresh key (mode 0600) when `create` says so. Without a key, or a file
    that can be read, the list holds one empty text, which `check --deploy` and `up` refuse with a sentence.
    """
    if given:
        return [key.strip() for key in given.split(",") if key.strip()]
    try:
        if create and not file.exists():
            _write_new(file, new_key())
        return file.read_text().split() or [""]
    except (OSError, UnicodeDecodeError):
        return [""]


def new_key() -> str:
    """Good for encrypting and for signing."""
    return Fernet.generate_key().decode()


def encryption_trouble(keys: list[str]) -> str:
    """What is wrong with the encryption keys, as a sentence without them; empty when nothing is."""
    if not all(keys):
        return "There is no encryption key."
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        return "An encryption key is not 32 bytes in URL-safe base64."
    return ""


def _write_new(file: Path, key: str) -> None:
    """Write once, even when two processes start together: the first link wins, the other reads it."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(key + "\n")
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def fingerprint(keys: list[str]) -> str:
    """Tells two nodes' keys apart without telling anything of the keys."""
    return hashlib.sha256(("catalogweb:" + keys[-1]).encode()).hexdigest()[:16] if keys[-1] else ""
