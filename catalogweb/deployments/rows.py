"""Rows of microservices, their ports and deployments: locked, inserted and rewritten in batches.

No rules here: what may be written is decided in services.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db.models import Count

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import Revision
from catalogweb.core.errors import Invalid, NotFound
from catalogweb.core.storing import contested, lock
from catalogweb.deployments.container import Container, Port
from catalogweb.deployments.models import Deployment, Microservice, MicroserviceStatus, PortMapping
from catalogweb.deployments.placing import BATCH

Key = TypeVar("Key", int, str)

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
    if not ids:
        raise Invalid("Choose at least one agent.", field="agents")
    if len(agents) < len(ids):
        raise NotFound("One of these agents is gone: somebody deleted it meanwhile.", field="agents")
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
    with contested("name or port"):
        placed = Microservice.objects.bulk_create(rows)
        MicroserviceStatus.objects.bulk_create([MicroserviceStatus(microservice=m) for m in placed])
        ports = {m: [_mapping(m, port) for port in container.ports] for m in placed}
        PortMapping.objects.bulk_create([mapping for own in ports.values() for mapping in own])
    for microservice, own in ports.items():
        _remember_ports(microservice, own)
    return placed


def _remember_ports(microservice: Microservice, mappings: list[PortMapping]) -> None:
    """As a prefetch would, so that nobody has to ask the database for what was written just now."""
    rows = PortMapping.objects.filter(microservice=microservice)
    rows._result_cache = mappings
    cache = microservice.__dict__.setdefault("_prefetched_objects_cache", {})
    cache["ports"] = rows


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
    with contested("name or port"):
        if moved or ports_changed:
            microservice.ports.all().delete()
            mappings = [_mapping(microservice, port) for port in container.ports]
            PortMapping.objects.bulk_create(mappings)
            _remember_ports(microservice, mappings)
        microservice.save()
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
        lock(Microservice, batch)
        yield from Microservice.objects.detailed().filter(pk__in=batch).order_by("pk")


def batches(ids: list[Key]) -> Iterable[list[Key]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def move_deployments(rows: Iterable[Microservice], revision: Revision) -> None:
    """A deployment moves along when all of it does; else those that moved become one of their own."""
    moved: dict[Deployment, list[int]] = {}
    for row in rows:
        moved.setdefault(row.deployment, []).append(row.pk)
    whole = _all_moved(moved)
    for batch in batches(sorted(whole)):
        Deployment.objects.filter(pk__in=batch).update(revision=revision)
    for deployment, pks in moved.items():
        if deployment.pk not in whole:
            _split(deployment, pks, revision)


def _all_moved(moved: Mapping[Deployment, list[int]]) -> set[int]:
    """The deployments all of whose microservices moved."""
    whole: set[int] = set()
    for batch in batches([deployment.pk for deployment in moved]):
        rows = Microservice.objects.filter(deployment__in=batch).order_by()
        sizes = dict(rows.values_list("deployment").annotate(Count("pk")))
        whole |= {deployment.pk for deployment, pks in moved.items() if sizes.get(deployment.pk) == len(pks)}
    return whole


def _split(deployment: Deployment, pks: list[int], revision: Revision) -> None:
    part = Deployment.objects.create(
        name=deployment.name,
        application_id=deployment.application_id,
        revision=revision,
        container=deployment.container,
        author_id=deployment.author_id,
    )
    for batch in batches(pks):
        Microservice.objects.filter(pk__in=batch).update(deployment=part)
