"""Agents over REST, as operators see them."""

from typing import Any

import pytest

from catalogweb.agents.models import Agent, AgentStatus, ProvisioningKey
from tests.api.conftest import WireClient, fault_of
from tests.factories import AgentFactory, MicroserviceFactory

WHOLE = (
    "lastActive", "daemonOperatingDuration", "daemonLastStart", "repositoryCount", "systemTime", "lastStatusTime",
    "processedMessages", "lastCommandTime", "diskLimit", "memoryLimit", "cpuLimit", "logLimit", "logFileCount",
    "fogTypeId",
)  # fmt: skip


# The contract's list of keys: i whole number, f number, s text, b truth value, [ list; ? null too.
KEYS = """uuid s name s location s? gpsMode s? latitude f? longitude f? description s? lastActive i daemonStatus s
daemonOperatingDuration i daemonLastStart i memoryUsage f diskUsage f cpuUsage f memoryViolation s? diskViolation s?
cpuViolation s? systemTotalCpu f? securityStatus s securityViolationInfo s catalogItemStatus s? repositoryCount i
repositoryStatus s? systemTime i lastStatusTime i ipAddress s ipAddressExternal s host s? processedMessages i
catalogItemMessageCounts s? messageSpeed f lastCommandTime i networkInterface s dockerUrl s diskLimit i diskDirectory s
memoryLimit i cpuLimit i logLimit i logDirectory s logFileCount i bluetoothEnabled b abstractedHardwareEnabled b
version s? isReadyToUpgrade b isReadyToRollback b statusFrequency i changeFrequency i deviceScanFrequency i tunnel s
watchdogEnabled b dockerPruningFrequency i availableDiskThreshold i logLevel s isSystem b routerId i? timeZone s
createdAt s updatedAt s fogTypeId i userId i? tags [ routerMode s edgeResources [ gpsDevice s? gpsScanFrequency i
gpsStatus s? containerEngine s deploymentType s edgeGuardFrequency i warningMessage s activeVolumeMounts i
volumeMountLastUpdate i natsMode s natsServerPort i natsLeafPort i natsClusterPort i natsMqttPort i natsHttpPort i
jsStorageSize s jsMemoryStoreSize s upstreamNatsServers [ volumeMounts [ messagingPort i upstreamRouters ["""
TYPES = {"i": (int,), "f": (int, float), "s": (str,), "b": (bool,), "[": (list,)}


def test_every_key_is_there_in_its_type_before_and_after_a_report(
    viewer: WireClient, agent: Agent, edge: WireClient
) -> None:
    words = KEYS.split()
    kinds = dict(zip(words[::2], words[1::2], strict=True))
    report = {"cpuViolation": False, "systemTotalCpu": 3.5, "repositoryStatus": "[]", "tunnelStatus": "{}",
              "version": "3.7.0", "daemonStatus": "RUNNING", "gpsStatus": "OFF", "memoryUsage": 5}  # fmt: skip
    for sent in (None, report):
        if sent:
            edge.call("PUT", "/agent/status", sent)
        for seen in (
            viewer.call("GET", f"/iofog/{agent.uuid}").json(),
            *viewer.call("GET", "/iofog-list").json()["fogs"],
        ):
            wrong = [name for name, kind in kinds.items() if not _fits(seen.get(name, ...), kind)]
            assert wrong == []


def _fits(value: Any, kind: str) -> bool:
    if value is None:
        return kind.endswith("?")
    return type(value) in TYPES[kind[0]]


