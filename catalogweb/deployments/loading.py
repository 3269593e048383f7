"""Many microservices at once, with what several of them have in common loaded once instead of per row."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import Revision
from catalogweb.deployments.models import Application, Microservice, MicroserviceQuerySet, PortMapping, Route

# All that answers and status words ask an agent for.
AGENTS = Agent.objects.select_related("status").only(
    "uuid", "name", "architecture", "status__reported_at", "status__late_at", "status__offline_at", "status__simulated"
)


def load(rows: MicroserviceQuerySet) -> list[Microservice]:
    """With application, agent, status, revision, registry and images, in a fixed number of statements."""
    found = list(rows.select_related("status"))
    revisions = Revision.objects.select_related("registry").prefetch_related("images")
    shared: dict[str, QuerySet[Any]] = {
        "application": Application.objects.all(),
        "agent": AGENTS,
        "revision": revisions,
    }
    for name, objects in shared.items():
        ids = {getattr(row, f"{name}_id") for row in found}
        by_id = {one.pk: one for one in objects.filter(pk__in=ids)}
        for row in found:
            setattr(row, name, by_id[getattr(row, f"{name}_id")])
    return found


def ports_of(rows: Iterable[Microservice]) -> dict[int, list[tuple[int, int, str]]]:
    """Internal and external number and protocol of every port, by microservice."""
    columns = PortMapping.objects.filter(microservice__in=[row.pk for row in rows])
    return _grouped(columns.values_list("microservice", "internal", "external", "protocol"))


def receivers_of(rows: Iterable[Microservice]) -> dict[int, list[tuple[str]]]:
    """The uuids that each one's messages go to, by microservice."""
    routes = Route.objects.filter(source__in=[row.pk for row in rows]).order_by("name")
    return _grouped(routes.values_list("source", "destination__uuid"))


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for key, *rest in rows:
        found[key].append(tuple(rest))
    return found
