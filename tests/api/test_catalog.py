"""Catalog items and registries over REST."""

from typing import Any

import pytest

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import CatalogItem, Registry
from tests.api.conftest import WireClient, fault_of
from tests.factories import CatalogItemFactory, MicroserviceFactory, PrivateRegistryFactory

ITEM = {
    "name": "My item",
    "registryId": 1,
    "images": [{"containerImage": "team/app:1", "fogTypeId": 1}, {"containerImage": "", "fogTypeId": 2}],
}
REGISTRY = {
    "url": "https://Reg.example.org/v2/", "isPublic": True, "username": "john", "password": "s3cret-s3cret",
    "email": "john@example.org", "certificate": "", "requiresCert": False,
}  # fmt: skip


# --- items ----------------------------------------------------------------------------------------------


def test_items_are_listed_with_the_built_in_ones(viewer: WireClient) -> None:
    items = viewer.call("GET", "/catalog/microservices").json()["catalogItems"]

    assert [item["id"] for item in items] == [1, 2, 3, 4, 5]
    assert items[3] == {
        "id": 4, "name": "Debug", "description": "The built-in debugger for Eclipse ioFog IoFog Agent.",
        "category": "SYSTEM", "publisher": "Eclipse ioFog", "picture": "images/shared/default.png",
        "configExample": "{}", "diskRequired": 0, "ramRequired": 0, "isPublic": True, "registryId": 1,
        "inputType": None, "outputType": None,
        "images": [
            {"containerImage": "ghcr.io/eclipse-iofog/node-debugger:latest", "fogTypeId": 1},
            {"containerImage": "ghcr.io/eclipse-iofog/node-debugger:latest", "fogTypeId": 2},
        ],
    }  # fmt: skip


def test_an_item_is_created_with_a_number_above_the_built_in_ones(operator: WireClient) -> None:
    reply = operator.call("POST", "/catalog/microservices", ITEM)

    number = reply.json()["id"]
    assert reply.status_code == 201
    assert number >= 17
    images = operator.call("GET", f"/catalog/microservices/{number}").json()["images"]
    assert images == [{"containerImage": "team/app:1", "fogTypeId": 1}, {"containerImage": None, "fogTypeId": 2}]


@pytest.mark.parametrize(
    ("changes", "fault", "message"),
    [
        ({"name": None}, (400, "ValidationError"), "Required field 'name' is missing"),
        ({"name": 5}, (400, "ValidationError"), "Field 'name' is not of a type(s) string"),
        ({"registryId": [1]}, (400, "ValidationError"), "Field 'registryId' is not of a type(s) string"),
        ({"registryId": "remotr"}, (404, "NotFoundError"), "Did you mean “remote”?"),
        ({"registryId": 99}, (404, "NotFoundError"), "Invalid registry id '99'"),
        (
            {"images": [{"containerImage": "a"}]},
            (400, "ValidationError"),
            "Required field 'images[0].fogTypeId' is missing",
        ),
        ({"images": "a"}, (400, "ValidationError"), "Field 'images' is not of a type(s) array"),
        ({"images": []}, (400, "ValidationError"), ""),
        ({"isPublic": "true"}, (400, "ValidationError"), "Field 'isPublic' is not of a type(s) boolean"),
        ({"name": "router"}, (409, "DuplicatePropertyError"), "Duplicate name 'router'"),
        ({"category": "SYSTEM"}, (400, "ValidationError"), "SYSTEM"),
    ],
)
def test_an_item_is_refused_with_its_fault(
    operator: WireClient, changes: dict[str, Any], fault: tuple[int, str], message: str
) -> None:
    reply = operator.call("POST", "/catalog/microservices", ITEM | changes)

    assert fault_of(reply) == fault
    assert message in reply.json()["message"]
    assert CatalogItem.objects.count() == 5


def test_an_item_takes_a_registry_by_its_alias(operator: WireClient) -> None:
    number = operator.call("POST", "/catalog/microservices", ITEM | {"registryId": "local"}).json()["id"]

    assert operator.call("GET", f"/catalog/microservices/{number}").json()["registryId"] == 2


