"""Microservices as doors describe them, alone or with their application: all of it happens, or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import CatalogItem, Registry, Revision
from catalogweb.catalog.revisions import Choice, Images, chosen_revisions
from catalogweb.core.errors import Duplicate, Invalid, Refusal, noting, refuse_all
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.storing import batches
from catalogweb.deployments.applications import create_application, edit_application, stand_in
from catalogweb.deployments.container import Container
from catalogweb.deployments.editing import Edit, edit_all
from catalogweb.deployments.extra_hosts import leads_to_others
from catalogweb.deployments.models import Application, Deployment, Microservice
from catalogweb.deployments.placing import PATTERN, Placement, names_on
from catalogweb.deployments.routes import RouteWish, replace_routes
from catalogweb.deployments.services import delete_microservices, deploy_all


@dataclass(frozen=True)
class Wish:
    """What is wanted of one microservice, or of one on each of several agents.

    What is not said stays as it is, or at its default in a new one. A `revision` is meant as it is; else an item
    comes with its registry, and own images, which `as_sent` keeps as they were sent, with theirs. `container` holds
    what differs, or is all of it; `root_access` is host network and privileged in one word. `path` is where a refusal
    points.
    """

    name: str = ""
    agents: Sequence[Agent] = ()
    pattern: str = ""
    revision: Revision | None = None
    item: CatalogItem | None = None
    images: Images | None = None
    registry: Registry | None = None
    as_sent: bool = False
    container: Container | Mapping[str, Any] = field(default_factory=dict)
    root_access: bool | None = None
    is_activated: bool | None = None
    rebuild: bool = False
    path: str = ""

    def names(self) -> Mapping[str, Agent | None]:
        """What its microservices are called, with their agents; without agents the one that has its name is meant."""
        if not self.agents:
            return {self.name: None}
        try:
            return names_on(self.agents, self.name, self.pattern)
        except Refusal as refusal:
            refusal.at(self.path)
            raise

    def each(self) -> list["Wish"]:
        """The same as one wish for each microservice."""
        names = self.names().items()
        return [replace(self, name=name, agents=[agent] if agent else [], pattern="") for name, agent in names]

    def changed(self, now: Container) -> Container:
        """Options are given one by one; an empty one ends it."""
        if isinstance(self.container, Container):
            return self.container
        options = now.options | self.container.get("options", {})
        container = now.with_changes({**self.container, "options": options})
        return container if self.root_access is None else container.with_root_access(self.root_access)

    @property
    def names_others(self) -> bool:
        """Whether its extra hosts may name what the same request makes."""
        said = self.container
        return leads_to_others(said.extra_hosts if isinstance(said, Container) else said.get("extra_hosts", ()))

    def choice(self, now: Revision | None) -> Choice:
        if self.revision:
            return Choice(now=self.revision)
        return Choice(self.item, self.images, self.registry, now, self.as_sent, self.path)


@transaction.atomic
def launch(*, by: Actor, application: str, wish: Wish) -> Deployment:
    """Deploy to the application of this name, which is made along when there is none."""
    require(by, Right.CHANGE)
    faults: list[Refusal] = []
    home = Application.objects.filter(name=application).first() or _new_application(by, application, faults)
    with noting(faults):
        placed = fulfil(by=by, application=home, wish=wish)
    refuse_all(faults)
    return placed[0].deployment


def _new_application(by: Actor, name: str, faults: list[Refusal]) -> Application:
    try:
        return create_application(by=by, name=name)
    except Refusal as refusal:
        refusal.field = "application"
        faults.append(refusal)
        return stand_in()


@transaction.atomic
def fulfil(*, by: Actor, application: Application, wish: Wish) -> list[Microservice]:
    """Make the microservice, on each of its agents."""
    require(by, Right.CHANGE)
    return _make(by, application, [(wish, wish.agents)])


@transaction.atomic
def adapt(*, by: Actor, microservice: Microservice, wish: Wish) -> Microservice:
    """Change the microservice to what is wanted of it."""
    require(by, Right.CHANGE)
    return _change(by, [(wish, wish.name, microservice, next(iter(wish.agents), None))])[0]


@transaction.atomic
def fulfil_all(*, by: Actor, application: Application, wishes: Sequence[Wish]) -> None:
    """Make the microservices that the application lacks, and change those it has."""
    require(by, Right.CHANGE)
    named = [(wish, wish.names()) for wish in wishes]
    existing = _existing(application, [name for _, names in named for name in names])
    present = [
        (wish, name, existing[name], agent)
        for wish, names in named
        for name, agent in names.items()
        if name in existing
    ]
    missing = [(wish, [agent for name, agent in names.items() if name not in existing]) for wish, names in named]
    # Those that are there go first, for they may leave a port to those that come; unless they name these.
    _change(by, [entry for entry in present if not entry[0].names_others])
    _make(by, application, [(wish, [agent for agent in agents if agent]) for wish, agents in missing if agents])
    _change(by, [entry for entry in present if entry[0].names_others])


def _existing(application: Application, names: Iterable[str]) -> dict[str, Microservice]:
    rows = application.microservices.detailed()
    return {row.name: row for batch in batches(sorted(set(names))) for row in rows.filter(name__in=batch)}


def _make(by: Actor, application: Application, wanted: Sequence[tuple[Wish, Sequence[Agent]]]) -> list[Microservice]:
    refuse_all(
        [
            Invalid(f"Name the agent that is to run {wish.name}.", field="agent").at(wish.path)
            for wish, agents in wanted
            if not agents
        ]
    )
    revisions = chosen_revisions(by=by, choices=[wish.choice(None) for wish, _ in wanted])
    placements = [
        Placement(
            application=application,
            name=wish.name,
            agents=agents,
            revision=revision,
            container=wish.changed(Container()),
            # Only some of its agents may be left to deploy to: they are named as all of them would be.
            pattern=wish.pattern or (PATTERN if len(wish.agents) > 1 else ""),
            is_activated=wish.is_activated is not False,
            path=wish.path,
        )
        for (wish, agents), revision in zip(wanted, revisions, strict=True)
    ]
    return deploy_all(by=by, application=application, placements=placements)


def _change(by: Actor, wanted: Sequence[tuple[Wish, str, Microservice, Agent | None]]) -> list[Microservice]:
    choices = [wish.choice(microservice.revision) for wish, _, microservice, _ in wanted]
    revisions = chosen_revisions(by=by, choices=choices)
    edits = [
        Edit(
            microservice=microservice,
            name=name,
            agent=agent,
            revision=revision,
            container=wish.changed(microservice.container),
            is_activated=wish.is_activated,
            rebuild=wish.rebuild,
            path=wish.path,
        )
        for (wish, name, microservice, agent), revision in zip(wanted, revisions, strict=True)
    ]
    return edit_all(by=by, edits=edits)


@transaction.atomic
def write_application(
    *,
    by: Actor,
    application: Application | None,
    microservices: Iterable[Wish] | None,
    routes: Iterable[RouteWish] | None = None,
    **fields: Any,
) -> Application:
    """Make or change an application. A list of microservices or routes replaces those it has; None leaves them alone."""
    require(by, Right.CHANGE)
    if application is None:
        application = create_application(by=by, **fields)
    elif fields:
        application = edit_application(by=by, application=application, **fields)
    if microservices is not None:
        _replace(by, application, list(microservices))
    if routes is not None:
        replace_routes(by=by, application=application, wishes=routes)
    return application


def _replace(by: Actor, application: Application, wishes: Sequence[Wish]) -> None:
    """Those that go leave first, so that their ports are free."""
    _refuse_twins(wishes)
    listed = {name for wish in wishes for name in wish.names()}
    gone = [row for row in application.microservices.select_related("application") if row.name not in listed]
    if gone:
        delete_microservices(by=by, microservices=gone)
    fulfil_all(by=by, application=application, wishes=wishes)


def _refuse_twins(wishes: Sequence[Wish]) -> None:
    seen: set[str] = set()
    for wish in wishes:
        for name in wish.names():
            if name in seen:
                message = f"Duplicate name '{name}': two of the microservices have it."
                raise Duplicate(message, field="name").at(wish.path)
            seen.add(name)
