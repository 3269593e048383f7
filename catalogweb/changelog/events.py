"""Events: which requests of users were to change something over REST, and what came of each."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from catalogweb.changelog.door import current
from catalogweb.changelog.models import Event
from catalogweb.changelog.services import record
from catalogweb.core.errors import Invalid
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.text import typed

LONGEST = 365


def note_event(
    *,
    by: Actor,
    method: str,
    path: str,
    subject: str,
    subject_id: str,
    address: str,
    status_code: int,
    message: str,
) -> None:
    """One row for one request; its id is also that of the changes it made."""
    Event.objects.create(
        actor=by.actor_label,
        method=method,
        path=typed(path)[:500],
        subject=typed(subject)[:40],
        subject_id=typed(subject_id)[:254],
        address=address[:45],
        status_code=status_code,
        message=typed(message)[:500],
        request_id=current().request_id,
    )


@transaction.atomic
def forget_events(*, by: Actor, days: int) -> tuple[int, datetime | None]:
    """Delete what is older than `days`, all with 0; returns how many, and before when. The change log keeps that."""
    require(by, Right.ADMINISTER)
    if not 0 <= days <= LONGEST:
        raise Invalid(f"Give a number of days from 0 to {LONGEST}.", field="days")
    before = timezone.now() - timedelta(days=days) if days else None
    events = Event.objects.filter(at__lt=before) if before else Event.objects.all()
    number = events.delete()[0]
    # No row stands for all of them: the entry is about events as such.
    about = Event(pk=0, method="events", path=f"older than {days} days" if days else "of all times")
    record(by=by, action="delete", obj=about, before={"events": number})
    return number, before