def test_an_item_is_warned_about_credentials_that_its_image_will_not_get(operator: WireClient) -> None:
    registry = PrivateRegistryFactory()

    created = operator.call("POST", "/catalog/microservices", ITEM | {"registryId": registry.pk}).json()

    [warning] = created["warnings"]
    assert f"team/app:1 will be pulled from docker.io, without the credentials of {registry.url}" in warning
    assert operator.call("GET", f"/catalog/microservices/{created['id']}").json()["warnings"] == [warning]


def test_a_changed_image_keeps_the_reason(operator: WireClient) -> None:
    item = CatalogItemFactory()
    images = [{"containerImage": "team/web:2", "fogTypeId": 1}]

    operator.call("PATCH", f"/catalog/microservices/{item.pk}", {"images": images, "reason": "Fixes the leak"})

    item.refresh_from_db()
    assert item.current.reason == "Fixes the leak"


def test_an_edited_item_keeps_the_images_that_are_not_listed(operator: WireClient) -> None:
    item = CatalogItemFactory()

    reply = operator.call(
        "PATCH",
        f"/catalog/microservices/{item.pk}",
        {"ID": item.pk, "images": [{"containerImage": "team/web:2", "fogTypeId": 1}]},
    )

    item.refresh_from_db()
    assert (reply.status_code, reply.content) == (204, b"")
    assert item.images == {"x86": "team/web:2", "arm": "team/web-arm:1"}


@pytest.mark.parametrize(
    ("query", "choice", "image"),
    [
        ("", {}, "team/web:2"), ("?stay=0", {}, "team/web:2"), ("", {"moveRunning": False}, "team/web:1"),
        ("?stay=1", {}, "team/web:1"), ("?stay=1", {"moveRunning": True}, "team/web:1"),
    ],
)  # fmt: skip
def test_an_edited_item_moves_what_runs_unless_told_otherwise(
    operator: WireClient, query: str, choice: dict[str, bool], image: str
) -> None:
    item = CatalogItemFactory()
    microservice = MicroserviceFactory(revision=item.current)

    images = [{"containerImage": "team/web:2", "fogTypeId": 1}]
    operator.call("PATCH", f"/catalog/microservices/{item.pk}{query}", {"images": images, **choice})

    assert operator.call("GET", f"/microservices/{microservice.uuid}").json()["image"] == image


def test_a_built_in_item_is_neither_edited_nor_deleted(operator: WireClient) -> None:
    edited = operator.call("PATCH", "/catalog/microservices/4", {"description": "mine"})
    deleted = operator.call("DELETE", "/catalog/microservices/4")

    assert (edited.json()["message"], fault_of(edited)[0]) == ("Catalog item id 4 is system and can't be updated", 400)
    assert (deleted.json()["message"], fault_of(deleted)[0]) == (
        "Catalog item id 4 is system and can't be deleted",
        400,
    )


@pytest.mark.parametrize("id", ["99", "Debug", "9" * 30, "-1"])
@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PATCH", {}), ("DELETE", None)])
def test_an_unknown_item_is_not_found(operator: WireClient, method: str, body: Any, id: str) -> None:
    reply = operator.call(method, f"/catalog/microservices/{id}", body)

    assert fault_of(reply) == (404, "NotFoundError")
    assert reply.json()["message"] == f"Invalid catalog item id '{id}'"


def test_an_item_in_use_is_not_deleted_and_says_where_it_is_used(operator: WireClient) -> None:
    item = CatalogItemFactory()
    MicroserviceFactory(revision=item.current, name="web", application__name="shop", agent__name="north-1")

    reply = operator.call("DELETE", f"/catalog/microservices/{item.pk}")

    assert fault_of(reply) == (400, "ValidationError")
    assert "shop/web on north-1" in reply.json()["message"]


def test_an_item_is_deleted(operator: WireClient) -> None:
    item = CatalogItemFactory()

    assert operator.call("DELETE", f"/catalog/microservices/{item.pk}").status_code == 204
    assert not CatalogItem.objects.filter(pk=item.pk).exists()


