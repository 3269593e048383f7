"""Why microservices fail, grouped by cause, and trying again those of one cause."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from django.db import transaction
from django.db.models import Case, Count, F, Min, QuerySet, When

from catalogweb.core.rights import Actor, Right, require
from catalogweb.deployments.groups import in_group
from catalogweb.deployments.hints import Hint, hint_for
from catalogweb.deployments.models import Deployment, Microservice
from catalogweb.deployments.rebuilding import rebuild

# Of more different messages, the rarest are not looked at.
MESSAGES_READ = 500
# What agents said of it, or why it was not delivered to them.
SAID = Case(When(status__withheld="", then=F("status__error_message")), default=F("status__withheld"))


@dataclass
class Cause:
    """Messages that mean the same. One that nobody knows is a cause of its own."""

    key: str
    hint: Hint
    number: int = 0
    agent_name: str = ""
    messages: list[str] = field(default_factory=list)


def causes(microservices: QuerySet[Microservice]) -> list[Cause]:
    """The most frequent first; one statement."""
    failed = in_group(microservices, "failed").order_by().annotate(said=SAID).values("said")
    counted = failed.annotate(number=Count("pk"), agent_name=Min("agent__name")).order_by("-number", "said")
    found: dict[str, Cause] = {}
    for row in counted[:MESSAGES_READ]:
        hint, key = hint_for(row["said"]), cause_of(row["said"])
        cause = found.setdefault(key, Cause(key, hint, agent_name=row["agent_name"]))
        cause.number += row["number"]
        cause.messages.append(row["said"])
    return sorted(found.values(), key=lambda cause: -cause.number)


def cause_of(message: str) -> str:
    """Short, and the same for what has the same hint."""
    return sha256((hint_for(message).text or message).encode()).hexdigest()[:16]


@transaction.atomic
def retry(*, by: Actor, deployment: Deployment, cause: str) -> int:
    """Pull and build again those of the deployment that fail for this cause; returns how many."""
    require(by, Right.CHANGE)
    failed = in_group(Microservice.objects.filter(deployment=deployment), "failed").annotate(said=SAID)
    rows: Iterable[Microservice] = failed.only("pk").order_by("pk")
    chosen = [row for row in rows if cause_of(row.said) == cause]  # type: ignore[attr-defined]
    rebuild(by=by, microservices=chosen)
    return len(chosen)
