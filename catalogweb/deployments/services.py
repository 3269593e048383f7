"""Microservices: deployed, edited, moved, started, stopped, rebuilt, deleted. Every door ends here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, prefetch_related_objects
from django.utils import timezone

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import Revision
from catalogweb.catalog.services import forget_unused_own_revisions
from catalogweb.changelog.services import record, record_many, snapshot
from catalogweb.core.errors import Conflict, Invalid, Refusal, refuse_all
from catalogweb.core.names import slug
from catalogweb.core.rights import Actor, Right, require, user_id
from catalogweb.deployments.container import Container, check_container
from catalogweb.deployments.models import Application, Deployment, Microservice, MicroserviceStatus, PortMapping
from catalogweb.deployments.placing import BATCH, bad_names, missing_images, taken_ports
from catalogweb.deployments.telling import MICROSERVICES, needed_registries, tell

PATTERN = "{name}-{agent}"
# Rows as they stand in Microservice, beside its own columns.
CONTAINER_FIELDS = (
    "env", "config", "host_network", "privileged", "log_size", "schedule", "options",
)  # fmt: skip


def names_on(agents: Sequence[Agent], name: str, pattern: str = "") -> dict[str, Agent]:
    """The microservices' names: as given for one agent, else by the pattern, which needs `{agent}`."""
    if len(agents) > 1 and pattern and "{agent}" not in pattern:
        raise Invalid("A name pattern for several agents needs {agent} in it.", field="pattern")
    shape = pattern or (PATTERN if len(agents) > 1 else "{name}")
    names = {shape.replace("{name}", name).replace("{agent}", slug(agent.name)): agent for agent in agents}
    if len(names) < len(agents):
        raise Invalid(
            "Two of the agents would get a microservice of the same name: use another pattern.", field="pattern"
        )
    return names


@transaction.atomic
def deploy(
    *,
    by: Actor,
    application: Application,
    agents: Iterable[Agent],
    revision: Revision,
    name: str,
    container: Container | None = None,
    pattern: str = "",
    is_activated: bool = True,
) -> list[Microservice]:
    """Place one microservice made from `revision` on each of `agents`; each learns of it at its next poll.

    All or nothing: refuses with one sentence per agent that could never run it (no image for its
    architecture, a port or a name already taken). Statements grow only with the batches of the database.
    """
    require(by, Right.CHANGE)
    container = container or Container()
    check_container(container)
    prefetch_related_objects([revision], "images", "registry", "item")
    agents = _locked({agent.pk for agent in agents})
    names = names_on(agents, name, pattern)
    refuse_all(
        [
            *bad_names(application, names),
            *missing_images(revision, agents, name),
            *taken_ports(agents, container.ports),
        ]
    )
    before = needed_registries(agent.pk for agent in agents)
    deployment = Deployment.objects.create(
        name=name,
        application=application,
        revision=revision,
        container=container.as_json(),
        author_id=user_id(by),
    )
    placed = _insert(names, deployment, container, is_activated)
    tell([agent.pk for agent in agents], before, *MICROSERVICES)
    record(by=by, action="create", obj=deployment)
    record_many(by=by, action="create", changes=[(microservice, None, None) for microservice in placed])
    return placed


def _locked(ids: set[int]) -> list[Agent]:
    """One deployment at a time per agent, so that the port check still holds when we insert."""
    wanted = sorted(ids)
    agents: list[Agent] = []
    for start in range(0, len(wanted), BATCH):
        agents += Agent.objects.select_for_update().filter(pk__in=wanted[start : start + BATCH]).order_by("pk")
    if not agents:
        raise Invalid("Choose at least one agent.", field="agents")
    return agents


