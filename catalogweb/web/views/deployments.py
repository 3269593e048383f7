"""Deployments: who placed what with which settings, and how that went."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from catalogweb.catalog.models import Revision
from catalogweb.changelog.services import entries_of
from catalogweb.core.text import counted
from catalogweb.deployments.causes import causes, retry
from catalogweb.deployments.container import Container, risks
from catalogweb.deployments.groups import counts_by, groups_with_any, in_group
from catalogweb.deployments.lines import write_config
from catalogweb.deployments.models import Deployment, Microservice
from catalogweb.deployments.stages import count_stages
from catalogweb.web.lists import in_order, page_of
from catalogweb.web.reached import reached, reached_filters
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest, post_only

ORDERS = {"when": "pk", "name": "name", "application": "application__name", "author": "author__email"}
REVISIONS_SHOWN = 10
CAUSES_SHOWN = 20
NOTHING = {"wanted": 0, "running": 0, "failed": 0, "total": 0}


@require_safe
def deployment_list(request: PageRequest) -> HttpResponse:
    query = request.GET.get("q", "")
    deployments = reached(Deployment.objects.matching(query).with_source(), request.GET, "deployment")
    deployments, sort = in_order(request, deployments, ORDERS, "-when")
    page = page_of(request, deployments)
    counts = counts_by(Microservice.objects.filter(deployment__in=[d.pk for d in page.object_list]), "deployment")
    for deployment in page.object_list:
        deployment.counts = counts.get(deployment.pk, NOTHING)
    context = {"page": page, "sort": sort, "query": query, "filters": reached_filters(request.GET)}
    return render_page(request, "deployments/list.html", context, partial="deployments/_table.html")


@require_safe
def deployment_detail(request: PageRequest, pk: int) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.with_source(), pk=pk)
    microservices = Microservice.objects.filter(deployment=deployment)
    container, status = Container.from_json(deployment.container), request.GET.get("status", "")
    counts = counts_by(microservices, "deployment").get(pk, NOTHING)
    context: dict[str, Any] = {
        "deployment": deployment,
        "container": container,
        "config": write_config(container.config),
        "risks": risks(container),
        "revisions": lambda: _others(deployment),
        "placed_as": lambda: _placed_as(deployment),
        "counts": counts,
        "status": status,
        "groups": groups_with_any(counts),
        "causes": causes(microservices)[:CAUSES_SHOWN],
        "stages": count_stages(microservices),
        "page": page_of(request, in_group(microservices.detailed(), status).order_by("name")),
        "entries": lambda: entries_of(deployment)[:10],
    }
    return render_page(request, "deployments/detail.html", context, partial="deployments/_live.html")


def _others(deployment: Deployment) -> list[Revision]:
    """Other revisions of its item, the newest first; own images have none."""
    item = deployment.revision.item
    return list(item.revisions.exclude(pk=deployment.revision_id)[:REVISIONS_SHOWN]) if item else []


@post_only("web:deployment-detail")
def deployment_retry(request: PageRequest, pk: int) -> HttpResponse:
    """Those that fail for the cause whose button was pressed."""
    deployment = get_object_or_404(Deployment, pk=pk)
    number = retry(by=request.user, deployment=deployment, cause=request.POST.get("cause", ""))
    if number:
        messages.success(request, f"{counted(number, 'microservice')} will be pulled and built again.")
    else:
        messages.info(request, "Nothing fails for that cause any more.")
    return redirect("web:deployment-detail", pk)


def _placed_as(deployment: Deployment) -> str:
    """The revision that it was placed with; with its microservices it may have moved to another since."""
    entry = entries_of(deployment).filter(action="create").first()
    return str(entry.after.get("revision", "")) if entry else ""
