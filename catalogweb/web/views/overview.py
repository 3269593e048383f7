"""The overview: what there is, what fails, what was done last."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import LOCAL, REMOTE, SYSTEM, CatalogItem, Registry
from catalogweb.changelog.models import Entry
from catalogweb.deployments.groups import GROUPS, count_groups, in_group
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.words import status_of
from catalogweb.web.histories import PRESENCES, fleet_pictures
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest

FAILING_SHOWN = CHANGES_SHOWN = EXPIRING_SHOWN = 8


@require_safe
def overview(request: PageRequest) -> HttpResponse:
    microservices = Microservice.objects.ordinary()
    failing = in_group(microservices.detailed(), "failed").order_by("-status__state_since", "pk")[:FAILING_SHOWN]
    presences, groups = Agent.objects.count_presences(), count_groups(microservices)
    context = {
        "agents": _shares(presences, PRESENCES),
        "microservices": _shares(groups, GROUPS),
        "items": CatalogItem.objects.aggregate(total=Count("pk"), built_in=Count("pk", filter=Q(category=SYSTEM))),
        "registries": Registry.objects.aggregate(total=Count("pk"), private=Count("pk", filter=Q(is_private=True))),
        "expiring": Registry.objects.expiring(timezone.now().date())[:EXPIRING_SHOWN],
        "failing": [(microservice, status_of(microservice)) for microservice in failing],
        "pictures": fleet_pictures,
        "entries": Entry.objects.all()[:CHANGES_SHOWN],
        "done": None if any(groups.values()) else _done(presences),
    }
    return render_page(request, "overview/page.html", context, partial="overview/_now.html")


def _shares(counts: dict[str, int], groups: dict[str, tuple[str, str]]) -> dict[str, Any]:
    """The total, and (name, label, tone, number) of each group that has any."""
    parts = [(name, *groups[name], number) for name, number in counts.items() if number]
    return {"total": sum(counts.values()), "parts": parts, "bar": [(tone, number) for _, _, tone, number in parts]}


def _done(presences: dict[str, int]) -> dict[str, bool]:
    """Which steps towards the first running container are behind us."""
    return {
        "registry": Registry.objects.exclude(pk__in=(REMOTE, LOCAL)).exists(),
        "item": CatalogItem.objects.exclude(category=SYSTEM).exists(),
        "agent": sum(presences.values()) > presences["never"],
    }