def _insert(
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
            **_columns(container),
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


def _mapping(microservice: Microservice, port: Any) -> PortMapping:
    return PortMapping(
        microservice=microservice,
        agent_id=microservice.agent_id,
        internal=port.internal,
        external=port.external,
        protocol=port.protocol,
    )


def _columns(container: Container) -> dict[str, Any]:
    values = container.as_json()
    columns = {name: values[name] for name in CONTAINER_FIELDS}
    return columns | {
        "volumes": values["volumes"],
        "commands": values["commands"],
        "extra_hosts": values["extra_hosts"],
    }


@transaction.atomic
def edit_microservice(
    *,
    by: Actor,
    microservice: Microservice,
    name: str | None = None,
    agent: Agent | None = None,
    revision: Revision | None = None,
    container: Container | None = None,
    is_activated: bool | None = None,
    rebuild: bool = False,
) -> Microservice:
    """Change one microservice; None keeps what it has. Another agent moves it there.

    Its container is made anew when image, settings or agent differ, or when `rebuild` asks for it.
    """
    require(by, Right.CHANGE)
    microservice = Microservice.objects.select_for_update(of=("self",)).detailed().get(pk=microservice.pk)
    old_agent, old_revision, was = microservice.agent, microservice.revision, microservice.container
    agents = _locked({old_agent.pk, (agent or old_agent).pk})
    agent, revision, container = agent or old_agent, revision or old_revision, container or was
    before, registries = snapshot(microservice), needed_registries(a.pk for a in agents)
    _refuse_edit(microservice, name, agent, revision, container)
    microservice.name = name or microservice.name
    microservice.agent, microservice.revision = agent, revision
    microservice.is_activated = microservice.is_activated if is_activated is None else is_activated
    for column, value in _columns(container).items():
        setattr(microservice, column, value)
    if (
        rebuild
        or agent != old_agent
        or _image_changed(old_revision, revision, agent)
        or _needs_container(was, container)
    ):
        microservice.generation += 1
    _write(microservice, container, moved=agent != old_agent, ports_changed=container.ports != was.ports)
    after = snapshot(microservice)
    if after != before:
        tell(sorted({old_agent.pk, agent.pk}), registries, *MICROSERVICES)
    record(by=by, action="update", obj=microservice, before=before, after=after)
    if old_revision != revision:
        _move_deployments([microservice], revision)
        forget_unused_own_revisions([old_revision.pk])
    return microservice


def _refuse_edit(
    microservice: Microservice, name: str | None, agent: Agent, revision: Revision, container: Container
) -> None:
    faults: list[Refusal] = []
    try:
        check_container(container)
    except Refusal as refusal:
        faults.append(refusal)
    if name and name != microservice.name:
        faults += bad_names(microservice.application, {name: agent})
    faults += missing_images(revision, [agent], name or microservice.name)
    faults += taken_ports([agent], container.ports, leaving=[microservice])
    refuse_all(faults)


def _image_changed(old: Revision, new: Revision, agent: Agent) -> bool:
    return old.image_for(agent.architecture) != new.image_for(agent.architecture) or old.registry_id != new.registry_id


def _needs_container(was: Container, now: Container) -> bool:
    """`config` reaches a running container through the agent's local API, the start order matters at start only."""
    return was.with_changes({"config": {}, "schedule": 50}) != now.with_changes({"config": {}, "schedule": 50})


def _write(microservice: Microservice, container: Container, *, moved: bool, ports_changed: bool) -> None:
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


def _forget_empty_deployments(ids: Iterable[int]) -> None:
    Deployment.objects.filter(pk__in=list(ids), microservices=None).delete()


@transaction.atomic
def set_activated(*, by: Actor, microservices: Iterable[Microservice], is_activated: bool) -> None:
    """Start or stop: a stopped one leaves its agent's list, and the agent removes its container."""
    require(by, Right.CHANGE)
    rows = list(_lock_rows(microservices))
    rows = [row for row in rows if row.is_activated != is_activated]
    if is_activated:
        for row in rows:
            if not row.application.is_activated:
                raise Invalid(
                    f"Application {row.application.name} is not activated: start it first.", field="application"
                )
    agent_ids = sorted({row.agent_id for row in rows})
    before, registries = [snapshot(row) for row in rows], needed_registries(agent_ids)
    now = timezone.now()
    for row in rows:
        row.is_activated = is_activated
    for batch in _batches([row.pk for row in rows]):
        Microservice.objects.filter(pk__in=batch).update(is_activated=is_activated, updated_at=now)
        if is_activated:
            forget_reports(batch)
    tell(agent_ids, registries, *MICROSERVICES)
    record_many(
        by=by, action="update", changes=[(row, was, snapshot(row)) for row, was in zip(rows, before, strict=True)]
    )


def _lock_rows(microservices: Iterable[Microservice]) -> Iterable[Microservice]:
    for batch in _batches([microservice.pk for microservice in microservices]):
        yield from Microservice.objects.select_for_update(of=("self",)).detailed().filter(pk__in=batch).order_by("pk")


def _batches(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


@transaction.atomic
def rebuild(*, by: Actor, microservices: Iterable[Microservice]) -> None:
    """Have the agents pull again and replace the containers."""
    require(by, Right.CHANGE)
    rows = list(_lock_rows(microservices))
    for batch in _batches([row.pk for row in rows]):
        Microservice.objects.filter(pk__in=batch).update(generation=F("generation") + 1, updated_at=timezone.now())
    agent_ids = sorted({row.agent_id for row in rows})
    tell(agent_ids, needed_registries(agent_ids), *MICROSERVICES)
    record_many(by=by, action="rebuild", changes=[(row, None, {"generation": row.generation + 1}) for row in rows])


@transaction.atomic
def move_to_revision(*, by: Actor, microservices: Iterable[Microservice], revision: Revision) -> None:
    """Run another revision, newer or older: all of them, or none with every refusal listed.

    Only those whose own image or registry differs get a new container.
    """
    require(by, Right.CHANGE)
    prefetch_related_objects([revision], "images", "registry", "item")
    rows = [row for row in _lock_rows(microservices) if row.revision_id != revision.pk]
    refuse_all([fault for row in rows for fault in missing_images(revision, [row.agent], row.name)])
    before, agent_ids = [snapshot(row) for row in rows], sorted({row.agent_id for row in rows})
    old_revisions, registries = [row.revision_id for row in rows], needed_registries(agent_ids)
    renewed = [row.pk for row in rows if _image_changed(row.revision, revision, row.agent)]
    for batch in _batches([row.pk for row in rows]):
        Microservice.objects.filter(pk__in=batch).update(revision=revision, updated_at=timezone.now())
    for batch in _batches(renewed):
        Microservice.objects.filter(pk__in=batch).update(generation=F("generation") + 1)
    _move_deployments(rows, revision)
    for row in rows:
        row.generation += row.pk in renewed
        row.revision = revision
    forget_unused_own_revisions(old_revisions)
    tell(agent_ids, registries, *MICROSERVICES)
    record_many(
        by=by, action="update", changes=[(row, was, snapshot(row)) for row, was in zip(rows, before, strict=True)]
    )


def _move_deployments(rows: list[Microservice], revision: Revision) -> None:
    """A deployment moves along when all of it does; else those that moved become one of their own."""
    for deployment in {row.deployment for row in rows}:
        moved = [row.pk for row in rows if row.deployment_id == deployment.pk]
        if deployment.microservices.count() > len(moved):
            deployment.pk = None
        deployment.revision = revision
        deployment.save()
        for batch in _batches(moved):
            Microservice.objects.filter(pk__in=batch).update(deployment=deployment)


@transaction.atomic
def delete_microservices(*, by: Actor, microservices: Iterable[Microservice]) -> int:
    """Remove them; their agents remove the containers. Returns how many."""
    require(by, Right.CHANGE)
    rows = list(_lock_rows(microservices))
    agent_ids = sorted({row.agent_id for row in rows})
    registries = needed_registries(agent_ids)
    record_many(by=by, action="delete", changes=[(row, snapshot(row), None) for row in rows])
    for batch in _batches([row.pk for row in rows]):
        Microservice.objects.filter(pk__in=batch).delete()
    _forget_empty_deployments({row.deployment_id for row in rows})
    forget_unused_own_revisions([row.revision_id for row in rows if row.revision.item_id is None])
    tell(agent_ids, registries, *MICROSERVICES)
    return len(rows)
