"""Row by row what clients rely on of applications and microservices: rules of bodies, flags, types of answers."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from catalogweb.agents.models import Agent, AgentStatus, ChangeFlags, Flag
from catalogweb.deployments.models import Application, Microservice, MicroserviceStatus, Route
from tests.api.conftest import WireClient, fault_of
from tests.factories import AgentFactory, ApplicationFactory, CatalogItemFactory, MicroserviceFactory

IMAGES = [{"containerImage": "team/web:1", "fogTypeId": 1}, {"containerImage": "team/web-arm:1", "fogTypeId": 2}]
LIST = {"microservice_list", "microservice_config"}


@pytest.fixture
def body(agent: Agent) -> dict[str, Any]:
    ApplicationFactory(name="shop")
    return {"name": "web", "application": "shop", "agentName": agent.name, "images": IMAGES}


@pytest.fixture
def web(agent: Agent) -> Microservice:
    return MicroserviceFactory(name="web", application__name="shop", agent=agent)


@pytest.fixture
def settle(db: None) -> Callable[[], None]:
    return lambda: ChangeFlags.objects.update(**dict.fromkeys(Flag.values, 0)) and None


def raised() -> dict[str, set[str]]:
    return {row.agent.name: row.raised for row in ChangeFlags.objects.select_related("agent") if row.raised}


# --- applications ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "changes", "fault", "message"),
    [
        ("POST", "/application", {"name": None}, (400, "ValidationError"), "Required field 'name' is missing"),
        ("POST", "/application", {"name": ""}, (400, "ValidationError"), "Field name does not meet minimum length of 1"),
        ("POST", "/application", {"name": 5}, (400, "ValidationError"), "Field 'name' is not of a type(s) string"),
        ("POST", "/application", {"name": "a_b"}, (400, "ValidationError"), "Invalid format for field 'name'"),
        ("POST", "/application", {"isActivated": 1}, (400, "ValidationError"), "Field 'isActivated' is not of a type(s) boolean"),
        ("POST", "/application", {"microservices": {}}, (400, "ValidationError"), "Field 'microservices' is not of a type(s) array"),
        ("POST", "/application", {"microservices": [{}]}, (400, "ValidationError"), "Required field 'microservices[0].name' is missing"),
        ("POST", "/application", {"natsAccess": True}, (400, "ValidationError"), "natsAccess must be provided under natsConfig.natsAccess"),
        ("POST", "/application", {"name": "taken"}, (409, "DuplicatePropertyError"), "Duplicate name 'taken'"),
        ("POST", "/flow", {"name": "taken"}, (409, "DuplicatePropertyError"), "Duplicate name 'taken'"),
        ("PATCH", "/application/shop", {"name": "taken"}, (409, "DuplicatePropertyError"), "Duplicate name 'taken'"),
        ("PATCH", "/application/shop", {"isSystem": True}, (400, "ValidationError"), "System applications are made by the controller only"),
        ("PUT", "/application/shop", {"name": "taken"}, (409, "DuplicatePropertyError"), "Duplicate name 'taken'"),
        ("PUT", "/application/none", {}, (404, "NotFoundError"), "Invalid application id 'none'"),
        ("PATCH", "/flow/none", {}, (404, "NotFoundError"), "Invalid application id 'none'"),
    ],
)  # fmt: skip
def test_an_application_is_refused_with_its_fault(
    operator: WireClient, method: str, path: str, changes: dict[str, Any], fault: tuple[int, str], message: str
) -> None:
    for name in ("shop", "taken"):
        ApplicationFactory(name=name)

    reply = operator.call(method, path, {"name": "new"} | changes)

    assert fault_of(reply) == fault
    assert message in reply.json()["message"]
    assert sorted(Application.objects.values_list("name", flat=True)) == ["shop", "taken"]


def test_the_legacy_paths_make_and_delete_applications_too(operator: WireClient) -> None:
    made = operator.call("POST", "/flow", {"name": "shop", "description": "x"}).json()

    assert operator.call("GET", f"/flow/{made['id']}").json()["description"] == "x"
    assert operator.call("GET", "/flow").json()["flows"][0]["name"] == "shop"
    assert operator.call("DELETE", f"/flow/{made['id']}").status_code == 204
    assert not Application.objects.exists()


def test_an_application_is_replaced_under_another_name(operator: WireClient, web: Microservice) -> None:
    assert operator.call("PUT", "/application/shop", {"name": "store"}).status_code == 204
    assert operator.call("GET", "/application/store").json()["microservices"][0]["uuid"] == web.uuid


@pytest.mark.parametrize("path", ["/application/shop", "/flow/{id}"])
def test_a_stopped_application_leaves_its_agents_lists(
    operator: WireClient, edge: WireClient, web: Microservice, settle: Callable[[], None], path: str
) -> None:
    operator.call("PATCH", path.format(id=web.application_id), {"isActivated": False})

    assert edge.call("GET", "/agent/microservices").json()["microservices"] == []
    assert raised() == {"north-1": LIST}

    settle()
    operator.call("PATCH", path.format(id=web.application_id), {"isActivated": False})
    assert raised() == {}


def test_an_application_is_deleted_with_all_that_hangs_on_it(operator: WireClient, web: Microservice) -> None:
    operator.call("POST", f"/microservices/{web.uuid}/port-mapping", {"internal": 80, "external": 5080})
    operator.call("POST", f"/microservices/{web.uuid}/routes/{web.uuid}")

    operator.call("DELETE", "/application/shop")

    assert not Microservice.objects.exists()
    assert not Route.objects.exists()
    assert not MicroserviceStatus.objects.exists()


# --- microservices: bodies ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"images": [{"containerImage": "a:1", "fogTypeId": 3}]}, "Field images[0].fogTypeId is not one of enum values: 1,2"),
        ({"images": [{"fogTypeId": 1}]}, "Required field 'images[0].containerImage' is missing"),
        ({"images": [*IMAGES, IMAGES[0]]}, "Field 'images' has at most 2 entries"),
        ({"images": [{"containerImage": "", "fogTypeId": 1}]}, "image"),
        ({"volumeMappings": [{"hostDestination": "/a", "containerDestination": "/b"}]}, "Required field 'volumeMappings[0].accessMode' is missing"),
        ({"volumeMappings": [{"hostDestination": "/a", "containerDestination": "/b", "accessMode": "rw", "type": "nfs"}]}, "Field volumeMappings[0].type is not one of enum values"),
        ({"volumeMappings": [{"hostDestination": "/a", "containerDestination": "/b", "accessMode": "x"}]}, "access mode"),
        ({"extraHosts": [{"name": "db"}]}, "Required field 'extraHosts[0].address' is missing"),
        ({"extraHosts": [{"name": "db", "address": "${Apps.shop.none.local}"}]}, "Could not find msvc host template"),
        ({"extraHosts": [{"name": "db", "address": "${Agents.none}"}]}, "Could not find agent host template"),
        ({"extraHosts": [{"name": "db", "address": "${shop}"}]}, "${shop} is not a valid host template"),
        ({"extraHosts": [{"name": "service.local", "address": "10.0.0.1"}]}, "service.local is reserved"),
        ({"ports": [{"internal": 0, "external": 5000}]}, "outside 1 to 65535"),
        ({"ports": [{"internal": 80, "external": 54322}]}, "Port '54322' is reserved for internal use"),
        ({"ports": [{"internal": 80, "external": 1}, {"internal": 81, "external": 1}]}, "mapped twice"),
        ({"annotations": "[]"}, "Field 'annotations' holds the text of a JSON object"),
        ({"annotations": {}}, "Field 'annotations' is not of a type(s) string"),
        ({"memoryLimit": "1g"}, "Field 'memoryLimit' is not of a type(s) integer"),
        ({"memoryLimit": -1}, "memoryLimit must be greater than or equal to 0"),
        ({"capAdd": "NET_ADMIN"}, "Field 'capAdd' is not of a type(s) array"),
        ({"capDrop": [1]}, "Field 'capDrop[0]' is not of a type(s) string"),
        ({"cdiDevices": {}}, "Field 'cdiDevices' is not of a type(s) array"),
        ({"healthCheck": []}, "Field 'healthCheck' is not of a type(s) object"),
        ({"healthCheck": {"test": "true"}}, "Field 'healthCheck.test' is not of a type(s) array"),
        ({"healthCheck": {"interval": 1.5}}, "Field 'healthCheck.interval' is not of a type(s) integer"),
        ({"runAsUser": 1000}, "Field 'runAsUser' is not of a type(s) string"),
        ({"hostNetworkMode": "true"}, "Field 'hostNetworkMode' is not of a type(s) boolean"),
        ({"rootHostAccess": 1}, "Field 'rootHostAccess' is not of a type(s) boolean"),
        ({"logSize": -1}, "logSize must be greater than or equal to 0"),
        ({"schedule": 5}, "Microservice schedule must be between 6 and 100"),
        ({"env": [{"key": "", "value": "x"}]}, "Field env[0].key does not meet minimum length of 1"),
        ({"env": {"A": "1"}}, "Field 'env' is not of a type(s) array"),
        ({"config": {"a": 1}}, "Field 'config' is not of a type(s) string"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_microservice_is_refused_with_its_fault(
    operator: WireClient, body: dict[str, Any], method: str, changes: dict[str, Any], message: str
) -> None:
    path = "/microservices"
    if method == "PATCH":
        path = f"/microservices/{operator.call('POST', path, body).json()['uuid']}"
    before = [*Microservice.objects.values()]

    reply = operator.call(method, path, (body if method == "POST" else {}) | changes)

    assert fault_of(reply) == (400, "ValidationError")
    assert message in reply.json()["message"]
    assert [*Microservice.objects.values()] == before


@pytest.mark.parametrize("name", ["shop", "number"])
def test_an_application_is_named_or_numbered(operator: WireClient, body: dict[str, Any], name: str) -> None:
    given = "shop" if name == "shop" else Application.objects.get().pk

    assert operator.call("POST", "/microservices", body | {"application": given}).status_code == 201
    assert Microservice.objects.get().application.name == "shop"


def test_a_microservice_is_made_stopped(operator: WireClient, body: dict[str, Any], edge: WireClient) -> None:
    operator.call("POST", "/microservices", body | {"isActivated": False})

    assert edge.call("GET", "/agent/microservices").json()["microservices"] == []


def test_an_item_decides_over_images_beside_it(operator: WireClient, body: dict[str, Any]) -> None:
    item = CatalogItemFactory(images={"x86": "team/item:1"})

    uuid = operator.call("POST", "/microservices", body | {"catalogItemId": item.pk, "registryId": 2}).json()["uuid"]

    seen = operator.call("GET", f"/microservices/{uuid}").json()
    assert (seen["image"], seen["images"], seen["catalogItemId"], seen["registryId"]) == ("team/item:1", [], item.pk, 1)


def test_an_agent_of_an_unknown_type_runs_nothing(operator: WireClient, body: dict[str, Any]) -> None:
    AgentFactory(name="new-1", architecture="")

    reply = operator.call("POST", "/microservices", body | {"agentName": "new-1"})

    assert fault_of(reply) == (400, "ValidationError")
    assert "Microservice web does not have a valid image for its Agent type" in reply.json()["message"]


def test_extra_hosts_say_their_template_and_its_value(
    operator: WireClient, body: dict[str, Any], web_on_south: Microservice
) -> None:
    hosts = [
        {"name": "db", "address": "${Apps.store.db.local}"},
        {"name": "south", "address": "${Agents.south-1}"},
        {"name": "plain", "address": "10.0.0.9"},
    ]

    uuid = operator.call("POST", "/microservices", body | {"extraHosts": hosts}).json()["uuid"]

    seen = operator.call("GET", f"/microservices/{uuid}").json()["extraHosts"]
    values = ["10.0.0.2", "10.0.0.2", "10.0.0.9"]
    assert seen == [host | {"value": value} for host, value in zip(hosts, values, strict=True)]


@pytest.fixture
def web_on_south(db: None) -> Microservice:
    row = MicroserviceFactory(name="db", application__name="store", agent__name="south-1")
    AgentStatus.objects.filter(agent=row.agent).update(ip_address="10.0.0.2")
    return row


# --- microservices: changes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"env": [{"key": "A", "value": "2"}]}, {"cmd": ["run"]}, {"ports": [{"internal": 81, "external": 5081}]},
        {"volumeMappings": [{"hostDestination": "/x", "containerDestination": "/y", "accessMode": "rw"}]},
        {"extraHosts": [{"name": "db", "address": "10.0.0.6"}]}, {"capAdd": ["SYS_TIME"]}, {"cdiDevices": ["x"]},
    ],
)  # fmt: skip
def test_a_given_list_replaces_the_one_before_and_rebuilds(
    operator: WireClient, body: dict[str, Any], settle: Callable[[], None], change: dict[str, Any]
) -> None:
    lists = {
        "env": [{"key": "A", "value": "1"}, {"key": "B", "value": "2"}], "cmd": ["a", "b"],
        "ports": [{"internal": 80, "external": 5080}], "capAdd": ["NET_ADMIN"], "cdiDevices": ["a", "b"],
        "volumeMappings": [{"hostDestination": "/a", "containerDestination": "/b", "accessMode": "ro"}],
        "extraHosts": [{"name": "db", "address": "10.0.0.5"}, {"name": "x", "address": "10.0.0.5"}],
    }  # fmt: skip
    uuid = operator.call("POST", "/microservices", body | lists).json()["uuid"]
    settle()

    assert operator.call("PATCH", f"/microservices/{uuid}", change).status_code == 204

    [name] = change
    seen = operator.call("GET", f"/microservices/{uuid}").json()
    assert len(seen[name]) == 1
    assert seen["generation"] == 2
    assert raised() == {"north-1": LIST}


def test_a_change_keeps_agent_log_size_and_application(operator: WireClient, body: dict[str, Any]) -> None:
    uuid = operator.call("POST", "/microservices", body | {"logSize": 7}).json()["uuid"]
    ApplicationFactory(name="store")

    operator.call("PATCH", f"/microservices/{uuid}", {"application": "store", "config": '{"a": 1}'})

    seen = operator.call("GET", f"/microservices/{uuid}").json()
    assert (seen["application"], seen["logSize"], seen["generation"]) == ("shop", 7, 1)
    assert seen["iofogUuid"] == Agent.objects.get().uuid


def test_a_microservice_is_renamed_unless_the_name_is_taken(operator: WireClient, web: Microservice) -> None:
    MicroserviceFactory(name="taken", application=web.application)

    assert operator.call("PATCH", f"/microservices/{web.uuid}", {"name": "front"}).status_code == 204
    refused = operator.call("PATCH", f"/microservices/{web.uuid}", {"name": "taken"})

    assert fault_of(refused) == (409, "DuplicatePropertyError")
    assert operator.call("GET", f"/microservices/{web.uuid}").json()["name"] == "front"


@pytest.mark.parametrize("change", [{"agentName": "none"}, {"iofogUuid": "none"}])
def test_a_move_to_an_unknown_agent_is_refused(operator: WireClient, web: Microservice, change: dict[str, Any]) -> None:
    reply = operator.call("PATCH", f"/microservices/{web.uuid}", change)

    assert fault_of(reply) == (400, "ValidationError")
    assert "Invalid ioFog UUID 'none'" in reply.json()["message"]


def test_a_move_queues_it_again_and_both_agents_hear(
    operator: WireClient, web: Microservice, settle: Callable[[], None]
) -> None:
    south = AgentFactory(name="south-1")
    MicroserviceStatus.objects.update(state="RUNNING", container_id="c1")
    settle()

    operator.call("PATCH", f"/microservices/{web.uuid}", {"iofogUuid": south.uuid})

    seen = operator.call("GET", f"/microservices/{web.uuid}").json()
    assert (seen["iofogUuid"], seen["status"]["status"], seen["status"]["containerId"]) == (south.uuid, "QUEUED", "")
    assert raised() == {"north-1": LIST, "south-1": LIST}


def test_a_move_is_refused_where_a_port_is_taken(operator: WireClient, web: Microservice) -> None:
    other = MicroserviceFactory(name="other", agent__name="south-1")
    for row in (web, other):
        operator.call("POST", f"/microservices/{row.uuid}/port-mapping", {"internal": 80, "external": 5080})

    reply = operator.call("PATCH", f"/microservices/{web.uuid}", {"agentName": "south-1"})

    assert fault_of(reply) == (400, "ValidationError")
    assert "Port '5080' is not available" in reply.json()["message"]


def test_a_rebuild_is_asked_for_in_a_change_too(operator: WireClient, web: Microservice) -> None:
    operator.call("PATCH", f"/microservices/{web.uuid}", {"rebuild": True})

    assert operator.call("GET", f"/microservices/{web.uuid}").json()["generation"] == 2


@pytest.mark.parametrize(
    ("host", "privileged", "given", "expected"),
    [
        (True, False, {"rootHostAccess": False}, (True, False)), (True, True, {"rootHostAccess": False}, (False, False)),
        (False, False, {"rootHostAccess": True}, (True, True)), (True, False, {"rootHostAccess": True}, (True, True)),
        (True, True, {"rootHostAccess": True, "isPrivileged": False}, (True, False)),
        (False, False, {"rootHostAccess": True, "hostNetworkMode": False, "isPrivileged": False}, (False, False)),
    ],
)  # fmt: skip
def test_the_older_lines_one_word_is_both_rights_and_counts_less_than_either(
    operator: WireClient, web: Microservice, host: bool, privileged: bool, given: dict[str, Any], expected: Any
) -> None:
    Microservice.objects.update(host_network=host, privileged=privileged)

    operator.call("PATCH", f"/microservices/{web.uuid}", given)

    seen = operator.call("GET", f"/microservices/{web.uuid}").json()
    assert (seen["hostNetworkMode"], seen["isPrivileged"]) == expected
    assert seen["rootHostAccess"] is all(expected)


def test_a_deletion_concerns_its_agent(operator: WireClient, web: Microservice, settle: Callable[[], None]) -> None:
    settle()

    assert operator.call("DELETE", f"/microservices/{web.uuid}").status_code == 204
    assert raised() == {"north-1": LIST}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/port-mapping", {"internal": 80, "external": 5080}), ("PATCH", "/rebuild", None),
     ("PATCH", "/config", {"a": 1}), ("PATCH", "/stop", None)],
)  # fmt: skip
def test_a_change_of_a_part_concerns_its_agent(
    operator: WireClient, web: Microservice, settle: Callable[[], None], method: str, path: str, body: Any
) -> None:
    settle()

    operator.call(method, f"/microservices/{web.uuid}{path}", body)

    assert raised() == {"north-1": LIST}


# --- parts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"internal": 81, "external": 5080}, "Port mapping already exists"),
        ({"internal": 80, "external": 5081}, "Port mapping already exists"),
        ({"internal": 81, "external": 54321}, "Port '54321' is reserved for internal use"),
        ({"internal": 81, "external": 5099}, "Port '5099' is not available"),
        ({"internal": 81}, "Required field 'external' is missing"),
    ],
)
def test_a_port_is_refused_with_its_fault(
    operator: WireClient, web: Microservice, body: dict[str, Any], message: str
) -> None:
    other = MicroserviceFactory(agent=web.agent)
    for row, external in ((web, 5080), (other, 5099)):
        operator.call("POST", f"/microservices/{row.uuid}/port-mapping", {"internal": 80, "external": external})

    reply = operator.call("POST", f"/microservices/{web.uuid}/port-mapping", body)

    assert fault_of(reply) == (400, "ValidationError")
    assert message in reply.json()["message"]


def volume(host: str, **more: Any) -> dict[str, Any]:
    return {"hostDestination": host, "containerDestination": f"/in{host}", "accessMode": "rw", **more}


def test_a_volume_keeps_its_id_while_it_is_mounted(operator: WireClient, web: Microservice) -> None:
    path = f"/microservices/{web.uuid}/volume-mapping"

    def ids() -> dict[str, int]:
        return {row["hostDestination"]: row["id"] for row in operator.call("GET", path).json()["volumeMappings"]}

    assert [operator.call("POST", path, volume(host)).json()["id"] for host in ("/a", "/b", "/c")] == [1, 2, 3]
    operator.call("DELETE", f"{path}/2")
    assert ids() == {"/a": 1, "/c": 3}

    assert operator.call("POST", path, volume("/d")).json() == {"id": 4}
    again = [volume("/e"), volume("/d"), volume("/a", accessMode="ro")]
    operator.call("PATCH", f"/microservices/{web.uuid}", {"volumeMappings": again})

    assert ids() == {"/e": 5, "/d": 4, "/a": 1}
    assert operator.call("GET", f"/microservices/{web.uuid}").json()["volumeMappings"][1]["id"] == 4


@pytest.mark.parametrize("id", ["0", "2", "x", "1.0"])
def test_an_unknown_volume_is_a_bad_request(operator: WireClient, web: Microservice, id: str) -> None:
    path = f"/microservices/{web.uuid}/volume-mapping"
    operator.call("POST", path, volume("/a"))

    reply = operator.call("DELETE", f"{path}/{id}")

    assert (fault_of(reply), reply.json()["message"]) == (
        (400, "ValidationError"), f"Invalid volume mapping id '{id}'",
    )  # fmt: skip


# --- types of answers -----------------------------------------------------------------------------------

TEXT, WHOLE, NUMBER, TRUTH = (str,), (int,), (int, float), (bool,)
MICROSERVICE = {
    "uuid": TEXT, "name": TEXT, "config": TEXT, "application": TEXT, "applicationId": WHOLE, "flowId": WHOLE,
    "catalogItemId": WHOLE, "registryId": WHOLE, "iofogUuid": TEXT, "userId": WHOLE, "rootHostAccess": TRUTH,
    "hostNetworkMode": TRUTH, "isPrivileged": TRUTH, "logSize": WHOLE, "delete": TRUTH, "deleteWithCleanup": TRUTH,
    "annotations": TEXT, "schedule": WHOLE, "runAsUser": TEXT, "platform": TEXT, "runtime": TEXT, "pidMode": TEXT,
    "ipcMode": TEXT, "cpuSetCpus": TEXT, "memoryLimit": WHOLE, "execEnabled": TRUTH, "isActivated": TRUTH,
    "natsAccess": TRUTH, "natsAccountId": WHOLE, "natsUserId": WHOLE, "natsCredsSecretName": TEXT,
}  # fmt: skip
STATUS = {
    "status": TEXT, "startTime": WHOLE, "operatingDuration": WHOLE, "memoryUsage": NUMBER, "cpuUsage": NUMBER,
    "containerId": TEXT, "percentage": NUMBER, "errorMessage": TEXT, "ipAddress": TEXT, "healthStatus": TEXT,
}  # fmt: skip
NULLABLE = {"catalogItemId", "userId", "memoryLimit", "natsAccountId", "natsUserId", "natsCredsSecretName"}


def decoded(value: dict[str, Any], types: dict[str, tuple[type, ...]]) -> None:
    """As Go does: a wrong JSON type fails, and true is no number."""
    for name, kinds in types.items():
        if value[name] is None:
            assert name in NULLABLE, name
        else:
            assert type(value[name]) in kinds, name
    for name in ("createdAt", "updatedAt"):
        assert value[name].endswith("Z")
        datetime.fromisoformat(value[name])


@pytest.mark.parametrize("full", [True, False])
def test_every_value_has_the_type_that_strict_clients_decode(
    operator: WireClient, body: dict[str, Any], full: bool
) -> None:
    more = {
        "config": '{"a": 1.5}', "annotations": '{"a": "b"}', "memoryLimit": 5, "healthCheck": {"test": ["CMD"], "retries": 3},
        "env": [{"key": "A", "value": "1"}], "ports": [{"internal": 80, "external": 5080}], "cmd": ["a"],
        "volumeMappings": [volume("/a")], "extraHosts": [{"name": "db", "address": "10.0.0.5"}], "capAdd": ["X"],
    }  # fmt: skip
    operator.call("POST", "/microservices", body | (more if full else {}))
    MicroserviceStatus.objects.update(percentage=50, memory_usage=2**33, cpu_usage=1, started_ms=10**12)

    [application] = operator.call("GET", "/application").json()["applications"]
    [listed] = operator.call("GET", "/microservices").json()["microservices"]

    assert application.pop("microservices") == [listed]
    decoded(application, {"id": WHOLE, "name": TEXT, "isActivated": TRUTH, "isSystem": TRUTH, "natsAccess": TRUTH})
    decoded(listed, MICROSERVICE)
    decoded(listed["status"], STATUS)
    for text in ("config", "annotations"):
        assert isinstance(json.loads(listed[text]), dict)
    assert listed["natsConfig"] == application["natsConfig"] == {"natsAccess": False, "natsRule": None}
    assert listed["execStatus"] == {"status": "INACTIVE", "execSessionId": ""}
    assert (listed["serviceAccount"], listed["status"]["execSessionIds"]) == (None, [])
    for port in listed["ports"]:
        assert {name: type(value) for name, value in port.items()} == {
            "internal": int,
            "external": int,
            "protocol": str,
        }
    for mapping in listed["volumeMappings"]:
        assert type(mapping["id"]) is int
    for name in ("cmd", "capAdd", "capDrop", "cdiDevices", "routes", "env", "extraHosts", "images", "ports"):
        assert isinstance(listed[name], list), name
