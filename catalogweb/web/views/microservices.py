"""Microservices: list, page, edit, start, stop, rebuild, delete."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import CatalogItem
from catalogweb.catalog.revisions import warnings_for
from catalogweb.changelog.services import entries_of
from catalogweb.core.rights import Right, require
from catalogweb.deployments.container import risks
from catalogweb.deployments.extra_hosts import addresses, templates_of
from catalogweb.deployments.groups import GROUPS, in_group
from catalogweb.deployments.hints import hint_for
from catalogweb.deployments.lines import write_config
from catalogweb.deployments.manifests import export
from catalogweb.deployments.models import Application, Microservice
from catalogweb.deployments.rebuilding import rebuild
from catalogweb.deployments.routes import routes_of
from catalogweb.deployments.services import delete_microservices, set_activated
from catalogweb.deployments.variables import shown_of
from catalogweb.deployments.wishes import adapt
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.microservices import MicroserviceForm
from catalogweb.web.lists import Filter, in_order, page_of
from catalogweb.web.reached import reached, reached_filters
from catalogweb.web.render import render_page, wants_fragment
from catalogweb.web.requests import PageRequest, page_asked_for, post_only, posted

ORDERS = {
    "name": "name",
    "application": "application__name",
    "agent": "agent__name",
    "since": "status__state_since",
    "placed": "created_at",
}
CHOICES_SHOWN = 500
# Which column a row leaves out, since its whole page is about it.
KNOWN_BY_THE_PAGE = ("on_agent", "in_application")


@require_safe
def microservice_list(request: PageRequest) -> HttpResponse:
    asked = {name: request.GET.get(name, "") for name in ("q", "status", "application", "agent", "item")}
    microservices = in_group(Microservice.objects.detailed().matching(asked["q"]), asked["status"])
    if asked["application"]:
        microservices = microservices.filter(application__name=asked["application"])
    if asked["agent"]:
        microservices = microservices.filter(agent__uuid=asked["agent"])
    microservices = reached(microservices, request.GET, "pk")
    microservices, sort = in_order(request, microservices, ORDERS, "name")
    more = [one for one in reached_filters(request.GET) if one.name not in asked]
    filters = [*_filters(asked), *more]
    context = {"page": page_of(request, microservices), "sort": sort, "query": asked["q"], "filters": filters}
    return render_page(request, "microservices/list.html", context, partial="microservices/_table.html")


def _filters(asked: dict[str, str]) -> list[Filter]:
    """Choices are read only where a page shows them, not in fragments."""
    applications = Application.objects.values_list("name", "name")[:CHOICES_SHOWN]
    agents = Agent.objects.values_list("uuid", "name")[:CHOICES_SHOWN]
    items = CatalogItem.objects.order_by("name").values_list("pk", "name")[:CHOICES_SHOWN]
    return [
        Filter("status", "Status", asked["status"], [(name, label) for name, (label, _) in GROUPS.items()]),
        Filter("application", "Application", asked["application"], lambda: list(applications)),
        Filter("agent", "Agent", asked["agent"], lambda: list(agents)),
        Filter("item", "Catalog item", asked["item"], lambda: list(items)),
    ]


def _microservice(uuid: str) -> Microservice:
    return get_object_or_404(Microservice.objects.detailed(), uuid=uuid)


@require_safe
def microservice_detail(request: PageRequest, uuid: str) -> HttpResponse:
    microservice = _microservice(uuid)
    context = {
        "microservice": microservice,
        "hint": hint_for(microservice.status.error_message),
        "warnings": warnings_for(microservice.revision),
        "risks": [*risks(microservice.container), *shown_of([microservice]).warnings[microservice.pk]],
        "config": write_config(microservice.config),
        "addresses": lambda: addresses(templates_of([microservice])).items(),
        "routes": lambda: routes_of([microservice.pk]),
        "entries": lambda: entries_of(microservice)[:10],
        "yaml": lambda: export(microservice),
    }
    return render_page(request, "microservices/detail.html", context, partial="microservices/_live.html")


@require_http_methods(["GET", "HEAD", "POST"])
def microservice_edit(request: PageRequest, uuid: str) -> HttpResponse:
    require(request.user, Right.CHANGE)
    microservice = _microservice(uuid)
    form = MicroserviceForm(microservice, posted(request)).watching(microservice)
    if form.submit(adapt, by=request.user, microservice=microservice):
        messages.success(
            request, f"{form.result.full_name} is saved. {form.result.agent.name} will hear of it at its next poll."
        )
        return redirect("web:microservice-detail", uuid)
    agents = Agent.objects.values_list("name", flat=True)[:CHOICES_SHOWN]
    context = {"form": form, "microservice": microservice, "agents": agents}
    return render(request, "microservices/form.html", context, status=form.status)


@post_only("web:microservice-detail")
def microservice_start(request: PageRequest, uuid: str) -> HttpResponse:
    return _act(request, uuid, set_activated, "will start", is_activated=True)


@post_only("web:microservice-detail")
def microservice_stop(request: PageRequest, uuid: str) -> HttpResponse:
    return _act(request, uuid, set_activated, "will stop", is_activated=False)


@post_only("web:microservice-detail")
def microservice_rebuild(request: PageRequest, uuid: str) -> HttpResponse:
    return _act(request, uuid, rebuild, "will be pulled and built again")


def _act(request: PageRequest, uuid: str, service: Callable[..., Any], done: str, **arguments: Any) -> HttpResponse:
    """Do it; htmx gets the row as it is now, everyone else goes back to where they came from."""
    microservice = _microservice(uuid)
    service(by=request.user, microservices=[microservice], **arguments)
    if wants_fragment(request.htmx):
        return render(
            request,
            "microservices/_row.html",
            {"microservice": _microservice(uuid), **{name: name in request.POST for name in KNOWN_BY_THE_PAGE}},
        )
    messages.success(request, f"{microservice.full_name} {done} at the next poll of {microservice.agent.name}.")
    back = page_asked_for(request)
    return HttpResponseRedirect(back) if back else redirect("web:microservice-detail", uuid)


@require_http_methods(["GET", "HEAD", "POST"])
def microservice_delete(request: PageRequest, uuid: str) -> HttpResponse:
    require(request.user, Right.CHANGE)
    microservice, form = _microservice(uuid), ServiceForm(posted(request))
    if form.submit(delete_microservices, by=request.user, microservices=[microservice]):
        messages.success(
            request,
            f"{microservice.full_name} is deleted. {microservice.agent.name} will remove the container at its next poll.",
        )
        return redirect("web:application-detail", microservice.application.name)
    context = {"microservice": microservice, "form": form, "routes": routes_of([microservice.pk])}
    return render(request, "microservices/delete.html", context)
