"""Which agents an image and its ports fit on, and what keeps the others from it. Asked before anything is tried."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from catalogweb.agents.models import Agent, AgentQuerySet
from catalogweb.deployments.models import PortMapping


@dataclass(frozen=True)
class Need:
    """What an agent must have: an architecture that there is an image for, and these ports free."""

    architectures: Collection[str] = ()
    ports: Collection[int] = field(default_factory=tuple)

    def split(self, agents: AgentQuerySet) -> tuple[AgentQuerySet, AgentQuerySet]:
        """Those that it fits on, and those that it does not. As long as no image is chosen, it fits on all."""
        fits = Q(architecture__in=self.architectures) if self.architectures else ~Q(pk=None)
        if self.ports:
            fits &= ~Q(pk__in=self._holders().values("agent_id"))
        return agents.filter(fits), agents.exclude(fits)

    def obstacles(self, agents: Iterable[Agent]) -> dict[int, list[str]]:
        """Per agent what keeps it from running there, in words; one statement."""
        rows = list(agents)
        said: defaultdict[int, list[str]] = defaultdict(list)
        for agent in rows:
            if not self.architectures or agent.architecture in self.architectures:
                continue
            label = agent.get_architecture_display()
            said[agent.pk].append(f"no image for {label}" if label else "its architecture is not known yet")
        if self.ports and rows:
            taken: Any = self._holders().filter(agent__in=rows).select_related("microservice__application")
            for port in taken:
                said[port.agent_id].append(f"port {port.external} is used by {port.microservice.full_name}")
        return dict(said)

    def _holders(self) -> Any:
        return PortMapping.objects.filter(external__in=self.ports).order_by("external")
