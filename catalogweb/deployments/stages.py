"""What is wanted of a microservice beside how far it has come, stage by stage, each with its time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from catalogweb.agents.presence import Presence
from catalogweb.deployments.models import Microservice


@dataclass(frozen=True)
class Stage:
    """`mark` is done, now (what it waits for or does), failed, unknown (its agent is offline) or ahead."""

    word: str
    mark: str
    at: datetime | None = None
    detail: str = ""


def stages_of(microservice: Microservice) -> list[Stage]:
    """From the order to a healthy container; nothing of one that is not to run."""
    if not microservice.is_wanted:
        return []
    observed = microservice.status
    is_served = observed.served_generation >= microservice.generation
    reached = [
        ("Acknowledged", observed.acknowledged_at, is_served),
        ("Pulled", observed.pulled_at, is_served and (observed.pulled_at or _is_built(microservice))),
        ("Running", observed.running_at, is_served and observed.state == "RUNNING" and _is_built(microservice)),
    ]
    if observed.health:
        reached.append(("Healthy", observed.healthy_at, is_served and observed.health.lower() == "healthy"))
    ordered = microservice.created_at if microservice.generation == 1 else microservice.updated_at
    return [Stage("Ordered", "done", ordered), *_marked(microservice, reached)]


def _is_built(microservice: Microservice) -> bool:
    return microservice.status.built_generation >= microservice.generation


def _marked(microservice: Microservice, reached: Sequence[tuple[str, datetime | None, object]]) -> list[Stage]:
    is_away = microservice.agent.presence in (Presence.OFFLINE, Presence.NEVER)
    state, stages, is_next = microservice.state, [], True
    for word, at, is_reached in reached:
        if is_reached:
            # What runs is known only while the agent says so.
            mark = "unknown" if is_away and word in ("Running", "Healthy") else "done"
            stages.append(Stage(word, mark, at))
        elif is_next:
            mark = "failed" if state.tone == "bad" else "unknown" if is_away else "now"
            stages.append(Stage(word, mark, detail=state.detail if state.word == "Pulling" else ""))
            is_next = False
        else:
            stages.append(Stage(word, "ahead"))
    return stages


def count_stages(microservices: QuerySet[Microservice]) -> list[tuple[str, int]]:
    """How many of those that are to run have come how far; one statement."""
    wanted = Q(is_activated=True, application__is_activated=True)
    served = wanted & Q(status__served_generation__gte=F("generation"))
    here = served & Q(agent__status__offline_at__gt=timezone.now())
    running = here & Q(status__state="RUNNING", status__built_generation__gte=F("generation"))
    built = Q(status__pulled_at__isnull=False) | Q(status__built_generation__gte=F("generation"))
    conditions = {
        "Ordered": wanted,
        "Acknowledged": served,
        "Pulled": served & built,
        "Running": running,
        "Healthy": running & Q(status__health__iexact="healthy"),
    }
    counts = {word: Count("pk", filter=condition) for word, condition in conditions.items()}
    return list(microservices.order_by().aggregate(**counts).items())
