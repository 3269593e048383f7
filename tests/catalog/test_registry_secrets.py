"""A registry's password is nowhere in clear, and a changed encryption key is mended by entering it again."""

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.db import connection

from catalogweb.catalog.models import Registry
from catalogweb.catalog.registries import create_registry, delete_registry, edit_registry_row
from catalogweb.changelog.models import Entry
from catalogweb.changelog.services import HIDDEN, snapshot
from catalogweb.core.secrets import Unreadable

pytestmark = pytest.mark.django_db
MARKER = "MARKER-q1u45ic9kst563art"


@pytest.fixture
def registry(operator):
    return create_registry(by=operator, url="reg.example.org", username="john", password=MARKER)


def everything_stored():
    return "".join(str(list(model.objects.values())) for model in apps.get_models())


def test_password_stands_in_no_row(operator, registry):
    edit_registry_row(by=operator, registry=registry, password=MARKER + "2", email="john@example.org")

    assert MARKER not in everything_stored()
    assert Registry.objects.get(pk=registry.pk).password == MARKER + "2"


def test_password_stands_in_no_byte_of_the_database_file(registry):
    if connection.vendor != "sqlite":
        pytest.skip("looks into SQLite's file")
    connection.ensure_connection()

    assert MARKER.encode() not in connection.connection.serialize()
    assert b"reg.example.org" in connection.connection.serialize()


def test_log_and_snapshot_hold_neither_password_nor_its_seal(operator, registry):
    registry, _ = edit_registry_row(by=operator, registry=registry, password=MARKER + "2")
    seals = [registry.password_sealed]
    delete_registry(by=operator, registry=registry)

    said = str(list(Entry.objects.values())) + str(snapshot(registry)) + repr(registry) + str(registry)
    assert not [secret for secret in [MARKER, *seals] if secret in said]
    assert HIDDEN in said


def test_rotation_is_told_as_changed(operator, registry):
    edit_registry_row(by=operator, registry=registry, password="another")

    assert Entry.objects.first().changes == [("password_sealed", HIDDEN, f"{HIDDEN} (changed)")]


def test_removing_credentials_is_told(operator, registry):
    edit_registry_row(by=operator, registry=registry, remove_credentials=True)

    changes = {name: (before, after) for name, before, after in Entry.objects.first().changes}
    assert changes["password_sealed"] == (HIDDEN, "")
    assert changes["is_private"] == (True, False)


def test_same_password_again_is_no_change(operator, registry):
    sealed, version = registry.password_sealed, registry.secret_version

    registry, changed = edit_registry_row(by=operator, registry=registry, password=MARKER)

    assert (changed, registry.password_sealed, registry.secret_version) == (set(), sealed, version)
    assert Entry.objects.count() == 1


def test_new_password_counts_its_version(operator, registry):
    registry, changed = edit_registry_row(by=operator, registry=registry, password="another")

    assert (changed, registry.secret_version) == ({"password_sealed"}, 2)


def test_changed_encryption_key_gives_a_sentence_when_the_password_is_needed(registry, settings):
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(Unreadable, match="Enter it again"):
        Registry.objects.get(pk=registry.pk).password  # noqa: B018


def test_password_lost_with_its_key_can_be_entered_again(operator, registry, settings):
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    edit_registry_row(by=operator, registry=registry, password=MARKER)

    assert Registry.objects.get(pk=registry.pk).password == MARKER


@pytest.mark.parametrize("change", [{"email": "a@example.org"}, {"remove_credentials": True}])
def test_registry_can_be_edited_although_its_password_cannot_be_read(operator, registry, settings, change):
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    assert edit_registry_row(by=operator, registry=registry, **change)[1]
