"""Default router, values and capabilities over REST."""

from typing import Any

import pytest

from catalogweb.controller.models import Value
from tests.api.conftest import WireClient, fault_of


def test_no_router_is_not_found_in_the_contract_s_words(viewer: WireClient) -> None:
    reply = viewer.call("GET", "/router")

    assert reply.status_code == 404
    assert reply.json() == {"name": "NotFoundError", "message": "Invalid router 'default-router'"}


def test_the_router_is_where_it_was_said_to_be(operator: WireClient, viewer: WireClient) -> None:
    for host in ("a.example.org", "b.example.org"):
        reply = operator.call("PUT", "/router", {"host": host, "messagingPort": 5671})
        assert (reply.status_code, reply.content) == (200, b"")

    assert viewer.call("GET", "/router").json() == {
        "host": "b.example.org", "messagingPort": 5671, "edgeRouterPort": 56722, "interRouterPort": 56721,
    }  # fmt: skip


def test_no_agent_is_ever_told_of_the_router(operator: WireClient, edge: WireClient) -> None:
    operator.call("PUT", "/router", {"host": "router.example.org"})

    changes = edge.call("GET", "/agent/config/changes").json()
    assert (changes["routerChanged"], changes["routing"]) == (False, False)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Required field 'host' is missing"),
        ({"host": ""}, "does not meet minimum length"),
        ({"host": "a", "messagingPort": 0}, "messagingPort must be greater than or equal to 1"),
        ({"host": "a", "edgeRouterPort": 65536}, "edgeRouterPort must be less than or equal to 65535"),
    ],
)
def test_a_router_is_refused_with_its_fault(operator: WireClient, body: Any, message: str) -> None:
    reply = operator.call("PUT", "/router", body)

    assert fault_of(reply) == (400, "ValidationError")
    assert message in reply.json()["message"]


def test_a_value_is_kept_and_replaced_in_one_row(operator: WireClient, viewer: WireClient) -> None:
    first = operator.call("PUT", "/config", {"key": "default-proxy-host", "value": "a"}).json()
    second = operator.call("PUT", "/config", {"key": "default-proxy-host", "value": "b"})

    assert second.status_code == 200
    assert second.json().keys() == {"id", "key", "value", "createdAt", "updatedAt"}
    assert (second.json()["id"], second.json()["createdAt"]) == (first["id"], first["createdAt"])
    assert viewer.call("GET", "/config/default-proxy-host").json() == {"key": "default-proxy-host", "value": "b"}
    assert viewer.call("GET", "/config").json() == {"config": [{"key": "default-proxy-host", "value": "b"}]}


def test_an_unknown_key_is_not_found(viewer: WireClient) -> None:
    reply = viewer.call("GET", "/config/nothing")

    assert (reply.status_code, reply.json()["message"]) == (404, "Unkown config key 'nothing'")


@pytest.mark.parametrize("body", [{"key": "a"}, {"value": "a"}, {"key": "a", "value": 5}, {"key": "", "value": ""}])
def test_a_value_is_refused_with_its_fault(operator: WireClient, body: Any) -> None:
    assert fault_of(operator.call("PUT", "/config", body)) == (400, "ValidationError")
    assert not Value.objects.exists()


def test_a_viewer_sets_nothing(viewer: WireClient) -> None:
    for path, body in (("/router", {"host": "a"}), ("/config", {"key": "a", "value": "b"})):
        assert fault_of(viewer.call("PUT", path, body)) == (403, "ForbiddenError")


def test_listing_values_costs_the_same_for_any_number(viewer: WireClient, django_assert_num_queries: Any) -> None:
    viewer.call("GET", "/user/profile")
    for number in range(2):
        Value.objects.create(key=f"key-{number}")
        with django_assert_num_queries(2):
            viewer.call("GET", "/config")


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "unknown", "known"])
@pytest.mark.parametrize("capability", ["edgeResources", "applicationTemplates"])
def test_a_capability_is_told_to_anybody(
    operator: WireClient, stranger: WireClient, capability: str, authorization: str | None
) -> None:
    client = operator if authorization == "known" else stranger
    headers = {} if authorization in (None, "known") else {"Authorization": authorization}

    reply = client.call("HEAD", f"/capabilities/{capability}", **headers)

    assert (reply.status_code, reply.content) == (204, b"")


@pytest.mark.parametrize(
    ("method", "capability"),
    [
        ("GET", "edgeResources"),
        ("GET", "applicationTemplates"),
        ("HEAD", "nats"),
        ("GET", "nats"),
        ("POST", "edgeResources"),
    ],
)
def test_what_is_no_capability_is_not_found(operator: WireClient, method: str, capability: str) -> None:
    assert operator.call(method, f"/capabilities/{capability}").status_code == 404
