"""Raising and acknowledging change flags, each in one statement per batch of agents."""

from collections.abc import Collection

from django.db.models import BigIntegerField, Case, F, Value, When

from catalogweb.agents.models import ChangeFlags, Flag
from catalogweb.core.storing import batches


def raise_flags(agent_ids: Collection[int], *flags: Flag) -> None:
    """Tell these agents that something changed; they hear of it at their next poll."""
    raised = {flag.value: F("counter") + 1 for flag in flags}
    for ids in batches(sorted(set(agent_ids))):
        ChangeFlags.objects.filter(agent_id__in=ids).update(counter=F("counter") + 1, **raised)


def acknowledge(agent_id: int, up_to: int) -> None:
    """Lower every flag that was raised at or before `up_to`."""
    zero = Value(0, output_field=BigIntegerField())
    lowered = {name: Case(When(**{f"{name}__lte": up_to}, then=zero), default=F(name)) for name in Flag.values}
    ChangeFlags.objects.filter(agent_id=agent_id).update(**lowered)
