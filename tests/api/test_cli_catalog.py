"""The calls of the CLIs' commands on sign-in, catalog items and registries, in their order, with what they print."""

import json
from typing import Any

import pytest

from catalogweb.accounts.models import User
from catalogweb.catalog.models import Registry
from tests.api.cli import Cli, renewed, signed_in, wrong_types
from tests.api.conftest import WireClient, client_with
from tests.factories import PASSWORD, AgentFactory, CatalogItemFactory, PrivateRegistryFactory, UserFactory

ITEM = {
    "name": "camera",
    "description": "Films",
    "images": [{"containerImage": "team/cam:1", "fogTypeId": 1}, {"containerImage": "", "fogTypeId": 2}],
    "registryId": 1,
}
REGISTRY = {
    "url": "registry.example.org", "isPublic": True, "certificate": "", "requiresCert": False, "username": "ann",
    "password": "a long secret", "email": "ann@example.org",
}  # fmt: skip


@pytest.fixture
def ann(db: None) -> User:
    return UserFactory(email="ann@example.org", password=PASSWORD)


@pytest.fixture
def cli(operator: WireClient) -> Cli:
    return Cli(operator)


@pytest.mark.parametrize(
    "answer",
    [
        {"fogs": [{"cpuLimit": 80.5}]}, {"logSize": "1"}, {"isPublic": 1}, {"images": {}}, {"createdAt": "today"},
        {"config": "[]"}, {"name": 7}, {"id": 1, "ID": 2}, {"percentage": "12"}, {"userId": "7"}, {"id": 50.0},
    ],
)  # fmt: skip
def test_the_reader_notices_what_would_end_a_command(answer: dict[str, Any]) -> None:
    assert len(list(wrong_types(answer))) == 1


def test_connect_signs_in_and_remembers_the_agents(ann: User) -> None:
    AgentFactory(name="north-1")

    [agent] = signed_in("ann@example.org", PASSWORD)("GET", "/iofog-list?system=false")["fogs"]

    assert (agent["name"], bool(agent["uuid"])) == ("north-1", True)
    assert agent["host"] or agent["ipAddressExternal"]


def test_connect_with_a_wrong_password_ends(ann: User) -> None:
    body = {"email": "ann@example.org", "password": "wrong"}

    assert Cli(client_with("")).refusal("POST", "/user/login", body) == (401, "Invalid credentials")


def test_the_newer_cli_renews_its_session_before_each_command(ann: User) -> None:
    nobody = Cli(client_with("Bearer"))
    login = {"email": "ann@example.org", "password": PASSWORD, "totp": "123456"}
    refresh = nobody("POST", "/user/login", login)["refreshToken"]

    for _ in range(2):
        cli, refresh = renewed(refresh)
        assert cli("GET", "/registries")["registries"]
    # What makes it sign in again is looked for in the sentence.
    status, words = nobody.refusal("POST", "/user/refresh", {"refreshToken": "stale"})

    assert status == 401
    assert "invalid token" in words


def test_get_controllers_prints_a_version_that_lists_microservices(cli: Cli) -> None:
    seen = cli("GET", "/status")
    major, minor, patch = (int(part) for part in seen["versions"]["controller"].partition("-")[0].split("."))

    # The older client compares each number by itself.
    assert (major >= 2, minor >= 0, patch >= 2) == (True, True, True)
    assert (seen["status"], type(seen["timestamp"])) == ("online", int)
    assert seen["uptimeSec"] >= 0


def test_get_catalog_prints_both_images_and_the_registry(cli: Cli) -> None:
    CatalogItemFactory(name="camera", images={"x86": "team/cam:1"})

    rows = cli("GET", "/catalog/microservices")["catalogItems"]

    row = next(row for row in rows if row["name"] == "camera")
    images = {image["fogTypeId"]: image["containerImage"] for image in row["images"]}
    assert (images, row["registryId"]) == ({1: "team/cam:1", 2: None}, 1)
    assert row["id"] > 3


