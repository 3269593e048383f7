"""An agent's report, sorted into what has a column and what is kept as it came."""

import json
from collections.abc import Mapping
from typing import Any

# Wire name -> column of the agent's status, and its length.
COLUMNS = {
    "daemonStatus": ("daemon_status", 20),
    "version": ("version", 40),
    "ipAddress": ("ip_address", 45),
    "engine": ("engine", 100),
    "engineProblem": ("engine_problem", 2000),
}
KEPT = frozenset({
    "warningMessage", "daemonOperatingDuration", "daemonLastStart", "memoryUsage", "diskUsage", "cpuUsage",
    "memoryViolation", "diskViolation", "cpuViolation", "systemAvailableDisk", "systemAvailableMemory",
    "systemTotalCpu", "repositoryCount", "repositoryStatus", "systemTime", "lastStatusTime", "ipAddressExternal",
    "processedMessages", "microserviceMessageCounts", "messageSpeed", "lastCommandTime", "tunnelStatus",
    "isReadyToUpgrade", "isReadyToRollback", "activeVolumeMounts", "volumeMountLastUpdate", "gpsStatus", "publishAddress",
    "pullsAnyReference",
})  # fmt: skip
LONGEST = 2000


def columns_in(report: Mapping[str, Any]) -> dict[str, Any]:
    """Values for the agent's status; what the report does not say stays as it was."""
    texts = {
        column: report[name][:length] for name, (column, length) in COLUMNS.items() if isinstance(report.get(name), str)
    }
    simulated, started = report.get("simulated"), report.get("daemonLastStart", "")
    more = {"simulated": simulated} if isinstance(simulated, bool) else {}
    return texts | more | ({"started_ms": int(started)} if _is_number(started) else {})


def rest_of(report: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _kept(report[name]) for name in KEPT & report.keys() if _is_plain(report[name])}


def _is_plain(value: Any) -> bool:
    return isinstance(value, bool | str) or _is_number(value)


def _is_number(value: Any) -> bool:
    # NaN fails the comparison too; asking whether a huge integer is finite would raise.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**62


def _kept(value: Any) -> Any:
    return value[:LONGEST] if isinstance(value, str) else value


def microservices_in(report: Mapping[str, Any]) -> list[Any]:
    """The list that travels as a text of JSON; agents send other things there when they fail to make it."""
    text = report.get("microserviceStatus")
    try:
        items = json.loads(text, parse_constant=lambda _: None) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return []
    return items if isinstance(items, list) else []
