"""Routes of an application: add, delete. Its page lists them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from catalogweb.core.rights import Right, require
from catalogweb.deployments.applications import find_application
from catalogweb.deployments.routes import delete_routes, find_route, write_route
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.routes import RouteForm
from catalogweb.web.requests import PageRequest, posted

CHOICES_SHOWN = 500


@require_http_methods(["GET", "HEAD", "POST"])
def route_create(request: PageRequest, name: str) -> HttpResponse:
    require(request.user, Right.CHANGE)
    application, form = find_application(name), RouteForm(posted(request))
    if form.submit(write_route, by=request.user, application=application, route=None):
        messages.success(request, f"Route {form.result.name} is made. The agents of both ends hear of it.")
        return redirect("web:application-detail", application.name)
    names = application.microservices.order_by("name").values_list("name", flat=True)[:CHOICES_SHOWN]
    return render(request, "routes/form.html", {"form": form, "application": application, "names": names})


@require_http_methods(["GET", "HEAD", "POST"])
def route_delete(request: PageRequest, name: str, route: str) -> HttpResponse:
    require(request.user, Right.CHANGE)
    application, form = find_application(name), ServiceForm(posted(request))
    found = find_route(application, route)
    if form.submit(delete_routes, by=request.user, routes=[found]):
        messages.success(request, f"Route {found.name} is deleted.")
        return redirect("web:application-detail", application.name)
    return render(request, "routes/delete.html", {"route": found, "application": application, "form": form})
