"""A registry's secret renewed, who has fetched it, and what waits for one that cannot be had."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery

from catalogweb.agents.flags import raise_flags
from catalogweb.agents.models import Agent, Flag
from catalogweb.catalog.deliveries import Delivery
from catalogweb.catalog.models import Registry
from catalogweb.changelog.services import record
from catalogweb.core.errors import Invalid
from catalogweb.core.rights import Actor, Right, require
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.sendable import UNREADABLE
from catalogweb.deployments.sources import edit_registry
from catalogweb.deployments.telling import MICROSERVICES, agents_using_registry


@transaction.atomic
def rotate_registry_secret(
    *,
    by: Actor,
    registry: Registry,
    password: str = "",
    secret_reference: str = "",
    username: str = "",
    expires_on: date | None = None,
) -> Registry:
    """Another secret in place of the one there is; every agent that needs it is told to fetch it.

    The same reference again says that what it leads to is another secret now. Refuses the password that is stored.
    """
    require(by, Right.CHANGE)
    if not password and not secret_reference:
        raise Invalid("Enter the new password, or where it is kept.", field="password")
    version = registry.secret_version
    changes = {"username": username} if username else {}
    reference = secret_reference or None
    registry = edit_registry(
        by=by, registry=registry, password=password, secret_reference=reference, expires_on=expires_on, **changes
    )
    if registry.secret_version == version and password:
        raise Invalid("This is the password that is stored already.", field="password")
    if registry.secret_version == version:
        _fetch_again(by, registry)
    return registry


def _fetch_again(by: Actor, registry: Registry) -> None:
    Registry.objects.filter(pk=registry.pk).update(secret_version=F("secret_version") + 1)
    registry.secret_version += 1
    raise_flags(agents_using_registry(registry.pk), Flag.REGISTRIES)
    record(by=by, action="rotate", obj=registry, before={}, after={})


@dataclass(frozen=True)
class Receiver:
    """An agent that needs a registry: the version of its secret that it fetched last, and when."""

    agent: Agent
    version: int | None
    at: datetime | None
    has_newest: bool


def receivers_of(registry: Registry, *, most: int) -> list[Receiver]:
    """Those that lack the newest version first."""
    newest = Delivery.objects.filter(registry=registry, agent=OuterRef("pk")).order_by("-version")
    agents = needing(registry).select_related("status").annotate(
        fetched_version=Subquery(newest.values("version")[:1]), fetched_at=Subquery(newest.values("at")[:1])
    )  # fmt: skip
    found = agents.order_by(F("fetched_version").asc(nulls_first=True), "name")[:most]
    return [
        Receiver(agent, agent.fetched_version, agent.fetched_at, agent.fetched_version == registry.secret_version)
        for agent in found
    ]


def needing(registry: Registry) -> QuerySet[Agent]:
    wanted = Microservice.objects.wanted().filter(revision__registry=registry)
    return Agent.objects.filter(pk__in=wanted.order_by().values("agent_id"))


def fetched_counts(registry: Registry) -> tuple[int, int]:
    """How many agents need the registry, and how many of them have the newest version of its secret."""
    agents = needing(registry)
    have = Delivery.objects.filter(registry=registry, version=registry.secret_version, agent__in=agents)
    return agents.count(), have.count()


def offer_again() -> None:
    """What was held back for want of a password that can be had now is offered to its agents."""
    waiting = Microservice.objects.wanted().filter(status__withheld__startswith=UNREADABLE)
    ids = waiting.order_by().values_list("revision__registry", flat=True).distinct()
    readable = [row.pk for row in Registry.objects.filter(pk__in=ids) if not row.password_trouble]
    raise_flags(_agents(waiting.filter(revision__registry__in=readable)), Flag.REGISTRIES, *MICROSERVICES)


def _agents(rows: QuerySet[Microservice]) -> set[int]:
    return set(rows.order_by().values_list("agent_id", flat=True))


def latest_deliveries(registry: Registry) -> QuerySet[Delivery]:
    return registry.deliveries.select_related("agent").order_by("-id")
