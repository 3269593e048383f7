"""Microservices over REST."""

import json
from typing import Any

import pytest

from catalogweb.agents.models import Agent, AgentStatus
from catalogweb.catalog.models import CatalogItem, Revision
from catalogweb.deployments.models import Application, Microservice, MicroserviceStatus
from tests.api.conftest import WireClient, fault_of
from tests.factories import (
    AgentFactory,
    ApplicationFactory,
    CatalogItemFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
)

IMAGES = [{"containerImage": "team/web:1", "fogTypeId": 1}, {"containerImage": "team/web-arm:1", "fogTypeId": 2}]
FULL = {
    "config": '{"level": 3}',
    "env": [{"key": "B", "value": "1"}, {"key": "A", "value": "2"}],
    "ports": [{"internal": 80, "external": 5080}, {"internal": 53, "external": 5053, "protocol": "udp"}],
    "volumeMappings": [{"hostDestination": "/srv", "containerDestination": "/data", "accessMode": "rw"}],
    "cmd": ["-c", "run"],
    "extraHosts": [{"name": "db", "address": "10.0.0.5"}],
    "logSize": 5,
    "schedule": 20,
    "hostNetworkMode": True,
    "isPrivileged": True,
    "annotations": '{"a": "b"}',
    "runAsUser": "1000",
    "memoryLimit": 1048576,
    "capAdd": ["NET_ADMIN"],
    "healthCheck": {"test": ["CMD", "true"], "interval": 10},
}


@pytest.fixture
def shop(db: None) -> Application:
    return ApplicationFactory(name="shop")


@pytest.fixture
def body(agent: Agent, shop: Application) -> dict[str, Any]:
    return {"name": "web", "application": "shop", "iofogUuid": agent.uuid, "images": IMAGES}


def create(operator: WireClient, body: dict[str, Any], **changes: Any) -> Any:
    return operator.call("POST", "/microservices", body | changes)


def described(client: WireClient, name: str = "web") -> dict[str, Any]:
    return client.call("GET", f"/microservices/{Microservice.objects.get(name=name).uuid}").json()


# --- create ---------------------------------------------------------------------------------------------


def test_a_microservice_is_warned_about_credentials_that_its_image_will_not_get(
    operator: WireClient, body: dict[str, Any]
) -> None:
    plain = create(operator, body)
    guarded = create(operator, body, name="guarded", ports=[], registryId=PrivateRegistryFactory().pk)

    assert "warnings" not in plain.json()
    assert "without the credentials" in guarded.json()["warnings"][0]


def test_a_microservice_comes_out_as_it_went_in(operator: WireClient, body: dict[str, Any], agent: Agent) -> None:
    reply = create(operator, body, **FULL)

    assert reply.status_code == 201
    assert reply.json().keys() == {"uuid", "name"}
    seen = described(operator)
    for name in ("cmd", "logSize", "schedule", "hostNetworkMode", "isPrivileged", "runAsUser", "memoryLimit", "capAdd",
                 "healthCheck"):  # fmt: skip
        assert seen[name] == FULL[name], name
    assert (json.loads(seen["config"]), json.loads(seen["annotations"])) == ({"level": 3}, {"a": "b"})
    assert [(variable["key"], variable["value"]) for variable in seen["env"]] == [("B", "1"), ("A", "2")]
    assert [port["protocol"] for port in seen["ports"]] == ["tcp", "udp"]
    assert seen["volumeMappings"] == [FULL["volumeMappings"][0] | {"id": 1, "type": "bind"}]  # type: ignore[index]
    assert seen["extraHosts"] == [{"name": "db", "address": "10.0.0.5", "value": "10.0.0.5"}]
    assert (seen["iofogUuid"], seen["registryId"], seen["images"]) == (agent.uuid, 1, IMAGES)


