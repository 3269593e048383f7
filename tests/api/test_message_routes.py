"""Routes between microservices over REST, and what agents are told of them."""

from collections.abc import Callable
from typing import Any

import pytest

from catalogweb.agents.models import Agent
from catalogweb.deployments.models import Application, Microservice, Route
from tests.api.conftest import WireClient, fault_of
from tests.factories import ApplicationFactory, MicroserviceFactory, RouteFactory


@pytest.fixture
def shop(db: None) -> Application:
    return ApplicationFactory(name="shop")


@pytest.fixture
def web(shop: Application, agent: Agent) -> Microservice:
    return MicroserviceFactory(name="web", application=shop, agent=agent)


@pytest.fixture
def till(shop: Application) -> Microservice:
    return MicroserviceFactory(name="till", application=shop)


@pytest.fixture
def route(web: Microservice, till: Microservice) -> Route:
    return RouteFactory(name="sale", application=web.application, source=web, destination=till)


NAMED = {"name": "sale", "application": "shop", "from": "web", "to": "till"}


def test_routes_are_described_by_name_and_uuid(viewer: WireClient, route: Route) -> None:
    expected = NAMED | {"sourceMicroserviceUuid": route.source.uuid, "destMicroserviceUuid": route.destination.uuid}

    assert viewer.call("GET", "/routes").json() == {"routes": [expected]}
    assert viewer.call("GET", "/routes/shop/sale").json() == expected


def test_applications_and_microservices_say_their_routes(viewer: WireClient, route: Route) -> None:
    application = viewer.call("GET", "/application/shop").json()

    assert application["routes"] == [{"name": "sale", "from": "web", "to": "till"}]
    assert {m["name"]: m["routes"] for m in application["microservices"]} == {
        "web": [route.destination.uuid], "till": [],
    }  # fmt: skip
    assert viewer.call("GET", f"/microservices/{route.source.uuid}").json()["routes"] == [route.destination.uuid]


def test_routes_of_system_applications_are_not_listed(viewer: WireClient) -> None:
    RouteFactory(application__is_system=True)

    assert viewer.call("GET", "/routes").json() == {"routes": []}


@pytest.mark.parametrize("by", ["names", "id", "uuids"])
def test_a_route_is_made(operator: WireClient, web: Microservice, till: Microservice, by: str) -> None:
    body = {
        "names": NAMED,
        "id": NAMED | {"application": web.application_id},
        "uuids": {"name": "sale", "sourceMicroserviceUuid": web.uuid, "destMicroserviceUuid": till.uuid},
    }[by]

    reply = operator.call("POST", "/routes", body)

    assert reply.status_code == 200
    assert reply.json() == {
        "id": Route.objects.get().pk, "name": "sale", "isNetworkConnection": False,
        "sourceMicroserviceUuid": web.uuid, "destMicroserviceUuid": till.uuid, "applicationId": web.application_id,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "fault", "message"),
    [
        ({"name": "other"}, (400, "DuplicatePropertyError"), "route already exists"),
        ({"from": "till", "to": "web"}, (409, "DuplicatePropertyError"), "Duplicate name 'sale'"),
        ({"name": "No good", "to": "web"}, (400, "ValidationError"), "Invalid format for field 'name'"),
        ({"application": "none"}, (404, "NotFoundError"), "Invalid application id 'none'"),
        ({"application": None}, (400, "ValidationError"), "Required field 'application' is missing"),
        ({"from": "none"}, (404, "NotFoundError"), "shop has no microservice “none”"),
        ({"to": "none"}, (404, "NotFoundError"), "shop has no microservice “none”"),
        ({"from": None}, (400, "ValidationError"), "Required field 'from' is missing"),
        ({"to": 5}, (400, "ValidationError"), "Field 'to' is not of a type(s) string"),
        ({"sourceMicroserviceUuid": "a", "destMicroserviceUuid": "b"}, (404, "NotFoundError"), "Invalid microservice"),
    ],
)
def test_a_route_is_refused_with_its_fault(
    operator: WireClient, route: Route, changes: dict[str, Any], fault: tuple[int, str], message: str
) -> None:
    reply = operator.call("POST", "/routes", NAMED | changes)

    assert fault_of(reply) == fault
    assert message in reply.json()["message"]
    assert Route.objects.count() == 1


def test_a_route_between_applications_is_refused(operator: WireClient, web: Microservice) -> None:
    body = {"sourceMicroserviceUuid": web.uuid, "destMicroserviceUuid": MicroserviceFactory().uuid}

    assert fault_of(operator.call("POST", "/routes", body)) == (400, "ValidationError")


def test_a_route_is_changed(operator: WireClient, route: Route) -> None:
    body = {"name": "refund", "application": "shop", "from": "till", "to": "web"}

    assert operator.call("PATCH", "/routes/shop/sale", body).status_code == 204

    route = Route.objects.named().get()
    assert (route.name, route.source_name, route.destination_name) == ("refund", "till", "web")


def test_a_change_to_ends_that_are_taken_is_a_bad_request(operator: WireClient, route: Route) -> None:
    RouteFactory(name="other", application=route.application, source=route.destination, destination=route.source)

    reply = operator.call("PATCH", "/routes/shop/other", {"from": "web", "to": "till"})

    assert fault_of(reply) == (400, "DuplicatePropertyError")


