"""Catalog items. What running microservices must hear of lives in deployments."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, Q

from catalogweb.catalog.fitting import refuse_misfits
from catalogweb.catalog.models import SYSTEM, CatalogItem, Registry, describe_user, users_in
from catalogweb.catalog.revisions import Images, add_revision, checked_images
from catalogweb.catalog.saving import look_ahead
from catalogweb.changelog.services import record, snapshot
from catalogweb.core.drafts import draft_pk
from catalogweb.core.errors import Duplicate, InUse, Invalid, NotFound, Protected, Refusal, noting, refuse_all
from catalogweb.core.names import suggestion
from catalogweb.core.rights import Actor, Right, require, user_id
from catalogweb.core.storing import batches, check_columns, contested, locked, same
from catalogweb.core.text import as_id, listed, typed


def known_items(names: Iterable[str | int]) -> dict[str | int, CatalogItem]:
    """Those that have one of these ids or names, by what was given; what names none is left out."""
    wanted = {name: typed(name) for name in names}
    known: dict[str | int, CatalogItem] = {}
    for batch in batches(set(wanted.values())):
        ids = [number for text in batch if (number := as_id(text))]
        found = CatalogItem.objects.with_images().filter(Q(pk__in=ids) | Q(same("name", *batch)))
        known |= {key: item for item in found for key in (item.pk, item.name.lower(), item.name)}
    matches = {
        given: known.get(as_id(text)) or known.get(text) or known.get(text.lower()) for given, text in wanted.items()
    }
    return {given: item for given, item in matches.items() if item}


def find_item(name: str | int) -> CatalogItem:
    """By id or name; a near miss gets a suggestion."""
    found = known_items([name]).get(name)
    if found is None:
        text = typed(name)
        near = suggestion(text, CatalogItem.objects.values_list("name", flat=True)[:2000])
        raise NotFound(f"Invalid catalog item id '{text}': there is no such catalog item.{near}", field="catalog_item")
    return found


def create_item(
    *, by: Actor, name: str, images: Images, registry: Registry, as_sent: bool = False, **fields: Any
) -> CatalogItem:
    """A new item with revision 1. `as_sent` keeps references as the wire gave them.

    Refuses an image that is not made for its architecture; one that nobody can look at now is unverified.
    """
    require(by, Right.CHANGE)
    look_ahead(registry, images, as_sent=as_sent)
    return _create_item(by=by, name=name, images=images, registry=registry, as_sent=as_sent, **fields)


@transaction.atomic
def _create_item(
    *, by: Actor, name: str, images: Images, registry: Registry, as_sent: bool, reason: str = "", **fields: Any
) -> CatalogItem:
    item = CatalogItem(pk=draft_pk(), name=name.strip(), **fields)
    faults: list[Refusal] = []
    with noting(faults):
        _check(item)
    with noting(faults):
        chosen = checked_images(images, registry, as_sent=as_sent)
        refuse_misfits(chosen, registry, kept={})
    refuse_all(faults)
    with contested("name"):
        item.save()
    add_revision(item, chosen, registry, author_id=user_id(by), reason=reason)
    record(by=by, action="create", obj=item)
    return item


def look_ahead_of_edit(
    item: CatalogItem, images: Images | None = None, registry: Registry | None = None, as_sent: bool = False, **_: Any
) -> None:
    """What `edit_item_row` will judge, looked up before its transaction begins."""
    source = registry or item.registry
    if source and (images is not None or registry):
        kept = item.images if source == item.registry else {}
        look_ahead(source, item.images if images is None else images, kept=kept, as_sent=as_sent)


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
    _set_fields(item, fields)
    source = registry or item.registry
    assert source is not None, "every item has a revision"
    kept = item.images if source == item.registry else {}
    faults: list[Refusal] = []
    with noting(faults):
        _check(item)
    with noting(faults):
        chosen = checked_images(item.images if images is None else images, source, as_sent=as_sent, kept=kept)
        refuse_misfits(chosen, source, kept=kept)
    refuse_all(faults)
    revised = (chosen, source) != (item.images, item.registry)
    with contested("name"):
        item.save()
    if revised:
        add_revision(item, chosen, source, author_id=user_id(by), reason=reason)
    record(by=by, action="update", obj=item, before=before)
    return item, revised


def _set_fields(item: CatalogItem, fields: Mapping[str, Any]) -> None:
    """Built-in items keep name and category, and nothing becomes one."""
    was_system, old_name = item.is_system, item.name
    for field, value in fields.items():
        setattr(item, field, value.strip() if field == "name" else value)
    if was_system and (item.name != old_name or not item.is_system):
        raise Protected("A built-in item keeps its name and category.", field="name")
    if item.is_system and not was_system:
        raise _kept_category()


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
        placed = [user for user in error.protected_objects if user._meta.model_name == "microservice"]
        users = sorted({describe_user(user) for user in users_in(placed, "application", "agent")})
        raise InUse(f"Catalog item {item.name} is in use and can't be deleted: {listed(users)}.", users=users) from None


def _check(item: CatalogItem) -> None:
    faults: list[Refusal] = []
    item.config_example = item.config_example.strip() or "{}"
    if not item.name:
        faults.append(Invalid("Give the catalog item a name.", field="name"))
    if item._state.adding and item.category == SYSTEM:
        faults.append(_kept_category())
    if item.name and CatalogItem.objects.filter(same("name", item.name)).exclude(pk=item.pk).exists():
        faults.append(Duplicate(f"Duplicate name '{item.name}': another catalog item already has it.", field="name"))
    with noting(faults):
        check_columns(item)
    if not _is_object(item.config_example):
        faults.append(Invalid('The config example is not a JSON object, such as {"level": 3}.', field="config_example"))
    refuse_all(faults)


def _kept_category() -> Invalid:
    return Invalid("The category SYSTEM is kept for built-in items.", field="category")


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
