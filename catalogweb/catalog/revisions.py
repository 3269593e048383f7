"""Immutable revisions: which images, from which registry. Which one is meant is decided here, for every door."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Max

from catalogweb.catalog.models import REMOTE, CatalogItem, Image, Registry, Revision
from catalogweb.catalog.references import completed, parse_reference
from catalogweb.core.architectures import Architecture
from catalogweb.core.errors import Invalid, NotFound, Refusal, refuse_all
from catalogweb.core.names import suggestion
from catalogweb.core.rights import Actor, Right, require, user_id
from catalogweb.core.storing import batches, check_columns
from catalogweb.core.text import listed

Images = Mapping[str, str]


@dataclass(frozen=True)
class Choice:
    """What to run, as it was said: an item, or own images and their registry. `now` is what it has already.

    `as_sent` keeps references as the wire gave them; `path` is where a refusal points.
    """

    item: CatalogItem | None = None
    images: Images | None = None
    registry: Registry | None = None
    now: Revision | None = None
    as_sent: bool = False
    path: str = ""


@dataclass(frozen=True)
class _Own:
    """Own images that have no revision yet."""

    registry: Registry
    images: tuple[tuple[str, str], ...]


def chosen_revisions(*, by: Actor, choices: Sequence[Choice]) -> list[Revision]:
    """The revisions that are meant: what each has `now` as long as that fits what is said.

    Equal own images become one revision, and statements do not grow with the choices.
    """
    require(by, Right.CHANGE)
    if any(choice.images and not choice.registry and not choice.now for choice in choices):
        hub = Registry.objects.get(pk=REMOTE)
        choices = [choice if choice.registry or choice.now else replace(choice, registry=hub) for choice in choices]
    decided: list[Revision | _Own] = []
    faults: list[Refusal] = []
    for choice in choices:
        try:
            decided.append(_decided(choice))
        except Refusal as refusal:
            faults.append(refusal.at(choice.path))
    refuse_all(faults)
    own = {
        wanted: Revision(registry=wanted.registry, author_id=user_id(by))
        for wanted in decided
        if isinstance(wanted, _Own)
    }
    _insert([(revision, dict(wanted.images)) for wanted, revision in own.items()])
    return [wanted if isinstance(wanted, Revision) else own[wanted] for wanted in decided]


def _decided(choice: Choice) -> Revision | _Own:
    """An item means the revision of it that runs, else its current one; a registry alone moves own images there."""
    now, item = choice.now, choice.item
    if item:
        assert item.current is not None, "every item has a revision"
        return now if now and now.item_id == item.pk else item.current
    images = {architecture: image for architecture, image in (choice.images or {}).items() if image}
    if now and not choice.images:
        if not choice.registry or now.item_id:
            return now
        images = now.by_architecture
    if not images:
        raise Invalid("Say what to run: a catalog item, or images for the agent's architecture.", field="images")
    registry = choice.registry or (now.registry if now else None)
    assert registry is not None, "those without one got the default"
    kept = now.by_architecture if now and not now.item_id and now.registry_id == registry.pk else {}
    chosen = checked_images(images, registry, as_sent=choice.as_sent, kept=kept)
    return now if now and chosen == kept else _Own(registry, tuple(sorted(chosen.items())))


def item_revisions(wanted: Collection[tuple[CatalogItem, int]]) -> dict[tuple[int, int], Revision]:
    """Of these items and numbers the revisions that there are, by both ids, in a statement a batch."""
    numbers = {number for _, number in wanted if 0 < number < 2**31}
    found: dict[tuple[int, int], Revision] = {}
    for items in batches(sorted({item.pk for item, number in wanted if number})):
        rows = Revision.objects.filter(item__in=items, number__in=numbers)
        found |= {(row.item_id, row.number): row for row in rows if row.item_id}
    return found


def no_revision(item: CatalogItem, number: int) -> Refusal:
    return NotFound(f"Catalog item {item.name} has no revision {number}.", field="revision")


def checked_images(
    images: Images, registry: Registry, *, as_sent: bool = False, kept: Images | None = None
) -> dict[str, str]:
    """The non-empty images, complete with their registry's host.

    Refuses an unknown architecture, no image at all, text that is no reference, and a private registry
    whose host is not the image's: its credentials would go to another server. What is stored with this
    registry already, `kept`, stays as it is: it may have come over the wire, or the registry moved since.
    """
    refusals: list[Refusal] = []
    chosen: dict[str, str] = {}
    for architecture, given in images.items():
        reference = (given or "").strip()
        if architecture not in Architecture.values:
            near = suggestion(architecture, Architecture.values)
            said = f"“{architecture}” is not an architecture ({listed(Architecture.values)}).{near}"
            refusals.append(Invalid(said, field="images"))
        elif reference:
            try:
                is_settled = as_sent or reference == (kept or {}).get(architecture)
                chosen[architecture] = reference if is_settled else _fitting(reference, registry)
            except Refusal as refusal:
                refusal.field = architecture
                refusals.append(refusal)
    if not chosen and not refusals:
        refusals.append(Invalid("Give an image for at least one architecture.", field="images"))
    refuse_all(refusals)
    return chosen


def _fitting(reference: str, registry: Registry) -> str:
    complete = completed(reference, registry.url)
    host = parse_reference(complete).registry_host
    if registry.is_private and host != registry.host:
        raise Invalid(
            f"{complete} is pulled from {host}, but the private registry {registry.pk} is {registry.url}. "
            f"Name the image with that host, or choose the registry it lives in."
        )
    return complete


def add_revision(item: CatalogItem, images: Images, registry: Registry, *, author_id: int | None, reason: str) -> None:
    """The item's next revision, which becomes its current one."""
    last = Revision.objects.filter(item=item).aggregate(last=Max("number"))["last"] or 0
    revision = Revision(item=item, number=last + 1, registry=registry, author_id=author_id, reason=reason)
    _insert([(revision, images)])
    item.current = revision
    CatalogItem.objects.filter(pk=item.pk).update(current=revision)


def _insert(revisions: Sequence[tuple[Revision, Images]]) -> None:
    images = [Image(revision=row, architecture=a, reference=r) for row, chosen in revisions for a, r in chosen.items()]
    for row in (*(revision for revision, _ in revisions), *images):
        check_columns(row)
    Revision.objects.bulk_create([revision for revision, _ in revisions])
    Image.objects.bulk_create(images)


def forget_unused_own_revisions(ids: Iterable[int]) -> None:
    """Own images go with the last microservice that used them."""
    for batch in batches(sorted(set(ids))):
        Revision.objects.filter(pk__in=batch, item=None, microservices=None, deployments=None).delete()


def warnings_for(revision: Revision) -> list[str]:
    """What an operator should know about images that were kept as the wire sent them."""
    registry, said = revision.registry, []
    for image in revision.images.all():
        try:
            host = parse_reference(image.reference).registry_host
        except Refusal as refusal:
            said.append(refusal.message)
            continue
        if not registry.is_local_cache and not registry.is_built_in and host != registry.host:
            said.append(
                f"{image.reference} will be pulled from {host}, without the credentials of {registry.url}: "
                f"agents never join a registry to an image name."
            )
    return said
