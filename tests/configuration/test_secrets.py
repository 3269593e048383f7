"""Secrets: what they take, what they keep, what they refuse, and that their values stay inside."""

import base64

import pytest
from cryptography.fernet import Fernet
from django.db import IntegrityError, transaction

from catalogweb.changelog.models import Entry
from catalogweb.changelog.services import HIDDEN
from catalogweb.configuration.models import Secret, VolumeMount
from catalogweb.configuration.secrets import create_secret, delete_secret, edit_secret_row, find_secret
from catalogweb.core.errors import Conflict, InUse, Invalid, NotFound
from catalogweb.core.secrets import Unreadable
from catalogweb.deployments.services import deploy
from tests.factories import ApplicationFactory, RevisionFactory, SecretFactory, VolumeMountFactory

pytestmark = pytest.mark.django_db
CERTIFICATE = base64.b64encode(b"\x30\x82certificate").decode()


@pytest.fixture
def secret(operator):
    return create_secret(by=operator, name="db", data={"user": "ann", "password": "hunter2"})


def changes():
    return {name: (before, after) for name, before, after in Entry.objects.latest("id").changes}


def test_secret_keeps_its_values_sealed(secret):
    stored = Secret.objects.get()

    assert stored.data == {"user": "ann", "password": "hunter2"}
    assert "hunter2" not in stored.data_sealed
    assert "password" not in stored.data_sealed


def test_creation_is_logged_with_keys_and_no_value(secret):
    assert changes() == {
        "name": (None, "db"),
        "type": (None, "Opaque"),
        "data.user": (None, HIDDEN),
        "data.password": (None, HIDDEN),
    }


def test_numbers_and_truth_values_are_kept_as_text(operator):
    secret = create_secret(by=operator, name="odd", data={"port": 5432, "on": True})

    assert secret.data == {"port": "5432", "on": "true"}


def test_find_suggests_a_near_name(secret):
    assert find_secret(" db ") == secret
    with pytest.raises(NotFound, match='Secret with name "dbs" not found. Did you mean “db”'):
        find_secret("dbs")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": "a" * 256}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"type": "other"}, "type"),
        ({"data": {"": "x"}}, "data"),
        ({"data": {"../etc/passwd": "x"}}, "data"),
        ({"data": {"/etc/passwd": "x"}}, "data"),
        ({"data": {"a//b": "x"}}, "data"),
        ({"data": {"k" * 256: "x"}}, "data"),
        ({"data": {"key": "\ud800"}}, "data"),
        ({"data": {"a\nb": "x"}}, "data"),
        ({"data": {"key": None}}, "data"),
        ({"data": {"key": {"nested": "x"}}}, "data"),
        ({"data": {"tls.crt": "no base64!"}, "type": "tls"}, "data"),
    ],
)
def test_creation_refuses_with_the_field_at_fault(operator, given, field):
    with pytest.raises(Invalid) as refusal:
        create_secret(**{"by": operator, "name": "db", "data": {}} | given)

    assert refusal.value.field == field
    assert not Secret.objects.exists()


def test_creation_refuses_a_taken_name(operator, secret):
    with pytest.raises(Conflict, match='Secret with name "db" already exists'):
        create_secret(by=operator, name=" db", data={})


def test_refusals_name_the_keys_that_are_no_base64(operator):
    with pytest.raises(Invalid, match="Invalid base64 encoding for keys: key, ca$"):
        create_secret(by=operator, name="tls", type="tls", data={"key": "?", "crt": CERTIFICATE, "ca": "!"})


def test_files_of_a_tls_secret_are_what_its_base64_stands_for(operator):
    secret = create_secret(by=operator, name="tls", type="tls", data={"crt": CERTIFICATE[:8] + "\n" + CERTIFICATE[8:]})

    assert secret.files == {"crt": b"\x30\x82certificate"}


def test_database_knows_two_types_only(secret):
    with pytest.raises(IntegrityError), transaction.atomic():
        Secret.objects.update(type="other")


# --- edit -----------------------------------------------------------------------------------------------


def test_edit_replaces_the_values_and_keeps_what_is_left_empty(operator, secret):
    secret, changed = edit_secret_row(by=operator, secret=secret, data={"user": "", "password": "new", "host": "x"})

    assert secret.data == {"user": "ann", "password": "new", "host": "x"}
    assert changed == {"password", "host"}


def test_edit_is_logged_as_changed(operator, secret):
    edit_secret_row(by=operator, secret=secret, data={"password": "new", "host": "x"})

    assert changes() == {
        "data.password": (HIDDEN, f"{HIDDEN} (changed)"),
        "data.host": (None, HIDDEN),
        "data.user": (HIDDEN, None),
    }


