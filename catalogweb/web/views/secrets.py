"""Secrets: list, page, add, edit, delete. Pages show keys, and no value."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalogweb.changelog.services import entries_of
from catalogweb.configuration.models import Secret
from catalogweb.configuration.secrets import create_secret, delete_secret
from catalogweb.core.rights import Right, require
from catalogweb.deployments.manifests import export
from catalogweb.deployments.sources import edit_secret
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.configuration import EditSecretForm, SecretForm
from catalogweb.web.lists import Filter, in_order, page_of
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest, posted

ORDERS = {"name": "name", "type": "type", "uses": "use_count", "mounts": "mount_count", "changed": "updated_at"}
USERS_SHOWN = 100


@require_safe
def secret_list(request: PageRequest) -> HttpResponse:
    query, kind = request.GET.get("q", ""), request.GET.get("type", "")
    secrets = Secret.objects.matching(query).with_uses().defer("data_sealed")
    if kind in Secret.Type.values:
        secrets = secrets.filter(type=kind)
    secrets, sort = in_order(request, secrets, ORDERS, "name")
    context = {
        "page": page_of(request, secrets),
        "sort": sort,
        "query": query,
        "filters": [Filter("type", "Type", kind, Secret.Type.choices)],
    }
    return render_page(request, "secrets/list.html", context, partial="secrets/_table.html")


@require_safe
def secret_detail(request: PageRequest, pk: int) -> HttpResponse:
    secret = get_object_or_404(Secret.objects.with_uses(), pk=pk)
    context = {
        "secret": secret,
        "uses": secret.uses.select_related("microservice__application", "microservice__agent")[:USERS_SHOWN],
        "mounts": secret.volume_mounts.with_uses(),
        "entries": entries_of(secret)[:10],
        "yaml": export(secret),
    }
    return render(request, "secrets/detail.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def secret_create(request: PageRequest) -> HttpResponse:
    require(request.user, Right.CHANGE)
    form = SecretForm(None, posted(request))
    if form.submit(create_secret, by=request.user):
        messages.success(request, f"Secret {form.result} is sealed and stored.")
        return redirect("web:secret-detail", form.result.pk)
    return render(request, "secrets/form.html", {"form": form, "secret": None})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def secret_edit(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.CHANGE)
    secret = get_object_or_404(Secret, pk=pk)
    form = EditSecretForm(secret, posted(request)).watching(secret)
    if form.submit(edit_secret, by=request.user, secret=secret):
        messages.success(request, f"Secret {secret} is saved.")
        return redirect("web:secret-detail", pk)
    return render(request, "secrets/form.html", {"form": form, "secret": secret}, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def secret_delete(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.CHANGE)
    secret, form = get_object_or_404(Secret, pk=pk), ServiceForm(posted(request))
    if form.submit(delete_secret, by=request.user, secret=secret):
        messages.success(request, f"Secret {secret} is deleted.")
        return redirect("web:secret-list")
    context = {"source": secret, "form": form, "mounts": secret.volume_mounts.all()}
    return render(request, "secrets/delete.html", context)
