"""Samples as pictures: of the fleet, and of one agent's machine."""

from catalogweb.agents.models import Agent
from catalogweb.agents.presence import Presence
from catalogweb.core.states import tone_of
from catalogweb.deployments.groups import GROUPS
from catalogweb.history.models import AgentSample, FleetSample
from catalogweb.web.pictures import Picture, areas, began, line
from catalogweb.web.reported import in_bytes, in_percent

PRESENCES = {presence.value: (presence.label, tone_of(presence.label)) for presence in Presence}


def fleet_pictures() -> list[Picture]:
    """Agents by presence and microservices by group; one statement."""
    samples = list(FleetSample.objects.filter(at__gte=began()))
    return [
        areas("agents", "Agents, last 24 hours", [(each.at, each.agents) for each in samples], PRESENCES),
        areas("microservices", "Microservices, last 24 hours", [(s.at, s.microservices) for s in samples], GROUPS),
    ]


def machine_pictures(agent: Agent) -> list[Picture]:
    """Processors, memory and disk; one statement."""
    samples = list(AgentSample.objects.filter(agent=agent, at__gte=began()))
    return [
        line("cpu", "CPU of the machine", [(s.at, s.cpu) for s in samples], in_percent, most=100),
        line("memory", "Memory free", [(s.at, s.memory_free) for s in samples], in_bytes),
        line("disk", "Disk free", [(s.at, s.disk_free) for s in samples], in_bytes),
    ]
