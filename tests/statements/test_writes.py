"""Every request that changes something takes as many statements beside much as beside little."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from catalogweb.api.urls import TABLES
from tests.api.conftest import as_user
from tests.factories import AgentFactory
from tests.statements.world import World

pytestmark = pytest.mark.django_db
WRITES = [(r.method, r.path) for table in TABLES for r in table.ROUTES if r.method != "GET" and not r.upload]
# Everything that the user has goes with them, a token with each sign-in; what is refused at once asks for nothing.
OWN = ("/user/", "/roles", "/rolebindings", "/serviceaccounts", "/events", "/capabilities")
IMAGES = [{"containerImage": "reg.example/other:9", "fogTypeId": 1}]
PORT = {"internal": 81, "external": 7000}
VOLUME = {"hostDestination": "/x", "containerDestination": "/y", "accessMode": "ro"}
ITEM = "apiVersion: iofog.org/v3\nkind: CatalogItem\nmetadata: {name: demo}\nspec: {description: y}\n"
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/catalog/microservices"): {"name": "fresh", "registryId": 1, "images": IMAGES},
    ("PATCH", "/catalog/microservices/<str:id>"): {"description": "x"},
    ("POST", "/registries"): {
        "url": "new.example", "isPublic": True, "username": "ann", "password": "pw", "email": "a@b.org",
    },
    ("PATCH", "/registries/<str:id>"): {"password": "another"},
    ("POST", "/application"): {"name": "fresh"},
    ("PATCH", "/application/<str:name>"): {"isActivated": False},
    ("DELETE", "/application/<str:name>"): None,
    ("POST", "/microservices"): {"name": "fresh", "application": "heart", "agentName": "north", "catalogItemId": 4},
    ("POST", "/deployments"): {
        "name": "fresh", "application": "heart", "agents": ["north", "west"], "catalogItemId": 4,
    },
    ("PATCH", "/microservices/<str:uuid>"): {"env": [{"key": "A", "value": "b"}]},
    ("PATCH", "/microservices/<str:uuid>/rebuild"): None,
    ("PATCH", "/microservices/<str:uuid>/stop"): None,
    ("PATCH", "/microservices/<str:uuid>/start"): None,
    ("POST", "/microservices/<str:uuid>/port-mapping"): PORT,
    ("DELETE", "/microservices/<str:uuid>/port-mapping/<int:internal>"): None,
    ("POST", "/microservices/<str:uuid>/volume-mapping"): VOLUME,
    ("DELETE", "/microservices/<str:uuid>/volume-mapping/<str:id>"): None,
    ("PATCH", "/microservices/<str:uuid>/config"): {"a": 1},
    ("DELETE", "/microservices/<str:uuid>"): None,
    ("POST", "/routes"): {"name": "fresh", "application": "heart", "from": "peer", "to": "web"},
    ("DELETE", "/routes/<str:application>/<str:name>"): None,
    ("POST", "/iofog"): {"name": "fresh", "fogType": 1},
    ("PATCH", "/iofog/<str:uuid>"): {"description": "x"},
    ("DELETE", "/iofog/<str:uuid>"): None,
    ("POST", "/iofog/<str:uuid>/reboot"): None,
    ("POST", "/secrets"): {"name": "fresh", "type": "Opaque", "data": {"a": "b"}},
    ("PATCH", "/secrets/<str:name>"): {"data": {"password": "another"}},
    ("POST", "/configmaps"): {"name": "fresh", "data": {"a": "b"}},
    ("PATCH", "/configmaps/<str:name>"): {"data": {"level": "4"}},
    ("POST", "/volumeMounts"): {"name": "fresh", "secretName": "db"},
    ("PUT", "/config"): {"key": "new", "value": "x"},
    ("POST", "/manifests"): {"manifest": ITEM},
}  # fmt: skip


def counted(world: World) -> dict[tuple[str, str], list[str]]:
    """The statements of each request, which is taken back; a second time, when what is read once is known."""
    client, statements = as_user(world.user), {}
    for method, path in WRITES:
        if path.startswith(OWN):
            continue
        address, body = world.address(path), BODIES.get((method, path), {})
        for _ in range(2):
            with transaction.atomic(), CaptureQueriesContext(connection) as captured:
                reply = client.call(method, address, body)
                transaction.set_rollback(True)
        assert reply.status_code < (300 if (method, path) in BODIES else 500), (method, path, reply.content)
        statements[method, path] = [query["sql"] for query in captured]
    return statements


def test_requests_that_change_something_take_the_same_statements_beside_few_and_many() -> None:
    world = World()
    AgentFactory(name="west")
    world.fill(1)
    few = counted(world)
    world.fill(4)
    many = counted(world)

    grown = {one: [sql for sql in many[one] if sql not in few[one]] for one in few if len(few[one]) != len(many[one])}
    assert grown == {}
    assert set(BODIES) <= set(few)
