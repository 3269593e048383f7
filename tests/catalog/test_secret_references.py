"""Where a secret may be kept instead of here, and what a reference must never lead to."""

import os

import pytest

from catalogweb.catalog.models import Registry
from catalogweb.catalog.registries import create_registry, edit_registry_row, warnings_of
from catalogweb.catalog.secret_references import LONGEST, Unresolved, checked_reference, resolved
from catalogweb.core.errors import Invalid
from tests.factories import PrivateRegistryFactory

pytestmark = pytest.mark.django_db
NAME = "CATALOGWEB_REGISTRY_HUB"
ENV = f"env:{NAME}"


@pytest.fixture
def folder(tmp_path, settings):
    inside = tmp_path / "secrets"
    inside.mkdir()
    (inside / "hub").write_text("from a file\n")
    (tmp_path / "signing.key").write_text("not for registries")
    settings.SECRETS_DIR = str(inside)
    return inside


def test_secret_comes_from_the_environment_whenever_it_is_asked_for(monkeypatch):
    monkeypatch.setenv(NAME, "first")
    assert resolved(ENV) == "first"

    monkeypatch.setenv(NAME, "second")
    assert resolved(ENV) == "second"


def test_secret_comes_from_a_file_without_its_line_end(folder):
    assert resolved("file:hub") == resolved(f"file:{folder}/hub") == "from a file"


def test_link_inside_the_folder_is_followed_as_mounted_secrets_have_them(folder):
    (folder / "..data").mkdir()
    (folder / "..data" / "token").write_text("mounted")
    (folder / "token").symlink_to("..data/token")

    assert resolved("file:token") == "mounted"


@pytest.mark.parametrize(
    "reference",
    ["env:CATALOGWEB_SECRET_KEY", "env:DATABASE_URL", "env:CATALOGWEB_REGISTRY_", "env:CATALOGWEB_REGISTRY_A B", "env:",
     f"env:{NAME}\n_", "file:", "vault:x", "hunter2"],
)  # fmt: skip
def test_other_names_are_refused(folder, reference):
    with pytest.raises(Invalid) as refused:
        checked_reference(reference)

    assert refused.value.field == "secret_reference"
    assert "hunter2" not in refused.value.message


@pytest.mark.parametrize("name", ["../signing.key", "..", ".", "hub/../../signing.key", "/etc/passwd", "\x00"])
def test_whatever_lies_outside_the_folder_is_refused(folder, name):
    with pytest.raises(Invalid):
        checked_reference(f"file:{name}")
    with pytest.raises(Unresolved):
        resolved(f"file:{name}")


def test_link_that_leads_out_of_the_folder_is_refused_also_when_it_comes_later(folder):
    assert checked_reference("file:later") == "file:later"
    (folder / "later").symlink_to(folder.parent / "signing.key")

    with pytest.raises(Unresolved, match="not inside CATALOGWEB_SECRETS_DIR"):
        resolved("file:later")


def test_without_a_folder_no_file_is_read(settings):
    settings.SECRETS_DIR = ""

    with pytest.raises(Unresolved, match="set CATALOGWEB_SECRETS_DIR"):
        resolved("file:hub")


def test_what_is_no_text_of_a_file_says_why_and_repeats_nothing(folder):
    (folder / "empty").write_text("\n")
    (folder / "binary").write_bytes(b"\xff\xfe")
    (folder / "long").write_text("x" * (LONGEST + 1))
    (folder / "sub").mkdir()
    os.mkfifo(folder / "pipe")

    for name in ("empty", "binary", "long", "sub", "pipe", "none"):
        with pytest.raises(Unresolved, match=f"{name} in CATALOGWEB_SECRETS_DIR"):
            resolved(f"file:{name}")


def test_registry_by_reference_stores_no_secret(operator, monkeypatch):
    monkeypatch.setenv(NAME, "hunter2")

    registry = create_registry(by=operator, url="r.example.org", username="john", secret_reference=ENV)

    assert (registry.password, registry.is_private, registry.has_password) == ("hunter2", True, True)
    assert "hunter2" not in str(Registry.objects.filter(pk=registry.pk).values())


def test_reference_that_leads_nowhere_yet_is_kept_and_warned_of(operator):
    registry = create_registry(by=operator, url="r.example.org", username="john", secret_reference=ENV)

    assert warnings_of(registry) == [
        f"Its password cannot be read: The environment variable {NAME} is not set where catalogweb runs."
    ]


def test_reference_replaces_the_stored_password_and_the_other_way_round(operator):
    registry = PrivateRegistryFactory()

    registry, changed = edit_registry_row(by=operator, registry=registry, secret_reference=ENV)
    assert (registry.password_sealed, registry.secret_version) == ("", 1)
    assert {"password_sealed", "secret_reference"} <= changed

    registry, _ = edit_registry_row(by=operator, registry=registry, password="hunter2", secret_reference=ENV)
    assert (registry.secret_reference, registry.password, registry.secret_version) == ("", "hunter2", 2)


def test_password_and_another_reference_at_once_are_refused(operator):
    with pytest.raises(Invalid, match="either a password, or where it is kept"):
        create_registry(by=operator, url="r.example.org", username="j", password="x", secret_reference=ENV)


def test_removing_credentials_removes_the_reference_too(operator):
    registry = create_registry(by=operator, url="r.example.org", username="john", secret_reference=ENV)

    registry, _ = edit_registry_row(by=operator, registry=registry, remove_credentials=True, secret_reference=ENV)

    assert (registry.has_password, registry.is_private) == (False, False)
