"""Secrets by reference: the name of an environment variable or of a file, read anew whenever the secret is needed.

Only names that were made for it: `env:CATALOGWEB_REGISTRY_…`, and `file:…` inside CATALOGWEB_SECRETS_DIR. Anything
else would let whoever may edit a registry send what this program can read to a server of their own.
"""

import os
import re
import stat
from pathlib import Path

from django.conf import settings

from catalogweb.core.errors import Invalid
from catalogweb.core.secrets import Unreadable

ENV, FILE = "env:", "file:"
VARIABLE = re.compile(r"CATALOGWEB_REGISTRY_[A-Za-z0-9_]{1,200}")
# In bytes; no registry takes a longer one.
LONGEST = 16_384


class Unresolved(Unreadable):
    """What a reference leads to cannot be had just now."""


def checked_reference(text: str) -> str:
    """The reference as it is kept; refuses what could never be one. Whether it leads to a secret is seen later."""
    reference = text.strip()
    if not reference or VARIABLE.fullmatch(reference.removeprefix(ENV)) and reference.startswith(ENV):
        return reference
    if reference.startswith(ENV):
        raise _wrong("A secret from the environment has a name that starts with CATALOGWEB_REGISTRY_.")
    if not reference.startswith(FILE) or not reference.removeprefix(FILE):
        raise _wrong("Write env:CATALOGWEB_REGISTRY_NAME, or file:NAME for a file in CATALOGWEB_SECRETS_DIR.")
    try:
        _path(reference)
    except Unresolved as refusal:
        raise _wrong(refusal.message) from None
    return reference


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, field="secret_reference")


def resolved(reference: str) -> str:
    """The secret itself; refuses with why it cannot be had, in words that hold nothing of it."""
    if reference.startswith(ENV):
        return _from_environment(reference.removeprefix(ENV))
    return _from_file(_path(reference))


def _from_environment(name: str) -> str:
    if not VARIABLE.fullmatch(name):
        raise Unresolved("A secret from the environment has a name that starts with CATALOGWEB_REGISTRY_.")
    secret = os.environ.get(name, "")
    if not secret:
        raise Unresolved(f"The environment variable {name} is not set where catalogweb runs.")
    return secret


def _path(reference: str) -> Path:
    """Where it really is, every link followed; refuses whatever lies outside the folder."""
    if not settings.SECRETS_DIR:
        raise Unresolved("There is no folder for secrets: set CATALOGWEB_SECRETS_DIR where catalogweb runs.")
    folder = Path(settings.SECRETS_DIR)
    name = reference.removeprefix(FILE)
    try:
        real, inside = (folder / name).resolve(), folder.resolve()
    except (OSError, ValueError, RuntimeError):
        raise Unresolved(f"{name} is not the name of a file.") from None
    if real == inside or not real.is_relative_to(inside):
        raise Unresolved(f"{name} is not inside CATALOGWEB_SECRETS_DIR.")
    return real


def _from_file(path: Path) -> str:
    try:
        # Neither a link that was put there just now is followed, nor a pipe waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Unresolved(f"{path.name} in CATALOGWEB_SECRETS_DIR is not a file.")
            content = file.read(LONGEST + 1)
    except OSError as error:
        raise Unresolved(f"{path.name} in CATALOGWEB_SECRETS_DIR cannot be read ({error.strerror}).") from None
    return _text(path.name, content)


def _text(name: str, content: bytes) -> str:
    """Without the line end that editors put behind it."""
    try:
        secret = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        secret = ""
    if not secret or len(content) > LONGEST or "\x00" in secret:
        raise Unresolved(f"{name} in CATALOGWEB_SECRETS_DIR is empty, too long or no text.")
    return secret
