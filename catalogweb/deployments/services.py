"""Microservices: deployed, edited, moved, started, stopped, rebuilt, deleted. Every door ends here."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import F, prefetch_related_objects
from django.utils import timezone

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import Revision
from catalogweb.catalog.services import forget_unused_own_revisions
from catalogweb.changelog.services import record, record_many, snapshot
from catalogweb.core.errors import Invalid, Refusal, refuse_all
from catalogweb.core.names import slug
from catalogweb.core.rights import Actor, Right, require, user_id
from catalogweb.core.storing import locked
from catalogweb.deployments.container import Container, check_container
from catalogweb.deployments.extra_hosts import host_faults, naming, template_for
from catalogweb.deployments.models import Application, Deployment, Microservice
from catalogweb.deployments.placing import bad_names, missing_images, taken_ports
from catalogweb.deployments.routes import delete_routes, routes_of
from catalogweb.deployments.rows import (
    batches,
    container_columns,
    forget_empty_deployments,
    forget_reports,
    insert_microservices,
    locked_agents,
    locked_microservices,
    move_deployments,
    write_microservice,
)
from catalogweb.deployments.telling import MICROSERVICES, needed_registries, tell
from catalogweb.deployments.uses import replace_uses, uses_in, write_uses

PATTERN = "{name}-{agent}"


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
    container = (container or Container()).numbered()
    check_container(container, is_system=application.is_system)
    prefetch_related_objects([revision], "images", "registry", "item")
    application = locked(Application.objects.all(), application.pk)
    agents = locked_agents({agent.pk for agent in agents})
    names = names_on(agents, name, pattern)
    uses, missing = uses_in(container)
    refuse_all(
        [
            *bad_names(application, names),
            *missing_images(revision, agents, name),
            *taken_ports(agents, container.ports),
            *missing,
            *host_faults(container),
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
    placed = insert_microservices(names, deployment, container, is_activated)
    write_uses(placed, uses)
    tell([agent.pk for agent in agents], before, *MICROSERVICES)
    record(by=by, action="create", obj=deployment)
    record_many(by=by, action="create", changes=[(microservice, None, None) for microservice in placed])
    return placed


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
    microservice = locked(Microservice.objects.detailed(), microservice.pk)
    old_agent, old_revision, was = microservice.agent, microservice.revision, microservice.container
    agents = locked_agents({old_agent.pk, (agent or old_agent).pk})
    agent, revision, container = agent or old_agent, revision or old_revision, (container or was).numbered(was)
    before, registries = snapshot(microservice), needed_registries(a.pk for a in agents)
    uses, missing = uses_in(container) if container.sources != was.sources else (None, [])
    _refuse_edit(microservice, name, agent, revision, container, missing)
    microservice.name = name or microservice.name
    microservice.agent, microservice.revision = agent, revision
    microservice.is_activated = microservice.is_activated if is_activated is None else is_activated
    for column, value in container_columns(container).items():
        setattr(microservice, column, value)
    if (
        rebuild
        or agent != old_agent
        or _image_changed(old_revision, revision, agent)
        or _needs_container(was, container)
    ):
        microservice.generation += 1
    write_microservice(microservice, container, moved=agent != old_agent, ports_changed=container.ports != was.ports)
    replace_uses(microservice, uses)
    after = snapshot(microservice)
    if after != before:
        tell(sorted({old_agent.pk, agent.pk}), registries, *MICROSERVICES)
    record(by=by, action="update", obj=microservice, before=before, after=after)
    if old_revision != revision:
        move_deployments([microservice], revision)
        forget_unused_own_revisions([old_revision.pk])
    if agent != old_agent:
        rebuild_those_naming(by=by, templates=[template_for(microservice)])
    return microservice


def _refuse_edit(
    microservice: Microservice,
    name: str | None,
    agent: Agent,
    revision: Revision,
    container: Container,
    missing: Iterable[Refusal],
) -> None:
    faults: list[Refusal] = [*missing]
    try:
        check_container(container, is_system=microservice.application.is_system)
        # What leads nowhere any more since others went is no fault of this edit.
        if container.extra_hosts != microservice.container.extra_hosts:
            faults += host_faults(container)
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


@transaction.atomic
def set_activated(*, by: Actor, microservices: Iterable[Microservice], is_activated: bool) -> None:
    """Start or stop: a stopped one leaves its agent's list, and the agent removes its container."""
    require(by, Right.CHANGE)
    rows = list(locked_microservices(microservices))
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
    for batch in batches([row.pk for row in rows]):
        Microservice.objects.filter(pk__in=batch).update(is_activated=is_activated, updated_at=now)
        if is_activated:
            forget_reports(batch)
    tell(agent_ids, registries, *MICROSERVICES)
    record_many(
        by=by, action="update", changes=[(row, was, snapshot(row)) for row, was in zip(rows, before, strict=True)]
    )