def test_a_new_agent_has_the_defaults_of_the_wire(operator: WireClient) -> None:
    reply = operator.call("POST", "/iofog", {"name": "edge-2", "fogType": 0})

    seen = operator.call("GET", f"/iofog/{reply.json()['uuid']}").json()
    expected = {
        "daemonStatus": "NOT_PROVISIONED", "fogTypeId": 0, "ipAddress": "0.0.0.0", "ipAddressExternal": "0.0.0.0",
        "dockerUrl": "unix:///var/run/docker.sock", "diskLimit": 50, "memoryLimit": 4096, "cpuLimit": 80,
        "statusFrequency": 10, "changeFrequency": 20, "watchdogEnabled": False, "dockerPruningFrequency": 0,
        "logLevel": "INFO", "timeZone": "Etc/UTC", "tags": [], "isSystem": False, "securityStatus": "OK",
        "version": None, "host": None, "routerMode": "edge",
        "upstreamRouters": ["default-router"], "messagingPort": 5671, "natsMode": "leaf", "gpsMode": "auto", "tunnel": "",
        "upstreamNatsServers": ["default-nats-hub"], "isReadyToUpgrade": True, "isReadyToRollback": False,
        "containerEngine": "docker", "deploymentType": "native", "networkInterface": "dynamic", "edgeResources": [], "userId": None, "presence": "never",
        "simulated": False, "memoryViolation": None, "warningMessage": "HEALTHY",
    }  # fmt: skip
    assert reply.status_code == 201
    assert {name: seen[name] for name in expected} == expected


def test_an_agent_keeps_what_an_operator_says(operator: WireClient) -> None:
    body = {"name": "edge-2", "location": "lab", "latitude": 1.5, "longitude": 2.5, "description": "second", "fogType": 2,
            "tags": ["b", "a"], "diskLimit": 40, "bluetoothEnabled": True, "host": "10.20.0.2", "routerMode": "none"}  # fmt: skip

    uuid = operator.call("POST", "/iofog", body).json()["uuid"]
    operator.call("PATCH", f"/iofog/{uuid}", {"name": "edge-3", "fogType": 0, "cpuLimit": 70, "upstreamRouters": []})

    seen = operator.call("GET", f"/iofog/{uuid}").json()
    changed = {"name": "edge-3", "tags": ["a", "b"], "cpuLimit": 70, "fogTypeId": 2, "networkRouter": "default-router"}
    del body["fogType"]
    for name, value in (body | changed).items():
        assert seen[name] == value, name


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"fogType": 1}, "Required field 'name' is missing"),
        ({"name": "x"}, "Required field 'fogType' is missing"),
        ({"name": "x", "fogType": 3}, "Field fogType is not one of enum values: 0,1,2"),
        ({"name": "NORTH-1", "fogType": 1}, "Duplicate name 'NORTH-1'"),
        ({"name": "x", "fogType": 1, "latitude": 91}, "latitude must be less than or equal to 90"),
        ({"name": "x", "fogType": 1, "cpuLimit": -1}, "cpuLimit must be greater than or equal to 0"),
        ({"name": "x", "fogType": 1, "routerMode": "all"}, "enum values: none,edge,interior"),
        ({"name": "x", "fogType": 1, "tags": "a"}, "Field 'tags' is not of a type(s) array"),
    ],
)
def test_an_agent_is_refused_with_its_fault(
    operator: WireClient, agent: Agent, body: dict[str, Any], message: str
) -> None:
    reply = operator.call("POST", "/iofog", body)

    assert fault_of(reply) == (400, "ValidationError")
    assert message in reply.json()["message"]
    assert Agent.objects.count() == 1


ROUTER = {"name": "hub", "fogType": 1, "routerMode": "interior", "host": "10.0.0.1"}


def test_each_router_mode_is_reported_with_its_own_part(operator: WireClient, agent: Agent) -> None:
    parts = {
        "none": {"networkRouter": agent.uuid},
        "edge": {"messagingPort": 5672, "upstreamRouters": [agent.uuid, "default-router"]},
        "interior": {
            "messagingPort": 5672, "upstreamRouters": ["default-router"], "interRouterPort": 56721, "edgeRouterPort": 56722,
        },
    }  # fmt: skip
    names = {name for part in parts.values() for name in part}
    for mode, part in parts.items():
        body = {"name": mode, "fogType": 1, "host": "10.0.0.1", "routerMode": mode} | part
        uuid = operator.call("POST", "/iofog", body).json()["uuid"]
        seen = operator.call("GET", f"/iofog/{uuid}").json()
        assert (seen["routerMode"], {name: seen[name] for name in names & seen.keys()}) == (mode, part)


