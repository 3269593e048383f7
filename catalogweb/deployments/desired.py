"""What an agent is to have: the microservices it is to run and the registries they need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import Registry
from catalogweb.core.secrets import Unreadable
from catalogweb.deployments.delivered import delivered_items
from catalogweb.deployments.extra_hosts import addresses, resolved, templates_of
from catalogweb.deployments.models import Delivered, Microservice
from catalogweb.deployments.sendable import reason_to_withhold
from catalogweb.deployments.statuses import update_statuses
from catalogweb.deployments.telling import needed_registries
from catalogweb.deployments.variables import env_of, values_of


@dataclass(frozen=True)
class Wanted:
    """One microservice as its agent gets it: with the image for its architecture, and secrets in clear.

    What cannot be sent says why it is `withheld`; in its place goes what was delivered last, or nothing.
    """

    microservice: Microservice
    image: str
    rebuild: bool
    env: list[tuple[str, str]] | None = field(repr=False)
    extra_hosts: list[tuple[str, str]] = field(default_factory=list)
    withheld: str = ""
    delivered: dict[str, Any] | None = field(default=None, repr=False)


def wanted_on(agent_id: int) -> list[Wanted]:
    """In the order in which to start them. Those without an image for the agent's architecture are left out."""
    rows = Microservice.objects.detailed().with_receivers().wanted().filter(agent_id=agent_id)
    runnable = [row for row in rows.order_by("schedule", "pk") if row.image]
    values, known, wanted = values_of(runnable), addresses(templates_of(runnable)), []
    troubles = _password_troubles(runnable)
    for row in runnable:
        env = env_of(row, values)
        reason = reason_to_withhold(row, env, troubles[row.revision.registry_id])
        wanted.append(Wanted(row, row.image, _rebuild(row), env, _hosts(row, known), reason))
    return _with_delivered(wanted) if any(each.withheld for each in wanted) else wanted


def _password_troubles(rows: Iterable[Microservice]) -> dict[int, str]:
    """Per registry, asked once: the password may lie in a file."""
    registries = {row.revision.registry_id: row.revision.registry for row in rows}
    return {pk: registry.password_trouble for pk, registry in registries.items()}


def _with_delivered(wanted: list[Wanted]) -> list[Wanted]:
    """With a key lost, what was delivered cannot be read either. Left out, what runs would be removed by its agent:
    then all of it fails, and the agent keeps what it has."""
    items = delivered_items(each.microservice for each in wanted if each.withheld)
    found = [replace(each, delivered=items.get(each.microservice.pk)) if each.withheld else each for each in wanted]
    for each in found:
        if each.env is None and not each.delivered and each.microservice.status.container_id:
            raise Unreadable(f"A value that {each.microservice.full_name} needs cannot be read.")
    return found


def _hosts(microservice: Microservice, known: Mapping[str, str]) -> list[tuple[str, str]]:
    """A host without an address would keep the container from being made."""
    return [(name, address) for name, address in resolved(microservice, known) if address]


def _rebuild(microservice: Microservice) -> bool:
    """Until a container of this generation was seen; the first container needs no telling."""
    status = microservice.status
    return bool(status.container_id) and microservice.generation > max(status.built_generation, 1)


def note_served(served: Iterable[Wanted]) -> None:
    """What its agent builds from this list on is of these generations, which may be older than what is wanted by now.

    To be called after the list was read and before it is sent: a container that is reported until then was not
    made from it. One statement, and none when all of it was noted before.
    """
    new = [
        {"id": wanted.microservice.pk, "served_generation": wanted.microservice.generation}
        for wanted in served
        if wanted.microservice.generation != wanted.microservice.status.served_generation
    ]
    if new:
        stages = "acknowledged_at = %s, pulled_at = NULL, running_at = NULL, healthy_at = NULL"
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        update_statuses(new, {"served_generation": "integer"}, f"served_container = container_id, {stages}", [now])


def registries_of(agent: Agent) -> list[Registry]:
    """The built-in ones and those that its microservices need, and no other. While something newer cannot be sent,
    the agent has to know the registry of what was sent before it."""
    behind = Microservice.objects.wanted().filter(agent=agent).exclude(status__served_generation=F("generation"))
    of_delivered = Delivered.objects.filter(microservice__in=behind).values("registry")
    needed = Q(pk__in=needed_registries([agent.pk])[agent.pk])
    return list(Registry.objects.filter(needed | Q(pk__in=of_delivered)).order_by("pk"))
