"""Config maps: list, page, add, edit, delete."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from catalogweb.changelog.services import entries_of
from catalogweb.configuration.config_maps import create_config_map, delete_config_map
from catalogweb.configuration.data import text_of
from catalogweb.configuration.models import ConfigMap
from catalogweb.core.rights import Right, require
from catalogweb.deployments.manifests import export
from catalogweb.deployments.sources import edit_config_map
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.configuration import ConfigMapForm, EditConfigMapForm
from catalogweb.web.lists import in_order, page_of
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest, posted

ORDERS = {"name": "name", "uses": "use_count", "mounts": "mount_count", "changed": "updated_at"}
USERS_SHOWN = 100


@require_safe
def config_map_list(request: PageRequest) -> HttpResponse:
    query = request.GET.get("q", "")
    config_maps = ConfigMap.objects.matching(query).with_uses().defer("data")
    config_maps, sort = in_order(request, config_maps, ORDERS, "name")
    context = {"page": page_of(request, config_maps), "sort": sort, "query": query}
    return render_page(request, "config_maps/list.html", context, partial="config_maps/_table.html")


@require_safe
def config_map_detail(request: PageRequest, pk: int) -> HttpResponse:
    config_map = get_object_or_404(ConfigMap.objects.with_uses(), pk=pk)
    context = {
        "config_map": config_map,
        "values": [(key, text_of(config_map.data[key])) for key in config_map.key_names],
        "uses": config_map.uses.select_related("microservice__application", "microservice__agent")[:USERS_SHOWN],
        "mounts": config_map.volume_mounts.with_uses(),
        "entries": entries_of(config_map)[:10],
        "yaml": export(config_map),
    }
    return render(request, "config_maps/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def config_map_create(request: PageRequest) -> HttpResponse:
    require(request.user, Right.CHANGE)
    form = ConfigMapForm(None, posted(request))
    if form.submit(create_config_map, by=request.user):
        messages.success(request, f"Config map {form.result} is stored.")
        return redirect("web:config-map-detail", form.result.pk)
    return render(request, "config_maps/form.html", {"form": form, "config_map": None})


@require_http_methods(["GET", "HEAD", "POST"])
def config_map_edit(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.CHANGE)
    config_map = get_object_or_404(ConfigMap, pk=pk)
    form = EditConfigMapForm(config_map, posted(request)).watching(config_map)
    if form.submit(edit_config_map, by=request.user, config_map=config_map):
        messages.success(request, f"Config map {config_map} is saved.")
        return redirect("web:config-map-detail", pk)
    return render(request, "config_maps/form.html", {"form": form, "config_map": config_map}, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def config_map_delete(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.CHANGE)
    config_map, form = get_object_or_404(ConfigMap, pk=pk), ServiceForm(posted(request))
    if form.submit(delete_config_map, by=request.user, config_map=config_map):
        messages.success(request, f"Config map {config_map} is deleted.")
        return redirect("web:config-map-list")
    context = {"source": config_map, "form": form, "mounts": config_map.volume_mounts.all()}
    return render(request, "config_maps/delete.html", context)
