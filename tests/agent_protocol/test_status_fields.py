"""Every field of the status report as both lines send it, and as they send it when something is odd."""

import json
from typing import Any

import pytest

from catalogweb.agents.models import Agent, AgentStatus
from catalogweb.deployments.models import Microservice, MicroserviceStatus
from catalogweb.deployments.words import WORDS
from tests.agent_protocol.conftest import Older
from tests.api.conftest import WireClient, client_with
from tests.factories import MicroserviceFactory

BOTH = {
    "daemonStatus": "RUNNING", "daemonOperatingDuration": 61_000, "daemonLastStart": 1_790_000_000_000,
    "memoryUsage": 31.4159, "diskUsage": 0.0, "cpuUsage": 1.5, "memoryViolation": False, "diskViolation": False,
    "cpuViolation": True, "systemAvailableDisk": 91_000_000_000, "systemAvailableMemory": 4_000_000_000,
    "systemTotalCpu": 12.25, "microserviceStatus": "[]", "repositoryCount": 2, "repositoryStatus": "[]",
    "systemTime": 1_790_000_061_000, "lastStatusTime": 1_790_000_061_000, "ipAddress": "10.1.2.3",
    "ipAddressExternal": "", "lastCommandTime": 0,
    "tunnelStatus": '{"username":"","host":"","rport":0,"lport":0,"status":"CLOSED","errormessage":""}',
    "isReadyToUpgrade": False, "isReadyToRollback": True,
}  # fmt: skip
ONLY = {
    "3.1": {"processedMessages": 0, "microserviceMessageCounts": "[]", "messageSpeed": 0.0, "version": "3.1.0"},
    "3.7": {"warningMessage": "", "activeVolumeMounts": 1, "volumeMountLastUpdate": 1_790_000_000_000,
            "gpsStatus": "HEALTHY", "version": "3.7.0"},
}  # fmt: skip
COLUMNS = {"daemonStatus": "daemon_status", "version": "version", "ipAddress": "ip_address",
           "daemonLastStart": "started_ms"}  # fmt: skip
NOT_KEPT = {"microserviceStatus"}


@pytest.mark.parametrize("line", ONLY)
def test_a_whole_report_is_kept_field_by_field(program: Older, agent: Agent, line: str) -> None:
    report = BOTH | ONLY[line]

    assert program.call("PUT", "status", report).status_code == 204

    status = AgentStatus.objects.get(agent=agent)
    for name, value in report.items():
        if name in COLUMNS:
            assert getattr(status, COLUMNS[name]) == value
        if name not in COLUMNS.keys() - {"daemonLastStart"} | NOT_KEPT:
            assert status.report[name] == value, name


@pytest.mark.parametrize("name", [*BOTH, *ONLY["3.1"], *ONLY["3.7"]])
@pytest.mark.parametrize(
    "value", [None, "", "NaN", "∞", [], {}, True, -1, 1e308, 10**40, "\x00", "x" * 100_000, [[[]]], {"a": None}]
)
def test_no_odd_field_spoils_a_report(edge: WireClient, agent: Agent, name: str, value: Any) -> None:
    assert edge.call("PUT", "/agent/status", BOTH | {"version": "3.7.0"} | {name: value}).status_code == 204

    status = AgentStatus.objects.get(agent=agent)
    assert status.reported_at
    assert name == "version" or status.version == "3.7.0"


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999", "-0.0"])
def test_what_is_no_number_spoils_no_report(edge: WireClient, agent: Agent, word: str) -> None:
    body = f'{{"daemonStatus": "RUNNING", "daemonLastStart": {word}, "memoryUsage": {word}, "diskUsage": 2.5}}'

    reply = edge.generic("PUT", "/api/v3/agent/status", body.encode(), content_type="application/json")

    assert reply.status_code == 204
    assert AgentStatus.objects.get(agent=agent).report["diskUsage"] == 2.5


# --- microservices ------------------------------------------------------------------------------------------