@pytest.mark.parametrize("field", ["networkRouter", "upstreamRouters"])
@pytest.mark.parametrize("mode", ["none", "edge"])
def test_the_default_router_is_known_everywhere(operator: WireClient, field: str, mode: str) -> None:
    value = "default-router" if field == "networkRouter" else ["default-router"]
    body = {"name": "x", "fogType": 1, "routerMode": mode, field: value}

    made = operator.call("POST", "/iofog", body)

    assert made.status_code == 201
    assert operator.call("PATCH", f"/iofog/{made.json()['uuid']}", {field: value}).status_code == 204


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (ROUTER | {"host": None, "interRouterPort": 1, "edgeRouterPort": 2}, '"host" is required'),
        (ROUTER | {"edgeRouterPort": 2}, '"interRouterPort" is required'),
        (ROUTER | {"interRouterPort": 1}, '"edgeRouterPort" is required'),
        (ROUTER | {"routerMode": "edge", "isSystem": True}, "Invalid router mode 'edge'"),
        (ROUTER | {"routerMode": "edge", "upstreamRouters": ["nobody"]}, "Invalid router 'nobody'"),
        (ROUTER | {"routerMode": "none", "networkRouter": "nobody"}, "Invalid router 'nobody'"),
        (ROUTER | {"messagingPort": 0}, "messagingPort must be greater than or equal to 1"),
        (ROUTER | {"interRouterPort": 65536}, "interRouterPort must be less than or equal to 65535"),
        (ROUTER | {"natsMode": "hub"}, "enum values: none,leaf,server"),
        (ROUTER | {"containerEngine": "lxc"}, "enum values: docker,podman"),
    ],
)
def test_a_router_is_refused_with_its_fault_and_leaves_no_agent(
    operator: WireClient, body: dict[str, Any], message: str
) -> None:
    reply = operator.call("POST", "/iofog", body)

    assert fault_of(reply) == (400, "ValidationError")
    assert message in reply.json()["message"]
    assert not Agent.objects.exists()


def test_a_system_agent_is_a_hub_for_both_lines(operator: WireClient) -> None:
    body = ROUTER | {"isSystem": True, "interRouterPort": 56721, "edgeRouterPort": 56722}

    uuid = operator.call("POST", "/iofog", body).json()["uuid"]

    seen = operator.call("GET", f"/iofog/{uuid}").json()
    assert (seen["isSystem"], seen["natsMode"], seen["upstreamRouters"]) == (True, "server", [])


def test_numbers_of_nothing_are_welcome(operator: WireClient) -> None:
    zeros = dict.fromkeys(["diskLimit", "memoryLimit", "cpuLimit", "logLimit", "logFileCount", "statusFrequency",
                           "changeFrequency", "deviceScanFrequency", "availableDiskThreshold", "latitude", "longitude",
                           "dockerPruningFrequency"], 0)  # fmt: skip

    uuid = operator.call("POST", "/iofog", {"name": "zero", "fogType": 0} | zeros).json()["uuid"]

    seen = operator.call("GET", f"/iofog/{uuid}").json()
    assert {name: seen[name] for name in zeros} == zeros
    assert seen["gpsMode"] == "manual"


def test_figures_have_the_types_that_clients_insist_on(viewer: WireClient, agent: Agent) -> None:
    report = {"daemonOperatingDuration": 5000.0, "memoryUsage": "x", "memoryViolation": True, "repositoryCount": 2.0,
              "systemAvailableDisk": 9.5, "processedMessages": None}  # fmt: skip
    AgentStatus.objects.update(report=report, reported_configuration={"disk_limit": 80.5, "cpu_limit": 10})

    seen = viewer.call("GET", f"/iofog/{agent.uuid}").json()

    assert [name for name in WHOLE if type(seen[name]) is not int] == []
    assert (seen["memoryViolation"], seen["memoryUsage"], seen["systemAvailableDisk"]) == ("true", 0.0, 9)
    assert "systemAvailableMemory" not in seen


def test_a_silent_agent_is_unknown_and_one_that_left_is_deprovisioned(
    viewer: WireClient, agent: Agent, edge: WireClient
) -> None:
    edge.call("PUT", "/agent/status", {"daemonStatus": "RUNNING"})
    running = viewer.call("GET", f"/iofog/{agent.uuid}").json()["daemonStatus"]
    AgentStatus.objects.update(offline_at="2020-01-01T00:00Z")
    silent = viewer.call("GET", f"/iofog/{agent.uuid}").json()["daemonStatus"]
    edge.call("POST", "/agent/deprovision", {})
    left = viewer.call("GET", f"/iofog/{agent.uuid}").json()["daemonStatus"]

    assert (running, silent, left) == ("RUNNING", "UNKNOWN", "DEPROVISIONED")


