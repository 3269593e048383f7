"""Raising and acknowledging change flags, each in one statement per batch of agents.

An agent acknowledges more than it has done. While it starts it does nothing of most flags, and what it cannot fetch
is to it as good as fetched. So three kinds of flags outlast an acknowledgement: those in FETCHED until the agent came
for what they announce, those in DONE_ONCE if it has just started, and CONFIG, which is raised once after each start,
since an agent that starts says its own settings and asks for none.
"""

from collections.abc import Collection

from django.db.models import BigIntegerField, Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import Combinable

from catalogweb.agents.models import AgentStatus, ChangeFlags, Flag
from catalogweb.core.storing import batches

FETCHED = (Flag.VERSION, Flag.TUNNEL, Flag.DIAGNOSTICS, Flag.IMAGE_SNAPSHOT, Flag.LINKED_EDGE_RESOURCES)
DONE_ONCE = (Flag.REBOOT, Flag.PRUNE)


def raise_flags(agent_ids: Collection[int], *flags: Flag) -> None:
    """Tell these agents that something changed; they hear of it at their next poll."""
    raised = {flag.value: F("counter") + 1 for flag in flags}
    for ids in batches(sorted(set(agent_ids))):
        ChangeFlags.objects.filter(agent_id__in=ids).update(counter=F("counter") + 1, **raised)


def note_fetched(agent_id: int, flag: Flag) -> None:
    """The agent comes for what this flag of FETCHED announces. To be called before that is read: what changes
    meanwhile raises the flag anew."""
    ChangeFlags.objects.filter(agent_id=agent_id, **{f"{flag}__gt": 0}).update(**{flag.value: _negative(flag)})


def acknowledge(agent_id: int, up_to: int) -> None:
    """Lower the flags that were raised at or before `up_to`, but those that the agent cannot have heeded yet."""
    start = Subquery(AgentStatus.objects.filter(agent_id=OuterRef("agent_id")).values("started_ms"))
    has_started = ~Q(acknowledged_start=start)
    flags = {flag.value: _lowered(flag.value, 1, up_to) for flag in Flag}
    flags |= {flag.value: _lowered(flag.value, -up_to, -1) for flag in FETCHED}
    # Once more and not again: an agent that restarts before it can acknowledge would restart for ever.
    once_more = {
        flag.value: When(has_started, **{f"{flag}__range": (1, up_to)}, then=_negative(flag)) for flag in DONE_ONCE
    }
    flags |= {name: _lowered(name, -up_to, up_to, again) for name, again in once_more.items()}
    flags["config"] = _lowered("config", 1, up_to, When(has_started, then=F("counter") + 1))
    counter = Case(When(has_started, then=F("counter") + 1), default=F("counter"), output_field=BigIntegerField())
    ChangeFlags.objects.filter(agent_id=agent_id).update(acknowledged_start=start, counter=counter, **flags)


def _negative(flag: Flag) -> Combinable:
    return F(flag.value) * Value(-1, output_field=BigIntegerField())


def _lowered(name: str, first: int, last: int, *unless: When) -> Case:
    lower = When(**{f"{name}__range": (first, last)}, then=Value(0))
    return Case(*unless, lower, default=F(name), output_field=BigIntegerField())
