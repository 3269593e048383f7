"""Volume mounts: list, page, add, edit, the agents that have them, delete."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from catalogweb.agents.models import Agent
from catalogweb.changelog.services import entries_of
from catalogweb.configuration.models import VolumeMount
from catalogweb.configuration.volume_mounts import create_volume_mount, delete_volume_mount, edit_volume_mount, relink
from catalogweb.core.rights import Right, require
from catalogweb.core.text import counted
from catalogweb.deployments.manifests import export
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.configuration import SourceForm, VolumeMountForm
from catalogweb.web.lists import in_order, page_of
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest, posted

ORDERS = {"name": "name", "version": "version", "agents": "agent_count", "uses": "use_count", "changed": "updated_at"}
SHOWN = 100


@require_safe
def mount_list(request: PageRequest) -> HttpResponse:
    query = request.GET.get("q", "")
    mounts = VolumeMount.objects.with_source().matching(query).with_uses()
    mounts, sort = in_order(request, mounts, ORDERS, "name")
    context = {"page": page_of(request, mounts), "sort": sort, "query": query}
    return render_page(request, "volume_mounts/list.html", context, partial="volume_mounts/_table.html")


def _mount(uuid: str) -> VolumeMount:
    return get_object_or_404(VolumeMount.objects.with_source().with_uses(), uuid=uuid)


@require_safe
def mount_detail(request: PageRequest, uuid: str) -> HttpResponse:
    mount = _mount(uuid)
    linked = set(mount.agents.values_list("pk", flat=True))
    uses = mount.uses.select_related("microservice__application", "microservice__agent")[:SHOWN]
    context = {
        "mount": mount,
        "agents": mount.agents.all()[:SHOWN],
        "uses": [(use, use.microservice.agent_id in linked) for use in uses],
        "entries": entries_of(mount)[:10],
        "yaml": export(mount),
    }
    return render(request, "volume_mounts/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def mount_create(request: PageRequest) -> HttpResponse:
    """`?source=secret-3` fills in where the files come from."""
    require(request.user, Right.CHANGE)
    form = VolumeMountForm(None, posted(request), request.GET.get("source", ""))
    if form.submit(create_volume_mount, by=request.user):
        messages.success(request, f"Volume mount {form.result} is there. Choose the agents that get its files next.")
        return redirect("web:volume-mount-agents", form.result.uuid)
    return render(request, "volume_mounts/form.html", {"form": form, "mount": None})


@require_http_methods(["GET", "HEAD", "POST"])
def mount_edit(request: PageRequest, uuid: str) -> HttpResponse:
    require(request.user, Right.CHANGE)
    mount = _mount(uuid)
    form = SourceForm(mount, posted(request)).watching(mount)
    if form.submit(edit_volume_mount, by=request.user, mount=mount):
        messages.success(request, f"Volume mount {mount} is saved. Its agents fetch the files again.")
        return redirect("web:volume-mount-detail", uuid)
    return render(request, "volume_mounts/form.html", {"form": form, "mount": mount}, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def mount_agents(request: PageRequest, uuid: str) -> HttpResponse:
    """A page of agents to tick; a POST concerns those that it showed, and no other."""
    require(request.user, Right.CHANGE)
    mount, query = _mount(uuid), request.GET.get("q", "")
    if request.method == "POST":
        relink(by=request.user, mount=mount, **_ticked(request))
        messages.success(request, f"Volume mount {mount} is on {counted(mount.agents.count(), 'agent')} now.")
        return redirect("web:volume-mount-detail", uuid)
    page = page_of(request, Agent.objects.with_status().matching(query).order_by("name"))
    linked = set(mount.agents.filter(pk__in=[agent.pk for agent in page]).values_list("pk", flat=True))
    choices = [(agent, agent.pk in linked) for agent in page]
    context = {"mount": mount, "page": page, "choices": choices, "query": query}
    return render_page(request, "volume_mounts/agents.html", context, partial="volume_mounts/_agents.html")


def _ticked(request: PageRequest) -> dict[str, Any]:
    shown = Agent.objects.filter(uuid__in=request.POST.getlist("shown"))
    ticked = request.POST.getlist("agents")
    return {"joining": shown.filter(uuid__in=ticked), "leaving": shown.exclude(uuid__in=ticked)}


@require_http_methods(["GET", "HEAD", "POST"])
def mount_delete(request: PageRequest, uuid: str) -> HttpResponse:
    require(request.user, Right.CHANGE)
    mount, form = _mount(uuid), ServiceForm(posted(request))
    if form.submit(delete_volume_mount, by=request.user, mount=mount):
        messages.success(request, f"Volume mount {mount} is deleted. Its agents remove the files.")
        return redirect("web:volume-mount-list")
    return render(request, "volume_mounts/delete.html", {"mount": mount, "form": form})
