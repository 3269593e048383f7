"""What stands against placing microservices on agents: every reason, per agent, before anything is written."""

from collections.abc import Iterable, Mapping, Sequence

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import Revision
from catalogweb.core.architectures import Architecture
from catalogweb.core.errors import Duplicate, Invalid, Refusal
from catalogweb.core.names import NAME_RULE, is_name
from catalogweb.core.text import listed
from catalogweb.deployments.container import Port
from catalogweb.deployments.models import Application, Microservice, PortMapping

BATCH = 500
LONGEST_NAME = 200


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
                )
            )
        elif agent.architecture not in images:
            refusals.append(
                Invalid(
                    f"Microservice {name} does not have a valid image for its Agent type: {agent.name} is "
                    f"{agent.get_architecture_display()}, and there are images for {have} only.",
                    field="images",
                )
            )
    return refusals


def taken_ports(
    agents: Sequence[Agent], ports: Iterable[Port], *, leaving: Iterable[Microservice] = ()
) -> list[Refusal]:
    """External ports that another microservice of the agent already has."""
    wanted = {port.external for port in ports}
    if not wanted:
        return []
    names = {agent.pk: agent.name for agent in agents}
    own = {microservice.pk for microservice in leaving}
    refusals: list[Refusal] = []
    for start in range(0, len(agents), BATCH):
        batch = [agent.pk for agent in agents[start : start + BATCH]]
        found = PortMapping.objects.filter(agent_id__in=batch, external__in=wanted).exclude(microservice_id__in=own)
        for mapping in found.select_related("microservice"):
            refusals.append(
                Invalid(
                    f"Port '{mapping.external}' is not available: on {names[mapping.agent_id]} it is taken by "
                    f"{mapping.microservice.name}.",
                    field="ports",
                )
            )
    return refusals


def bad_names(application: Application, names: Mapping[str, Agent]) -> list[Refusal]:
    """Names that break the rule, or that the application already has."""
    refusals: list[Refusal] = [
        Invalid(f"Invalid format for field 'name': “{name}”. {NAME_RULE}", field="name")
        for name in names
        if not is_name(name) or len(name) > LONGEST_NAME
    ]
    wanted = list(names)
    for start in range(0, len(wanted), BATCH):
        taken = Microservice.objects.filter(application=application, name__in=wanted[start : start + BATCH])
        refusals += [
            Duplicate(f"Duplicate name '{name}': {application.name} already has this microservice.", field="name")
            for name in taken.values_list("name", flat=True)
        ]
    return refusals
