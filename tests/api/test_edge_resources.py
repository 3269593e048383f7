"""Edge resources over REST, and as agents fetch them."""

from typing import Any

import pytest

from catalogweb.agents.models import Agent, ChangeFlags
from catalogweb.edge_resources.models import EdgeResource
from tests.api.conftest import WireClient, fault_of
from tests.factories import AgentFactory, EdgeResourceFactory

CAMERA: dict[str, Any] = {
    "name": "com.example.cam", "description": "camera", "version": "v1.0.0", "interfaceProtocol": "https",
    "display": {"name": "Cam", "color": "#fefefe"}, "custom": {"model": {"number": 5}},
    "orchestrationTags": ["cam"],
    "interface": {"endpoints": [{"name": "picture", "method": "GET", "url": "/picture", "responseType": "image/png"}]},
}  # fmt: skip
ONE = "/edgeResource/com.example.cam/v1.0.0"


def test_an_edge_resource_is_read_as_it_was_made(operator: WireClient, viewer: WireClient) -> None:
    made = operator.call("POST", "/edgeResource", CAMERA)

    pk = EdgeResource.objects.get().pk
    expected = CAMERA | {
        "id": pk,
        "display": {"name": "Cam", "icon": None, "color": "#fefefe"},
        "interface": {
            "id": pk,
            "edgeResourceId": pk,
            "endpoints": [
                {
                    "id": 1, "interfaceId": pk, "name": "picture", "method": "GET", "url": "/picture",
                    "description": None, "requestType": None, "responseType": "image/png",
                    "requestPayloadExample": None, "responsePayloadExample": None,
                }
            ],
        },
    }  # fmt: skip
    assert (made.status_code, made.json()) == (200, expected)
    assert viewer.call("GET", ONE).json() == expected
    assert viewer.call("GET", "/edgeResources").json() == {"edgeResources": [expected]}


def test_all_versions_of_a_name_are_listed(viewer: WireClient) -> None:
    for version in ("v1.0.0", "v2.0.0"):
        EdgeResourceFactory(name="cam", version=version)
    EdgeResourceFactory(name="other")

    def versions(name: str) -> list[str]:
        return [row["version"] for row in viewer.call("GET", f"/edgeResource/{name}").json()["edgeResources"]]

    assert versions("cam") == ["v1.0.0", "v2.0.0"]
    assert versions("nobody") == []


def test_put_answers_what_it_makes_and_nothing_when_it_changes(operator: WireClient) -> None:
    made = operator.call("PUT", ONE, CAMERA)
    changed = operator.call("PUT", ONE, {"description": "new", "custom": None})

    assert (made.status_code, made.json()["name"]) == (200, "com.example.cam")
    assert (changed.status_code, changed.content) == (200, b"")
    seen = operator.call("GET", ONE).json()
    assert (seen["description"], seen["custom"]) == ("new", CAMERA["custom"])
    assert len(seen["interface"]["endpoints"]) == 1


def test_put_takes_the_name_from_the_path_and_another_one_from_the_body(operator: WireClient) -> None:
    operator.call("PUT", ONE, {"interfaceProtocol": "https"})
    operator.call("PUT", ONE, {"name": "cam-2", "version": "v1.0.0"})

    assert [str(resource) for resource in EdgeResource.objects.all()] == ["cam-2 v1.0.0"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": None}, "Required field 'name' is missing"),
        ({"version": None}, "Required field 'version' is missing"),
        ({"interfaceProtocol": None}, "Required field 'interfaceProtocol' is missing"),
        ({"name": "A_b"}, "Name: "),
        ({"version": "x"}, "Version: "),
        ({"interfaceProtocol": "ftp"}, "A protocol is one of"),
        ({"custom": []}, "Field 'custom' is not of a type(s) object"),
        ({"interface": {"endpoints": [{"name": "a"}]}}, "Required field 'interface.endpoints[0].url' is missing"),
        ({"interface": {"endpoints": [{"name": "a", "url": "/"}]}}, "Endpoint 1 needs"),
        ({"orchestrationTags": "a"}, "is not of a type(s) array"),
    ],
)
def test_an_edge_resource_is_refused_with_its_fault(operator: WireClient, change: Any, message: str) -> None:
    reply = operator.call("POST", "/edgeResource", CAMERA | change)

    assert fault_of(reply) == (400, "ValidationError")
    assert message in reply.json()["message"]
    assert not EdgeResource.objects.exists()


