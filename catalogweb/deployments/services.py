"""Microservices: deployed, edited, moved, started, stopped, rebuilt, deleted. Every door ends here."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import F, prefetch_related_objects
from django.utils import timezone

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import Revision
from catalogweb.catalog.revisions import forget_unused_own_revisions
from catalogweb.changelog.services import Snapshot, record_many, snapshot
from catalogweb.core.errors import Invalid, refuse_all
from catalogweb.core.rights import Actor, Right, require, user_id
from catalogweb.core.storing import batches, locked
from catalogweb.deployments.container import Container
from catalogweb.deployments.editing import Edit, edit_all, image_changed
from catalogweb.deployments.extra_hosts import host_faults, template_for
from catalogweb.deployments.models import Application, Deployment, Microservice
from catalogweb.deployments.placing import Placement, faults_of, missing_images
from catalogweb.deployments.routes import delete_routes, routes_of
from catalogweb.deployments.rows import insert_microservices, locked_agents, locked_microservices
from catalogweb.deployments.statuses import forget_reports
from catalogweb.deployments.telling import MICROSERVICES, agents_listing, needed_registries, tell
from catalogweb.deployments.upkeep import end_empty_deployments, move_deployments
from catalogweb.deployments.uses import uses_in, write_uses


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
    chosen = list(dict.fromkeys(agents))
    wanted = Placement(application, name, chosen, revision, container or Container(), pattern, is_activated)
    return deploy_all(by=by, application=application, placements=[wanted])


@transaction.atomic
def deploy_all(*, by: Actor, application: Application, placements: Sequence[Placement]) -> list[Microservice]:
    """The same for several microservices of one application; each placement is a deployment of its own."""
    require(by, Right.CHANGE)
    if not placements:
        return []
    prefetch_related_objects([placement.revision for placement in placements], "images", "registry", "item")
    application = locked(Application.objects.all(), application.pk)
    agents = locked_agents({agent.pk for placement in placements for agent in placement.agents})
    placements = [
        replace(
            placement,
            application=application,
            agents=[agents[agent.pk] for agent in placement.agents],
            container=placement.container.numbered(),
        )
        for placement in placements
    ]
    containers = [(placement.container, placement.path) for placement in placements]
    uses, lacking = uses_in(containers)
    coming = {template_for(application, name) for placement in placements for name in placement.names}
    refuse_all([*faults_of(placements), *lacking, *host_faults(containers, coming)])
    before = needed_registries(agents)
    deployments = Deployment.objects.bulk_create([_deployment(placement, by) for placement in placements])
    placed = insert_microservices(zip(deployments, placements, strict=True))
    of_each = [own for own, placement in zip(uses, placements, strict=True) for _ in placement.names]
    write_uses(zip(placed, of_each, strict=True))
    tell(agents_listing(placed), before, *MICROSERVICES)
    record_many(by=by, action="create", changes=[(made, None, None) for made in (*deployments, *placed)])
    return placed


def _deployment(placement: Placement, by: Actor) -> Deployment:
    return Deployment(
        name=placement.name,
        application=placement.application,
        revision=placement.revision,
        container=placement.container.as_json(),
        author_id=user_id(by),
    )


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
    edit = Edit(microservice, name, agent, revision, container, is_activated, rebuild)
    return edit_all(by=by, edits=[edit])[0]


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
    before, agent_ids = [snapshot(row) for row in rows], agents_listing(rows)
    registries = needed_registries(row.agent_id for row in rows)
    now = timezone.now()
    for row in rows:
        row.is_activated = is_activated
    agent_ids |= agents_listing(rows)
    for batch in batches([row.pk for row in rows]):
        Microservice.objects.filter(pk__in=batch).update(is_activated=is_activated, updated_at=now)
        if is_activated:
            forget_reports(batch)
    tell(agent_ids, registries, *MICROSERVICES)
    _record_updates(by, rows, before)


@transaction.atomic
def move_to_revision(*, by: Actor, microservices: Iterable[Microservice], revision: Revision) -> None:
    """Run another revision, newer or older: all of them, or none with every refusal listed.

    Only those whose own image or registry differs get a new container.
    """
    require(by, Right.CHANGE)
    prefetch_related_objects([revision], "images", "registry", "item")
    rows = [row for row in locked_microservices(microservices) if row.revision_id != revision.pk]
    refuse_all([fault for row in rows for fault in missing_images(revision, [row.agent], row.name)])
    before, moved = [snapshot(row) for row in rows], [(row, row.revision, revision) for row in rows]
    renewed = {row.pk: row for row in rows if image_changed(row.revision, revision, row.agent)}
    registries = needed_registries(row.agent_id for row in renewed.values())
    for batch in batches([row.pk for row in rows]):
        Microservice.objects.filter(pk__in=batch).update(revision=revision, updated_at=timezone.now())
    for batch in batches(renewed):
        Microservice.objects.filter(pk__in=batch).update(generation=F("generation") + 1)
    for row in rows:
        row.generation += row.pk in renewed
        row.revision = revision
    tell(agents_listing(renewed.values()), registries, *MICROSERVICES)
    _record_updates(by, rows, before)
    move_deployments(by=by, moved=moved)
    forget_unused_own_revisions([old.pk for _, old, _ in moved])


def _record_updates(by: Actor, rows: Sequence[Microservice], before: Sequence[Snapshot]) -> None:
    changes = [(row, was, snapshot(row)) for row, was in zip(rows, before, strict=True)]
    record_many(by=by, action="update", changes=changes)


@transaction.atomic
def delete_microservices(*, by: Actor, microservices: Iterable[Microservice]) -> int:
    """Remove them; their agents remove the containers. Returns how many."""
    require(by, Right.CHANGE)
    rows = list(locked_microservices(microservices))
    agent_ids = agents_listing(rows)
    registries = needed_registries(agent_ids)
    record_many(by=by, action="delete", changes=[(row, snapshot(row), None) for row in rows])
    for batch in batches([row.pk for row in rows]):
        delete_routes(by=by, routes=routes_of(batch))
        Microservice.objects.filter(pk__in=batch).delete()
    end_empty_deployments(by=by, ids={row.deployment_id for row in rows})
    forget_unused_own_revisions([row.revision_id for row in rows if row.revision.item_id is None])
    tell(agent_ids, registries, *MICROSERVICES)
    return len(rows)
