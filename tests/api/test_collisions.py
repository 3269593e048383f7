"""What the database refuses because of somebody else is answered so that a client knows to try again."""

import pytest
from django.db import IntegrityError, OperationalError

from catalogweb.accounts.models import User
from catalogweb.catalog.models import CatalogItem
from tests.api.conftest import WireClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def failing(monkeypatch):
    def fail_with(error):
        def save(*_, **__):
            raise error

        monkeypatch.setattr(CatalogItem, "save", save)

    return fail_with


BODY = {"name": "web", "registryId": 1, "images": [{"containerImage": "team/web:1", "fogTypeId": 1}]}


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (IntegrityError("FOREIGN KEY constraint failed"), 409, "ConflictError"),
        (OperationalError("database is locked"), 503, "BusyError"),
        (IntegrityError("CHECK constraint failed: port"), 500, "InternalError"),
        (OperationalError("no such column: x"), 500, "InternalError"),
    ],
)
def test_a_collision_at_rest(operator: WireClient, failing, error, status, name, caplog) -> None:
    failing(error)

    reply = operator.call("POST", "/catalog/microservices", BODY)

    assert (reply.status_code, reply.json()["name"]) == (status, name)
    assert ("Retry-After" in reply.headers) is (status == 503)
    assert any(record.name == "catalogweb.api.errors" for record in caplog.records) is (status == 500)


def test_a_collision_on_a_page(operator: WireClient, failing, client) -> None:
    failing(OperationalError("database is locked"))
    client.force_login(User.objects.get())

    page = client.post("/catalog/add/", {"name": "web", "registry": 1, "x86": "team/web:1"})

    assert page.status_code == 503
    assert "nothing was changed" in page.text
