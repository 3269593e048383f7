"""The status report: what the wire wants to read about the agent and its microservices."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from catalogweb.edge.engine.base import Container, Usage
from catalogweb.edge.history import Record
from catalogweb.edge.items import Microservice

VERSION = "catalogweb 0.1"
JUST_NOW = 1.0

# What both dialects expect and this agent has nothing to say about.
UNUSED: Mapping[str, Any] = {
    "repositoryStatus": "[]",
    "ipAddressExternal": "",
    "processedMessages": 0,
    "microserviceMessageCounts": "[]",
    "messageSpeed": 0.0,
    "lastCommandTime": 0,
    "tunnelStatus": "{}",
    "isReadyToUpgrade": False,
    "isReadyToRollback": False,
    "activeVolumeMounts": 0,
    "volumeMountLastUpdate": 0,
    "gpsStatus": "OFF",
}


def agent_report(
    *, started_at: float, now: float, facts: Mapping[str, Any], limits: Mapping[str, Any]
) -> dict[str, Any]:
    """The part about the process and its machine."""
    milliseconds = int(now * 1000)
    return {
        **UNUSED,
        **facts,
        "daemonOperatingDuration": int((now - started_at) * 1000),
        "daemonLastStart": int(started_at * 1000),
        "memoryViolation": facts["memoryUsage"] > limits["memoryLimit"],
        "diskViolation": facts["diskUsage"] > limits["diskLimit"],
        "cpuViolation": facts["cpuUsage"] > limits["cpuLimit"],
        "systemTime": milliseconds,
        "lastStatusTime": milliseconds,
        "version": VERSION,
        "pullsAnyReference": True,
    }


def microservice_report(
    microservice: Microservice,
    containers: Sequence[Container],
    record: Record,
    usage: Mapping[str, Usage],
    now: float,
) -> dict[str, Any]:
    """One item. A container of an older spec is shown too: it serves until the new one can."""
    container = _shown(microservice, containers)
    current = container if container and container.spec == microservice.spec else None
    status = _state(current, record, now)
    item = {
        "id": microservice.uuid,
        "status": status,
        "percentage": _percentage(current, record),
        "errorMessage": record.hold or ("" if status == "RUNNING" else record.error),
        "healthStatus": container.health if container else "",
        "ipAddress": (container.address if container else "") or "UNKNOWN",
        "imageDigest": container.digest if container else "",
        "execSessionIds": [],
    }
    return item | (_figures(container, usage.get(container.id, Usage()), now) if container else {})


def bare_report(uuid: str, status: str, error: str = "") -> dict[str, Any]:
    """One item about which only a state is known."""
    return {"id": uuid, "status": status, "percentage": 0.0, "errorMessage": error}


def _shown(microservice: Microservice, containers: Sequence[Container]) -> Container | None:
    own = [c for c in containers if c.microservice == microservice.uuid]
    return max(own, key=lambda c: (c.spec == microservice.spec, c.is_up), default=None)


def _state(current: Container | None, record: Record, now: float) -> str:
    # Trying again is no progress yet: a pull that fails and fails would else flicker between the two.
    if record.pulling and (not record.failed or record.pulling.percentage > 0):
        return "PULLING"
    if record.stuck:
        return "STUCK_IN_RESTART"
    if current and current.is_up:
        return "STARTING" if current.state == "starting" else "RUNNING"
    if record.failed:
        return "FAILED"
    if current and record.exits:
        return "EXITING" if now - record.exits[-1] < JUST_NOW else "RESTARTING"
    return "QUEUED"


def _percentage(current: Container | None, record: Record) -> float:
    if record.pulling:
        return round(record.pulling.percentage, 1)
    return 100.0 if record.image or current else 0.0


def _figures(container: Container, usage: Usage, now: float) -> dict[str, Any]:
    started = int(container.started_at * 1000)
    return {
        "containerId": container.id,
        "startTime": started,
        "operatingDuration": max(int(now * 1000) - started, 0) if container.is_up and started else 0,
        "cpuUsage": f"{1000 * usage.cpu:.2f}",
        "memoryUsage": str(usage.memory),
    }


def without_figures(items: Sequence[Mapping[str, Any]]) -> str:
    """What has to differ before a report is worth sending early."""
    figures = ("cpuUsage", "memoryUsage", "operatingDuration")
    return json.dumps([{key: value for key, value in item.items() if key not in figures} for item in items])
