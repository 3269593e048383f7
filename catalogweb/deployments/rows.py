"""Rows of microservices, their ports and deployments: locked, inserted and rewritten in batches.

No rules here: what may be written is decided in services.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import Revision
from catalogweb.core.errors import Conflict, Invalid
from catalogweb.deployments.container import Container, Port
from catalogweb.deployments.models import Deployment, Microservice, MicroserviceStatus, PortMapping
from catalogweb.deployments.placing import BATCH

# Columns of Microservice that stand in a Container under the same name; ports have rows of their own.
CONTAINER_FIELDS = (
    "env", "volumes", "commands", "extra_hosts", "config", "host_network", "privileged", "log_size", "schedule",
    "options",
)  # fmt: skip


def locked_agents(ids: set[int]) -> list[Agent]:
    """One deployment at a time per agent, so that the port check still holds when we insert."""
    wanted = sorted(ids)
    agents: list[Agent] = []
    for start in range(0, len(wanted), BATCH):
        agents += Agent.objects.select_for_update().filter(pk__in=wanted[start : start + BATCH]).order_by("pk")
    if not agents:
        raise Invalid("Choose at least one agent.", field="agents")
    return agents


def insert_microservices(
    names: Mapping[str, Agent], deployment: Deployment, container: Container, is_activated: bool
) -> list[Microservice]:
    rows = [
        Microservice(
            name=name,
            application=deployment.application,
            agent=agent,
            revision=deployment.revision,
            deployment=deployment,
            is_activated=is_activated,
            **container_columns(container),
        )
        for name, agent in names.items()
    ]
    placed = Microservice.objects.bulk_create(rows)
    MicroserviceStatus.objects.bulk_create([MicroserviceStatus(microservice=m) for m in placed])
    ports = [_mapping(m, port) for m in placed for port in container.ports]
    PortMapping.objects.bulk_create(ports)
    for microservice in placed:
        own = [mapping for mapping in ports if mapping.microservice_id == microservice.pk]
        microservice._prefetched_objects_cache = {"ports": own}  # type: ignore[attr-defined]
    return placed


def _mapping(microservice: Microservice, port: Port) -> PortMapping:
    return PortMapping(
        microservice=microservice,
        agent_id=microservice.agent_id,
        internal=port.internal,
        external=port.external,
        protocol=port.protocol,
    )


def container_columns(container: Container) -> dict[str, Any]:
    values = container.as_json()
    return {name: values[name] for name in CONTAINER_FIELDS}


def write_microservice(microservice: Microservice, container: Container, *, moved: bool, ports_changed: bool) -> None:
    try:
        with transaction.atomic():
            if moved or ports_changed:
                microservice.ports.all().delete()
                mappings = [_mapping(microservice, port) for port in container.ports]
                PortMapping.objects.bulk_create(mappings)
                microservice._prefetched_objects_cache["ports"] = mappings  # type: ignore[attr-defined]
            microservice.save()
    except IntegrityError:
        raise Conflict("Somebody else took this name or port at the same moment. Try again.") from None
    if moved:
        forget_reports([microservice.pk])
        microservice.status.refresh_from_db()


def forget_reports(ids: list[int]) -> None:
    """As if just placed: what another agent, or an earlier life, reported says nothing any more."""
    fresh = {f.attname: f.get_default() for f in MicroserviceStatus._meta.fields if not f.primary_key}
    MicroserviceStatus.objects.filter(pk__in=ids).update(**fresh)


def forget_empty_deployments(ids: Iterable[int]) -> None:
    Deployment.objects.filter(pk__in=list(ids), microservices=None).delete()


def locked_microservices(microservices: Iterable[Microservice]) -> Iterable[Microservice]:
    for batch in batches([microservice.pk for microservice in microservices]):
        yield from Microservice.objects.select_for_update(of=("self",)).detailed().filter(pk__in=batch).order_by("pk")


def batches(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def move_deployments(rows: list[Microservice], revision: Revision) -> None:
    """A deployment moves along when all of it does; else those that moved become one of their own."""
    for deployment in {row.deployment for row in rows}:
        moved = [row.pk for row in rows if row.deployment_id == deployment.pk]
        if deployment.microservices.count() > len(moved):
            deployment.pk = None
        deployment.revision = revision
        deployment.save()
        for batch in batches(moved):
            Microservice.objects.filter(pk__in=batch).update(deployment=deployment)
