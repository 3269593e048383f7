"""A password goes in through a manifest and never comes out: not in plans, faults, log or export."""

import pytest

from catalogweb.catalog.models import Registry
from catalogweb.changelog.models import Entry
from catalogweb.changelog.services import HIDDEN
from catalogweb.deployments.manifests import ManifestRefused, apply, export, plan

pytestmark = pytest.mark.django_db
MARKER = "MARKER-hunter2"


def registry(password=MARKER, more=""):
    return (
        "apiVersion: iofog.org/v3\nkind: Registry\nspec:\n  url: reg.example.org\n  username: john\n"
        f"  password: {password}\n{more}"
    )


def test_plan_export_and_log_hold_neither_password_nor_seal(operator):
    planned, applied = plan(registry(), by=operator), apply(registry(), by=operator)
    stored = Registry.objects.get(url="reg.example.org")
    rotated = apply(registry("another-" + MARKER), by=operator)

    said = [str(p.as_json()) for p in (planned, applied, rotated)] + [export(stored), str(list(Entry.objects.values()))]
    seals = [stored.password_sealed, Registry.objects.get(pk=stored.pk).password_sealed]
    assert stored.password == MARKER
    assert not [text for text in said for secret in (MARKER, *seals) if secret in text]
    assert "<keep>" in said[3]


def test_new_password_shows_as_changed(operator):
    apply(registry(), by=operator)

    [change] = plan(registry("another"), by=operator).changes
    assert change.fields == [("password_sealed", HIDDEN, f"{HIDDEN} (changed)")]


def test_keep_keeps_the_password_and_other_fields_still_change(operator):
    apply(registry(), by=operator)
    done = apply(registry("<keep>", "  email: a@example.org\n"), by=operator)

    stored = Registry.objects.get(url="reg.example.org")
    assert (stored.password, stored.email, done.counts["update"]) == (MARKER, "a@example.org", 1)


@pytest.mark.parametrize("blank", ["", "~", "''"])
def test_blank_password_keeps_the_stored_one(operator, blank):
    apply(registry(), by=operator)

    assert plan(registry(blank), by=operator).is_empty


@pytest.mark.parametrize(
    "text",
    [
        registry(f"[{MARKER}]"),
        registry(f"{{value: {MARKER}}}"),
        registry(f"{{{MARKER}: x}}"),
        registry(more="  url: x\n"),
        registry(more="  colour: red\n"),
        registry().replace("password", "pasword"),
        registry().replace("reg.example.org", "from_cache"),
        registry().replace("username: john", "username:"),
        registry().replace("reg.example.org", f"john:{MARKER}@reg.example.org"),
        registry(f"*{MARKER}"),
        registry(f"!{MARKER}!x y"),
        registry(f"'{MARKER}"),
        registry(f'"{MARKER}\\q"'),
        registry(f"{MARKER}: x"),
        registry(f"@{MARKER}"),
        registry().replace("kind: Registry", "kind: Regsitry"),
        registry().replace("iofog.org/v3", "iofog.org/v9"),
        registry(more="---\nkind: Nothing\n"),
    ],
)  # fmt: skip
def test_no_fault_repeats_the_password(operator, text):
    with pytest.raises(ManifestRefused) as refused:
        plan(text, by=operator)

    said = str(refused.value) + str(refused.value.messages) + str([fault.as_json() for fault in refused.value.faults])
    assert MARKER not in said
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("written", "password"), [("12345", "12345"), ("true", "true"), ("1.50", "1.50"), ("'a: b'", "a: b")]
)
def test_password_is_taken_as_it_is_written(operator, written, password):
    apply(registry(written), by=operator)

    assert Registry.objects.get(url="reg.example.org").password == password


def test_reference_and_expiry_go_out_as_they_came_in(operator):
    text = registry("''", "  secretReference: env:CATALOGWEB_REGISTRY_HUB\n  expiresOn: 2030-01-31\n")
    apply(text, by=operator)
    stored = Registry.objects.get(url="reg.example.org")
    assert (stored.secret_reference, str(stored.expires_on)) == ("env:CATALOGWEB_REGISTRY_HUB", "2030-01-31")

    exported = export(stored)

    assert "<keep>" not in exported
    assert [change.action for change in plan(exported, by=operator).changes] == ["unchanged"]


def test_odd_day_and_odd_reference_are_faults_at_their_lines(operator):
    with pytest.raises(ManifestRefused) as day:
        plan(registry(more="  expiresOn: soon\n"), by=operator)
    with pytest.raises(ManifestRefused) as reference:
        plan(registry("''", "  secretReference: env:DATABASE_URL\n"), by=operator)

    assert [(fault.line, "is not a day" in fault.message) for fault in day.value.faults] == [(7, True)]
    assert "CATALOGWEB_REGISTRY_" in reference.value.faults[0].message
