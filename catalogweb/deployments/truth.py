"""Whether what runs is the image that is wanted: the digests that agents report beside those that registries tell."""

from collections.abc import Iterable

from django.db.models import F, QuerySet

from catalogweb.catalog.checks import last_found
from catalogweb.catalog.findings import ImageCheck
from catalogweb.core.storing import batches
from catalogweb.deployments.models import MicroserviceStatus

IMAGES = "microservice__revision__images"
COLUMNS = (
    "pk", "image_digest", "compared_digest", "is_stale", "microservice__revision__registry", f"{IMAGES}__reference",
)  # fmt: skip
Row = tuple[int, str, str, bool, int, str]


def compare_images() -> None:
    """Note of everything that runs in its wanted generation whether its digest is one that its reference leads to.

    What reports no digest, or has a reference that was never looked up, is left unknown. Statements grow with the
    batches of what differs from the last time.
    """
    rows: list[Row] = list(_running().values_list(*COLUMNS))
    found = last_found({(registry_id, reference) for *_, registry_id, reference in rows})
    fresh: list[int] = []
    stale: list[int] = []
    for pk, digest, compared, is_stale, registry_id, reference in rows:
        allowed = _leads_to(reference, found.get((registry_id, reference)))
        verdict = digest not in allowed
        if allowed and (compared, is_stale) != (digest, verdict):
            (stale if verdict else fresh).append(pk)
    _note(fresh, is_stale=False)
    _note(stale, is_stale=True)


def _running() -> QuerySet[MicroserviceStatus]:
    """With the image for the agent's architecture."""
    return (
        MicroserviceStatus.objects.filter(state="RUNNING", image_digest__gt="")
        .filter(built_generation__gte=F("microservice__generation"))
        .filter(**{f"{IMAGES}__architecture": F("microservice__agent__architecture")})
    )


def _leads_to(reference: str, check: ImageCheck | None) -> set[str]:
    """The index and each of its images: engines report one or the other."""
    pinned = reference.partition("@")[2]
    told = {check.digest, *(platform.digest for platform in check.platforms)} if check else set()
    return {digest for digest in {pinned, *told} if digest}


def _note(pks: Iterable[int], *, is_stale: bool) -> None:
    """Of what they report at this moment; should that have changed since it was read, the next look sees it."""
    for batch in batches(pks):
        MicroserviceStatus.objects.filter(pk__in=batch).update(compared_digest=F("image_digest"), is_stale=is_stale)
