"""Registries: list, page, add, edit, delete."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from catalogweb.catalog.models import CatalogItem, Registry
from catalogweb.catalog.pace import resting_until
from catalogweb.catalog.probing import last_report, probe_draft, probe_registry
from catalogweb.catalog.registries import create_registry, delete_registry, refuse_built_in, warnings_of
from catalogweb.changelog.services import entries_of
from catalogweb.core.rights import Right, require
from catalogweb.deployments.manifests import export
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.reach import Reach, reach_of
from catalogweb.deployments.registry_secrets import (
    fetched_counts,
    latest_deliveries,
    receivers_of,
    rotate_registry_secret,
)
from catalogweb.deployments.sources import edit_registry
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.registries import EditRegistryForm, RegistryForm, RotationForm
from catalogweb.web.lists import Filter, in_order, page_of
from catalogweb.web.render import render_page, wants_fragment
from catalogweb.web.requests import PageRequest, post_only, posted

ORDERS = {"id": "pk", "url": "url", "username": "username", "private": "is_private", "uses": "item_count"}
KINDS = {"private": Q(is_private=True), "public": Q(is_private=False)}
USERS_SHOWN = 100
DELIVERIES_SHOWN = 20


@require_safe
def registry_list(request: PageRequest) -> HttpResponse:
    query, kind = request.GET.get("q", ""), request.GET.get("kind", "")
    registries = Registry.objects.matching(query).with_uses().filter(KINDS.get(kind, Q()))
    registries, sort = in_order(request, registries, ORDERS, "id")
    kinds = [(name, name.title()) for name in KINDS]
    context = {
        "page": page_of(request, registries),
        "sort": sort,
        "query": query,
        "filters": [Filter("kind", "Kind", kind, kinds)],
    }
    return render_page(request, "registries/list.html", context, partial="registries/_table.html")


@require_safe
def registry_detail(request: PageRequest, pk: int) -> HttpResponse:
    registry = get_object_or_404(Registry, pk=pk)
    users = Microservice.objects.filter(revision__registry=registry)
    context = {
        "registry": registry,
        "reach": _reach(registry),
        "items": CatalogItem.objects.filter(current__registry=registry)[:USERS_SHOWN],
        "users": users.select_related("application", "agent")[:USERS_SHOWN],
        "receivers": receivers_of(registry, most=USERS_SHOWN),
        "fetched": fetched_counts(registry),
        "deliveries": latest_deliveries(registry)[:DELIVERIES_SHOWN],
        "warnings": warnings_of(registry),
        "entries": entries_of(registry)[:10],
        "yaml": export(registry),
        **_probed(registry),
    }
    return render(request, "registries/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def registry_create(request: PageRequest) -> HttpResponse:
    require(request.user, Right.CHANGE)
    form = RegistryForm(posted(request))
    if "test" in request.POST:
        return _tested(request, form, None)
    if form.submit(create_registry, by=request.user):
        link = f"{reverse('web:catalog-create')}?registry={form.result.pk}"
        then = format_html('Next, <a href="{}">create a catalog item with its images</a>.', link)
        messages.success(request, format_html("Registry {} is added as {}. {}", form.result.pk, form.result, then))
        _say_if_bad(request, form.result)
        return redirect("web:registry-detail", form.result.pk)
    return render(request, "registries/form.html", {"form": form, "registry": None})


@require_http_methods(["GET", "HEAD", "POST"])
def registry_edit(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.CHANGE)
    registry = get_object_or_404(Registry, pk=pk)
    refuse_built_in(registry)
    if "test" in request.POST:
        return _tested(request, EditRegistryForm(registry, posted(request)), registry)
    form = EditRegistryForm(registry, posted(request)).watching(registry)
    if form.submit(edit_registry, by=request.user, registry=registry):
        messages.success(request, f"Registry {pk} is saved as {form.result}.")
        for sentence in warnings_of(form.result) if form.result.host != registry.host else ():
            messages.warning(request, sentence)
        _say_if_bad(request, form.result)
        return redirect("web:registry-detail", pk)
    return render(
        request,
        "registries/form.html",
        {"form": form, "registry": registry, "reach": _reach(registry)},
        status=form.status,
    )


def _tested(request: PageRequest, form: RegistryForm, registry: Registry | None) -> HttpResponse:
    """What a test of the form comes to; nothing is saved, and what was typed stays."""
    form.submit(probe_draft, by=request.user, registry=registry)
    context = {"form": form, "registry": registry, "report": form.result, "is_draft": True}
    return render_page(request, "registries/form.html", context, partial="registries/_form_probe.html")


def _say_if_bad(request: PageRequest, registry: Registry) -> None:
    """Saved all the same: agents may reach what this controller does not."""
    probe, report = last_report(registry)
    if report and report.failed:
        messages.warning(request, f"The test failed: {report.failed.sentence} {report.failed.fix}")


@post_only("web:registry-detail")
def registry_test(request: PageRequest, pk: int) -> HttpResponse:
    registry = get_object_or_404(Registry, pk=pk)
    report = probe_registry(by=request.user, registry=registry)
    if wants_fragment(request.htmx):
        return render(request, "registries/_probe.html", {"registry": registry, **_probed(registry), "report": report})
    return redirect("web:registry-detail", pk)


def _probed(registry: Registry) -> dict[str, Any]:
    probe, report = last_report(registry)
    return {"probe": probe, "report": report, "rests_until": resting_until(registry.pk)}


@require_http_methods(["GET", "HEAD", "POST"])
def registry_rotate(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.CHANGE)
    registry = get_object_or_404(Registry, pk=pk)
    refuse_built_in(registry)
    form = RotationForm(registry, posted(request))
    if form.submit(rotate_registry_secret, by=request.user, registry=registry):
        messages.success(request, f"Registry {pk} has another secret. Its agents fetch it at their next poll.")
        return redirect(f"{reverse('web:registry-detail', args=[pk])}#receivers")
    needed, have = fetched_counts(registry)
    context = {"form": form, "registry": registry, "needed": needed, "have": have}
    return render(request, "registries/rotate.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def registry_delete(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.CHANGE)
    registry, form = get_object_or_404(Registry, pk=pk), ServiceForm(posted(request))
    if form.submit(delete_registry, by=request.user, registry=registry):
        messages.success(request, f"Registry {pk}, {registry}, is removed.")
        return redirect("web:registry-list")
    return render(
        request,
        "registries/delete.html",
        {"registry": registry, "reach": _reach(registry), "form": form, **_holding(registry)},
    )


def _reach(registry: Registry) -> Reach:
    return reach_of(revision__registry=registry)


def _holding(registry: Registry) -> dict[str, Any]:
    """What keeps a registry from being deleted: items, older revisions included, and microservices' own images."""
    items = CatalogItem.objects.filter(revisions__registry=registry).distinct()
    own = Microservice.objects.filter(revision__registry=registry, revision__item=None)
    own = own.select_related("application", "agent")
    users = [(f"catalog item {item}", reverse("web:catalog-item", args=[item.pk])) for item in items[:USERS_SHOWN]]
    users += [(f"microservice {m}", reverse("web:microservice-detail", args=[m.uuid])) for m in own[:USERS_SHOWN]]
    return {"users": users, "more": items.count() + own.count() - len(users) if len(users) >= USERS_SHOWN else 0}