def test_a_new_microservice_has_the_defaults_of_the_wire(operator: WireClient, body: dict[str, Any]) -> None:
    create(operator, body)

    seen = described(operator)
    expected = {
        "application": "shop", "catalogItemId": None, "config": "{}", "annotations": "{}", "rootHostAccess": False,
        "logSize": 1, "schedule": 50, "delete": False, "deleteWithCleanup": False, "isActivated": True, "ports": [],
        "volumeMappings": [], "env": [], "cmd": [], "extraHosts": [], "routes": [], "runAsUser": "", "platform": "",
        "memoryLimit": None, "capAdd": [], "cdiDevices": [], "execEnabled": False, "serviceAccount": None,
        "userId": None, "statusText": "Waiting (agent never connected)", "warnings": [],
    }  # fmt: skip
    assert {name: seen[name] for name in expected} == expected
    assert seen["applicationId"] == seen["flowId"]
    assert seen["status"]["status"] == "QUEUED"
    assert "healthCheck" not in seen


def test_a_microservice_of_an_item_says_what_its_agent_really_gets(operator: WireClient, body: dict[str, Any]) -> None:
    arm = AgentFactory(architecture="arm")
    item = CatalogItemFactory()

    create(operator, body, catalogItemId=item.pk, iofogUuid=None, agentName=arm.name)

    seen = described(operator)
    assert (seen["image"], seen["architecture"]) == ("team/web-arm:1", "arm")
    assert (seen["catalogItemId"], seen["catalogItemRevision"], seen["images"]) == (item.pk, 1, [])


def test_a_built_in_item_can_be_deployed_and_is_listed(operator: WireClient, body: dict[str, Any]) -> None:
    create(operator, body, catalogItemId=4)

    [seen] = operator.call("GET", "/microservices").json()["microservices"]
    assert (seen["catalogItemId"], seen["image"]) == (4, "ghcr.io/eclipse-iofog/node-debugger:latest")


def test_images_are_kept_as_sent_and_warned_about(operator: WireClient, body: dict[str, Any]) -> None:
    registry = PrivateRegistryFactory(url="reg.example.org")

    create(operator, body, registryId=registry.pk)

    seen = described(operator)
    assert seen["images"] == IMAGES
    assert "without the credentials of reg.example.org" in seen["warnings"][0]


@pytest.mark.parametrize(
    ("changes", "fault", "message"),
    [
        ({"name": None}, (400, "ValidationError"), "Required field 'name' is missing"),
        ({"name": "Web!"}, (400, "ValidationError"), "Invalid format for field 'name'"),
        ({"application": None}, (400, "ValidationError"), "Required field 'application' is missing"),
        ({"application": "none"}, (404, "NotFoundError"), "Invalid application id 'none'"),
        ({"flowId": 999, "application": None}, (404, "NotFoundError"), "Invalid application id '999'"),
        ({"iofogUuid": "none"}, (400, "ValidationError"), "Invalid ioFog UUID 'none'"),
        ({"iofogUuid": None}, (400, "ValidationError"), "Name the agent"),
        ({"images": None}, (400, "ValidationError"), "Say what to run"),
        ({"images": [IMAGES[1]]}, (400, "ValidationError"), "Microservice web does not have a valid image for its Agent type"),
        ({"catalogItemId": 99}, (404, "NotFoundError"), "Invalid catalog item id '99'"),
        ({"registryId": 99}, (404, "NotFoundError"), "Invalid registry id '99'"),
        ({"ports": [{"internal": 80, "external": 54321}]}, (400, "ValidationError"), "Port '54321' is reserved for internal use"),
        ({"ports": [{"internal": 80}]}, (400, "ValidationError"), "Required field 'ports[0].external' is missing"),
        ({"ports": [{"internal": 80, "external": "1"}]}, (400, "ValidationError"), "Field 'ports[0].external' is not of a type(s) integer"),
        ({"ports": [{"internal": 80, "external": 81, "protocol": "sctp"}]}, (400, "ValidationError"), "enum values: tcp,udp"),
        ({"env": [{"key": "A", "value": 5}]}, (400, "ValidationError"), "Field 'env[0].value' is not of a type(s) string"),
        ({"cmd": [1]}, (400, "ValidationError"), "Field 'cmd[0]' is not of a type(s) string"),
        ({"config": "{"}, (400, "ValidationError"), "Field 'config' holds the text of a JSON object"),
        ({"logSize": 1.5}, (400, "ValidationError"), "Field 'logSize' is not of a type(s) integer"),
        ({"schedule": 101}, (400, "ValidationError"), "schedule must be less than or equal to 100"),
    ],
)  # fmt: skip
def test_a_microservice_is_refused_with_its_fault(
    operator: WireClient, body: dict[str, Any], changes: dict[str, Any], fault: tuple[int, str], message: str
) -> None:
    reply = create(operator, body, **changes)

    assert fault_of(reply) == fault
    assert message in reply.json()["message"]
    assert not Microservice.objects.exists()
    assert not Revision.objects.filter(item=None).exists()