ITEM = {
    "status": "RUNNING", "percentage": 100.0, "errorMessage": "", "containerId": "c1", "startTime": 1_790_000_000_000,
    "operatingDuration": 5000, "cpuUsage": "12.35", "memoryUsage": "1048576", "ipAddress": "172.17.0.2",
    "healthStatus": "healthy", "execSessionIds": [],
}  # fmt: skip


@pytest.fixture
def web(agent: Agent) -> Microservice:
    return MicroserviceFactory(agent=agent)


def told(client: WireClient, web: Microservice, **changes: Any) -> MicroserviceStatus:
    items = [{"id": "UNKNOWN", "status": "DELETED", "percentage": 0.0}, {"id": web.uuid, **ITEM, **changes}]
    text = json.dumps(items, ensure_ascii=False)
    reply = client.call("PUT", "/agent/status", {"microserviceStatus": text})
    assert reply.status_code == 204
    return MicroserviceStatus.objects.get(pk=web.pk)


@pytest.mark.parametrize(
    ("field", "sent", "column", "kept"),
    [
        ("cpuUsage", "12.35", "cpu_usage", 1.235),
        ("cpuUsage", "1,234.5", "cpu_usage", 123.45),
        ("cpuUsage", "NaN", "cpu_usage", 0),
        ("cpuUsage", "∞", "cpu_usage", 0),
        ("cpuUsage", "-∞", "cpu_usage", 0),
        ("cpuUsage", 12.5, "cpu_usage", 1.25),
        ("cpuUsage", None, "cpu_usage", 0),
        ("memoryUsage", "1048576", "memory_usage", 1_048_576),
        ("memoryUsage", "NaN", "memory_usage", 0),
        ("memoryUsage", "", "memory_usage", 0),
        ("percentage", 41.7, "percentage", 41.7),
        ("percentage", 250.0, "percentage", 100),
        ("percentage", -3, "percentage", 0),
        ("percentage", None, "percentage", 0),
        ("startTime", -62135596800000, "started_ms", -62135596800000),
        ("startTime", 1_790_000_000_000, "started_ms", 1_790_000_000_000),
        ("startTime", 10**30, "started_ms", 0),
        ("operatingDuration", 5000, "operating_ms", 5000),
        ("operatingDuration", -1, "operating_ms", -1),
        ("errorMessage", "manifest unknown", "error_message", "manifest unknown"),
        ("errorMessage", None, "error_message", ""),
        ("ipAddress", "UNKNOWN", "ip_address", "UNKNOWN"),
        ("healthStatus", "", "health", ""),
        ("status", "SOMETHING_NEW", "state", "UNKNOWN"),
        ("status", None, "state", "UNKNOWN"),
        ("execSessionIds", "x", "state", "RUNNING"),
    ],
)
def test_a_microservices_field_is_kept(
    edge: WireClient, web: Microservice, field: str, sent: Any, column: str, kept: Any
) -> None:
    assert getattr(told(edge, web, **{field: sent}), column) == pytest.approx(kept)


@pytest.mark.parametrize("state", WORDS)
def test_rest_keeps_the_agents_word_for_each_of_the_states(
    edge: WireClient, operator: WireClient, web: Microservice, state: str
) -> None:
    told(edge, web, status=state)

    assert operator.call("GET", f"/microservices/{web.uuid}").json()["status"]["status"] == state


def test_the_states_are_those_of_the_wire() -> None:
    assert list(WORDS) == [
        "QUEUED", "PULLING", "CREATING", "CREATED", "STARTING", "RUNNING", "UPDATING", "RESTARTING", "EXITING",
        "STUCK_IN_RESTART", "FAILED", "STOPPING", "STOPPED", "MARKED_FOR_DELETION", "DELETING", "DELETED", "UNKNOWN",
    ]  # fmt: skip


def test_a_microservice_that_is_not_reported_keeps_what_was(edge: WireClient, web: Microservice) -> None:
    told(edge, web)

    edge.call("PUT", "/agent/status", {"microserviceStatus": "[]"})

    assert MicroserviceStatus.objects.get(pk=web.pk).state == "RUNNING"


def test_a_stranger_reports_nothing(db: None) -> None:
    assert client_with("").call("PUT", "/agent/status", BOTH).status_code == 401
