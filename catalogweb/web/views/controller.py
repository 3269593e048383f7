"""Controller settings, for superusers: the default router and the values that clients keep here."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from catalogweb.changelog.services import entries_of
from catalogweb.controller import services
from catalogweb.controller.models import DefaultRouter, Value
from catalogweb.core.rights import Right, require
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.controller import EditValueForm, RouterForm, ValueForm
from catalogweb.web.lists import page_of
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest, posted


@require_http_methods(["GET", "HEAD", "POST"])
def controller_settings(request: PageRequest) -> HttpResponse:
    """Two forms: the one that was sent says so by its button."""
    require(request.user, Right.ADMINISTER)
    router = services.default_router()
    is_router = "save_router" in request.POST
    router_form = RouterForm(router, request.POST if is_router else None).watching(router)
    value_form = ValueForm(None if is_router else posted(request))
    if router_form.submit(services.set_default_router, by=request.user):
        messages.success(request, f"The default router is {router_form.result}.")
        return redirect("web:controller-settings")
    if value_form.submit(services.set_value, by=request.user):
        messages.success(request, f"{value_form.result} is kept.")
        return redirect("web:controller-settings")
    values = Value.objects.matching(request.GET.get("q", ""))
    context = {
        "router": router,
        "router_form": router_form,
        "value_form": value_form,
        "page": page_of(request, values),
        "query": request.GET.get("q", ""),
        "entries": entries_of(router)[:5] if router else [],
    }
    return render_page(request, "controller/settings.html", context, partial="controller/_values.html")


@require_http_methods(["GET", "HEAD", "POST"])
def router_forget(request: PageRequest) -> HttpResponse:
    require(request.user, Right.ADMINISTER)
    router, form = get_object_or_404(DefaultRouter), ServiceForm(posted(request))
    if form.submit(services.forget_default_router, by=request.user, router=router):
        messages.success(request, "There is no default router any more.")
        return redirect("web:controller-settings")
    return render(request, "controller/forget_router.html", {"router": router, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def value_edit(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.ADMINISTER)
    value = get_object_or_404(Value, pk=pk)
    form = EditValueForm(posted(request), initial={"value": value.value}).watching(value)
    if form.submit(services.set_value, by=request.user, key=value.key):
        messages.success(request, f"{value} is saved.")
        return redirect("web:controller-settings")
    context = {"value": value, "form": form, "entries": entries_of(value)[:10]}
    return render(request, "controller/value.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def value_delete(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.ADMINISTER)
    value, form = get_object_or_404(Value, pk=pk), ServiceForm(posted(request))
    if form.submit(services.forget_value, by=request.user, value=value):
        messages.success(request, f"{value} is deleted.")
        return redirect("web:controller-settings")
    return render(request, "controller/delete_value.html", {"value": value, "form": form})
