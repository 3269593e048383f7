"""The calls of the CLIs' commands on agents, in their order, with what they print."""

from collections.abc import Callable
from typing import Any

import pytest

from catalogweb.agents.models import Agent, AgentStatus, ChangeFlags
from catalogweb.deployments.models import Microservice
from tests.api.cli import Cli
from tests.api.conftest import WireClient
from tests.factories import AgentFactory, EdgeResourceFactory, MicroserviceFactory

CONFIG = {
    "name": "east-1", "location": "Hall 2", "latitude": 52.5, "longitude": 13, "description": "At the gate",
    "fogType": 1, "dockerUrl": "unix:///var/run/docker.sock", "diskLimit": 60, "diskDirectory": "/var/lib/iofog/",
    "memoryLimit": 2048, "cpuLimit": 70, "logLimit": 20, "logDirectory": "/var/log/iofog/", "logFileCount": 5,
    "statusFrequency": 15, "changeFrequency": 30, "deviceScanFrequency": 60, "bluetoothEnabled": False,
    "watchdogEnabled": True, "abstractedHardwareEnabled": False, "upstreamRouters": [], "host": "10.0.0.7",
    "routerMode": "edge", "messagingPort": 5672, "logLevel": "WARNING", "dockerPruningFrequency": 2,
    "availableDiskThreshold": 25, "timeZone": "Etc/UTC", "tags": ["hall"],
}  # fmt: skip
NEWER = {
    "containerEngine": "podman", "deploymentType": "container", "networkInterface": "eth1", "gpsMode": "manual",
    "gpsScanFrequency": 30, "edgeGuardFrequency": 5, "natsMode": "leaf", "natsServerPort": 4222, "jsStorageSize": "5g",
}  # fmt: skip


@pytest.fixture
def cli(operator: WireClient, agent: Agent) -> Cli:
    return Cli(operator)


def flags() -> set[str]:
    return ChangeFlags.objects.get().raised


def test_get_agents_prints_what_each_reported(cli: Cli, agent: Agent, edge: WireClient) -> None:
    report = {"daemonStatus": "RUNNING", "daemonOperatingDuration": 61_000, "version": "3.7.0", "cpuUsage": 1.5}
    assert edge.call("PUT", "/agent/status", report).status_code == 204
    AgentFactory(name="south-1")

    rows = {row["name"]: row for row in cli("GET", "/iofog-list?system=false")["fogs"]}

    north, south = rows["north-1"], rows["south-1"]
    assert (north["daemonStatus"], north["daemonOperatingDuration"], north["version"]) == ("RUNNING", 61_000, "3.7.0")
    assert (south["daemonStatus"], south["daemonOperatingDuration"]) == ("NOT_PROVISIONED", 0)
    assert (north["deploymentType"], north["containerEngine"], north["isSystem"]) == ("native", "docker", False)


def test_describe_agent_and_its_config_read_the_same_object(cli: Cli) -> None:
    row = cli.agent("north-1")

    assert cli("GET", f"/iofog/{row['uuid']}") == row
    assert (row["fogTypeId"], row["logLevel"], row["diskLimit"], row["routerMode"]) == (1, "INFO", 50, "edge")


@pytest.mark.parametrize("extra", [{}, NEWER], ids=["older", "newer"])
def test_deploy_agent_config_makes_an_agent(cli: Cli, extra: dict[str, Any]) -> None:
    uuid = cli("POST", "/iofog", CONFIG | extra)["uuid"]

    seen = cli("GET", f"/iofog/{uuid}")
    wanted = {key: value for key, value in (CONFIG | extra).items() if key not in ("fogType", "upstreamRouters")}
    assert {key: seen[key] for key in wanted} == wanted
    assert seen["fogTypeId"] == 1


@pytest.mark.parametrize("extra", [{}, NEWER], ids=["older", "newer"])
def test_deploy_agent_config_changes_the_agent_of_that_name(cli: Cli, extra: dict[str, Any]) -> None:
    uuid = cli.agent("north-1")["uuid"]

    assert cli("PATCH", f"/iofog/{uuid}", CONFIG | extra | {"name": "north-1", "fogType": 0}) == {}

    seen = cli("GET", f"/iofog/{uuid}")
    assert (seen["fogTypeId"], seen["cpuLimit"], seen["logLimit"], seen["tags"]) == (1, 70, 20, ["hall"])
    assert "config" in flags()


