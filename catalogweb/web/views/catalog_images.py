"""Looking at images: those of an item's page, and those that are being typed into its form."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from catalogweb.catalog.coverage import coverage_of
from catalogweb.catalog.fitting import states_of
from catalogweb.catalog.looking import Looked, look_at, verify_item
from catalogweb.catalog.models import CatalogItem, Registry
from catalogweb.core.architectures import Architecture
from catalogweb.core.errors import Refusal
from catalogweb.core.rights import Right, require
from catalogweb.core.text import as_id
from catalogweb.web.render import wants_fragment
from catalogweb.web.requests import PageRequest, post_only


def images_shown(item: CatalogItem) -> dict[str, Any]:
    """What is known of the current images, and which agents can run them."""
    if item.current is None:
        return {"states": [], "coverage": None}
    states = states_of([item.current])
    coverage = coverage_of([item.current], states=states)[item.current.pk]
    return {"states": states[item.current.pk], "coverage": coverage}


@post_only("web:catalog-item")
def catalog_verify(request: PageRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(CatalogItem.objects.with_images(), pk=pk)
    verify_item(by=request.user, item=item)
    if wants_fragment(request.htmx):
        return render(request, "catalog/_images.html", {"item": item, **images_shown(item)})
    messages.success(request, f"The images of {item.name} were looked at.")
    return redirect("web:catalog-item", pk)


@dataclass(frozen=True)
class Look:
    """What a look at the form's images found: `reuse` says which image also covers an empty slot."""

    looked: list[Looked]
    reuse: list[tuple[str, str]]
    refusal: str = ""


def is_look(request: PageRequest) -> bool:
    return any(name in request.POST for name in ("look", "reuse", "tag"))


def looked_at(request: PageRequest) -> tuple[QueryDict, Look]:
    """The form as it is after what was pressed (a tag, or an image for another slot), and what its images lead to."""
    require(request.user, Right.CHANGE)
    data = request.POST.copy()
    source, _, target = data.get("reuse", "").partition(" ")
    if source in Architecture.values and target in Architecture.values:
        data[target] = data.get(source, "")
    slot, _, reference = data.get("tag", "").partition(" ")
    if slot in Architecture.values:
        data[slot] = reference
    return data, _look(request, data)


def _look(request: PageRequest, data: QueryDict) -> Look:
    images = {slot: data.get(slot, "") for slot in Architecture.values}
    registry = Registry.objects.filter(pk=as_id(data.get("registry", ""))).first()
    if registry is None or not any(images.values()):
        return Look([], [], "Choose a registry and enter an image first.")
    try:
        looked = look_at(by=request.user, images=images, registry=registry, with_tags=True)
    except Refusal as refusal:
        return Look([], [], refusal.message)
    empty = [slot for slot, typed in images.items() if not typed]
    reuse = [(one.state.architecture, slot) for one in looked for slot in empty if slot in one.state.covers]
    return Look(looked, reuse)