def test_a_name_and_a_port_are_taken_once(operator: WireClient, body: dict[str, Any]) -> None:
    ports = [{"internal": 80, "external": 5080}]
    create(operator, body, ports=ports)

    assert fault_of(create(operator, body)) == (409, "DuplicatePropertyError")
    taken = create(operator, body, name="other", ports=ports)
    assert fault_of(taken) == (400, "ValidationError")
    assert "Port '5080' is not available" in taken.json()["message"]


def test_root_host_access_of_the_older_line_is_both_rights(operator: WireClient, body: dict[str, Any]) -> None:
    create(operator, body, rootHostAccess=True)

    seen = described(operator)
    assert (seen["rootHostAccess"], seen["hostNetworkMode"], seen["isPrivileged"]) == (True, True, True)


# --- one deployment, many agents ------------------------------------------------------------------------


def test_a_deployment_places_one_microservice_on_several_agents(operator: WireClient, body: dict[str, Any]) -> None:
    arm = AgentFactory(name="South 1", architecture="arm")

    reply = operator.call("POST", "/deployments", body | {"agents": ["north-1", arm.uuid]})

    assert reply.status_code == 201
    assert [row["name"] for row in reply.json()["microservices"]] == ["web-north-1", "web-south-1"]
    images = {row.agent.name: row.image for row in Microservice.objects.detailed()}
    assert images == {"north-1": "team/web:1", "South 1": "team/web-arm:1"}
    assert reply.json()["uuids"] == [row["uuid"] for row in reply.json()["microservices"]]


def test_a_deployment_lists_every_refusal_and_places_nothing(operator: WireClient, body: dict[str, Any]) -> None:
    for name in ("arm-1", "arm-2"):
        AgentFactory(name=name, architecture="arm")

    reply = operator.call(
        "POST",
        "/deployments",
        body | {"images": IMAGES[:1], "agents": ["north-1", "arm-1", "arm-2"], "pattern": "{agent}"},
    )

    assert fault_of(reply) == (400, "ValidationError")
    assert [("arm-1" in text, "arm-2" in text) for text in reply.json()["messages"]] == [(True, False), (False, True)]
    assert not Microservice.objects.exists()


# --- list and describe ----------------------------------------------------------------------------------


def test_a_list_is_narrowed_by_application(viewer: WireClient) -> None:
    web, other = MicroserviceFactory(application__name="shop"), MicroserviceFactory()

    def uuids(query: str) -> list[str]:
        return [row["uuid"] for row in viewer.call("GET", f"/microservices{query}").json()["microservices"]]

    assert uuids("?application=shop") == [web.uuid]
    assert uuids(f"?application={web.application_id}") == [web.uuid]
    assert uuids(f"?flowId={other.application_id}") == [other.uuid]
    assert sorted(uuids("")) == sorted([web.uuid, other.uuid])


def test_a_list_of_an_unknown_application_says_so_in_the_words_clients_look_for(viewer: WireClient) -> None:
    reply = viewer.call("GET", "/microservices?application=none")

    assert fault_of(reply) == (404, "NotFoundError")
    assert "Invalid application id" in reply.json()["message"]


