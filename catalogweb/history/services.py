"""Taking samples in as many statements for one agent as for ten thousand, and forgetting them."""

import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from catalogweb.agents.models import Agent, AgentStatus
from catalogweb.core.storing import json_rows
from catalogweb.deployments.groups import count_groups
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.reports import number
from catalogweb.history.models import AgentSample, FleetSample

# What a report calls it -> our column, and the largest value that means something.
REPORTED = {
    "systemTotalCpu": ("cpu", 100.0),
    "systemAvailableMemory": ("memory_free", 2.0**62),
    "systemAvailableDisk": ("disk_free", 2.0**62),
}
TYPES = {"cpu": "double precision", "memory_free": "bigint", "disk_free": "bigint"}


def take_samples() -> int:
    """One of the fleet, and one of each agent that is not offline; returns how many agents.

    Read first and written in one statement, so that nobody waits for it.
    """
    now = timezone.now()
    presences, groups = Agent.objects.count_presences(), count_groups(Microservice.objects.ordinary())
    rows = AgentStatus.objects.filter(offline_at__gt=now)
    samples = [_sample(*row) for row in rows.values_list("pk", *(f"report__{name}" for name in REPORTED))]
    FleetSample.objects.create(at=now, agents=presences, microservices=groups)
    if samples:
        _insert(samples, connection.ops.adapt_datetimefield_value(now))
    return len(samples)


def _sample(agent_id: int, *values: Any) -> dict[str, Any]:
    sample: dict[str, Any] = {"id": agent_id}
    for (column, largest), value in zip(REPORTED.values(), values, strict=True):
        found = min(max(number(value), 0.0), largest)
        # Agents say 0 of what they cannot find out; processors alone may really be at 0.
        known = found > 0 or (column == "cpu" and value is not None)
        sample[column] = (found if column == "cpu" else int(found)) if known else None
    return sample


def _insert(samples: list[dict[str, Any]], at: Any) -> None:
    """In one statement. An agent that was deleted meanwhile is passed over."""
    table, agents = AgentSample._meta.db_table, Agent._meta.db_table
    values = ", ".join(f"CAST(r.value ->> '{column}' AS {kind})" for column, kind in TYPES.items())
    statement = (
        f"INSERT INTO {table} (agent_id, at, {', '.join(TYPES)}) "  # noqa: S608 - nothing of it comes from outside
        f"SELECT {agents}.id, %s, {values} FROM {json_rows()} "
        f"JOIN {agents} ON {agents}.id = CAST(r.value ->> 'id' AS bigint)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [at, json.dumps(samples)])


def forget_old_samples() -> None:
    until = timezone.now() - timedelta(hours=settings.SAMPLE_HOURS)
    AgentSample.objects.filter(at__lte=until).delete()
    FleetSample.objects.filter(at__lte=until).delete()