@transaction.atomic
def rebuild(*, by: Actor, microservices: Iterable[Microservice]) -> None:
    """Have the agents pull again and replace the containers."""
    require(by, Right.CHANGE)
    rows = list(locked_microservices(microservices))
    for batch in batches([row.pk for row in rows]):
        Microservice.objects.filter(pk__in=batch).update(generation=F("generation") + 1, updated_at=timezone.now())
    agent_ids = sorted({row.agent_id for row in rows})
    tell(agent_ids, needed_registries(agent_ids), *MICROSERVICES)
    record_many(by=by, action="rebuild", changes=[(row, None, {"generation": row.generation + 1}) for row in rows])


def rebuild_those_naming(*, by: Actor, templates: Iterable[str]) -> None:
    """Extra hosts are set when a container is made: those that lead elsewhere now need another one."""
    require(by, Right.CHANGE)
    if found := naming(templates):
        rebuild(by=by, microservices=found)


@transaction.atomic
def move_to_revision(*, by: Actor, microservices: Iterable[Microservice], revision: Revision) -> None:
    """Run another revision, newer or older: all of them, or none with every refusal listed.

    Only those whose own image or registry differs get a new container.
    """
    require(by, Right.CHANGE)
    prefetch_related_objects([revision], "images", "registry", "item")
    rows = [row for row in locked_microservices(microservices) if row.revision_id != revision.pk]
    refuse_all([fault for row in rows for fault in missing_images(revision, [row.agent], row.name)])
    before, old_revisions = [snapshot(row) for row in rows], [row.revision_id for row in rows]
    renewed = {row.pk: row.agent_id for row in rows if _image_changed(row.revision, revision, row.agent)}
    agent_ids = sorted(set(renewed.values()))
    registries = needed_registries(agent_ids)
    for batch in batches([row.pk for row in rows]):
        Microservice.objects.filter(pk__in=batch).update(revision=revision, updated_at=timezone.now())
    for batch in batches(list(renewed)):
        Microservice.objects.filter(pk__in=batch).update(generation=F("generation") + 1)
    move_deployments(rows, revision)
    for row in rows:
        row.generation += row.pk in renewed
        row.revision = revision
    forget_unused_own_revisions(old_revisions)
    tell(agent_ids, registries, *MICROSERVICES)
    record_many(
        by=by, action="update", changes=[(row, was, snapshot(row)) for row, was in zip(rows, before, strict=True)]
    )


@transaction.atomic
def delete_microservices(*, by: Actor, microservices: Iterable[Microservice]) -> int:
    """Remove them; their agents remove the containers. Returns how many."""
    require(by, Right.CHANGE)
    rows = list(locked_microservices(microservices))
    agent_ids = sorted({row.agent_id for row in rows})
    registries = needed_registries(agent_ids)
    record_many(by=by, action="delete", changes=[(row, snapshot(row), None) for row in rows])
    for batch in batches([row.pk for row in rows]):
        delete_routes(by=by, routes=routes_of(batch))
        Microservice.objects.filter(pk__in=batch).delete()
    forget_empty_deployments({row.deployment_id for row in rows})
    forget_unused_own_revisions([row.revision_id for row in rows if row.revision.item_id is None])
    tell(agent_ids, registries, *MICROSERVICES)
    return len(rows)
