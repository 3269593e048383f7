"""What an agent fetches, and its provisioning, take as many statements for much as for little."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from catalogweb.agents.services import issue_provisioning_key
from tests.api.conftest import WireClient, client_with, token_of
from tests.statements.world import BY, World

pytestmark = pytest.mark.django_db
FETCHED = ("microservices", "registries", "config", "volumeMounts", "edgeResources", "config/changes")


def counted(world: World) -> dict[str, int]:
    client, counts = client_with(token_of(world.agent)), {}
    for path in FETCHED:
        client.call("GET", f"/agent/{path}")
        with CaptureQueriesContext(connection) as captured:
            assert client.call("GET", f"/agent/{path}").status_code == 200
        counts[path] = len(captured)
    with transaction.atomic():
        key, _ = issue_provisioning_key(by=BY, agent=world.agent)
        with CaptureQueriesContext(connection) as captured:
            assert WireClient().call("POST", "/agent/provision", {"key": key, "type": 1}).status_code == 200
        transaction.set_rollback(True)
    return counts | {"provision": len(captured)}


def test_agent_is_served_in_the_same_statements_for_few_and_many() -> None:
    world = World()
    world.fill(1)
    few = counted(world)
    world.fill(4)

    assert counted(world) == few
    assert max(few.values()) <= 25