def test_microservices_of_system_applications_are_not_listed(viewer: WireClient) -> None:
    MicroserviceFactory(application__is_system=True)

    assert viewer.call("GET", "/microservices").json() == {"microservices": []}


def test_listing_microservices_costs_the_same_for_any_number(
    viewer: WireClient, django_assert_num_queries: Any
) -> None:
    MicroserviceFactory.create_batch(2)
    viewer.call("GET", "/user/profile")
    with django_assert_num_queries(8):
        viewer.call("GET", "/microservices")
    MicroserviceFactory.create_batch(20)
    with django_assert_num_queries(8):
        assert len(viewer.call("GET", "/microservices").json()["microservices"]) == 22


def test_a_status_is_unknown_once_the_agent_is_silent(viewer: WireClient) -> None:
    row = MicroserviceFactory()
    MicroserviceStatus.objects.update(state="RUNNING", reported_at="2020-01-01T00:00Z", started_ms=5)
    AgentStatus.objects.update(
        reported_at="2020-01-01T00:00Z", late_at="2020-01-01T00:00Z", offline_at="2020-01-01T00:00Z"
    )

    seen = viewer.call("GET", f"/microservices/{row.uuid}").json()

    assert (seen["status"]["status"], seen["status"]["startTime"]) == ("UNKNOWN", 5)
    assert seen["statusText"].startswith("Unknown (last seen ")


# --- edit -----------------------------------------------------------------------------------------------


def edit(operator: WireClient, **changes: Any) -> Any:
    return operator.call("PATCH", f"/microservices/{Microservice.objects.get(name='web').uuid}", changes)


def test_an_edit_keeps_what_it_does_not_name(operator: WireClient, body: dict[str, Any]) -> None:
    create(operator, body, **FULL)
    before = described(operator)

    reply = edit(operator, env=[])

    after = described(operator)
    changed = {name for name in before if before[name] != after[name]}
    assert (reply.status_code, reply.content) == (204, b"")
    assert changed == {"env", "generation", "updatedAt"}


def test_an_edit_moves_to_another_agent(operator: WireClient, body: dict[str, Any]) -> None:
    create(operator, body)
    arm = AgentFactory(architecture="arm")

    edit(operator, agentName=arm.name)

    assert (described(operator)["iofogUuid"], described(operator)["image"]) == (arm.uuid, "team/web-arm:1")


def test_an_edit_switches_between_item_and_own_images(operator: WireClient, body: dict[str, Any]) -> None:
    create(operator, body)

    edit(operator, catalogItemId=4, images=IMAGES)
    on_item = described(operator)
    edit(operator, catalogItemId=0, images=[{"containerImage": "mine:1", "fogTypeId": 1}])
    on_own = described(operator)

    assert (on_item["catalogItemId"], on_item["images"]) == (4, [])
    assert (on_own["catalogItemId"], on_own["image"]) == (None, "mine:1")


def test_an_edit_with_the_same_images_changes_nothing(operator: WireClient, body: dict[str, Any]) -> None:
    create(operator, body)

    edit(operator, images=IMAGES, registryId=1)

    assert described(operator)["generation"] == 1
    assert Revision.objects.filter(item=None).count() == 1


def test_an_option_is_emptied_by_an_empty_value(operator: WireClient, body: dict[str, Any]) -> None:
    create(operator, body, runAsUser="1000", platform="linux/arm64")

    edit(operator, runAsUser="")

    assert (described(operator)["runAsUser"], described(operator)["platform"]) == ("", "linux/arm64")


# --- start, stop, rebuild, delete -----------------------------------------------------------------------


def test_start_stop_and_rebuild(operator: WireClient) -> None:
    row = MicroserviceFactory()
    path = f"/microservices/{row.uuid}"

    assert operator.call("PATCH", f"{path}/stop").status_code == 204
    assert operator.call("GET", path).json()["isActivated"] is False
    assert operator.call("PATCH", f"{path}/start").status_code == 204
    assert operator.call("PATCH", f"{path}/rebuild").status_code == 204
    assert (operator.call("GET", path).json()["isActivated"], operator.call("GET", path).json()["generation"]) == (
        True,
        2,
    )