def test_the_same_version_twice_is_a_duplicate(operator: WireClient) -> None:
    operator.call("POST", "/edgeResource", CAMERA)

    assert fault_of(operator.call("POST", "/edgeResource", CAMERA)) == (409, "DuplicatePropertyError")


def test_an_unknown_version_is_not_found(operator: WireClient, agent: Agent) -> None:
    for method, path, body in (
        ("GET", ONE, None), ("DELETE", ONE, None), ("POST", f"{ONE}/link", {"uuid": agent.uuid}),
        ("DELETE", f"{ONE}/link", {"uuid": agent.uuid}),
    ):  # fmt: skip
        reply = operator.call(method, path, body)
        assert fault_of(reply) == (404, "NotFoundError")
        assert reply.json()["message"] == "Could not find resource com.example.cam version v1.0.0"


def test_deleting_answers_202(operator: WireClient) -> None:
    operator.call("POST", "/edgeResource", CAMERA)

    reply = operator.call("DELETE", ONE)

    assert (reply.status_code, reply.content) == (202, b"")
    assert not EdgeResource.objects.exists()


def test_a_linked_agent_fetches_it_and_is_shown_with_it(operator: WireClient, edge: WireClient, agent: Agent) -> None:
    made = operator.call("POST", "/edgeResource", CAMERA).json()
    EdgeResourceFactory().agents.add(AgentFactory())
    assert edge.call("GET", "/agent/edgeResources").json() == {"edgeResources": []}

    linked = operator.call("POST", f"{ONE}/link", {"uuid": agent.uuid})

    assert (linked.status_code, linked.content) == (200, b"")
    assert edge.call("GET", "/agent/config/changes").json()["linkedEdgeResources"] is True
    assert edge.call("GET", "/agent/edgeResources").json() == {"edgeResources": [made]}
    seen = operator.call("GET", f"/iofog/{agent.uuid}").json()
    assert (seen["tags"], seen["edgeResources"]) == (["cam"], [made])


def test_unlinking_carries_a_body(operator: WireClient, edge: WireClient, agent: Agent) -> None:
    operator.call("POST", "/edgeResource", CAMERA)
    operator.call("POST", f"{ONE}/link", {"uuid": agent.uuid})
    ChangeFlags.objects.update(linked_edge_resources=0)

    unlinked = operator.call("DELETE", f"{ONE}/link", {"uuid": agent.uuid})

    assert (unlinked.status_code, unlinked.content) == (200, b"")
    assert ChangeFlags.objects.get(agent=agent).raised == {"linked_edge_resources"}
    assert edge.call("GET", "/agent/edgeResources").json() == {"edgeResources": []}


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_link_needs_a_known_agent(operator: WireClient, method: str) -> None:
    operator.call("POST", "/edgeResource", CAMERA)

    assert fault_of(operator.call(method, f"{ONE}/link", {"uuid": "nobody"})) == (404, "NotFoundError")
    assert fault_of(operator.call(method, f"{ONE}/link", {})) == (400, "ValidationError")


def test_agents_find_no_null_where_one_spoils_the_list(edge: WireClient, agent: Agent) -> None:
    EdgeResourceFactory().agents.add(agent)

    [item] = edge.call("GET", "/agent/edgeResources").json()["edgeResources"]

    assert [name for name, value in item.items() if value is None] == []
    assert (item["custom"], item["orchestrationTags"], item["interface"]["endpoints"]) == ({}, [], [])


def test_a_viewer_changes_nothing(viewer: WireClient, agent: Agent) -> None:
    EdgeResourceFactory(name="com.example.cam")
    requests: list[tuple[str, str, Any]] = [
        ("POST", "/edgeResource", CAMERA), ("PUT", ONE, CAMERA), ("DELETE", ONE, None),
        ("POST", f"{ONE}/link", {"uuid": agent.uuid}), ("DELETE", f"{ONE}/link", {"uuid": agent.uuid}),
    ]  # fmt: skip

    assert {fault_of(viewer.call(*request)) for request in requests} == {(403, "ForbiddenError")}


def test_listing_costs_the_same_for_any_number(
    viewer: WireClient, edge: WireClient, agent: Agent, django_assert_num_queries: Any
) -> None:
    viewer.call("GET", "/user/profile")
    for _ in range(2):
        EdgeResourceFactory().agents.add(agent)
        with django_assert_num_queries(2):
            viewer.call("GET", "/edgeResources")
        with django_assert_num_queries(3):
            edge.call("GET", "/agent/edgeResources")
