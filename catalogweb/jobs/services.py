"""Running what is due. Any number of workers may do this at once: a claim is one conditional update."""

import logging
from datetime import timedelta

from django.db import models
from django.utils import timezone

from catalogweb.jobs.models import Job
from catalogweb.jobs.registry import JOBS, Registered

log = logging.getLogger("catalogweb.jobs")
# A job whose worker died becomes due again after this.
LEASE = timedelta(minutes=15)


def note_jobs() -> None:
    """Give every registered job its row; a new one is due at once."""
    now = timezone.now()
    Job.objects.bulk_create([Job(name=name, due_at=now) for name in JOBS], ignore_conflicts=True)


def run_due() -> list[str]:
    """Run every job that is due and that no other worker took; returns their names."""
    due = Job.objects.filter(name__in=JOBS, due_at__lte=timezone.now()).order_by("due_at")
    return [row.name for row in due if _run(row, JOBS[row.name])]


def _run(row: Job, job: Registered) -> bool:
    started = timezone.now()
    claim = Job.objects.filter(name=row.name, due_at=row.due_at)
    if not claim.update(due_at=started + LEASE, started_at=started):
        return False
    try:
        job.work()
        error = ""
    except Exception as trouble:
        # One job's trouble must not keep the others from running.
        log.exception("background job %s failed", job.name)
        error = f"{type(trouble).__name__}: {trouble}"[:2000]
    mine = Job.objects.filter(name=row.name, started_at=started)
    mine.update(finished_at=timezone.now(), due_at=started + job.interval, last_error=error)
    return True


def seconds_until_due(*, most: float) -> float:
    """How long a worker may sleep, at most `most` seconds."""
    first = Job.objects.filter(name__in=JOBS).aggregate(first=models.Min("due_at"))["first"]
    return most if first is None else min(max((first - timezone.now()).total_seconds(), 0), most)