def test_start_needs_a_started_application(operator: WireClient) -> None:
    row = MicroserviceFactory(application__name="shop", application__is_activated=False, is_activated=False)

    reply = operator.call("PATCH", f"/microservices/{row.uuid}/start")

    assert fault_of(reply) == (400, "ValidationError")
    assert "Application shop is not activated" in reply.json()["message"]


def test_a_microservice_is_deleted(operator: WireClient) -> None:
    row = MicroserviceFactory()

    assert operator.call("DELETE", f"/microservices/{row.uuid}", {"withCleanup": True}).status_code == 204
    assert not Microservice.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("PATCH", "/start"), ("PATCH", "/rebuild"), ("GET", "/port-mapping")],
)
def test_an_unknown_microservice_is_not_found(operator: WireClient, method: str, path: str) -> None:
    reply = operator.call(method, f"/microservices/none{path}", {})

    assert fault_of(reply) == (404, "NotFoundError")
    assert reply.json()["message"] == "Invalid microservice user or UUID"


# --- what hangs on it -----------------------------------------------------------------------------------


def test_ports_are_added_and_removed_one_by_one(operator: WireClient) -> None:
    path = f"/microservices/{MicroserviceFactory().uuid}/port-mapping"

    added = operator.call("POST", path, {"internal": 80, "external": 5080})
    again = operator.call("POST", path, {"internal": 80, "external": 5081})

    assert (added.status_code, added.content) == (201, b"")
    assert (again.status_code, again.json()["message"]) == (400, "Port mapping already exists")
    assert operator.call("GET", path).json() == {"ports": [{"internal": 80, "external": 5080, "protocol": "tcp"}]}
    assert operator.call("DELETE", f"{path}/80").status_code == 204
    assert fault_of(operator.call("DELETE", f"{path}/80")) == (404, "NotFoundError")


def test_volumes_are_added_and_removed_one_by_one(operator: WireClient) -> None:
    path = f"/microservices/{MicroserviceFactory().uuid}/volume-mapping"
    volume = {"hostDestination": "/srv", "containerDestination": "/data", "accessMode": "ro"}

    assert operator.call("POST", path, volume).json() == {"id": 1}
    assert operator.call("POST", path, volume).json()["message"] == "Volume mapping already exists"
    assert operator.call("GET", path).json() == {"volumeMappings": [volume | {"id": 1, "type": "bind"}]}
    assert operator.call("DELETE", f"{path}/1").status_code == 204
    assert operator.call("DELETE", f"{path}/1").json()["message"] == "Invalid volume mapping id '1'"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "port-mapping/80", None), ("DELETE", "port-mapping/81", None), ("DELETE", "volume-mapping/9", None),
        ("POST", "port-mapping", {"internal": 80, "external": 5080}),
        ("POST", "volume-mapping",
         {"hostDestination": "/srv", "containerDestination": "/data", "accessMode": "ro"}),
    ],
)  # fmt: skip
def test_who_only_reads_is_told_so_whether_or_not_the_part_is_there(
    operator: WireClient, viewer: WireClient, method: str, path: str, body: Any
) -> None:
    place = f"/microservices/{MicroserviceFactory().uuid}"
    operator.call("POST", f"{place}/port-mapping", {"internal": 80, "external": 5080})

    assert viewer.call(method, f"{place}/{path}", body).status_code == 403


def test_a_config_is_the_whole_body(operator: WireClient) -> None:
    path = f"/microservices/{MicroserviceFactory().uuid}/config"

    assert operator.call("PATCH", path, {"b": [2, None]}).status_code == 204
    assert operator.call("GET", path).json() == {"config": {"b": [2, None]}}
    assert operator.call("DELETE", path).status_code == 204
    assert operator.call("GET", path).json() == {"config": {}}


