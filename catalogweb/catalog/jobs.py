"""Looking again, day by day, at registries and at what images lead to; forgetting what is old."""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from catalogweb.catalog import deliveries
from catalogweb.catalog.failures import SAID_OF_IMAGES, Failure
from catalogweb.catalog.models import LOCAL, Image, ImageCheck, ImageQuerySet, Registry, RegistryProbe
from catalogweb.catalog.probing import probe_registry
from catalogweb.catalog.resolving import check_images
from catalogweb.core.rights import System
from catalogweb.jobs.registry import every

DAILY = timedelta(days=1)
# What nobody could verify is tried again before the day is over.
SOON = timedelta(hours=1)
PROBE_HISTORY = timedelta(days=30)
# Other jobs wait for this one.
SECONDS = 20.0
AT_ONCE = 500
# Nobody could look. That an image does not fit is found out of what was seen.
UNREACHED = [failure.value for failure in Failure if failure not in (*SAID_OF_IMAGES, Failure.PLATFORM_MISSING)]


@every(minutes=1)
def check_due_images() -> None:
    """A part of what is due, in each registry's turn; the rest at the next run."""
    if not settings.REGISTRY_CHECKS:
        return
    ends = time.monotonic() + SECONDS
    registries = Registry.objects.exclude(pk=LOCAL).exclude(pace__rests_until__gt=timezone.now())
    due = due_images().filter(revision__registry__in=registries).order_by("revision__registry", "reference")
    wanted: dict[int, list[str]] = {}
    for registry_id, reference in due.values_list("revision__registry", "reference").distinct()[:AT_ONCE]:
        wanted.setdefault(registry_id, []).append(reference)
    known = registries.in_bulk(list(wanted))
    for number, (registry_id, references) in enumerate(wanted.items()):
        # One that does not answer takes its share, and nobody else's.
        share = (ends - time.monotonic()) / (len(wanted) - number)
        if share > 0:
            check_images(known[registry_id], references, seconds=share)


def due_images() -> ImageQuerySet:
    now = timezone.now()
    looked = ImageCheck.objects.filter(
        is_latest=True, registry=OuterRef("revision__registry"), reference=OuterRef("reference")
    )
    fresh = Q(checked_at__gt=now - DAILY) & ~Q(failure__in=UNREACHED) | Q(checked_at__gt=now - SOON)
    return Image.objects.wanted().filter(~Exists(looked.filter(fresh)))


@every(minutes=10)
def probe_due_registries() -> None:
    """Each once a day, for whoever uses it next."""
    if not settings.REGISTRY_CHECKS:
        return
    ends = time.monotonic() + SECONDS
    probed = RegistryProbe.objects.filter(registry=OuterRef("pk"), probed_at__gt=timezone.now() - DAILY)
    due = Registry.objects.exclude(pk=LOCAL).exclude(pace__rests_until__gt=timezone.now())
    for registry in due.filter(~Exists(probed))[:50]:
        if (left := ends - time.monotonic()) <= 0:
            break
        probe_registry(by=System(), registry=registry, seconds=left, with_images=False)


@every(days=1)
def forget_old_findings() -> None:
    """Tests of a month ago, and what was found of images that no revision has any more."""
    RegistryProbe.objects.filter(probed_at__lt=_before(PROBE_HISTORY)).delete()
    kept = Image.objects.filter(revision__registry=OuterRef("registry"), reference=OuterRef("reference"))
    ImageCheck.objects.filter(~Exists(kept), checked_at__lt=_before(DAILY)).delete()


def _before(age: timedelta) -> datetime:
    return timezone.now() - age


@every(days=1)
def forget_old_deliveries() -> None:
    deliveries.forget_old_deliveries()
