"""What stands against microservices on agents: every reason, per agent, before anything is written."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import Revision
from catalogweb.core.architectures import Architecture
from catalogweb.core.errors import Duplicate, Invalid, Refusal
from catalogweb.core.names import NAME_RULE, is_name, slug
from catalogweb.core.storing import batches
from catalogweb.core.text import listed
from catalogweb.deployments.container import Container, container_faults
from catalogweb.deployments.models import Application, Microservice, PortMapping

LONGEST_NAME = 200
PATTERN = "{name}-{agent}"


@dataclass(frozen=True)
class Placement:
    """One microservice on each of `agents`, made from a revision; on several, `pattern` makes their names.

    `own` is the one that stands there already and is changed; `path` is where a refusal points.
    """

    application: Application
    name: str
    agents: Sequence[Agent]
    revision: Revision
    container: Container
    pattern: str = ""
    is_activated: bool = True
    own: Microservice | None = None
    path: str = ""

    @cached_property
    def names(self) -> dict[str, Agent]:
        return names_on(self.agents, self.name, self.pattern)


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


def faults_of(placements: Sequence[Placement]) -> list[Refusal]:
    """All that stands against them, each at its path. A statement or two a batch, however many they are."""
    taken, held = _taken_names(placements), _held_ports(placements)
    return [
        fault.at(placement.path)
        for placement in placements
        for fault in (
            *container_faults(placement.container, is_system=placement.application.is_system),
            *_bad_names(placement, taken),
            *missing_images(placement.revision, placement.agents, placement.name),
            *_taken_ports(placement, held),
        )
    ]


def missing_images(revision: Revision, agents: Iterable[Agent], name: str) -> list[Refusal]:
    """Agents whose architecture the revision has no image for."""
    images = revision.by_architecture
    have = listed([Architecture(a).label for a in images])
    refusals: list[Refusal] = []
    for agent in agents:
        if not agent.architecture:
            refusals.append(
                Invalid(
                    f"Microservice {name} does not have a valid image for its Agent type: {agent.name} has no known "
                    f"architecture yet. Provision it or set its architecture.",
                    field="agent",
                ).about(agent)
            )
        elif agent.architecture not in images:
            refusals.append(
                Invalid(
                    f"Microservice {name} does not have a valid image for its Agent type: {agent.name} is "
                    f"{agent.get_architecture_display()}, and there are images for {have} only.",
                    field="images",
                ).about(agent)
            )
    return refusals


def _taken_names(placements: Iterable[Placement]) -> set[tuple[int, str]]:
    """(application, name) of those they bring that another microservice has, or two of them."""
    new = Counter((p.application.pk, name) for p in placements for name in p.names if not _keeps(p, name))
    taken = {identity for identity, times in new.items() if times > 1}
    for batch in batches(sorted({name for _, name in new})):
        rows = Microservice.objects.filter(application__in={pk for pk, _ in new}, name__in=batch).order_by()
        taken |= set(rows.values_list("application_id", "name")) & new.keys()
    return taken


def _keeps(placement: Placement, name: str) -> bool:
    return placement.own is not None and placement.own.name == name


def bad_name(name: str) -> Refusal:
    return Invalid(f"Invalid format for field 'name': “{name}”. {NAME_RULE}", field="name")


def _bad_names(placement: Placement, taken: set[tuple[int, str]]) -> Iterable[Refusal]:
    """Names that break the rule, or that the application already has."""
    application = placement.application
    for name, agent in placement.names.items():
        if _keeps(placement, name):
            continue
        if not is_name(name) or len(name) > LONGEST_NAME:
            yield bad_name(name)
        if (application.pk, name) in taken:
            words = f"Duplicate name '{name}': {application.name} already has this microservice."
            yield Duplicate(words, field="name").about(agent)


# Per agent and external port: the name of everything that has it, by who that is.
Holders = Mapping[tuple[int, int], Mapping[object, str]]


def _held_ports(placements: Sequence[Placement]) -> Holders:
    """Of the ports that are wanted: who has them, or is to have them."""
    held: defaultdict[tuple[int, int], dict[object, str]] = defaultdict(dict)
    leaving = {placement.own.pk for placement in placements if placement.own}
    wanted = {port.external for placement in placements for port in placement.container.ports}
    agent_ids = {agent.pk for placement in placements if placement.container.ports for agent in placement.agents}
    for batch in batches(sorted(agent_ids)):
        rows = PortMapping.objects.filter(agent_id__in=batch, external__in=wanted).order_by()
        columns = ("agent_id", "external", "microservice_id", "microservice__name")
        for agent_id, external, pk, name in rows.values_list(*columns):
            if pk not in leaving:
                held[agent_id, external][pk] = name
    for placement in placements:
        for name, agent in placement.names.items():
            for port in placement.container.ports:
                held[agent.pk, port.external][id(placement), name] = name
    return held


def _taken_ports(placement: Placement, held: Holders) -> Iterable[Refusal]:
    """External ports that another microservice of the agent has, or is to have."""
    for name, agent in placement.names.items():
        for port in placement.container.ports:
            holders = held[agent.pk, port.external].items()
            others = [holder for who, holder in holders if who != (id(placement), name)]
            if others:
                message = f"Port '{port.external}' is not available: on {agent.name} it is taken by {others[0]}."
                yield Invalid(message, field="ports").about(agent)
