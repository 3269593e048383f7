"""What happens beside saving: a short test of a registry, a short look at images. Neither keeps anybody waiting."""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from catalogweb.catalog.checks import latest_checks
from catalogweb.catalog.models import Registry
from catalogweb.catalog.probing import HURRY, probe_registry
from catalogweb.catalog.references import completed
from catalogweb.catalog.resolving import check_images
from catalogweb.core.errors import Refusal
from catalogweb.core.rights import Actor

# Changes that follow each other as fast as this were made together, and share the time.
TOGETHER = 0.2
JUST_NOW = timedelta(minutes=5)
_spent = threading.local()


@contextmanager
def _hurry() -> Iterator[float]:
    """The seconds that are left for this change: many saved at once take no longer than one."""
    now = time.monotonic()
    if now - getattr(_spent, "at", 0.0) > TOGETHER:
        _spent.seconds = 0.0
    yield HURRY - _spent.seconds
    _spent.at = time.monotonic()
    _spent.seconds += _spent.at - now


def probe_when_saved(*, by: Actor, registry: Registry) -> None:
    """Test the registry once it is stored. What there is no time for is tested in the background."""
    if settings.REGISTRY_CHECKS and not registry.is_local_cache:
        transaction.on_commit(partial(_probe, by, registry))


def _probe(by: Actor, registry: Registry) -> None:
    with _hurry() as seconds:
        if seconds > 0:
            probe_registry(by=by, registry=registry, seconds=seconds)


def look_ahead(
    registry: Registry, images: Mapping[str, str], *, kept: Mapping[str, str] | None = None, as_sent: bool = False
) -> None:
    """Look new images up before they are saved, so that a wrong architecture is refused there and then.

    Inside a transaction nobody waits for a registry: what is known already has to do.
    """
    if not settings.REGISTRY_CHECKS or in_transaction():
        return
    given = {typed.strip() for slot, typed in images.items() if typed and typed.strip() != (kept or {}).get(slot)}
    new = given if as_sent else {complete_or_none(reference, registry) for reference in given} - {""}
    new -= _known_now(registry, new)
    with _hurry() as seconds:
        if new and seconds > 0:
            check_images(registry, sorted(new), seconds=seconds)


def _known_now(registry: Registry, references: Iterable[str]) -> set[str]:
    """What somebody has just looked up, in the form perhaps."""
    checks = latest_checks((registry.pk, reference) for reference in references)
    return {check.reference for check in checks.values() if timezone.now() - check.checked_at < JUST_NOW}


def complete_or_none(reference: str, registry: Registry) -> str:
    """Empty for what is no reference; who saves it is told so."""
    try:
        return completed(reference.strip(), registry.url)
    except Refusal:
        return ""


def in_transaction() -> bool:
    """Django's own tests run in one that nobody else sees; it says so of itself."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)
