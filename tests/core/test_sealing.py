"""What is sealed stands in columns that the rotation of keys finds."""

import ast
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.db import connection

from catalogweb.catalog.models import Registry
from catalogweb.core import sealing
from catalogweb.core.sealing import SealedField, reseal, sealed_columns
from catalogweb.core.secrets import seal
from tests.factories import PrivateRegistryFactory

PACKAGE = Path(__file__).parent.parent.parent / "catalogweb"
# It travels in a form and is never stored.
IN_A_FORM = "web/masking.py"


@pytest.fixture
def newer(settings):
    """A key that comes before the one that everything is sealed with."""
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]


def test_sealed_columns_are_found_by_their_type():
    by_name = {
        (model, field.attname)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if field.attname.endswith("_sealed")
    }

    assert set(sealed_columns()) == by_name
    assert (Registry, "password_sealed") in by_name


def test_whatever_is_sealed_goes_to_such_a_column():
    """`seal(...)` stands nowhere but as the value of something that is called `…_sealed`."""
    strays = []
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text())
        named = {
            id(k.value) for k in ast.walk(tree) if isinstance(k, ast.keyword) and (k.arg or "").endswith("_sealed")
        }
        named |= {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", "").endswith("_sealed")
        }
        calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "seal"]
        strays += [str(path.relative_to(PACKAGE)) for call in calls if id(call) not in named]

    assert set(strays) == {IN_A_FORM, "core/secrets.py"}


def test_sealed_field_is_a_text_to_migrations():
    assert SealedField().deconstruct()[1] == "django.db.models.TextField"


@pytest.mark.django_db
def test_reseal_renews_what_has_an_older_key_and_leaves_the_rest(newer, settings):
    newest, older = settings.ENCRYPTION_KEYS
    settings.ENCRYPTION_KEYS = [older]
    PrivateRegistryFactory(password_sealed=seal("old"))
    settings.ENCRYPTION_KEYS = [newest, older]
    fresh = PrivateRegistryFactory(password_sealed=seal("new"))
    PrivateRegistryFactory(password_sealed=Fernet(Fernet.generate_key()).encrypt(b"lost").decode())

    tally = reseal(Registry, "password_sealed")

    settings.ENCRYPTION_KEYS = [newest]
    assert (tally.renewed, tally.newest, tally.lost) == (1, 1, 1)
    assert Registry.objects.get(pk=fresh.pk).password_sealed == fresh.password_sealed
    assert sorted(row.password for row in Registry.objects.filter(is_private=True)[:2]) == ["new", "old"]


@pytest.mark.django_db
def test_reseal_as_a_trial_changes_nothing(newer, settings):
    sealed = PrivateRegistryFactory(
        password_sealed=Fernet(settings.ENCRYPTION_KEYS[1]).encrypt(b"old").decode()
    ).password_sealed

    assert reseal(Registry, "password_sealed", is_trial=True).renewed == 1
    assert Registry.objects.get(is_private=True).password_sealed == sealed


@pytest.mark.django_db
def test_reseal_leaves_what_somebody_changed_meanwhile(newer, settings, monkeypatch):
    row = PrivateRegistryFactory(password_sealed=Fernet(settings.ENCRYPTION_KEYS[1]).encrypt(b"old").decode())

    def changed_meanwhile(token):
        Registry.objects.filter(pk=row.pk).update(password_sealed=seal("changed"))
        return seal("old")

    monkeypatch.setattr(sealing, "resealed", changed_meanwhile)

    assert reseal(Registry, "password_sealed").renewed == 0
    assert Registry.objects.get(pk=row.pk).password == "changed"


@pytest.mark.django_db
def test_reseal_walks_in_batches(newer, monkeypatch, settings, django_assert_num_queries):
    """One look a batch, and one to find the end; updates as many as there are rows."""
    monkeypatch.setattr(sealing, "BATCH", 2)
    old = Fernet(settings.ENCRYPTION_KEYS[1])
    for _ in range(4):
        PrivateRegistryFactory(password_sealed=old.encrypt(b"old").decode())

    with django_assert_num_queries(3 + 4 + 2 * 2):
        reseal(Registry, "password_sealed")

    assert connection.in_atomic_block