def test_deploy_agent_config_of_log_settings_alone(cli: Cli) -> None:
    uuid = cli.agent("north-1")["uuid"]
    change = {"logLevel": "FINE", "logLimit": 5, "logDirectory": "/data/log/", "logFileCount": 3}

    cli("PATCH", f"/iofog/{uuid}", change)

    assert change.items() <= cli("GET", f"/iofog/{uuid}").items()
    assert flags() == {"config"}


def test_deploy_agent_provisions_the_machine(cli: Cli, stranger: WireClient) -> None:
    key = cli("GET", f"/iofog/{cli.agent('north-1')['uuid']}/provisioning-key")

    provisioned = stranger.call("POST", "/agent/provision", {"key": key["key"], "type": 1})

    assert (type(key["expirationTime"]), type(key["caCert"])) == (int, str)
    assert provisioned.json()["uuid"] == cli.agent("north-1")["uuid"]


def test_rename_agent_keeps_everything_else(cli: Cli) -> None:
    before = cli.agent("north-1")

    cli("PATCH", f"/iofog/{before['uuid']}", {"name": "east-1"})

    after = cli("GET", f"/iofog/{before['uuid']}")
    changing = {"name", "updatedAt"}
    assert after["name"] == "east-1"
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }


def test_delete_agent_looks_for_what_runs_there_and_takes_it_along(cli: Cli, agent: Agent) -> None:
    MicroserviceFactory(agent=agent)
    uuid = cli.agent("north-1")["uuid"]
    # With a microservice there the client refuses by itself, unless it is forced.
    assert [row["iofogUuid"] for row in cli("GET", "/microservices")["microservices"]] == [uuid]

    assert cli("DELETE", f"/iofog/{uuid}") == {}

    assert cli("GET", f"/iofog/{uuid}") is None
    assert not Microservice.objects.exists()


@pytest.mark.parametrize("act", ["reboot", "prune"])
def test_reboot_and_prune_are_told_to_the_agent(cli: Cli, act: str) -> None:
    assert cli("POST", f"/iofog/{cli.agent('north-1')['uuid']}/{act}") == {}
    assert flags() == {act}


@pytest.mark.parametrize("act", ["upgrade", "rollback"])
def test_upgrade_and_rollback_are_told_to_an_agent_that_is_ready(cli: Cli, act: str) -> None:
    AgentStatus.objects.update(report={"isReadyToUpgrade": True, "isReadyToRollback": True})
    uuid = cli.agent("north-1")["uuid"]

    assert cli("POST", f"/iofog/{uuid}/version/{act}") == {}
    assert flags() == {"version"}


def test_rollback_of_an_agent_without_backups_ends(cli: Cli) -> None:
    status, words = cli.refusal("POST", f"/iofog/{cli.agent('north-1')['uuid']}/version/rollback")

    assert (status, "There are no backups on agent" in words) == (400, True)


@pytest.mark.parametrize(("method", "linked"), [("POST", ["cam"]), ("DELETE", [])], ids=["attach", "detach"])
def test_attach_and_detach_edge_resource(cli: Cli, agent: Agent, method: str, linked: list[str]) -> None:
    cam = EdgeResourceFactory(name="cam")
    if method == "DELETE":
        cam.agents.add(agent)
    uuid = cli.agent("north-1")["uuid"]
    assert cli.can("edgeResources")

    assert cli(method, f"/edgeResource/cam/{cam.version}/link", {"uuid": uuid}) == {}

    assert [row["name"] for row in cli("GET", f"/iofog/{uuid}")["edgeResources"]] == linked
    assert flags() == {"linked_edge_resources"}


@pytest.mark.parametrize(
    "ask",
    [
        lambda cli, uuid: cli.refusal("POST", f"/iofog/{uuid}/exec", {"image": "busybox"}),
        lambda cli, uuid: cli.refusal("DELETE", f"/iofog/{uuid}/exec"),
        lambda cli, uuid: cli.refusal("GET", f"/iofog/{uuid}/logs"),
    ],
    ids=["exec", "leave", "logs"],
)
def test_sessions_that_are_not_built_end_with_a_sentence(cli: Cli, agent: Agent, ask: Callable[..., Any]) -> None:
    status, words = ask(cli, agent.uuid)

    assert (status, "sessions are not built here" in words) == (404, True)
