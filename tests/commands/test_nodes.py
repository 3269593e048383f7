"""A node with another encryption key serves nothing and runs nothing, however it is started."""

import importlib

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import OperationalError

from catalogweb.accounts.installation import claim_keys
from catalogweb.accounts.models import KeyFingerprint

pytestmark = pytest.mark.django_db
OTHER_KEY = "is not the one that this database's secrets were sealed with"


def load_wsgi():
    return importlib.reload(importlib.import_module("catalogweb.wsgi"))


@pytest.fixture
def claimed(settings):
    """The database knows a key that this node does not have."""
    claim_keys()
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]


def test_a_wsgi_server_loads_the_product_where_the_key_is_the_databases():
    assert callable(load_wsgi().application)


def test_a_wsgi_server_refuses_another_key(claimed):
    with pytest.raises(SystemExit, match=OTHER_KEY):
        load_wsgi()


def test_a_worker_refuses_another_key(claimed, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("work", "--once")

    assert ended.value.code == 1
    assert OTHER_KEY in capsys.readouterr().err


def test_a_database_that_is_not_ready_is_named(monkeypatch):
    def fail(**_):
        raise OperationalError("no such table: accounts_keyfingerprint")

    monkeypatch.setattr(KeyFingerprint.objects, "get_or_create", fail)

    with pytest.raises(SystemExit, match=r"not ready \(no such table: accounts_keyfingerprint\).*`migrate`"):
        load_wsgi()
