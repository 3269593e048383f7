"""How often a registry is asked: by our own rate, and never before the rest that it asked for is over."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from catalogweb.catalog.models import Registry, RegistryPace
from catalogweb.core.storing import lock

# So many checks may follow each other at once, after a time without any.
BURST = 10
# For one that says 429 and not for how long.
USUAL_REST = 60


@transaction.atomic
def turn(registry: Registry) -> float:
    """Take the next turn; returns the seconds to wait for it. All processes share the turns of a registry."""
    lock(Registry, [registry.pk])
    pace, _ = RegistryPace.objects.get_or_create(registry=registry)
    now, interval = timezone.now(), timedelta(minutes=1) / registry.check_rate
    mine = max(now, pace.next_at or now)
    RegistryPace.objects.filter(pk=registry.pk).update(next_at=mine + interval)
    return max(0.0, (mine - now - interval * BURST).total_seconds())


def rest(registry_id: int, seconds: int) -> None:
    """It asked for fewer requests: no check calls it before that is over."""
    until = timezone.now() + timedelta(seconds=seconds or USUAL_REST)
    RegistryPace.objects.update_or_create(registry_id=registry_id, defaults={"rests_until": until})


def resting_until(registry_id: int) -> datetime | None:
    """Until when it wants to be left alone; None when it may be asked."""
    waits = RegistryPace.objects.filter(registry=registry_id, rests_until__gt=timezone.now())
    return waits.values_list("rests_until", flat=True).first()