def test_microservice_list_gives_a_page_when_asked(operator):
    MicroserviceFactory.create_batch(3)

    page = operator.get("/api/v3/microservices?limit=1&offset=1").json()["microservices"]
    everything = operator.get("/api/v3/microservices").json()["microservices"]

    assert page == everything[1:2]
    assert operator.get("/api/v3/microservices?limit=many").status_code == 400


# --- a revision of an item ------------------------------------------------------------------------------


@pytest.fixture
def revised(operator: WireClient) -> CatalogItem:
    """With revision 2 as its newest."""
    item = CatalogItemFactory()
    images = [{"containerImage": "team/web:2", "fogTypeId": 1}]
    operator.call("PATCH", f"/catalog/microservices/{item.pk}", {"images": images})
    return item


def revision_of(viewer: WireClient, uuid: str) -> tuple[int, str]:
    seen = viewer.call("GET", f"/microservices/{uuid}").json()
    return seen["catalogItemRevision"], seen["image"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [({}, (2, "team/web:2")), ({"catalogItemRevision": 0}, (2, "team/web:2")),
     ({"catalogItemRevision": 1}, (1, "team/web:1")), ({"catalogItemRevision": 2}, (2, "team/web:2"))],
)  # fmt: skip
def test_a_microservice_is_made_from_the_revision_that_is_named(
    operator: WireClient, revised: CatalogItem, choice: dict[str, int], expected: tuple[int, str]
) -> None:
    agent, application = AgentFactory(), ApplicationFactory()
    body = {"name": "web", "application": application.name, "iofogUuid": agent.uuid, "catalogItemId": revised.pk}

    made = operator.call("POST", "/microservices", body | choice).json()

    assert revision_of(operator, made["uuid"]) == expected


def test_a_microservice_goes_back_to_an_older_revision_of_its_item(operator: WireClient, revised: CatalogItem) -> None:
    uuid = MicroserviceFactory(revision=CatalogItem.objects.get(pk=revised.pk).current).uuid

    for number, image in ((1, "team/web:1"), (2, "team/web:2")):
        assert operator.call("PATCH", f"/microservices/{uuid}", {"catalogItemRevision": number}).status_code == 204
        assert revision_of(operator, uuid) == (number, image)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [({"catalogItemRevision": 9}, 404, "has no revision 9"), ({"catalogItemRevision": 2**31 - 1}, 404, "has no revision"),
     ({"catalogItemRevision": "1"}, 400, "integer"), ({"catalogItemRevision": -1}, 400, "greater than")],
    ids=range(4),
)  # fmt: skip
def test_a_revision_that_is_not_there_is_refused(
    operator: WireClient, revised: CatalogItem, body: dict[str, Any], status: int, words: str
) -> None:
    uuid = MicroserviceFactory(revision=CatalogItem.objects.get(pk=revised.pk).current).uuid

    reply = operator.call("PATCH", f"/microservices/{uuid}", body)

    assert (reply.status_code, words in reply.json()["message"]) == (status, True)
    assert revision_of(operator, uuid) == (2, "team/web:2")


def test_a_revision_needs_an_item(operator: WireClient) -> None:
    reply = operator.call("PATCH", f"/microservices/{MicroserviceFactory().uuid}", {"catalogItemRevision": 1})

    assert (reply.status_code, reply.json()["message"]) == (
        400, "Name the catalog item that catalogItemRevision is of.",
    )  # fmt: skip


@pytest.mark.parametrize("is_simulated", [False, True])
def test_replies_say_whether_anything_really_runs(viewer: WireClient, is_simulated: bool) -> None:
    row = MicroserviceFactory(agent__status__simulated=is_simulated)

    one, many = viewer.call("GET", f"/microservices/{row.uuid}").json(), viewer.call("GET", "/microservices").json()

    assert (one["simulated"], many["microservices"][0]["simulated"]) == (is_simulated, is_simulated)