def test_deploy_catalog_item_without_id_makes_it(cli: Cli) -> None:
    made = cli("POST", "/catalog/microservices", ITEM)
    seen = cli("GET", f"/catalog/microservices/{made['id']}")

    assert type(made["id"]) is int
    assert (seen["name"], seen["description"], seen["images"][0]["containerImage"]) == ("camera", "Films", "team/cam:1")


def test_deploy_catalog_item_with_id_keeps_the_image_that_is_not_sent(cli: Cli) -> None:
    item = CatalogItemFactory(name="camera", images={"x86": "team/cam:1", "arm": "team/cam-arm:1"})
    path = f"/catalog/microservices/{item.pk}"
    assert cli("GET", path)["name"] == "camera"

    images = [{"containerImage": "team/cam:2", "fogTypeId": 1}]
    assert cli("PATCH", path, ITEM | {"ID": item.pk, "images": images}) == {}

    assert [image["containerImage"] for image in cli("GET", path)["images"]] == ["team/cam:2", "team/cam-arm:1"]


def test_deploy_catalog_item_twice_ends_with_a_conflict(cli: Cli) -> None:
    cli("POST", "/catalog/microservices", ITEM)

    status, words = cli.refusal("POST", "/catalog/microservices", ITEM)

    assert (status, words.partition(":")[0]) == (409, "Duplicate name 'camera'")


def test_delete_catalogitem_takes_the_first_of_that_name(cli: Cli) -> None:
    CatalogItemFactory(name="camera")
    number = next(r["id"] for r in cli("GET", "/catalog/microservices")["catalogItems"] if r["name"] == "camera")

    assert cli("DELETE", f"/catalog/microservices/{number}") == {}
    assert cli("GET", f"/catalog/microservices/{number}") is None


def test_get_registries_prints_them_by_number(cli: Cli) -> None:
    PrivateRegistryFactory(url="registry.example.org", username="ann")

    rows = cli("GET", "/registries")["registries"]

    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert [row["url"] for row in rows[:2]] == ["registry.hub.docker.com", "from_cache"]
    assert (rows[2]["username"], not rows[2]["isPublic"], "password" in rows[2]) == ("ann", True, False)


def test_describe_registry_of_either_client(cli: Cli) -> None:
    registry = PrivateRegistryFactory(email="ann@example.org")

    # The older one picks it from the list, the newer one asks for it.
    row = next(row for row in cli("GET", "/registries")["registries"] if row["id"] == registry.pk)
    one = cli("GET", f"/registries/{registry.pk}")

    assert row.items() <= one.items()
    assert (one["userEmail"], one["password"]) == ("ann@example.org", "")


def test_deploy_registry_without_id_makes_it(cli: Cli) -> None:
    made = cli("POST", "/registries", REGISTRY)

    assert type(made["id"]) is int
    assert Registry.objects.get(pk=made["id"]).has_password


@pytest.mark.parametrize("change", [{"email": "new@example.org"}, {"isPublic": False}, {"password": "another"}])
def test_deploy_registry_with_id_sends_what_the_file_says(cli: Cli, change: dict[str, Any]) -> None:
    number = cli("POST", "/registries", REGISTRY)["id"]

    assert cli("PATCH", f"/registries/{number}", change) == {}

    registry = Registry.objects.get(pk=number)
    assert (registry.email, registry.has_password) == (change.get("email", "ann@example.org"), True)


def test_delete_registry_by_its_number(cli: Cli) -> None:
    number = cli("POST", "/registries", REGISTRY)["id"]

    assert cli("DELETE", f"/registries/{number}") == {}
    assert [row["id"] for row in cli("GET", "/registries")["registries"]] == [1, 2]
    assert cli("DELETE", f"/registries/{number}") is None


def test_answers_to_clients_are_json_without_fractions_of_whole_numbers(cli: Cli) -> None:
    reply = cli.client.call("GET", "/catalog/microservices")

    assert reply.headers["Content-Type"].startswith("application/json")
    assert "ramRequired" in reply.text
    assert not any(isinstance(value, float) for row in json.loads(reply.text)["catalogItems"] for value in row.values())