def test_a_route_is_deleted_once(operator: WireClient, route: Route) -> None:
    assert operator.call("DELETE", "/routes/shop/sale").status_code == 204

    reply = operator.call("DELETE", "/routes/shop/sale")
    assert (fault_of(reply), reply.json()["message"]) == ((404, "NotFoundError"), "Route not found")


@pytest.mark.parametrize("method", ["GET", "PATCH"])
@pytest.mark.parametrize(
    ("path", "message"),
    [("/routes/none/sale", "Invalid application name 'none'"), ("/routes/shop/none", "Invalid route name 'none'")],
)
def test_an_unknown_route_is_not_found(
    operator: WireClient, route: Route, method: str, path: str, message: str
) -> None:
    reply = operator.call(method, path, {})

    assert fault_of(reply) == (404, "NotFoundError")
    assert message in reply.json()["message"]


def test_receivers_are_added_and_removed_on_the_microservice(
    operator: WireClient, web: Microservice, till: Microservice
) -> None:
    path = f"/microservices/{web.uuid}/routes/{till.uuid}"

    added, again = operator.call("POST", path), operator.call("POST", path)

    assert (added.status_code, added.json()["name"]) == (201, "r-web-till")
    assert fault_of(again) == (400, "DuplicatePropertyError")
    assert operator.call("DELETE", path).status_code == 204
    gone = operator.call("DELETE", path)
    assert (fault_of(gone), gone.json()["message"]) == ((404, "NotFoundError"), "Route not found")


@pytest.mark.parametrize("place", [0, 1])
def test_an_unknown_end_of_a_receiver_is_not_found(operator: WireClient, web: Microservice, place: int) -> None:
    ends = [web.uuid, web.uuid]
    ends[place] = "none"

    reply = operator.call("POST", f"/microservices/{ends[0]}/routes/{ends[1]}")

    assert (fault_of(reply), reply.json()["message"]) == ((404, "NotFoundError"), "Invalid microservice user or UUID")


@pytest.mark.parametrize("text", ["create", "put", "empty", "absent"])
def test_an_application_lists_its_routes(operator: WireClient, agent: Agent, text: str) -> None:
    part = {"agentName": agent.name, "images": [{"containerImage": "team/web:1", "fogTypeId": 1}]}
    body = {
        "name": "shop", "microservices": [part | {"name": "web"}, part | {"name": "till"}],
        "routes": [{"from": "web", "to": "till"}, {"name": "back", "from": "till", "to": "web"}],
    }  # fmt: skip
    assert operator.call("POST", "/application", body).status_code == 201
    changed = {
        "create": None,
        "put": {"routes": [{"name": "back", "from": "web", "to": "web"}]},
        "empty": {"routes": []},
        "absent": {"description": "x"},
    }[text]

    if changed:
        assert operator.call("PUT", "/application/shop", changed).status_code == 204

    both = [("back", "till", "web"), ("r-web-till", "web", "till")]
    expected = {"put": [("back", "web", "web")], "empty": []}.get(text, both)
    assert [(r.name, r.source_name, r.destination_name) for r in Route.objects.named()] == expected


def test_a_route_without_an_end_refuses_the_application(operator: WireClient) -> None:
    reply = operator.call("POST", "/application", {"name": "shop", "routes": [{"to": "web"}]})

    assert (fault_of(reply), reply.json()["message"]) == (
        (400, "ValidationError"), "Required field 'routes[0].from' is missing",
    )  # fmt: skip
    assert not Application.objects.exists()


def test_a_viewer_changes_no_route(viewer: WireClient, route: Route) -> None:
    for method, path in (("POST", "/routes"), ("PATCH", "/routes/shop/sale"), ("DELETE", "/routes/shop/sale")):
        assert fault_of(viewer.call(method, path, NAMED)) == (403, "ForbiddenError")
    assert Route.objects.get().name == "sale"


def test_an_agent_is_told_the_receivers_but_waits_for_no_router(
    edge: WireClient, route: Route, edge_of: Callable[[Agent], WireClient]
) -> None:
    [sender] = edge.call("GET", "/agent/microservices").json()["microservices"]
    [receiver] = edge_of(route.destination.agent).call("GET", "/agent/microservices").json()["microservices"]

    assert (sender["routes"], sender["isConsumer"]) == ([route.destination.uuid], False)
    assert (receiver["routes"], receiver["isConsumer"]) == ([], False)


def test_a_changed_route_never_raises_the_flag_that_waits_for_a_router(
    operator: WireClient, edge: WireClient, web: Microservice, till: Microservice
) -> None:
    operator.call("POST", "/routes", NAMED)

    flags = edge.call("GET", "/agent/config/changes").json()
    assert (flags["microserviceList"], flags["microserviceConfig"], flags["routing"]) == (True, True, False)


def test_listing_routes_costs_the_same_for_any_number(viewer: WireClient, django_assert_num_queries: Any) -> None:
    viewer.call("GET", "/user/profile")
    for size in (1, 10):
        RouteFactory.create_batch(size)
        with django_assert_num_queries(2):
            viewer.call("GET", "/routes")
