"""Microservices as the wire describes them, alone or with their application: all of it happens, or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import REMOTE, CatalogItem, Registry, Revision
from catalogweb.catalog.services import Images, own_revision
from catalogweb.core.errors import Duplicate, Invalid, Refusal
from catalogweb.core.rights import Actor, Right, require
from catalogweb.deployments.applications import create_application, edit_application
from catalogweb.deployments.container import Container
from catalogweb.deployments.extra_hosts import leads_to_others
from catalogweb.deployments.models import Application, Microservice
from catalogweb.deployments.routes import RouteWish, replace_routes
from catalogweb.deployments.services import delete_microservices, deploy, edit_microservice


@dataclass(frozen=True)
class Wish:
    """What is wanted of one microservice. What is not said stays as it is, or at its default in a new one.

    An item comes with its registry, a `revision` of it is meant as it is; own `images` are kept as they were sent;
    `root_access` is host network and privileged in one word. `path` is where it stands in what was read.
    """

    name: str | None = None
    agent: Agent | None = None
    item: CatalogItem | None = None
    revision: Revision | None = None
    images: Images | None = None
    registry: Registry | None = None
    container: Mapping[str, Any] = field(default_factory=dict)
    root_access: bool | None = None
    is_activated: bool | None = None
    rebuild: bool = False
    path: str = ""


@transaction.atomic
def fulfil(
    *, by: Actor, application: Application, wish: Wish, agents: Sequence[Agent] = (), pattern: str = ""
) -> list[Microservice]:
    """Make the microservice, on several agents if they are given."""
    require(by, Right.CHANGE)
    agents = agents or ([wish.agent] if wish.agent else [])
    if not agents:
        raise Invalid("Name the agent that is to run it, by iofogUuid or agentName.", field="agent")
    revision = wish.revision or (wish.item.current if wish.item else None)
    if revision is None:
        revision = _own(by, wish.images, wish.registry or Registry.objects.get(pk=REMOTE))
    return deploy(
        by=by,
        application=application,
        agents=agents,
        revision=revision,
        name=wish.name or "",
        pattern=pattern,
        container=_changed(Container(), wish),
        is_activated=wish.is_activated is not False,
    )


@transaction.atomic
def adapt(*, by: Actor, microservice: Microservice, wish: Wish) -> Microservice:
    """Change the microservice to what is wanted of it."""
    require(by, Right.CHANGE)
    return edit_microservice(
        by=by,
        microservice=microservice,
        name=wish.name,
        agent=wish.agent,
        revision=_other_revision(by, microservice, wish),
        container=_changed(microservice.container, wish),
        is_activated=wish.is_activated,
        rebuild=wish.rebuild,
    )


def _changed(now: Container, wish: Wish) -> Container:
    """Options are given one by one; an empty one ends it."""
    options = now.options | wish.container.get("options", {})
    container = now.with_changes({**wish.container, "options": options})
    return container if wish.root_access is None else container.with_root_access(wish.root_access)


def _other_revision(by: Actor, microservice: Microservice, wish: Wish) -> Revision | None:
    """None when none is wanted; own images without a registry stay with the one they have."""
    now = microservice.revision
    if wish.revision:
        return wish.revision
    if wish.item:
        return None if now.item_id == wish.item.pk else wish.item.current
    images = wish.images or (now.by_architecture if wish.registry and not now.item_id else None)
    if not images:
        return None
    return _own(by, images, wish.registry or now.registry, now)


def _own(by: Actor, images: Images | None, registry: Registry, now: Revision | None = None) -> Revision:
    if not images:
        raise Invalid("Say what to run: a catalogItemId, or images for the agent's architecture.", field="images")
    return own_revision(by=by, images=images, registry=registry, as_sent=True, now=now)


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
    else:
        application = edit_application(by=by, application=application, **fields)
    if microservices is not None:
        _replace(by, application, {wish.name or "": wish for wish in _distinct(microservices)})
    if routes is not None:
        replace_routes(by=by, application=application, wishes=routes)
    return application


def _distinct(wishes: Iterable[Wish]) -> list[Wish]:
    wishes, names = list(wishes), set()
    for wish in wishes:
        if wish.name in names:
            refusal = Duplicate(f"Duplicate name '{wish.name}': two of the microservices have it.", field="name")
            refusal.path = wish.path
            raise refusal
        names.add(wish.name)
    return wishes


def _replace(by: Actor, application: Application, wishes: Mapping[str, Wish]) -> None:
    """Those that go leave first, so that their ports are free; those that name others among their hosts come last."""
    gone = application.microservices.exclude(name__in=list(wishes))
    if gone:
        delete_microservices(by=by, microservices=gone)
    existing = {row.name: row for row in application.microservices.detailed()}
    for name, wish in sorted(
        wishes.items(), key=lambda entry: leads_to_others(entry[1].container.get("extra_hosts", ()))
    ):
        try:
            if name in existing:
                adapt(by=by, microservice=existing[name], wish=wish)
            else:
                fulfil(by=by, application=application, wish=wish)
        except Refusal as refusal:
            refusal.path = wish.path
            raise
