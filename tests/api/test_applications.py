"""Applications over REST, by name and by number."""

from typing import Any

import pytest

from catalogweb.agents.models import Agent
from catalogweb.deployments.models import Application, Microservice
from tests.api.conftest import WireClient, fault_of
from tests.factories import ApplicationFactory, MicroserviceFactory


@pytest.fixture
def web(agent: Agent) -> dict[str, Any]:
    images = [{"containerImage": "team/web:1", "fogTypeId": 1}]
    return {"name": "web", "agentName": agent.name, "images": images}


def test_an_application_has_the_shape_of_both_lines(viewer: WireClient) -> None:
    application = MicroserviceFactory(application__name="shop").application

    seen = viewer.call("GET", "/application/shop").json()

    [microservice] = seen.pop("microservices")
    assert microservice["application"] == "shop"
    assert seen.pop("createdAt").endswith("Z")
    assert seen.pop("updatedAt").endswith("Z")
    assert seen == {
        "id": application.pk, "name": "shop", "description": "", "isActivated": True, "isSystem": False,
        "userId": None, "routes": [], "natsAccess": False, "natsConfig": {"natsAccess": False, "natsRule": None},
    }  # fmt: skip


def test_an_application_is_created_stopped_with_its_microservices(operator: WireClient, web: dict[str, Any]) -> None:
    reply = operator.call("POST", "/application", {"name": "shop", "microservices": [web]})

    application = Application.objects.get(name="shop")
    assert (reply.status_code, reply.json()) == (201, {"id": application.pk, "name": "shop"})
    assert application.is_activated is False
    assert Microservice.objects.get().application == application


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, (400, "ValidationError")),
        ({"name": "No good"}, (400, "ValidationError")),
        ({"name": "taken"}, (409, "DuplicatePropertyError")),
        ({"name": "shop", "isSystem": True}, (400, "ValidationError")),
        ({"name": "shop", "microservices": [{"name": "web"}]}, (400, "ValidationError")),
        ({"name": "shop", "microservices": [{"name": "web", "catalogItemId": 99}]}, (404, "NotFoundError")),
    ],
)
def test_an_application_is_refused_as_a_whole(
    operator: WireClient, body: dict[str, Any], fault: tuple[int, str]
) -> None:
    ApplicationFactory(name="taken")

    assert fault_of(operator.call("POST", "/application", body)) == fault
    assert Application.objects.count() == 1


@pytest.mark.parametrize("body", [{"description": "new"}, {"description": "new", "microservices": None}])
def test_a_replacement_without_a_list_deletes_nothing(operator: WireClient, body: dict[str, Any]) -> None:
    MicroserviceFactory(application__name="shop")

    assert operator.call("PUT", "/application/shop", body).status_code == 204
    assert Microservice.objects.count() == 1
    assert Application.objects.get().description == "new"


def test_a_replacement_with_a_list_makes_it_so(operator: WireClient, web: dict[str, Any]) -> None:
    kept = MicroserviceFactory(application__name="shop", name="web", application__is_activated=True)
    MicroserviceFactory(application=kept.application, name="old")

    reply = operator.call(
        "PUT",
        "/application/shop",
        {"name": "shop", "microservices": [{"name": "web", "logSize": 7}, web | {"name": "new"}]},
    )

    assert reply.status_code == 204
    assert sorted(Microservice.objects.values_list("name", flat=True)) == ["new", "web"]
    kept.refresh_from_db()
    assert kept.log_size == 7


def test_a_replacement_is_all_or_nothing(operator: WireClient, web: dict[str, Any]) -> None:
    MicroserviceFactory(application__name="shop", name="old")

    reply = operator.call("PUT", "/application/shop", {"microservices": [web, web | {"images": []}]})

    assert fault_of(reply) == (409, "DuplicatePropertyError")
    assert Microservice.objects.get().name == "old"


def test_an_application_is_started_and_renamed(operator: WireClient) -> None:
    application = ApplicationFactory(name="shop", is_activated=False)

    operator.call("PATCH", "/application/shop", {"isActivated": True})
    operator.call("PATCH", f"/flow/{application.pk}", {"name": "store"})

    seen = operator.call("GET", f"/flow/{application.pk}").json()
    assert (seen["name"], seen["isActivated"]) == ("store", True)


def test_an_application_goes_with_its_microservices_and_an_unknown_one_silently(operator: WireClient) -> None:
    MicroserviceFactory(application__name="shop")

    assert [operator.call("DELETE", "/application/shop").status_code for _ in range(2)] == [204, 204]
    assert not Microservice.objects.exists()
    assert operator.call("DELETE", "/flow/99").status_code == 204


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/application/none"), ("PATCH", "/application/none"), ("PUT", "/application/none"), ("GET", "/flow/none"),
     ("PATCH", "/flow/99")],
)  # fmt: skip
def test_an_unknown_application_is_not_found(operator: WireClient, method: str, path: str) -> None:
    reply = operator.call(method, path, {})

    assert fault_of(reply) == (404, "NotFoundError")
    assert "Invalid application id" in reply.json()["message"]


@pytest.mark.parametrize(("path", "name"), [("/application", "applications"), ("/flow", "flows")])
def test_listing_applications_costs_the_same_for_any_number(
    viewer: WireClient, path: str, name: str, django_assert_num_queries: Any
) -> None:
    MicroserviceFactory.create_batch(2)
    ApplicationFactory(is_system=True)
    viewer.call("GET", "/user/profile")
    with django_assert_num_queries(10):
        viewer.call("GET", path)
    MicroserviceFactory.create_batch(20)
    with django_assert_num_queries(10):
        assert len(viewer.call("GET", path).json()[name]) == 22
