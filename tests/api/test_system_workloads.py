"""Applications and microservices that the controller made for itself: seen and changed under their own paths only."""

from typing import Any

import pytest

from catalogweb.accounts.models import User
from catalogweb.core.rights import Role
from catalogweb.deployments.models import Application, Microservice
from tests.api.conftest import WireClient, as_user, fault_of
from tests.factories import MicroserviceFactory, UserFactory


@pytest.fixture
def router(db: None) -> Microservice:
    return MicroserviceFactory(name="router", application__name="system-1", application__is_system=True, schedule=1)


@pytest.fixture
def web(db: None) -> Microservice:
    return MicroserviceFactory(name="web", application__name="shop")


@pytest.fixture
def superuser(db: None) -> WireClient:
    user: User = UserFactory(role=Role.SUPERUSER)
    return as_user(user)


def names(client: WireClient, path: str) -> list[str]:
    [rows] = client.call("GET", path).json().values()
    return [row["name"] for row in rows]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/application", ["shop"]), ("/application/system", ["system-1"]), ("/flow", ["shop"]),
        ("/microservices", ["web"]), ("/microservices/system", ["router"]),
        ("/microservices/system?application=system-1", ["router"]), ("/microservices/system?application=shop", []),
    ],
)  # fmt: skip
def test_each_list_has_its_own_kind(
    viewer: WireClient, router: Microservice, web: Microservice, path: str, expected: list[str]
) -> None:
    assert names(viewer, path) == expected


@pytest.mark.parametrize(
    ("path", "status"),
    [("/application/system-1", 404), ("/application/system/system-1", 200), ("/application/system/shop", 404),
     ("/application/shop", 200)],
)  # fmt: skip
def test_an_application_is_found_under_the_path_of_its_kind(
    viewer: WireClient, router: Microservice, web: Microservice, path: str, status: int
) -> None:
    reply = viewer.call("GET", path)

    assert reply.status_code == status
    if status == 404:
        assert reply.json()["message"] == f"Invalid application id '{path.rsplit('/', 1)[1]}'"


def test_a_system_application_is_deleted_on_purpose_only(superuser: WireClient, router: Microservice) -> None:
    refused = superuser.call("DELETE", "/application/system-1")
    assert (fault_of(refused), refused.json()["message"]) == (
        (400, "ValidationError"), "system-1 belongs to the product: it cannot be deleted.",
    )  # fmt: skip
    assert fault_of(superuser.call("DELETE", f"/flow/{router.application_id}")) == (400, "ValidationError")

    assert superuser.call("DELETE", "/application/system/system-1").status_code == 204
    assert not Microservice.objects.exists()


def test_an_operator_deletes_no_system_application(operator: WireClient, router: Microservice) -> None:
    assert fault_of(operator.call("DELETE", "/application/system/system-1")) == (403, "ForbiddenError")
    assert Application.objects.exists()


def test_the_path_of_system_applications_deletes_others_too_and_nothing_silently(
    operator: WireClient, web: Microservice
) -> None:
    assert operator.call("DELETE", "/application/system/shop").status_code == 204
    assert operator.call("DELETE", "/application/system/shop").status_code == 204
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "", None, 200), ("PATCH", "", {"env": []}, 204), ("PATCH", "/rebuild", None, 204),
        ("GET", "/port-mapping", None, 200), ("POST", "/port-mapping", {"internal": 80, "external": 5080}, 201),
        ("GET", "/volume-mapping", None, 200), ("GET", "/config", None, 200), ("PATCH", "/config", {"a": 1}, 204),
        ("DELETE", "/config", None, 204),
    ],
)  # fmt: skip
def test_a_system_microservice_has_the_usual_parts(
    operator: WireClient, router: Microservice, web: Microservice, method: str, path: str, body: Any, status: int
) -> None:
    assert operator.call(method, f"/microservices/system/{router.uuid}{path}", body).status_code == status
    if method != "GET":
        other = operator.call(method, f"/microservices/system/{web.uuid}{path}", body)
        assert (fault_of(other), other.json()["message"]) == (
            (404, "NotFoundError"), "Invalid microservice user or UUID",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"env": []}), ("DELETE", "", None), ("PATCH", "/start", None), ("PATCH", "/rebuild", None),
        ("POST", "/port-mapping", {"internal": 80, "external": 5080}), ("PATCH", "/config", {"a": 1}),
    ],
)  # fmt: skip
def test_a_system_microservice_is_changed_under_no_other_path(
    operator: WireClient, router: Microservice, method: str, path: str, body: Any
) -> None:
    reply = operator.call(method, f"/microservices/{router.uuid}{path}", body)

    assert fault_of(reply) == (400, "ValidationError")
    assert "System microservice router can't be updated here" in reply.json()["message"]
    assert operator.call("GET", f"/microservices/{router.uuid}").status_code == 200


@pytest.mark.parametrize(("row", "schedule", "status"), [("web", 6, 204), ("web", 5, 400), ("router", 5, 204), ("router", 6, 400)])  # fmt: skip
def test_what_the_controller_needs_starts_before_all_else(
    operator: WireClient, router: Microservice, web: Microservice, row: str, schedule: int, status: int
) -> None:
    path = {"web": f"/microservices/{web.uuid}", "router": f"/microservices/system/{router.uuid}"}[row]

    reply = operator.call("PATCH", path, {"schedule": schedule})

    assert reply.status_code == status
    if status == 400:
        assert "Microservice schedule must be between" in reply.json()["message"]


def test_public_ports_are_a_bare_list_of_nothing(viewer: WireClient) -> None:
    assert viewer.call("GET", "/microservices/public-ports").json() == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/application/yaml"), ("GET", "/microservices/yaml"), ("POST", "/microservices/public-ports"),
     ("POST", "/microservices/system")],
)  # fmt: skip
def test_a_word_of_the_wire_is_never_taken_for_a_name(operator: WireClient, method: str, path: str) -> None:
    reply = operator.call(method, path, {})

    assert (fault_of(reply), reply.json()["message"]) == (
        (404, "NotFoundError"), "There is no such path or method here.",
    )  # fmt: skip


def test_listing_system_microservices_costs_the_same_for_any_number(
    viewer: WireClient, router: Microservice, django_assert_num_queries: Any
) -> None:
    viewer.call("GET", "/user/profile")
    for size in (1, 10):
        MicroserviceFactory.create_batch(size, application=router.application)
        with django_assert_num_queries(8):
            viewer.call("GET", "/microservices/system")
