"""Whether images fit the architectures they are meant for, as far as somebody has looked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from catalogweb.catalog.checks import Key, last_found, latest_checks
from catalogweb.catalog.failures import SAID_OF_IMAGES, Failure
from catalogweb.catalog.models import ImageCheck, Registry, Revision
from catalogweb.core.architectures import Architecture
from catalogweb.core.errors import Invalid, Refusal, refuse_all

# Older findings refuse nothing: the tag may have moved meanwhile.
FRESH = timedelta(days=1)


@dataclass(frozen=True)
class ImageState:
    """One image of a revision, and what is known of it: `check` is the latest, `found` the last that found it."""

    architecture: str
    reference: str
    is_local: bool = False
    check: ImageCheck | None = None
    found: ImageCheck | None = None

    @property
    def status(self) -> str:
        """verified, wrong (architecture), missing (or not to be pulled), unverified, or local."""
        if self.is_local:
            return "local"
        if self.check and self.check.failure in SAID_OF_IMAGES:
            return "missing"
        if self.check and self.check.is_ok:
            return "verified" if self.check.fits(self.architecture) else "wrong"
        return "unverified"

    @property
    def word(self) -> str:
        if self.status == "missing" and self.check:
            return str(Failure(self.check.failure).label).capitalize()
        return _WORDS[self.status][0]

    @property
    def tone(self) -> str:
        return _WORDS[self.status][1]

    @property
    def why(self) -> str:
        """What is wrong and what to do, empty when nothing is."""
        if self.status == "wrong" and self.check:
            return f"{Failure.PLATFORM_MISSING.sentence} {Failure.PLATFORM_MISSING.fix}"
        if self.check and self.check.failure:
            failure = Failure(self.check.failure)
            return f"{failure.sentence} {self.check.detail} {failure.fix}".replace("  ", " ")
        return "Nobody has looked yet; this controller does so soon." if self.status == "unverified" else ""

    @property
    def platforms(self) -> list[str]:
        return [platform.label for platform in self.found.platforms] if self.found else []

    @property
    def digest(self) -> str:
        return self.found.digest if self.found else ""

    @property
    def size(self) -> int:
        return self.found.size_for(self.architecture) if self.found else 0

    @property
    def covers(self) -> set[str]:
        """The architectures that its platforms can run on."""
        return {platform.slot for platform in self.found.platforms if platform.slot} if self.found else set()


_WORDS = {
    "verified": ("Verified", "good"),
    "wrong": ("Wrong architecture", "bad"),
    "missing": ("Not to be pulled", "bad"),
    "unverified": ("Unverified", "late"),
    "local": ("On the agent", "idle"),
}


def states_of(revisions: Iterable[Revision]) -> dict[int, list[ImageState]]:
    """The images of each revision by its id, in two statements; needs `images` and `registry`."""
    listed = list(revisions)
    keys: set[Key] = {
        (revision.registry_id, image) for revision in listed for image in revision.by_architecture.values()
    }
    latest = latest_checks(keys)
    # Only what is not found now may have been found before.
    earlier = last_found(key for key in keys if (check := latest.get(key)) and not check.is_ok)
    return {
        revision.pk: [
            ImageState(
                architecture,
                image,
                revision.registry.is_local_cache,
                check := latest.get((revision.registry_id, image)),
                check if check and check.is_ok else earlier.get((revision.registry_id, image)),
            )
            for architecture, image in revision.by_architecture.items()
        ]
        for revision in listed
    }


def refuse_misfits(images: Mapping[str, str], registry: Registry, *, kept: Mapping[str, str]) -> None:
    """Refuse new images that were found, and are not made for their architecture."""
    if not settings.REGISTRY_CHECKS:
        return
    checks = latest_checks((registry.pk, image) for image in images.values())
    faults: list[Refusal] = []
    for architecture, image in images.items():
        check = checks.get((registry.pk, image))
        is_known = check and check.is_ok and timezone.now() - check.checked_at < FRESH
        if check and is_known and kept.get(architecture) != image and not check.fits(architecture):
            made_for = ", ".join(platform.label for platform in check.platforms) or "nothing that agents run"
            label = Architecture(architecture).label
            faults.append(
                Invalid(
                    f"{image} is made for {made_for}, and not for {label}. {Failure.PLATFORM_MISSING.fix}",
                    field=architecture,
                )
            )
    refuse_all(faults)


def concerns_about(revisions: Iterable[Revision], architectures: Iterable[str] | None = None) -> list[str]:
    """A sentence for each image that is not known to be fine, of the architectures that are asked for."""
    if not settings.REGISTRY_CHECKS:
        return []
    wanted = set(Architecture.values if architectures is None else architectures)
    states = [state for found in states_of(revisions).values() for state in found if state.architecture in wanted]
    said = [
        f"{state.reference} ({Architecture(state.architecture).label}): {state.word.lower()}. {state.why}"
        for state in states
        if state.why
    ]
    return list(dict.fromkeys(said))