@pytest.mark.parametrize("data", [None, {"user": "", "password": "hunter2"}])
def test_edit_that_changes_nothing_leaves_everything(operator, secret, data):
    sealed = secret.data_sealed

    assert edit_secret_row(by=operator, secret=secret, data=data) == (secret, set())
    assert Secret.objects.get().data_sealed == sealed
    assert Entry.objects.count() == 1


def test_edit_takes_the_type_it_has_and_refuses_another(operator, secret):
    edit_secret_row(by=operator, secret=secret, type="Opaque")

    with pytest.raises(Invalid, match="Secret db is of type Opaque but trying to update with type tls"):
        edit_secret_row(by=operator, secret=secret, type="tls", data={})


def test_edit_renews_the_mounts_on_exactly_their_agents(operator, secret, agents, raised):
    mount = VolumeMountFactory(secret=secret, agents=agents[:1])
    other = VolumeMountFactory(agents=agents[1:])

    edit_secret_row(by=operator, secret=secret, data={"user": "bob", "password": ""})

    mount.refresh_from_db()
    other.refresh_from_db()
    assert (mount.version, other.version) == (2, 1)
    assert raised() == {"north": {"volume_mounts"}}


def test_edit_that_changes_nothing_renews_no_mount(operator, secret, agents, raised):
    VolumeMountFactory(secret=secret, agents=agents)

    edit_secret_row(by=operator, secret=secret, data={"user": "", "password": ""})

    assert raised() == {}


# --- the key is lost ------------------------------------------------------------------------------------


@pytest.fixture
def lost(secret, settings):
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    return secret


def test_lost_values_show_no_keys_and_can_be_entered_again(operator, lost):
    assert (lost.is_readable, lost.key_names) == (False, [])

    secret, changed = edit_secret_row(by=operator, secret=lost, data={"password": "new"})

    assert secret.data == {"password": "new"}
    assert changed == {"password"}


def test_lost_values_cannot_be_kept(operator, lost):
    with pytest.raises(Unreadable, match="Enter every one again"):
        edit_secret_row(by=operator, secret=lost, data={"password": "", "user": "ann"})


def test_a_lost_secret_can_be_deleted(operator, lost):
    delete_secret(by=operator, secret=lost)

    assert not Secret.objects.exists()


# --- delete ---------------------------------------------------------------------------------------------


def test_delete_takes_the_mounts_along_and_tells_their_agents(operator, secret, agents, raised):
    VolumeMountFactory(name="certs", secret=secret, agents=agents[:2])

    delete_secret(by=operator, secret=secret)

    assert not VolumeMount.objects.exists()
    assert raised() == {"north": {"volume_mounts"}, "south": {"volume_mounts"}}
    log = list(Entry.objects.order_by("id").values_list("action", "object_type", "object_label"))
    assert log[-2:] == [("delete", "volume mount", "certs"), ("delete", "secret", "db")]


@pytest.mark.parametrize("needed", ["secret", "mount"])
def test_delete_refuses_while_a_microservice_needs_it(operator, secret, agents, needed, container_with):
    VolumeMountFactory(name="certs", secret=secret, agents=agents)
    container = container_with(**{"secret": {"env": "db/user"}, "mount": {"mount": "certs"}}[needed])
    shop, revision = ApplicationFactory(name="shop"), RevisionFactory()
    deploy(by=operator, application=shop, agents=agents[:1], revision=revision, name="web", container=container)

    with pytest.raises(InUse, match="Secret db is in use and can't be deleted: microservice shop/web on north") as said:
        delete_secret(by=operator, secret=secret)

    assert said.value.users == ["microservice shop/web on north"]
    assert VolumeMount.objects.exists()


def test_edit_refuses_the_loss_of_a_key_that_a_variable_needs(operator, secret, agents, container_with):
    deploy(
        by=operator, application=ApplicationFactory(name="shop"), agents=agents[:1], revision=RevisionFactory(),
        name="web", container=container_with(env="db/user"),
    )  # fmt: skip

    with pytest.raises(InUse, match="user of db is in use and can't be removed: microservice shop/web on north"):
        edit_secret_row(by=operator, secret=secret, data={"password": ""})
    edit_secret_row(by=operator, secret=secret, data={"user": ""})


def test_search_finds_secrets_by_name():
    SecretFactory(name="db-main")
    SecretFactory(name="cache")

    assert [secret.name for secret in Secret.objects.matching("main DB")] == ["db-main"]
