"""What would keep `up` from working, found before anything starts: each as one sentence."""

import errno
import fcntl
import os
import socket
import tempfile
from pathlib import Path
from typing import IO

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from catalogweb.core.errors import Invalid
from catalogweb.core.keys import encryption_trouble, key_from

CONNECT_SECONDS = 5


def check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Invalid(_port_trouble(host, port, error)) from None


def _port_trouble(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is in use: end the program that has it, or choose another with --port."
    if error.errno == errno.EACCES:
        return f"This user may not open port {port}: choose one above 1023 with --port."
    return f"{host} is not an address of this machine: choose another with --host."


def check_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
        for key in ("signing.key", "encryption.key"):
            if (folder / key).exists() and not os.access(folder / key, os.R_OK):
                raise PermissionError(errno.EACCES, f"{key} is not readable")
    except OSError as error:
        raise Invalid(
            f"The data folder {folder} cannot be used ({error.strerror}): "
            f"make it writable for this user, or set CATALOGWEB_DATA to another folder."
        ) from None


def hold_folder(folder: Path) -> IO[str] | None:
    """Nobody else starts on this folder while the file that is returned is open; other nodes share PostgreSQL only."""
    if not settings.SQLITE:
        return None
    held = (folder / "up.lock").open("a")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise Invalid(
            f"catalogweb already runs on the data folder {folder}: end it first, or set CATALOGWEB_DATA to another folder."
        ) from None
    return held


def check_keys() -> None:
    trouble, file = encryption_trouble(settings.ENCRYPTION_KEYS), settings.DATA_DIR / "encryption.key"
    if trouble and file.exists() and key_from("", file, create=False) == settings.ENCRYPTION_KEYS:
        raise Invalid(
            f"The key in {file} cannot be read: restore that file from the backup. "
            f"A new key could not open the secrets that are stored."
        )
    if trouble:
        raise Invalid(
            f"{trouble} Set CATALOGWEB_ENCRYPTION_KEYS to what `python -c 'from cryptography.fernet import Fernet; "
            f"print(Fernet.generate_key().decode())'` prints, the same on every node."
        )
    try:
        settings.SECRET_KEY  # noqa: B018
    except ImproperlyConfigured:
        raise Invalid(
            "There is no signing key: set CATALOGWEB_SECRET_KEY to at least 50 random characters, "
            "the same on every node."
        ) from None


def check_database() -> None:
    """One connection outside the pool, which would go on trying for half a minute."""
    try:
        if settings.SQLITE:
            connection.ensure_connection()
        else:
            psycopg.connect(**connection.get_connection_params() | {"connect_timeout": CONNECT_SECONDS}).close()
    except (DatabaseError, psycopg.Error) as error:
        mend = "Restore it from the backup" if settings.SQLITE else "Start it"
        raise Invalid(
            f"The database {masked_database()} cannot be reached ({first_line(error)}). {mend}, or correct DATABASE_URL."
        ) from None


def first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def masked_database() -> str:
    """The database's address as people may see it."""
    known = connection.settings_dict
    if settings.SQLITE:
        return f"sqlite:///{known['NAME']}"
    user = f"{known['USER']}:••••@" if known["PASSWORD"] else f"{known['USER']}@" if known["USER"] else ""
    port = f":{known['PORT']}" if known["PORT"] else ""
    return f"postgres://{user}{known['HOST']}{port}/{known['NAME']}"
