"""Applications: list, page, add, edit, start, stop, delete."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from catalogweb.changelog.services import entries_of
from catalogweb.core.rights import Right, require
from catalogweb.deployments.applications import (
    create_application,
    delete_application,
    edit_application,
    find_application,
)
from catalogweb.deployments.groups import counts_by, groups_with_any
from catalogweb.deployments.manifests import export
from catalogweb.deployments.models import Application, Microservice, Route
from catalogweb.web.forms.applications import ApplicationForm
from catalogweb.web.forms.confirm import ConfirmForm
from catalogweb.web.lists import Filter, in_order, page_of
from catalogweb.web.reached import reached, reached_filters
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest, post_only, posted

ORDERS = {"name": "name", "started": "is_activated", "changed": "updated_at"}
STARTED = {"started": True, "stopped": False}
NOTHING = {"wanted": 0, "running": 0, "failed": 0, "total": 0}
SHOWN = 100


@require_safe
def application_list(request: PageRequest) -> HttpResponse:
    query, started = request.GET.get("q", ""), request.GET.get("started", "")
    applications = reached(Application.objects.matching(query), request.GET, "application")
    if started in STARTED:
        applications = applications.filter(is_activated=STARTED[started])
    applications, sort = in_order(request, applications, ORDERS, "name")
    page = page_of(request, applications)
    _count(page.object_list)
    filters = [Filter("started", "State", started, [(name, name.title()) for name in STARTED])]
    context = {"page": page, "sort": sort, "query": query, "filters": [*filters, *reached_filters(request.GET)]}
    return render_page(request, "applications/list.html", context, partial="applications/_table.html")


def _count(applications: Any) -> None:
    rows = Microservice.objects.filter(application__in=[application.pk for application in applications])
    counts = counts_by(rows, "application")
    agents = dict(rows.order_by().values_list("application").annotate(Count("agent", distinct=True)))
    for application in applications:
        application.counts = counts.get(application.pk, NOTHING)
        application.agent_count = agents.get(application.pk, 0)


def _application(name: str) -> Application:
    """By its name; an id works too, for links that outlive a renaming."""
    return find_application(name)


@require_safe
def application_detail(request: PageRequest, name: str) -> HttpResponse:
    application = _application(name)
    microservices = Microservice.objects.detailed().filter(application=application).order_by("name")
    rows = Microservice.objects.filter(application=application)
    counts = counts_by(rows, "application").get(application.pk, NOTHING)
    context = {
        "application": application,
        "counts": counts,
        "groups": groups_with_any(counts),
        "page": page_of(request, microservices),
        "routes": lambda: Route.objects.named().filter(application=application).order_by("name")[:SHOWN],
        "entries": lambda: entries_of(application)[:10],
        "yaml": lambda: export(application),
    }
    return render_page(request, "applications/detail.html", context, partial="applications/_live.html")


@require_http_methods(["GET", "HEAD", "POST"])
def application_create(request: PageRequest) -> HttpResponse:
    require(request.user, Right.CHANGE)
    form = ApplicationForm(posted(request))
    if form.submit(create_application, by=request.user):
        name = form.result.name
        link = f"{reverse('web:deploy')}?application={name}"
        then = format_html('It is empty: next, <a href="{}">deploy something to it</a>.', link)
        messages.success(request, format_html("Application {} is made. {}", name, then))
        return redirect("web:application-detail", form.result.name)
    return render(request, "applications/form.html", {"form": form, "application": None})


@require_http_methods(["GET", "HEAD", "POST"])
def application_edit(request: PageRequest, name: str) -> HttpResponse:
    require(request.user, Right.CHANGE)
    application = _application(name)
    initial = {field: getattr(application, field) for field in ("name", "description", "is_activated")}
    form = ApplicationForm(posted(request), initial=initial).watching(application)
    if form.submit(edit_application, by=request.user, application=application):
        messages.success(request, f"Application {form.result.name} is saved.")
        return redirect("web:application-detail", form.result.name)
    return render(request, "applications/form.html", {"form": form, "application": application}, status=form.status)


@post_only("web:application-detail")
def application_start(request: PageRequest, name: str) -> HttpResponse:
    return _set_started(request, name, True)


@post_only("web:application-detail")
def application_stop(request: PageRequest, name: str) -> HttpResponse:
    return _set_started(request, name, False)


def _set_started(request: PageRequest, name: str, is_activated: bool) -> HttpResponse:
    edit_application(by=request.user, application=_application(name), is_activated=is_activated)
    then = "Its microservices will start" if is_activated else "What runs in it will stop"
    done = "started" if is_activated else "stopped"
    messages.success(request, f"Application {name} is {done}. {then} at the next poll of its agents.")
    return redirect("web:application-detail", name)


@require_http_methods(["GET", "HEAD", "POST"])
def application_delete(request: PageRequest, name: str) -> HttpResponse:
    require(request.user, Right.CHANGE)
    application = _application(name)
    microservices = Microservice.objects.filter(application=application).select_related("application", "agent")
    number = microservices.count()
    form = ConfirmForm(name, number, posted(request))
    if form.submit(delete_application, by=request.user, application=application):
        messages.success(
            request, f"Application {name} is deleted. Agents will remove its containers at their next poll."
        )
        return redirect("web:application-list")
    shown = {"microservices": microservices[:SHOWN], "number": number}
    return render(request, "applications/delete.html", {"application": application, "form": form, **shown})
