"""Catalog items and their immutable revisions. What running microservices must hear of lives in deployments."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max, ProtectedError
from django.db.models.functions import Lower

from catalogweb.catalog.models import SYSTEM, CatalogItem, Image, Registry, Revision, describe_user
from catalogweb.catalog.references import completed, parse_reference
from catalogweb.changelog.services import record, snapshot
from catalogweb.core.architectures import Architecture
from catalogweb.core.drafts import draft_pk
from catalogweb.core.errors import Duplicate, InUse, Invalid, NotFound, Protected, Refusal, refuse_all
from catalogweb.core.names import suggestion
from catalogweb.core.rights import Actor, Right, require, user_id
from catalogweb.core.storing import check_columns, contested, locked
from catalogweb.core.text import listed, typed

Images = Mapping[str, str]


def find_item(name: str | int) -> CatalogItem:
    """By id or name; a near miss gets a suggestion."""
    text = typed(name)
    items = CatalogItem.objects.with_images()
    found = items.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 18 else None
    found = found or items.filter(name__iexact=text).first()
    if found is None:
        near = suggestion(text, CatalogItem.objects.values_list("name", flat=True)[:2000])
        raise NotFound(f"Invalid catalog item id '{text}': there is no such catalog item.{near}", field="catalog_item")
    return found


@transaction.atomic
def create_item(
    *, by: Actor, name: str, images: Images, registry: Registry, reason: str = "", as_sent: bool = False, **fields: Any
) -> CatalogItem:
    """A new item with revision 1. `as_sent` keeps references as the wire gave them."""
    require(by, Right.CHANGE)
    item = CatalogItem(pk=draft_pk(), name=name.strip(), **fields)
    _check(item)
    chosen = checked_images(images, registry, as_sent=as_sent)
    with contested("name"):
        item.save()
    _new_revision(item, chosen, registry, by, reason)
    record(by=by, action="create", obj=item)
    return item


@transaction.atomic
def edit_item_row(
    *,
    by: Actor,
    item: CatalogItem,
    images: Images | None = None,
    registry: Registry | None = None,
    reason: str = "",
    as_sent: bool = False,
    built_in: bool = False,
    **fields: Any,
) -> tuple[CatalogItem, bool]:
    """Change an item; other images or another registry make a new revision. Returns it, and whether they did.

    A SYSTEM item is refused, unless a superuser says `built_in` on purpose; its name stays even then.
    """
    require(by, Right.ADMINISTER if built_in else Right.CHANGE)
    item = locked(CatalogItem.objects.with_images(), item.pk)
    if item.is_system and not built_in:
        raise Protected(f"{item.name} is built in: only a superuser can change it, on its page or in the admin.")
    before = snapshot(item)
    was_system, old_name = item.is_system, item.name
    for field, value in fields.items():
        setattr(item, field, value.strip() if field == "name" else value)
    if was_system and (item.name != old_name or not item.is_system):
        raise Protected("A built-in item keeps its name and category.", field="name")
    if item.is_system and not was_system:
        raise _kept_category()
    _check(item)
    wanted_registry = registry or item.registry
    assert wanted_registry is not None, "every item has a revision"
    chosen = item.images if images is None else checked_images(images, wanted_registry, as_sent=as_sent)
    if images is None and registry is not None:
        chosen = checked_images(chosen, registry, as_sent=as_sent)
    revised = chosen != item.images or wanted_registry != item.registry
    with contested("name"):
        item.save()
    if revised:
        _new_revision(item, chosen, wanted_registry, by, reason)
    record(by=by, action="update", obj=item, before=before)
    return item, revised


@transaction.atomic
def delete_item(*, by: Actor, item: CatalogItem) -> None:
    """Remove an item that nothing runs; refuses SYSTEM items, and says where one is used."""
    require(by, Right.CHANGE)
    item = locked(CatalogItem.objects.with_images(), item.pk)
    if item.is_system:
        raise Protected(f"{item.name} belongs to the product: it cannot be deleted.")
    record(by=by, action="delete", obj=item, before=snapshot(item))
    try:
        item.delete()
    except ProtectedError as error:
        users = sorted(
            {describe_user(user) for user in error.protected_objects if user._meta.model_name == "microservice"}
        )
        raise InUse(f"Catalog item {item.name} is in use and can't be deleted: {listed(users)}.", users=users) from None


def _check(item: CatalogItem) -> None:
    if not item.name:
        raise Invalid("Give the catalog item a name.", field="name")
    if item._state.adding and item.category == SYSTEM:
        raise _kept_category()
    twins = CatalogItem.objects.annotate(lower=Lower("name")).filter(lower=item.name.lower()).exclude(pk=item.pk)
    if twins.exists():
        raise Duplicate(f"Duplicate name '{item.name}': another catalog item already has it.", field="name")
    check_columns(item)
    item.config_example = item.config_example.strip() or "{}"
    if not _is_object(item.config_example):
        raise Invalid('The config example is not a JSON object, such as {"level": 3}.', field="config_example")


def _kept_category() -> Invalid:
    return Invalid("The category SYSTEM is kept for built-in items.", field="category")


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def checked_images(images: Images, registry: Registry, *, as_sent: bool = False) -> dict[str, str]:
    """The non-empty images, complete with their registry's host.

    Refuses an unknown architecture, no image at all, text that is no reference, and a private registry
    whose host is not the image's: its credentials would go to another server.
    """
    refusals: list[Refusal] = []
    chosen: dict[str, str] = {}
    for architecture, given in images.items():
        reference = (given or "").strip()
        if architecture not in Architecture.values:
            refusals.append(
                Invalid(f"“{architecture}” is not an architecture ({listed(Architecture.values)}).", field="images")
            )
        elif reference:
            try:
                chosen[architecture] = reference if as_sent else _fitting(reference, registry)
            except Refusal as refusal:
                refusals.append(type(refusal)(f"{architecture}: {refusal.message}", field=architecture))
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


def _new_revision(item: CatalogItem | None, images: Images, registry: Registry, by: Actor, reason: str) -> Revision:
    number = 1
    if item:
        number += Revision.objects.filter(item=item).aggregate(last=Max("number"))["last"] or 0
    author_id = user_id(by)
    revision = Revision(item=item, number=number, registry=registry, author_id=author_id, reason=reason)
    chosen = [Image(revision=revision, architecture=a, reference=r) for a, r in images.items()]
    for row in (revision, *chosen):
        check_columns(row)
    revision.save()
    Image.objects.bulk_create(chosen)
    if item:
        item.current = revision
        CatalogItem.objects.filter(pk=item.pk).update(current=revision)
    return revision


def own_revision(
    *, by: Actor, images: Images, registry: Registry, as_sent: bool = False, now: Revision | None = None
) -> Revision:
    """A microservice's own images: a revision without an item. `now` stays when it says the same already."""
    require(by, Right.CHANGE)
    chosen = checked_images(images, registry, as_sent=as_sent)
    if now and now.item_id is None and now.registry_id == registry.pk and now.by_architecture == chosen:
        return now
    return _new_revision(None, chosen, registry, by, "")


def forget_unused_own_revisions(ids: list[int]) -> None:
    """Own images go with the last microservice that used them."""
    Revision.objects.filter(pk__in=ids, item=None, microservices=None, deployments=None).delete()


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
