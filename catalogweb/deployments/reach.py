"""What a registry, an item or a revision touches: how many of everything that runs because of it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from catalogweb.agents.models import Agent
from catalogweb.deployments.models import Microservice


@dataclass(frozen=True)
class Reach:
    """`online` has agents that are late too, `offline` those that never connected."""

    applications: int
    deployments: int
    microservices: int
    online: int
    offline: int


def reach_of(**which: Any) -> Reach:
    """Of the microservices with this revision, registry or item, such as `revision__item=item`; in two statements."""
    microservices = Microservice.objects.filter(**which).order_by()
    counts = microservices.aggregate(
        applications=Count("application", distinct=True),
        deployments=Count("deployment", distinct=True),
        microservices=Count("pk", distinct=True),
    )
    agents = Agent.objects.filter(pk__in=microservices.values("agent_id")).count_presences()
    return Reach(**counts, online=agents["online"] + agents["late"], offline=agents["offline"] + agents["never"])
