"""Rows of microservices and their ports: locked, inserted and rewritten in batches.

No rules here: what may be written is decided in services.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone

from catalogweb.agents.models import Agent
from catalogweb.core.errors import Invalid, NotFound
from catalogweb.core.storing import batches, contested, lock
from catalogweb.deployments.container import Container
from catalogweb.deployments.models import Deployment, Microservice, MicroserviceStatus, PortMapping
from catalogweb.deployments.placing import Placement
from catalogweb.deployments.statuses import forget_reports

# Columns of Microservice that stand in a Container under the same name; ports have rows of their own.
CONTAINER_FIELDS = (
    "env", "volumes", "commands", "extra_hosts", "config", "host_network", "privileged", "log_size", "schedule",
    "options",
)  # fmt: skip
EDITED_FIELDS = ("name", "agent", "revision", "is_activated", "generation", "updated_at", *CONTAINER_FIELDS)


def locked_agents(ids: set[int]) -> dict[int, Agent]:
    """By id. One deployment at a time per agent, so that the port check still holds when we insert."""
    if not ids:
        raise Invalid("Choose at least one agent.", field="agents")
    agents: dict[int, Agent] = {}
    for batch in batches(sorted(ids)):
        rows = Agent.objects.select_for_update().filter(pk__in=batch).order_by("pk")
        agents |= {agent.pk: agent for agent in rows}
    if len(agents) < len(ids):
        raise NotFound("One of these agents is gone: somebody deleted it meanwhile.", field="agents")
    return agents


def locked_microservices(microservices: Iterable[Microservice]) -> Iterable[Microservice]:
    for batch in batches([microservice.pk for microservice in microservices]):
        lock(Microservice, batch)
        yield from Microservice.objects.detailed().filter(pk__in=batch).order_by("pk")


def insert_microservices(planned: Iterable[tuple[Deployment, Placement]]) -> list[Microservice]:
    """Those of each placement point at its deployment."""
    rows = [
        (_new_row(name, agent, deployment, placement), placement.container)
        for deployment, placement in planned
        for name, agent in placement.names.items()
    ]
    with contested("name or port"):
        placed = Microservice.objects.bulk_create([row for row, _ in rows])
        MicroserviceStatus.objects.bulk_create([MicroserviceStatus(microservice=row) for row in placed])
        _open_ports(rows)
    for batch in batches(placed):
        prefetch_related_objects(batch, "ports")
    return placed


def _new_row(name: str, agent: Agent, deployment: Deployment, placement: Placement) -> Microservice:
    return Microservice(
        name=name,
        application=placement.application,
        agent=agent,
        revision=placement.revision,
        deployment=deployment,
        is_activated=placement.is_activated,
        **container_columns(placement.container),
    )


def container_columns(container: Container) -> dict[str, Any]:
    values = container.as_json()
    return {name: values[name] for name in CONTAINER_FIELDS}


def _open_ports(rows: Iterable[tuple[Microservice, Container]]) -> None:
    PortMapping.objects.bulk_create(
        [
            PortMapping(
                microservice=row,
                agent_id=row.agent_id,
                internal=port.internal,
                external=port.external,
                protocol=port.protocol,
            )
            for row, container in rows
            for port in container.ports
        ]
    )


def rewrite_microservices(
    rows: Sequence[Microservice],
    *,
    opened: Sequence[tuple[Microservice, Container]],
    moved: Iterable[Microservice],
) -> dict[int, Microservice]:
    """Store rows as they were changed in memory; returns them as they are now, by id.

    The ports of those in `opened` are closed first, then opened as their containers say.
    """
    now = timezone.now()
    for row in rows:
        row.updated_at = now
    with contested("name or port"):
        for batch in batches(opened):
            PortMapping.objects.filter(microservice__in=[row for row, _ in batch]).delete()
        Microservice.objects.bulk_update(rows, EDITED_FIELDS)
        _open_ports(opened)
    forget_reports([row.pk for row in moved])
    stored: dict[int, Microservice] = {}
    for ids in batches([row.pk for row in rows]):
        stored |= {row.pk: row for row in Microservice.objects.detailed().filter(pk__in=ids)}
    return stored