def test_listing_items_costs_the_same_for_any_number(viewer: WireClient, django_assert_num_queries: Any) -> None:
    viewer.call("GET", "/user/profile")
    with django_assert_num_queries(3):
        viewer.call("GET", "/catalog/microservices")
    CatalogItemFactory.create_batch(20)
    with django_assert_num_queries(3):
        viewer.call("GET", "/catalog/microservices")


# --- registries -----------------------------------------------------------------------------------------


def test_a_registry_with_credentials_is_private_whatever_it_says(operator: WireClient) -> None:
    reply = operator.call("POST", "/registries", REGISTRY)

    assert reply.status_code == 201
    assert operator.call("GET", "/registries").json()["registries"][2] == {
        "id": reply.json()["id"], "url": "reg.example.org", "isPublic": False, "isSecure": True, "certificate": "",
        "requiresCert": False, "username": "john", "userEmail": "john@example.org", "userId": None,
    }  # fmt: skip


def test_a_password_never_leaves(operator: WireClient) -> None:
    one = f"/registries/{operator.call('POST', '/registries', REGISTRY).json()['id']}"

    texts = [operator.call("GET", path).content.decode() for path in ("/registries", one)]

    assert not any("s3cret" in text for text in texts)
    assert operator.call("GET", one).json()["password"] == ""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"url": None}, "Required field 'url' is missing"),
        ({"isPublic": None}, "Required field 'isPublic' is missing"),
        ({"username": ""}, "Field username does not meet minimum length of 1"),
        ({"email": "john"}, "Invalid format for field 'email'"),
        ({"password": 5}, "Field 'password' is not of a type(s) string"),
    ],
)
def test_a_registry_is_refused_with_its_fault(operator: WireClient, changes: dict[str, Any], message: str) -> None:
    reply = operator.call("POST", "/registries", REGISTRY | changes)

    assert fault_of(reply) == (400, "ValidationError")
    assert reply.json()["message"] == message


def test_a_blank_password_keeps_the_stored_one_and_the_registry_private(operator: WireClient) -> None:
    registry = PrivateRegistryFactory()

    reply = operator.call("PATCH", f"/registries/{registry.pk}", {"username": "ann", "password": "", "isPublic": True})

    registry.refresh_from_db()
    assert reply.status_code == 204
    assert (registry.username, registry.password, registry.is_private) == ("ann", "q1u45ic9kst563art", True)


def test_only_removed_credentials_make_a_registry_public_again(operator: WireClient) -> None:
    registry = PrivateRegistryFactory()

    for body, private in (({"isPublic": True}, True), ({"removeCredentials": True}, False)):
        operator.call("PATCH", f"/registries/{registry.pk}", body)
        registry.refresh_from_db()
        assert registry.is_private is private
    assert (registry.username, registry.has_password) == ("", False)


def test_another_host_needs_the_password_again(operator: WireClient) -> None:
    registry = PrivateRegistryFactory()

    reply = operator.call("PATCH", f"/registries/{registry.pk}", {"url": "evil.example.org"})

    assert fault_of(reply) == (400, "ValidationError")


def test_another_host_is_taken_and_warned_about(operator: WireClient) -> None:
    registry = PrivateRegistryFactory(url="old.example.org")
    CatalogItemFactory(name="web", images={"x86": "old.example.org/web:1"}, images__registry=registry)

    reply = operator.call("PATCH", f"/registries/{registry.pk}", {"url": "new.example.org", "password": "new"})

    assert reply.status_code == 204
    [warning] = operator.call("GET", f"/registries/{registry.pk}").json()["warnings"]
    assert warning.startswith("Catalog item web has images that are not on new.example.org")


def test_built_in_registries_stay(operator: WireClient) -> None:
    for method, body in (("PATCH", {"url": "x.org"}), ("DELETE", None)):
        reply = operator.call(method, "/registries/1", body)
        assert fault_of(reply) == (400, "ValidationError")
        assert reply.json()["message"] == "Registry is system and can't be updated or deleted"