def test_a_list_is_narrowed_by_kind_and_filters(viewer: WireClient, agent: Agent) -> None:
    AgentFactory(name="hub", is_system=True)

    def names(query: str) -> list[str]:
        return [row["name"] for row in viewer.call("GET", f"/iofog-list{query}").json()["fogs"]]

    assert (names(""), names("?system=false"), names("?system=true")) == (["north-1", "hub"], ["north-1"], ["hub"])
    assert names("?filters[0][key]=name&filters[0][value]=ort&filters[0][condition]=has") == ["north-1"]
    assert names("?filters[0][key]=name&filters[0][value]=ort&filters[0][condition]=equals") == []
    assert names("?filters[0][key]=none&filters[0][value]=x") == []
    assert names("?filters[0][key]=isSystem&filters[0][value]=true&filters[0][condition]=equals") == ["hub"]
    assert names("?filters[0][key]=cpuLimit&filters[0][value]=80&filters[1][key]=name&filters[1][value]=hub") == ["hub"]
    odd = viewer.call("GET", "/iofog-list?filters[0][key]=name&filters[0][value]=x&filters[0][condition]=like")
    assert fault_of(odd) == (400, "ValidationError")


def test_listing_agents_costs_the_same_for_any_number(viewer: WireClient, django_assert_num_queries: Any) -> None:
    AgentFactory.create_batch(2)
    viewer.call("GET", "/user/profile")
    with django_assert_num_queries(5):
        viewer.call("GET", "/iofog-list?system=false")
    AgentFactory.create_batch(20)
    with django_assert_num_queries(5):
        viewer.call("GET", "/iofog-list?system=false")


def test_a_provisioning_key_works(operator: WireClient, stranger: WireClient, agent: Agent) -> None:
    reply = operator.call("GET", f"/iofog/{agent.uuid}/provisioning-key")

    assert reply.status_code == 201
    assert isinstance(reply.json()["expirationTime"], int)
    used = stranger.call("POST", "/agent/provision", {"key": reply.json()["key"], "type": 1})
    assert used.json()["uuid"] == agent.uuid


def test_an_agent_is_deleted_with_its_microservices(operator: WireClient, agent: Agent) -> None:
    MicroserviceFactory(agent=agent)

    reply = operator.call("DELETE", f"/iofog/{agent.uuid}")

    assert (reply.status_code, reply.content) == (202, b"")
    assert not Agent.objects.exists()


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/provisioning-key")])
def test_an_unknown_agent_is_not_found(operator: WireClient, agent: Agent, method: str, path: str) -> None:
    reply = operator.call(method, f"/iofog/{agent.name}{path}", {})

    assert fault_of(reply) == (404, "NotFoundError")
    assert reply.json()["message"] == "Invalid ioFog UUID 'north-1'"


def test_an_architecture_without_images_for_what_waits_there_is_refused(operator: WireClient, agent: Agent) -> None:
    MicroserviceFactory(agent=agent, revision__images={"x86": "team/web:1"})

    reply = operator.call("PATCH", f"/iofog/{agent.uuid}", {"fogType": 2})

    assert fault_of(reply) == (400, "ValidationError")
    assert "there are images for x86 only" in reply.json()["message"]
    agent.refresh_from_db()
    assert agent.architecture == "x86"


def test_a_body_with_half_a_character_is_refused(operator: WireClient) -> None:
    reply = operator.call("POST", "/iofog", {"name": "\ud800", "fogType": 1})

    assert reply.status_code == 400
    assert not Agent.objects.exists()


@pytest.mark.parametrize("kind", [[], {}])
def test_agent_type_that_is_no_number_is_refused(operator, kind):
    reply = operator.call("POST", "/iofog", {"name": "edge-2", "fogType": kind})

    assert reply.status_code == 400
    assert "fogType" in reply.json()["message"]


def test_looking_at_a_key_makes_none(operator, agent):
    assert operator.call("HEAD", f"/iofog/{agent.uuid}/provisioning-key").status_code == 404
    assert not ProvisioningKey.objects.exists()
