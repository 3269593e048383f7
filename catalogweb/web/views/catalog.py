"""Catalog items: list, page, add, edit, delete."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from catalogweb.catalog.coverage import coverage_of, fleet
from catalogweb.catalog.models import CatalogItem, Registry
from catalogweb.catalog.revisions import warnings_for
from catalogweb.catalog.services import create_item, delete_item
from catalogweb.changelog.services import entries_of
from catalogweb.core.architectures import Architecture
from catalogweb.core.rights import Right, require
from catalogweb.core.text import as_id, counted
from catalogweb.deployments.manifests import export
from catalogweb.deployments.models import Microservice, MicroserviceQuerySet
from catalogweb.deployments.reach import reach_of
from catalogweb.deployments.sources import edit_catalog_item
from catalogweb.web.coverage import cells_of, compare
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.catalog import CatalogItemForm, EditCatalogItemForm
from catalogweb.web.lists import Filter, in_order, page_of
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest, posted
from catalogweb.web.views.catalog_images import Look, images_shown, is_look, looked_at

ORDERS = {
    "id": "pk",
    "name": "name",
    "description": "description",
    "registry": "current__registry__url",
    "uses": "use_count",
}
USERS_SHOWN = 100


@require_safe
def catalog_list(request: PageRequest) -> HttpResponse:
    asked = {name: request.GET.get(name, "") for name in ("q", "registry", "category")}
    items = CatalogItem.objects.with_images().with_uses().matching(asked["q"])
    if registry_id := as_id(asked["registry"]):
        items = items.filter(current__registry=registry_id)
    if asked["category"]:
        items = items.filter(category=asked["category"])
    items, sort = in_order(request, items, ORDERS, "id")
    page = page_of(request, items)
    covered = coverage_of([item.current for item in page if item.current])
    for item in page:
        item.coverage = covered.get(item.current_id)
    context = {"page": page, "sort": sort, "query": asked["q"], "filters": _filters(asked)}
    return render_page(request, "catalog/list.html", context, partial="catalog/_table.html")


def _filters(asked: dict[str, str]) -> list[Filter]:
    """Choices are read only where a page shows them, not in fragments."""
    registries = Registry.objects.only("pk", "url", "username")
    categories = (
        CatalogItem.objects.exclude(category="").order_by("category").values_list("category", flat=True).distinct()
    )
    return [
        Filter("registry", "Registry", asked["registry"], lambda: [(r.pk, str(r)) for r in registries]),
        Filter("category", "Category", asked["category"], lambda: [(c, c) for c in categories]),
    ]


def _users_of(item: CatalogItem) -> MicroserviceQuerySet:
    return Microservice.objects.filter(revision__item=item).select_related("application", "agent", "revision")


@require_safe
def catalog_item(request: PageRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(CatalogItem.objects.with_images().with_uses(), pk=pk)
    revisions = list(item.revisions.select_related("registry", "author").prefetch_related("images"))
    context = {
        "item": item,
        "warnings": warnings_for(item.current) if item.current else [],
        "revisions": revisions,
        "reach": reach_of(revision__item=item),
        "compared": compare(revisions, request.GET.get("one", ""), request.GET.get("other", "")),
        "users": _users_of(item)[:USERS_SHOWN],
        "more_users": max(0, item.use_count - USERS_SHOWN),
        "entries": entries_of(item)[:10],
        "yaml": export(item),
        **images_shown(item),
    }
    return render(request, "catalog/item.html", context)


@require_safe
def catalog_matrix(request: PageRequest) -> HttpResponse:
    """Items by the architectures of the fleet."""
    query, agents = request.GET.get("q", ""), fleet()
    page = page_of(request, CatalogItem.objects.with_images().matching(query).order_by("name", "pk"))
    for item in page.object_list:
        item.cells = cells_of(item, agents)
    context = {
        "page": page,
        "query": query,
        "fleet": [(name.label, agents.get(name, 0)) for name in Architecture],
        "unknown": agents.get("", 0),
    }
    return render_page(request, "catalog/matrix.html", context, partial="catalog/_matrix.html")


@require_http_methods(["GET", "HEAD", "POST"])
def catalog_create(request: PageRequest) -> HttpResponse:
    require(request.user, Right.CHANGE)
    if is_look(request):
        data, look = looked_at(request)
        return _looked(request, CatalogItemForm(data), None, look)
    form = CatalogItemForm(posted(request), initial={"registry": request.GET.get("registry")})
    if form.submit(create_item, by=request.user):
        said = f"{form.result.name} is in the catalog as item {form.result.pk}."
        link = f"{reverse('web:deploy')}?item={form.result.pk}"
        messages.success(request, format_html('{} Next, <a href="{}">deploy it</a>.', said, link))
        return redirect("web:catalog-item", form.result.pk)
    return render(request, "catalog/form.html", {"form": form, "item": None})


@require_http_methods(["GET", "HEAD", "POST"])
def catalog_edit(request: PageRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(CatalogItem.objects.with_images().with_uses(), pk=pk)
    require(request.user, Right.ADMINISTER if item.is_system else Right.CHANGE)
    if is_look(request):
        data, look = looked_at(request)
        return _looked(request, EditCatalogItemForm(item, item.use_count, data), item, look)
    form = EditCatalogItemForm(item, item.use_count, posted(request)).watching(item)
    if form.submit(edit_catalog_item, by=request.user, item=item, built_in=item.is_system):
        messages.success(request, _saved(form.result, revised=form.result.current_id != item.current_id))
        return redirect("web:catalog-item", pk)
    return render(
        request,
        "catalog/form.html",
        {"form": form, "item": item, "reach": reach_of(revision__item=item)},
        status=form.status,
    )


def _looked(request: PageRequest, form: CatalogItemForm, item: CatalogItem | None, look: Look) -> HttpResponse:
    """The form with what its images lead to; nothing is saved."""
    context = {"form": form.watching(item), "item": item, "look": look}
    return render_page(request, "catalog/form.html", context, partial="catalog/_form_images.html")


def _saved(item: CatalogItem, *, revised: bool) -> str:
    """What saving came to: the new revision, and the microservices that move to it or stay."""
    if not revised or item.current is None:
        return f"{item.name} is saved."
    said = f"{item.name} is saved as revision {item.current.number}"
    users = Microservice.objects.filter(revision__item=item)
    moved, number = users.filter(revision=item.current).count(), users.count()
    if not number:
        return f"{said}."
    link = format_html(
        '<a href="{}?item={}">{}</a>', reverse("web:microservice-list"), item.pk, counted(number, "microservice")
    )
    stays = "keeps its revision" if number == 1 else "keep their revisions"
    return format_html("{}; {} {}.", said, link, "will move to it at the next poll" if moved else stays)


@require_http_methods(["GET", "HEAD", "POST"])
def catalog_delete(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.CHANGE)
    item, form = get_object_or_404(CatalogItem.objects.with_uses(), pk=pk), ServiceForm(posted(request))
    if form.submit(delete_item, by=request.user, item=item):
        messages.success(request, f"{item.name} is no longer in the catalog.")
        return redirect("web:catalog-list")
    shown = _users_of(item)[:USERS_SHOWN]
    users = [(f"microservice {m}", reverse("web:microservice-detail", args=[m.uuid])) for m in shown]
    context = {
        "item": item,
        "reach": reach_of(revision__item=item),
        "form": form,
        "users": users,
        "more": item.use_count - len(users),
    }
    return render(request, "catalog/delete.html", context)
