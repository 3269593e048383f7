"""The words of `words.py`, gathered into five groups that the database can count and filter by."""

from collections.abc import Mapping

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from catalogweb.deployments.models import Microservice
from catalogweb.deployments.words import GONE, WORDS

# name -> (label, tone); the tone is that of every word in the group.
GROUPS = {
    "running": ("Running", "good"),
    "failed": ("Failed", "bad"),
    "changing": ("Changing", "busy"),
    "waiting": ("Waiting, stale or unknown", "late"),
    "idle": ("Queued or stopped", "idle"),
}


def conditions() -> dict[str, Q]:
    """Per group what `status_of` decides for one microservice, as a question to the database."""
    gone = Q(status__state__in=GONE)
    away = Q(agent__status__offline_at=None) | Q(agent__status__offline_at__lte=timezone.now())
    nothing_there = Q(status__reported_at=None) | gone
    wanted = Q(is_activated=True, application__is_activated=True)
    held = Q(status__withheld__gt="")
    here = ~away & wanted & ~held
    queued = Q(status__state="QUEUED")
    unread = Q(status__served_generation__lt=F("generation"))
    stale = Q(status__is_stale=True, status__compared_digest=F("status__image_digest"))
    settled = _said("Running") | _said("Failed") | _said("Unknown")
    return {
        "running": here & _said("Running") & ~stale,
        "failed": (here & _said("Failed")) | (~away & wanted & held),
        "changing": (here & ~settled & ~(queued & unread)) | (~away & ~wanted & ~gone),
        "waiting": (here & (_said("Unknown") | (_said("Running") & stale)))
        | (away & nothing_there & wanted)
        | (away & ~nothing_there),
        "idle": (here & queued & unread) | (~wanted & ~away & gone) | (~wanted & away & nothing_there),
    }


def _said(word: str) -> Q:
    return Q(status__state__in=[state for state, known in WORDS.items() if known == word])


def in_group(microservices: QuerySet[Microservice], group: str) -> QuerySet[Microservice]:
    """Those whose status belongs to the group; all of them when there is no such group."""
    condition = conditions().get(group)
    return microservices if condition is None else microservices.filter(condition)


def count_groups(microservices: QuerySet[Microservice]) -> dict[str, int]:
    """How many are in each group, in one statement."""
    counts = {name: Count("pk", filter=condition) for name, condition in conditions().items()}
    return microservices.order_by().aggregate(**counts)


def counts_by(microservices: QuerySet[Microservice], column: str) -> dict[int, dict[str, int]]:
    """Per value of `column`: how many there are, how many are `wanted`, how many in each group; in one statement."""
    counts = {name: Count("pk", filter=condition) for name, condition in conditions().items()}
    wanted = Count("pk", filter=Q(is_activated=True, application__is_activated=True))
    rows = microservices.order_by().values(column).annotate(total=Count("pk"), wanted=wanted, **counts)
    return {row.pop(column): row for row in rows}


def groups_with_any(counts: Mapping[str, int]) -> list[tuple[str, str, str, int]]:
    """(name, label, tone, number) of each group that somebody is in."""
    return [(name, label, tone, counts[name]) for name, (label, tone) in GROUPS.items() if counts.get(name)]
