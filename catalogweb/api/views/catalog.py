"""The catalog."""

from collections import defaultdict
from typing import Any, NotRequired, TypedDict

from catalogweb.api.errors import built_in_said_as
from catalogweb.api.routes import Call, Route
from catalogweb.api.shapes.catalog import ItemChange, ItemCreation
from catalogweb.api.wire import image_entries, images_of
from catalogweb.catalog.models import CatalogItem
from catalogweb.catalog.models import Image as ImageRow
from catalogweb.catalog.registries import find_registry
from catalogweb.catalog.revisions import Images, warnings_for
from catalogweb.catalog.services import create_item, delete_item
from catalogweb.core.errors import NotFound
from catalogweb.core.text import as_id
from catalogweb.deployments.sources import edit_catalog_item


class Image(TypedDict):
    containerImage: str | None
    fogTypeId: int


class Item(TypedDict):
    id: int
    name: str
    description: str
    category: str | None
    publisher: str | None
    picture: str
    configExample: str | None
    diskRequired: int
    ramRequired: int
    isPublic: bool
    registryId: int | None
    images: list[Image]
    inputType: dict[str, Any] | None
    outputType: dict[str, Any] | None


class ItemDetail(Item):
    """`warnings`: what to know about images that were kept as they were sent."""

    warnings: list[str]


class ItemList(TypedDict):
    catalogItems: list[Item]


class Created(TypedDict):
    id: int


class CreatedItem(Created):
    warnings: NotRequired[list[str]]


def item_reply(item: CatalogItem, images: Images) -> Item:
    return {
        "id": item.pk,
        "name": item.name,
        "description": item.description,
        "category": item.category or None,
        "publisher": item.publisher or None,
        "picture": item.picture,
        "configExample": item.config_example or None,
        "diskRequired": item.disk_required,
        "ramRequired": item.ram_required,
        "isPublic": item.is_public,
        "registryId": item.current.registry_id if item.current else None,
        "images": image_entries(images, complete=True),  # type: ignore[typeddict-item]
        "inputType": item.input_type,
        "outputType": item.output_type,
    }


def item_with(id: str) -> CatalogItem:
    item = CatalogItem.objects.with_images().filter(pk=as_id(id)).first()
    if item is None:
        raise NotFound(f"Invalid catalog item id '{id}'")
    return item


def item_list(call: Call) -> ItemList:
    """Every catalog item, the built-in ones included."""
    images: defaultdict[int | None, dict[str, str]] = defaultdict(dict)
    current = ImageRow.objects.filter(revision__current_of__isnull=False)
    for revision_id, architecture, reference in current.values_list("revision", "architecture", "reference"):
        images[revision_id][architecture] = reference
    items = CatalogItem.objects.select_related("current")
    return {"catalogItems": [item_reply(item, images[item.current_id]) for item in items]}


def item_get(call: Call, id: str) -> ItemDetail:
    item = item_with(id)
    return {**item_reply(item, item.images), "warnings": warnings_of(item)}


def warnings_of(item: CatalogItem) -> list[str]:
    return warnings_for(item.current) if item.current else []


def item_create(call: Call) -> CreatedItem:
    fields = dict(call.given)
    registry = find_registry(fields.pop("registryId"))
    images = images_of(fields.pop("images"))
    item = create_item(by=call.by, images=images, registry=registry, as_sent=True, **fields)
    reply: CreatedItem = {"id": item.pk}
    if warnings := warnings_of(item):
        reply["warnings"] = warnings
    return reply


def item_edit(call: Call, id: str) -> None:
    """Change what is given; `stay=1` leaves what runs on its revision.

    An architecture that is not listed keeps its image; an empty image removes it.
    """
    item, fields = item_with(id), dict(call.given)
    fields["move_running"] = fields.get("move_running", True) and not call.asks("stay")
    if "registryId" in fields:
        fields["registry"] = find_registry(fields.pop("registryId"))
    if images := fields.pop("images", None):
        fields["images"] = item.images | images_of(images)
    with built_in_said_as(f"Catalog item id {item.pk} is system and can't be updated"):
        edit_catalog_item(by=call.by, item=item, as_sent=True, **fields)


def item_delete(call: Call, id: str) -> None:
    item = item_with(id)
    with built_in_said_as(f"Catalog item id {item.pk} is system and can't be deleted"):
        delete_item(by=call.by, item=item)


ROUTES = [
    Route("GET", "/catalog/microservices", item_list, gives=ItemList),
    Route("POST", "/catalog/microservices", item_create, 201, takes=ItemCreation, gives=CreatedItem, renders=True),
    Route("GET", "/catalog/microservices/<str:id>", item_get, gives=ItemDetail),
    Route("PATCH", "/catalog/microservices/<str:id>", item_edit, 204, takes=ItemChange, renders=True, query=("stay",)),
    Route("DELETE", "/catalog/microservices/<str:id>", item_delete, 204),
]
