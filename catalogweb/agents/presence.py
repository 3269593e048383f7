"""Whether an agent is there: a comparison of times, so no job has to run for a page to be right."""

from datetime import datetime, timedelta

from django.db import models

SHORTEST_INTERVAL = 10


class Presence(models.TextChoices):
    ONLINE = "online", "Online"
    LATE = "late", "Late"
    OFFLINE = "offline", "Offline"
    NEVER = "never", "Never connected"


def late_after(interval: int) -> timedelta:
    """Twice the report interval and 20 s."""
    return timedelta(seconds=2 * max(interval, SHORTEST_INTERVAL) + 20)


def offline_after(interval: int) -> timedelta:
    """Five times the report interval and a minute."""
    return timedelta(seconds=5 * max(interval, SHORTEST_INTERVAL) + 60)


def presence(
    reported_at: datetime | None, late_at: datetime | None, offline_at: datetime | None, now: datetime
) -> Presence:
    if not reported_at or not late_at or not offline_at:
        return Presence.NEVER
    if now >= offline_at:
        return Presence.OFFLINE
    return Presence.LATE if now >= late_at else Presence.ONLINE
