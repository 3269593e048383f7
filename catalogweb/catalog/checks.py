"""Findings about images: reading the latest, and appending what was found now."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from catalogweb.catalog.failures import Failure
from catalogweb.catalog.findings import ImageCheck
from catalogweb.catalog.models import Registry
from catalogweb.catalog.oci import Found
from catalogweb.core.storing import batches, lock

# A registry's id and a reference: the same name may lead elsewhere with other credentials.
Key = tuple[int, str]
Finding = Mapping[str, Any]
FINDING = ("failure", "detail", "digest", "media_type", "platform_list")


def found_as(found: Found) -> Finding:
    """A resolved image as columns of a check."""
    return {
        "digest": found.digest,
        "media_type": found.media_type[:100],
        "platform_list": [platform.as_json() for platform in found.platforms],
    }


def failed_as(failure: Failure, detail: str) -> Finding:
    return {"failure": failure.value, "detail": detail}


def latest_checks(keys: Iterable[Key]) -> dict[Key, ImageCheck]:
    """The latest check of each image; those never checked are left out."""
    return _by_key(keys, ImageCheck.objects.filter(is_latest=True))


def last_found(keys: Iterable[Key]) -> dict[Key, ImageCheck]:
    """The last check that found the image, whatever came after it."""
    return _by_key(keys, ImageCheck.objects.filter(failure="").order_by("found_at", "pk"))


def _by_key(keys: Iterable[Key], rows: models.QuerySet[ImageCheck]) -> dict[Key, ImageCheck]:
    wanted = set(keys)
    found: dict[Key, ImageCheck] = {}
    for batch in batches(sorted({reference for _, reference in wanted})):
        for check in rows.filter(reference__in=batch):
            if (check.registry_id, check.reference) in wanted:
                found[check.registry_id, check.reference] = check
    return found


@transaction.atomic
def note_findings(findings: Mapping[Key, Finding]) -> dict[Key, ImageCheck]:
    """Append what was found now; what is the same as before only gets its new time."""
    # Two that check the same image at once must not both become its latest check.
    lock(Registry, sorted({registry_id for registry_id, _ in findings}))
    now, before = timezone.now(), latest_checks(findings)
    same: list[ImageCheck] = []
    other: list[ImageCheck] = []
    for key, finding in findings.items():
        check = ImageCheck(registry_id=key[0], reference=key[1], found_at=now, checked_at=now, **finding)
        last = before.get(key)
        if last and all(getattr(last, name) == getattr(check, name) for name in FINDING):
            last.checked_at = now
            same.append(last)
        else:
            other.append(check)
    replaced = [before[key].pk for check in other if (key := (check.registry_id, check.reference)) in before]
    for batch in batches(check.pk for check in same):
        ImageCheck.objects.filter(pk__in=batch).update(checked_at=now)
    for batch in batches(replaced):
        ImageCheck.objects.filter(pk__in=batch).update(is_latest=False)
    ImageCheck.objects.bulk_create(other)
    return {(check.registry_id, check.reference): check for check in [*same, *other]}
