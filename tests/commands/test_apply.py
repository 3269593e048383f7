"""`manage.py apply`: the plan as a table, faults as lines, rights of whoever is named."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from catalogweb.catalog.models import CatalogItem
from catalogweb.changelog.models import Entry
from catalogweb.core.rights import Role
from catalogweb.deployments.models import Application, Microservice
from tests.factories import CatalogItemFactory, MicroserviceFactory, UserFactory

pytestmark = pytest.mark.django_db

APPLICATION = """---
apiVersion: iofog.org/v3
kind: Application
metadata:
  name: shop
spec: {}
"""
FAULTY = """---
apiVersion: iofog.org/v3
kind: Application
metadata:
name: shop
---
apiVersion: iofog.org/v3
kind: Registry
spec:
  url: reg.example.org
  username: john
  password: {secret: hush-hush}
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    file = tmp_path / "shop.yaml"
    file.write_text(APPLICATION)
    return file


def run(*arguments: object) -> str:
    output = io.StringIO()
    call_command("apply", *map(str, arguments), stdout=output)
    return output.getvalue()


def test_apply_prints_what_it_did(manifest):
    said = run("-f", manifest)

    assert said.startswith("DOCUMENT  KIND         NAME  ACTION\n1         Application  shop  create\n")
    assert said.endswith("\n1 object: 1 create.\n")
    assert Application.objects.get().name == "shop"


def test_apply_again_changes_nothing(manifest):
    run("-f", manifest)

    assert run("-f", manifest).endswith("\n1 object: 1 unchanged.\n")


def test_apply_shows_fields_before_and_after(manifest):
    run("-f", manifest)
    manifest.write_text(APPLICATION.replace("{}", "\n  description: sells"))

    assert "    description: (empty) -> sells\n" in run("-f", manifest)


def test_apply_dry_run_changes_nothing_and_says_so(manifest):
    assert run("-f", manifest, "--dry-run").endswith("Nothing was changed (--dry-run).\n")

    assert not Application.objects.exists()
    assert not Entry.objects.exists()


def test_apply_reads_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(APPLICATION))

    assert "shop" in run("-f", "-")


def test_apply_names_file_line_document_kind_and_field_of_every_fault(manifest, capsys):
    manifest.write_text(FAULTY)

    with pytest.raises(SystemExit) as ended:
        run("-f", manifest)

    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert f"{manifest}:5: document 1 Application name: metadata.name is missing" in said
    assert f"{manifest}:12: document 2 Registry spec.password: what is written is not text." in said
    assert said.endswith("\nNothing was applied: 2 faults.\n")
    assert "hush-hush" not in said
    assert not Application.objects.exists()


def test_apply_acts_for_the_command_unless_told_otherwise(manifest):
    run("-f", manifest)

    entry = Entry.objects.get()
    assert (entry.actor, entry.actor_kind, entry.door) == ("apply command", "system", "command")


def test_apply_as_a_user_carries_their_name(manifest):
    UserFactory(email="ann@example.org", role=Role.OPERATOR)

    run("-f", manifest, "--as", "ann@example.org")

    assert Entry.objects.get().actor == "ann@example.org"


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("viewer@example.org", "viewer@example.org may not change and deploy"),
        ("nobody@example.org", "There is no active account nobody@example.org."),
    ],
)
def test_apply_as_somebody_without_the_right_is_refused(manifest, capsys, email, sentence):
    UserFactory(email="viewer@example.org", role=Role.VIEWER)

    with pytest.raises(SystemExit):
        run("-f", manifest, "--as", email)

    assert sentence in capsys.readouterr().err
    assert not Application.objects.exists()


def test_apply_says_which_file_it_cannot_read(tmp_path, capsys):
    binary = tmp_path / "image.yaml"
    binary.write_bytes(b"\xff\xfe")

    for file, sentence in ((tmp_path / "none", "cannot be read: No such file"), (binary, "is not UTF-8 text.")):
        with pytest.raises(SystemExit):
            run("-f", file)
        assert f"{file} {sentence}" in capsys.readouterr().err


ITEM = "apiVersion: iofog.org/v3\nkind: CatalogItem\nmetadata: {name: demo}\nspec: {x86: 'team/web:2'}\n"


@pytest.mark.parametrize(("options", "image"), [([], "team/web:2"), (["--stay"], "team/web:1")], ids=["move", "stay"])
def test_apply_moves_what_runs_unless_it_is_to_stay(manifest, options, image):
    microservice = MicroserviceFactory(revision=CatalogItemFactory(name="demo").current)
    manifest.write_text(ITEM)

    said = run("-f", manifest, *options)

    assert ("Microservice" in said) == (not options)
    assert Microservice.objects.get(pk=microservice.pk).image == image
    assert CatalogItem.objects.get(name="demo").images["x86"] == "team/web:2"
