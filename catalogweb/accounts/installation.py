"""The first start of an installation: its first superuser, and the keys that belong to its database."""

import secrets
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, ProgrammingError, transaction

from catalogweb.accounts.models import KeyFingerprint, User
from catalogweb.changelog.services import record
from catalogweb.core.errors import Invalid
from catalogweb.core.keys import fingerprint
from catalogweb.core.rights import System


def first_admin() -> tuple[User, str] | None:
    """Make the first superuser when no user exists; returns it with its password, else None.

    The insert of the fingerprint row is the lock: only one of two nodes that start together makes it.
    """
    with transaction.atomic():
        KeyFingerprint.objects.select_for_update().filter(purpose="encryption").first()
        if User.objects.exists():
            return None
        password = _given_password() or secrets.token_urlsafe(18)
        user = User.objects.create_superuser(settings.ADMIN_EMAIL, password)
        record(by=System(), action="create", obj=user)
        return user, password


def _given_password() -> str:
    if not settings.ADMIN_PASSWORD_FILE:
        return ""
    try:
        password = Path(settings.ADMIN_PASSWORD_FILE).read_text().strip()
    except OSError as error:
        raise Invalid(f"CATALOGWEB_ADMIN_PASSWORD_FILE cannot be read: {error.strerror}.") from None
    if len(password) < 8:
        raise Invalid("The password in CATALOGWEB_ADMIN_PASSWORD_FILE needs at least 8 characters.")
    return password


def claim_keys() -> None:
    """Remember the encryption key's fingerprint on first use; refuse when it is not the database's."""
    mine = fingerprint(settings.ENCRYPTION_KEYS)
    if not mine:
        raise Invalid("CATALOGWEB_ENCRYPTION_KEYS is not set; with PostgreSQL the keys come from the environment.")
    try:
        known, _ = KeyFingerprint.objects.get_or_create(purpose="encryption", defaults={"fingerprint": mine})
    except (OperationalError, ProgrammingError) as error:
        raise Invalid(f"The database is not ready ({str(error).strip()}). Is it up, and was `migrate` run?") from None
    known_ones = {fingerprint([key]) for key in settings.ENCRYPTION_KEYS}
    if known.fingerprint not in known_ones:
        raise Invalid(
            "The encryption key is not the one that this database's secrets were sealed with. "
            "Set CATALOGWEB_ENCRYPTION_KEYS to the key of the other nodes, or restore the data folder's key file."
        )
