"""Looking at images on request: those of an item, and those that somebody is typing, with the tags there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from catalogweb.catalog.failures import Failed
from catalogweb.catalog.fitting import ImageState, states_of
from catalogweb.catalog.models import CatalogItem, Registry, Revision
from catalogweb.catalog.oci import Client
from catalogweb.catalog.oci.images import repository_of
from catalogweb.catalog.pace import resting_until, turn
from catalogweb.catalog.probing import PATIENCE
from catalogweb.catalog.references import parse_reference
from catalogweb.catalog.resolving import access_to, check_images, refuse_switched_off
from catalogweb.catalog.saving import complete_or_none
from catalogweb.core.errors import Conflict, Refusal
from catalogweb.core.rights import Actor, Right, require

MOST_TAGS = 24
TAGS_SECONDS = 4.0
BEFORE_DEPLOYING = 5.0
LATELY = timedelta(minutes=10)


@dataclass(frozen=True)
class Looked:
    """What was found of an image that is being typed; `tags` as the registry lists them, if it does."""

    state: ImageState
    tags: list[str] = field(default_factory=list)
    # The reference without its tag, as it was typed.
    name: str = ""


def verify_item(*, by: Actor, item: CatalogItem) -> None:
    """Look at the current images of an item again, now."""
    require(by, Right.CHANGE)
    registry = item.registry
    assert registry is not None, "every item has a revision"
    _refuse_silence(registry)
    check_images(registry, item.images.values(), seconds=PATIENCE)


def look_before_deploying(revision: Revision) -> None:
    """Ask about the images of a revision, unless a registry said lately that they are there."""
    if not settings.REGISTRY_CHECKS:
        return
    states = states_of([revision])[revision.pk]
    lately = timezone.now() - LATELY
    open_ones = [s.reference for s in states if s.status != "verified" or not s.check or s.check.checked_at < lately]
    check_images(revision.registry, open_ones, seconds=BEFORE_DEPLOYING)


def look_at(*, by: Actor, images: Mapping[str, str], registry: Registry, with_tags: bool = False) -> list[Looked]:
    """Look up images that nobody has saved yet, at most for as long as a test takes."""
    require(by, Right.CHANGE)
    _refuse_silence(registry)
    given = {slot: (typed.strip(), complete_or_none(typed, registry)) for slot, typed in images.items() if typed}
    checks = check_images(registry, [full for _, full in given.values() if full], seconds=PATIENCE)
    looked = []
    for slot, (typed, full) in given.items():
        check = checks.get((registry.pk, full))
        state = ImageState(slot, full or typed, check=check, found=check if check and check.is_ok else None)
        tags = tags_of(registry, full) if with_tags and full else []
        looked.append(Looked(state, tags, _without_tag(typed)))
    return looked


def tags_of(registry: Registry, reference: str) -> list[str]:
    """The tags beside that of `reference`; none where the registry does not list them."""
    parsed = parse_reference(reference)
    if resting_until(registry.pk) or turn(registry) > 1:
        return []
    try:
        with Client(access_to(registry, parsed.registry_host), seconds=TAGS_SECONDS) as client:
            return client.tags(repository_of(parsed), most=MOST_TAGS)
    except Failed:
        return []


def _without_tag(typed: str) -> str:
    try:
        parsed = parse_reference(typed)
    except Refusal:
        return typed
    return f"{parsed.host}/{parsed.path}" if parsed.host else parsed.path


def _refuse_silence(registry: Registry) -> None:
    if registry.is_local_cache:
        raise Conflict(
            "Images of “local” are on the agents already: there is no registry to look at.", field="registry"
        )
    refuse_switched_off()