@pytest.mark.parametrize(
    ("method", "id", "status", "message"),
    [
        ("GET", "99", 404, "Invalid registry id '99'"),
        ("PATCH", "99", 404, "Registry not found"),
        ("DELETE", "99", 404, "Invalid registry id '99'"),
        ("DELETE", "x", 400, "Field 'id' is not of a type(s) integer"),
        ("GET", "x", 404, "Invalid registry id 'x'"),
    ],
)
def test_an_unknown_registry_is_refused(operator: WireClient, method: str, id: str, status: int, message: str) -> None:
    reply = operator.call(method, f"/registries/{id}", {})

    assert (reply.status_code, reply.json()["message"]) == (status, message)


def test_a_registry_in_use_is_not_deleted(operator: WireClient) -> None:
    registry = PrivateRegistryFactory()
    CatalogItemFactory(name="camera", images__registry_id=registry.pk)

    reply = operator.call("DELETE", f"/registries/{registry.pk}")

    assert fault_of(reply) == (400, "ValidationError")
    assert "camera" in reply.json()["message"]


def test_a_registry_is_deleted(operator: WireClient) -> None:
    registry = PrivateRegistryFactory()

    assert operator.call("DELETE", f"/registries/{registry.pk}").status_code == 204
    assert not Registry.objects.filter(pk=registry.pk).exists()


def test_listing_registries_costs_the_same_for_any_number(viewer: WireClient, django_assert_num_queries: Any) -> None:
    viewer.call("GET", "/user/profile")
    PrivateRegistryFactory.create_batch(20)

    with django_assert_num_queries(2):
        registries = viewer.call("GET", "/registries").json()["registries"]

    assert [registry["id"] for registry in registries] == sorted(registry["id"] for registry in registries)


def test_a_registry_names_where_its_secret_is_kept_and_when_it_ends(operator: WireClient) -> None:
    more = {"password": "", "secretReference": "env:CATALOGWEB_REGISTRY_HUB", "expiresOn": "2030-01-31"}
    one = f"/registries/{operator.call('POST', '/registries', REGISTRY | more).json()['id']}"

    told = operator.call("GET", one).json()
    assert {name: told[name] for name in more} == more
    assert (told["secretVersion"], told["isPublic"]) == (1, False)

    assert operator.call("PATCH", one, {"expiresOn": ""}).status_code == 204
    assert operator.call("GET", one).json()["expiresOn"] is None


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"secretReference": "env:DATABASE_URL"}, "starts with CATALOGWEB_REGISTRY_"),
        ({"expiresOn": "soon"}, "Invalid format for field 'expiresOn'"),
        ({"expiresOn": 2030}, "Field 'expiresOn' is not of a type(s) string"),
    ],
)
def test_an_odd_reference_or_day_is_refused(operator: WireClient, more: dict[str, Any], message: str) -> None:
    reply = operator.call("POST", "/registries", REGISTRY | {"password": ""} | more)

    assert reply.status_code == 400
    assert message in reply.json()["message"]


def test_a_secret_is_rotated_and_the_log_says_who_fetched_it(
    operator: WireClient, edge: WireClient, agent: Agent
) -> None:
    registry = PrivateRegistryFactory(secret_version=1)
    MicroserviceFactory(agent=agent, revision__registry_id=registry.pk)
    one = f"/registries/{registry.pk}"

    assert operator.call("POST", f"{one}/rotate", {"password": "another one"}).status_code == 204
    before = operator.call("GET", f"{one}/deliveries").json()
    assert edge.call("GET", "/agent/registries").json()["registries"][-1]["password"] == "another one"
    after = operator.call("GET", f"{one}/deliveries")

    assert before == {"secretVersion": 2, "agents": 1, "agentsWithNewest": 0, "deliveries": []}
    [delivery] = after.json()["deliveries"]
    assert (delivery["agentUuid"], delivery["agentName"], delivery["version"]) == (agent.uuid, "north-1", 2)
    assert "another one" not in after.content.decode()
