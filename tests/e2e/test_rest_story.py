"""The main job through REST: a private registry, an item for two architectures, two agents, running containers."""

import pytest

from tests.e2e.product import containers, wait_for
from tests.testbed.processes import free_port, wait_for_page

pytestmark = pytest.mark.e2e


def deploy(operator, item, port):
    operator.send("POST", "application", {"name": "shop", "isActivated": True})
    return operator.send(
        "POST",
        "deployments",
        {
            "application": "shop",
            "name": "web",
            "agents": ["north", "south"],
            "catalogItemId": item,
            "ports": [{"internal": 80, "external": port}],
            "env": [{"key": "GREETING", "value": "Hello"}],
        },
    )


def states(operator):
    return {name: m["status"]["status"] for name, m in operator.microservices().items()}


def test_an_item_runs_on_two_architectures_and_is_stopped_and_deleted(operator, item, fleet, container_engine):
    port = free_port()
    deploy(operator, item, port)
    wait_for("both running", lambda: set(states(operator).values()) == {"RUNNING"})

    assert "linux/amd64" in wait_for_page(f"http://127.0.0.1:{port}/")
    assert "linux/arm64" in wait_for_page(f"http://127.0.0.2:{port}/")

    stopped = operator.microservices()["web-north"]
    operator.send("PATCH", f"microservices/{stopped['uuid']}/stop")
    wait_for("one container left", lambda: len(containers(container_engine)) == 1)
    wait_for("it to be shown as stopped", lambda: operator.microservices()["web-north"]["statusText"] == "Stopped")

    operator.send("DELETE", "application/shop")
    wait_for("no container left", lambda: not containers(container_engine))


def test_a_wrong_password_is_named_and_correcting_it_heals(operator, item, fleet, private_registry):
    operator.send("PATCH", "registries/3", {"password": "not-the-one"})
    deploy(operator, item, free_port())
    wait_for("both failed", lambda: set(states(operator).values()) == {"FAILED"})
    message = operator.microservices()["web-north"]["status"]["errorMessage"]
    assert "wrong user name or password" in message

    operator.send("PATCH", "registries/3", {"password": private_registry.password})
    wait_for("both running", lambda: set(states(operator).values()) == {"RUNNING"})
