"""Microservices changed, one or many at once; what is already as wanted is left alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import prefetch_related_objects

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import Revision
from catalogweb.catalog.revisions import forget_unused_own_revisions
from catalogweb.changelog.services import record_many, snapshot
from catalogweb.core.errors import NotFound, refuse_all
from catalogweb.core.rights import Actor, Right, require
from catalogweb.deployments.container import Container
from catalogweb.deployments.extra_hosts import host_faults, template_for
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.placing import Placement, faults_of
from catalogweb.deployments.rebuilding import rebuild_those_naming
from catalogweb.deployments.rows import container_columns, locked_agents, locked_microservices, rewrite_microservices
from catalogweb.deployments.telling import MICROSERVICES, as_listed, needed_registries, tell
from catalogweb.deployments.upkeep import move_deployments
from catalogweb.deployments.uses import replace_uses, uses_in


@dataclass(frozen=True)
class Edit:
    """What is wanted of a microservice; None keeps what it has. `path` is where a refusal points."""

    microservice: Microservice
    name: str | None = None
    agent: Agent | None = None
    revision: Revision | None = None
    container: Container | None = None
    is_activated: bool | None = None
    rebuild: bool = False
    path: str = ""


@transaction.atomic
def edit_all(*, by: Actor, edits: Sequence[Edit]) -> list[Microservice]:
    """Change all of these microservices or none; returns them as they are then, in the same order.

    Statements grow only with the batches of the database.
    """
    require(by, Right.CHANGE)
    if not edits:
        return []
    prefetch_related_objects([edit.revision for edit in edits if edit.revision], "images", "registry", "item")
    rows = {row.pk: row for row in locked_microservices(edit.microservice for edit in edits)}
    if any(edit.microservice.pk not in rows for edit in edits):
        raise NotFound("This microservice is gone: somebody deleted it meanwhile.")
    agents = locked_agents({row.agent_id for row in rows.values()} | {edit.agent.pk for edit in edits if edit.agent})
    wanted = [(_wanted(rows[edit.microservice.pk], edit, agents), edit.rebuild) for edit in edits]
    changes = [_Change(placement, rebuild) for placement, rebuild in wanted if rebuild or _differs(placement)]
    if changes:
        needing = [change for change in changes if change.needs_others]
        uses, lacking = uses_in([(change.wanted.container, change.wanted.path) for change in needing])
        # What leads nowhere any more since others went is no fault of this edit.
        hosts = [(change.wanted.container, change.wanted.path) for change in changes if change.names_other_hosts]
        refuse_all([*faults_of([change.wanted for change in changes]), *lacking, *host_faults(hosts)])
        rows |= _carry_out(by, changes, agents)
        replace_uses([(change.row, own) for change, own in zip(needing, uses, strict=True)])
    return [rows[edit.microservice.pk] for edit in edits]


def _wanted(row: Microservice, edit: Edit, agents: Mapping[int, Agent]) -> Placement:
    return Placement(
        application=row.application,
        name=edit.name or row.name,
        agents=[agents[edit.agent.pk if edit.agent else row.agent_id]],
        revision=edit.revision or row.revision,
        container=(edit.container or row.container).numbered(row.container),
        is_activated=row.is_activated if edit.is_activated is None else edit.is_activated,
        own=row,
        path=edit.path,
    )


def _differs(wanted: Placement) -> bool:
    row = wanted.own
    assert row is not None, "an edit is of a microservice"
    now = (row.name, [row.agent_id], row.revision_id, row.is_activated, row.container.as_text())
    agent_ids = [agent.pk for agent in wanted.agents]
    return now != (wanted.name, agent_ids, wanted.revision.pk, wanted.is_activated, wanted.container.as_text())


class _Change:
    """A row on its way from what it is, which is kept here, to what is wanted."""

    def __init__(self, wanted: Placement, rebuild: bool) -> None:
        assert wanted.own is not None, "an edit is of a microservice"
        self.row, self.wanted, [self.agent] = wanted.own, wanted, wanted.agents
        self.before, self.listed = snapshot(self.row), as_listed(self.row)
        self.revision, was = self.row.revision, self.row.container
        self.is_moved = self.agent.pk != self.row.agent_id
        self.needs_others = wanted.container.sources != was.sources
        self.names_other_hosts = wanted.container.extra_hosts != was.extra_hosts
        self.opens_ports = self.is_moved or wanted.container.ports != was.ports
        self.needs_container = (
            rebuild
            or self.is_moved
            or image_changed(self.revision, wanted.revision, self.agent)
            or _settings_changed(was, wanted.container)
        )

    def apply(self) -> None:
        self.row.name, self.row.is_activated = self.wanted.name, self.wanted.is_activated
        self.row.agent, self.row.revision = self.agent, self.wanted.revision
        self.row.generation += self.needs_container
        for column, value in container_columns(self.wanted.container).items():
            setattr(self.row, column, value)

    def concerns(self, stored: Microservice) -> set[int]:
        """The agents whose list says something else than before."""
        sides = {self.listed, as_listed(stored)}
        return {side.agent_id for side in sides if side} if len(sides) > 1 else set()


def image_changed(old: Revision, new: Revision, agent: Agent) -> bool:
    return old.image_for(agent.architecture) != new.image_for(agent.architecture) or old.registry_id != new.registry_id


def _settings_changed(was: Container, now: Container) -> bool:
    """`config` reaches a running container through the agent's local API, the start order matters at start only."""
    return was.with_changes({"config": {}, "schedule": 50}) != now.with_changes({"config": {}, "schedule": 50})


def _carry_out(by: Actor, changes: Sequence[_Change], agents: Mapping[int, Agent]) -> dict[int, Microservice]:
    registries = needed_registries(agents)
    for change in changes:
        change.apply()
    stored = rewrite_microservices(
        [change.row for change in changes],
        opened=[(change.row, change.wanted.container) for change in changes if change.opens_ports],
        moved=[change.row for change in changes if change.is_moved],
    )
    pairs = [(change, stored[change.row.pk]) for change in changes]
    tell({agent_id for change, row in pairs for agent_id in change.concerns(row)}, registries, *MICROSERVICES)
    record_many(by=by, action="update", changes=[(row, change.before, snapshot(row)) for change, row in pairs])
    revised = [(row, change.revision, row.revision) for change, row in pairs if change.revision != row.revision]
    move_deployments(by=by, moved=revised)
    forget_unused_own_revisions([old.pk for _, old, _ in revised])
    moved = [row for change, row in pairs if change.is_moved]
    if moved:
        rebuild_those_naming(by=by, templates=[template_for(row.application, row.name) for row in moved])
    return stored
