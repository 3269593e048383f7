"""What an agent is to have: the microservices it is to run and the registries they need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import Registry
from catalogweb.core.secrets import Unreadable
from catalogweb.deployments.extra_hosts import addresses, resolved, templates_of
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.statuses import update_statuses
from catalogweb.deployments.telling import needed_registries
from catalogweb.deployments.variables import env_of, values_of


@dataclass(frozen=True)
class Wanted:
    """One microservice as its agent gets it: with the image for its architecture, and secrets in clear."""

    microservice: Microservice
    image: str
    rebuild: bool
    env: list[tuple[str, str]] = field(repr=False)
    extra_hosts: list[tuple[str, str]] = field(default_factory=list)


def wanted_on(agent_id: int) -> list[Wanted]:
    """In the order in which to start them. Those without an image for the agent's architecture are left out.

    So is one with a value that cannot be read, unless it runs there already: left out, its agent would remove it.
    Then all of it fails, and the agent keeps what it has.
    """
    rows = Microservice.objects.detailed().with_receivers().wanted().filter(agent_id=agent_id)
    runnable = [row for row in rows.order_by("schedule", "pk") if row.image]
    values, known, wanted = values_of(runnable), addresses(templates_of(runnable)), []
    for row in runnable:
        env = env_of(row, values)
        if env is not None:
            wanted.append(Wanted(row, row.image, _rebuild(row), env, _hosts(row, known)))
        elif row.status.container_id:
            raise Unreadable(f"A value that {row.full_name} needs cannot be read.")
    return wanted


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
        update_statuses(new, {"served_generation": "integer"}, "served_container = container_id")


def registries_of(agent: Agent) -> list[Registry]:
    """The built-in ones and those that its microservices need, and no other."""
    return list(Registry.objects.filter(pk__in=needed_registries([agent.pk])[agent.pk]).order_by("pk"))
