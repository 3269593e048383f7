"""Edge resources: list, page, add, edit, delete, and their links to agents."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogweb.agents.models import Agent
from catalogweb.changelog.services import entries_of
from catalogweb.core.rights import Right, require
from catalogweb.core.text import typed
from catalogweb.deployments.lines import write_config
from catalogweb.deployments.manifests import export
from catalogweb.edge_resources.models import EdgeResource, Protocol
from catalogweb.edge_resources.services import (
    create_edge_resource,
    delete_edge_resource,
    edit_edge_resource,
    link_agent,
    unlink_agent,
)
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.edge_resources import EdgeResourceForm, LinkForm
from catalogweb.web.lists import Filter, in_order, page_of
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest, posted

ORDERS = {"name": "name", "version": "version", "protocol": "protocol", "agents": "agent_count"}
CHOICES_SHOWN = 500


@require_safe
def edge_resource_list(request: PageRequest) -> HttpResponse:
    query, protocol = request.GET.get("q", ""), request.GET.get("protocol", "")
    resources = EdgeResource.objects.with_agent_count().matching(query)
    if protocol in Protocol.values:
        resources = resources.filter(protocol=protocol)
    resources, sort = in_order(request, resources, ORDERS, "name")
    context = {
        "page": page_of(request, resources),
        "sort": sort,
        "query": query,
        "filters": [Filter("protocol", "Protocol", protocol, Protocol.choices)],
    }
    return render_page(request, "edge_resources/list.html", context, partial="edge_resources/_table.html")


@require_safe
def edge_resource_detail(request: PageRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(EdgeResource, pk=pk), LinkForm())


def _page(request: PageRequest, resource: EdgeResource, form: LinkForm) -> HttpResponse:
    linked = resource.agents.with_status().order_by("name")
    others = Agent.objects.exclude(pk__in=resource.agents.values("pk"))
    context = {
        "resource": resource,
        "page": page_of(request, linked),
        "custom": write_config(resource.custom),
        "entries": entries_of(resource)[:10],
        "yaml": export(resource),
        "form": form,
        "others": others.values_list("name", flat=True)[:CHOICES_SHOWN] if request.user.may_change else [],
    }
    return render_page(request, "edge_resources/detail.html", context, partial="edge_resources/_agents.html")


@require_http_methods(["GET", "HEAD", "POST"])
def edge_resource_create(request: PageRequest) -> HttpResponse:
    require(request.user, Right.CHANGE)
    form = EdgeResourceForm(None, posted(request))
    if form.submit(create_edge_resource, by=request.user):
        messages.success(request, f"{form.result} is added. Link the agents near it next.")
        return redirect("web:edge-resource-detail", form.result.pk)
    return render(request, "edge_resources/form.html", {"form": form, "resource": None})


@require_http_methods(["GET", "HEAD", "POST"])
def edge_resource_edit(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.CHANGE)
    resource = get_object_or_404(EdgeResource, pk=pk)
    form = EdgeResourceForm(resource, posted(request)).watching(resource)
    if form.submit(edit_edge_resource, by=request.user, resource=resource):
        messages.success(request, f"{form.result} is saved. Its agents hear of it at their next poll.")
        return redirect("web:edge-resource-detail", pk)
    return render(request, "edge_resources/form.html", {"form": form, "resource": resource}, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def edge_resource_delete(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.CHANGE)
    resource, form = get_object_or_404(EdgeResource, pk=pk), ServiceForm(posted(request))
    if form.submit(delete_edge_resource, by=request.user, resource=resource):
        messages.success(request, f"{resource} is deleted.")
        return redirect("web:edge-resource-list")
    agents = resource.agents.order_by("name")
    context = {"resource": resource, "form": form, "agents": agents[:100], "number": agents.count()}
    return render(request, "edge_resources/delete.html", context)


@require_POST
def edge_resource_link(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.CHANGE)
    resource, form = get_object_or_404(EdgeResource, pk=pk), LinkForm(request.POST)
    if form.submit(link_agent, by=request.user, resource=resource):
        messages.success(request, f"{form.cleaned_data['agent'].name} is linked.")
        return redirect("web:edge-resource-detail", pk)
    return _page(request, resource, form)


@require_POST
def edge_resource_unlink(request: PageRequest, pk: int) -> HttpResponse:
    resource = get_object_or_404(EdgeResource, pk=pk)
    agent = get_object_or_404(Agent, uuid=typed(request.POST.get("agent", "")))
    unlink_agent(by=request.user, resource=resource, agent=agent)
    messages.success(request, f"{agent.name} is no longer linked.")
    return redirect("web:edge-resource-detail", pk)
