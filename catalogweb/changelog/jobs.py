"""Keeping the change log and the events at the length that was asked for."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from catalogweb.changelog.models import Entry, Event
from catalogweb.jobs.registry import every


@every(days=1)
def forget_old_entries() -> None:
    Entry.objects.filter(at__lte=timezone.now() - timedelta(days=settings.CHANGE_LOG_DAYS)).delete()


@every(days=1)
def forget_old_events() -> None:
    Event.objects.filter(at__lte=timezone.now() - timedelta(days=settings.EVENT_DAYS)).delete()
