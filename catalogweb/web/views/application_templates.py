"""Application templates: list, page, add, edit, delete, and deploying an application from one."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from catalogweb.application_templates.models import ApplicationTemplate
from catalogweb.application_templates.rendering import undeclared
from catalogweb.application_templates.services import delete_template
from catalogweb.changelog.services import entries_of
from catalogweb.core.rights import Right, require
from catalogweb.deployments.manifests import (
    ManifestRefused,
    application_from,
    application_of,
    apply,
    export,
    made_by_default,
    plan,
    save_template,
)
from catalogweb.web.forms.application_templates import TemplateDeployForm, TemplateTextForm
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.lists import in_order, page_of
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest, posted
from catalogweb.web.views.manifests import example, shown

ORDERS = {"name": "name", "variables": "variable_count", "changed": "updated_at"}


@require_safe
def template_list(request: PageRequest) -> HttpResponse:
    query = request.GET.get("q", "")
    templates = ApplicationTemplate.objects.matching(query).annotate(variable_count=Count("variables"))
    templates, sort = in_order(request, templates, ORDERS, "name")
    context = {"page": page_of(request, templates), "sort": sort, "query": query}
    return render_page(request, "application_templates/list.html", context, partial="application_templates/_table.html")


def _template(pk: int) -> ApplicationTemplate:
    return get_object_or_404(ApplicationTemplate.objects.with_variables(), pk=pk)


@require_safe
def template_detail(request: PageRequest, pk: int) -> HttpResponse:
    template = _template(pk)
    makes, faults = made_by_default(template, by=request.user)
    context = {
        "template": template,
        "makes": makes,
        "faults": faults,
        "undeclared": undeclared(template),
        "application": application_of(template),
        "yaml": export(template),
        "entries": entries_of(template)[:10],
    }
    return render(request, "application_templates/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def template_create(request: PageRequest) -> HttpResponse:
    require(request.user, Right.CHANGE)
    return _written(request, None, example("application-template"))


@require_http_methods(["GET", "HEAD", "POST"])
def template_edit(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.CHANGE)
    template = _template(pk)
    return _written(request, template, export(template))


def _written(request: PageRequest, template: ApplicationTemplate | None, text: str) -> HttpResponse:
    """The text of a template, saved when it was sent; what is wrong with it is told with its line."""
    form = TemplateTextForm(posted(request), initial={"text": text}).watching(template)
    context: dict[str, Any] = {"template": template, "text": text, "form": form}
    if request.method == "POST":
        context["text"] = request.POST.get("text", "").replace("\r\n", "\n")
        if not form.is_current():
            context["text"] = form.data["text"]
            return render(request, "application_templates/form.html", context, status=form.status)
        try:
            saved = save_template(context["text"], by=request.user, template=template)
        except ManifestRefused as refused:
            context["faults"] = refused.faults
        else:
            messages.success(request, f"Template {saved.name} is saved.")
            return redirect("web:template-detail", saved.pk)
    return render(request, "application_templates/form.html", context, status=422 if context.get("faults") else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def template_deploy(request: PageRequest, pk: int) -> HttpResponse:
    """Planned first; `do=apply` makes the application."""
    require(request.user, Right.CHANGE)
    template = _template(pk)
    form = TemplateDeployForm(template, posted(request))
    context: dict[str, Any] = {"template": template, "form": form}
    if form.is_valid():
        name = form.cleaned_data["application"]
        text = application_from(template, name, form.values)
        try:
            if request.POST.get("do") == "apply":
                apply(text, by=request.user)
                messages.success(request, f"Application {name} is made from {template.name}.")
                return redirect("web:application-detail", name)
            context |= shown(plan(text, by=request.user), is_done=False) | {"yaml": text}
        except ManifestRefused as refused:
            form.show(refused.faults)
    return render(request, "application_templates/deploy.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def template_delete(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.CHANGE)
    template, form = _template(pk), ServiceForm(posted(request))
    if form.submit(delete_template, by=request.user, template=template):
        messages.success(request, f"Template {template.name} is deleted.")
        return redirect("web:template-list")
    return render(request, "application_templates/delete.html", {"template": template, "form": form})
