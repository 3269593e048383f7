"""Forgetting keys that nobody used and agents that never came back to hear of their end."""

from datetime import timedelta

from django.utils import timezone

from catalogweb.agents.models import ProvisioningKey, Tombstone
from catalogweb.jobs.registry import every

TOMBSTONES_KEPT = timedelta(days=90)


@every(minutes=10)
def forget_expired_keys() -> None:
    ProvisioningKey.objects.filter(expires_at__lte=timezone.now()).delete()


@every(days=1)
def forget_old_tombstones() -> None:
    Tombstone.objects.filter(deleted_at__lte=timezone.now() - TOMBSTONES_KEPT).delete()
