"""Taking in what agents report, in at most four statements however many microservices they run."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from catalogweb.agents.models import AgentStatus
from catalogweb.agents.presence import late_after, offline_after
from catalogweb.core.storing import is_storable
from catalogweb.deployments.models import MicroserviceStatus
from catalogweb.deployments.statuses import STATUSES, update_statuses
from catalogweb.deployments.words import WORDS

Report = Mapping[str, Any]

LONGEST = 2000
# States that nothing gets into without its image.
WITH_AN_IMAGE = frozenset(
    {"CREATING", "CREATED", "STARTING", "RUNNING", "UPDATING", "RESTARTING", "EXITING", "STUCK_IN_RESTART"}
)
# Columns of a microservice's status that a report may change: name, SQL type, how it is read.
_COLUMNS = {
    "state": "text",
    "percentage": "double precision",
    "error_message": "text",
    "container_id": "text",
    "started_ms": "bigint",
    "operating_ms": "bigint",
    "cpu_usage": "double precision",
    "memory_usage": "bigint",
    "ip_address": "text",
    "health": "text",
    "image_digest": "text",
    "built_generation": "integer",
}


def take_report(*, agent_id: int, interval: int, status: Report, rest: Mapping[str, Any], items: list[Report]) -> None:
    """Store a report: `status` are columns of AgentStatus, `rest` is kept as it came, `items` per microservice.

    `interval` is the agent's report interval in seconds; times are ours, since an agent's clock may be wrong.
    """
    now = timezone.now()
    AgentStatus.objects.filter(agent_id=agent_id).update(
        reported_at=now,
        late_at=now + late_after(interval),
        offline_at=now + offline_after(interval),
        report={name: value for name, value in rest.items() if is_storable(value)},
        **{name: _text(value, LONGEST) if isinstance(value, str) else value for name, value in status.items()},
    )
    if items:
        _take_items(agent_id, items, now)


def _take_items(agent_id: int, items: list[Report], now: datetime) -> None:
    """Known microservices of this agent only: a report may name ids that are long gone, or plain rubbish."""
    known = MicroserviceStatus.objects.filter(microservice__agent_id=agent_id)
    columns = ("pk", "state", "container_id", "served_generation", "served_container", "built_generation")
    rows = {row["microservice__uuid"]: row for row in known.values("microservice__uuid", *columns)}
    last = {item["id"]: item for item in items if _names_one(item, rows)}
    changes = [_change(rows[name], item) for name, item in last.items()]
    if changes:
        _write(changes, now)


def _names_one(item: Report, rows: Mapping[str, Any]) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("id"), str) and item["id"] in rows


def _change(row: Mapping[str, Any], item: Report) -> dict[str, Any]:
    container = _text(item.get("containerId"), 80) or row["container_id"]
    built = row["built_generation"]
    if container and container != row["served_container"] and row["served_generation"]:
        built = row["served_generation"]
    state = _text(item.get("status"), 20)
    # A container of what was served last: an older one may well be running on.
    is_current = built >= row["served_generation"]
    is_running = is_current and state == "RUNNING"
    return {
        "id": row["pk"],
        "state": state if state in WORDS else "UNKNOWN",
        "percentage": min(max(number(item.get("percentage")), 0), 100),
        "error_message": _text(item.get("errorMessage"), LONGEST),
        "container_id": container,
        "started_ms": int(number(item.get("startTime"))),
        "operating_ms": int(number(item.get("operatingDuration"))),
        "cpu_usage": number(item.get("cpuUsage")) / 10,
        "memory_usage": int(number(item.get("memoryUsage"))),
        "ip_address": _text(item.get("ipAddress"), 45),
        "health": _text(item.get("healthStatus"), 20),
        "image_digest": _text(item.get("imageDigest"), 200),
        "built_generation": built,
        "is_pulled": int(state in WITH_AN_IMAGE and (is_current or row["state"] == "PULLING")),
        "is_running": int(is_running),
        "is_healthy": int(is_running and _text(item.get("healthStatus"), 20).lower() == "healthy"),
    }


def _text(value: Any, length: int) -> str:
    if not isinstance(value, str):
        return ""
    # No database takes half a character, and PostgreSQL no NUL.
    return value.encode(errors="ignore").decode().replace("\x00", "")[:length]


def number(value: Any) -> float:
    """A finite number from what agents send: numbers, or text such as "1,234.5" and "NaN"; else 0."""
    try:
        found = float(value.replace(",", "") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return found if math.isfinite(found) and abs(found) < 2**62 else 0.0


def _write(changes: list[dict[str, Any]], now: datetime) -> None:
    also = [
        "reported_at = %s",
        f"state_since = CASE WHEN {STATUSES}.state = r.value ->> 'state' THEN state_since ELSE %s END",
        f"pulled_at = CASE WHEN {_says('is_pulled')} THEN COALESCE(pulled_at, %s) ELSE pulled_at END",
        f"running_at = CASE WHEN {_says('is_running')} THEN COALESCE(running_at, %s) END",
        f"healthy_at = CASE WHEN {_says('is_healthy')} THEN COALESCE(healthy_at, %s) END",
    ]
    moment = connection.ops.adapt_datetimefield_value(now)
    update_statuses(changes, _COLUMNS, ", ".join(also), [moment] * len(also))


def _says(name: str) -> str:
    return f"CAST(r.value ->> '{name}' AS integer) = 1"
