"""Edge resources; agents are linked to them on their page, which tells the agents."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from catalogweb.backoffice.base import ServiceAdmin, ServiceForm
from catalogweb.core.rights import Actor
from catalogweb.edge_resources.models import EdgeResource
from catalogweb.edge_resources.services import create_edge_resource, delete_edge_resource, edit_edge_resource

FIELDS = [
    "name", "version", "description", "protocol", "endpoints", "orchestration_tags", "display_name", "display_icon",
    "display_color", "custom",
]  # fmt: skip


class EdgeResourceForm(ServiceForm):
    def clean(self) -> dict[str, Any] | None:
        """A field of JSON that is left empty is an empty list or object."""
        cleaned = super().clean() or {}
        empty: dict[str, Any] = {"endpoints": [], "orchestration_tags": [], "custom": {}}
        return cleaned | {name: value for name, value in empty.items() if cleaned.get(name) is None}


@admin.register(EdgeResource)
class EdgeResourceAdmin(ServiceAdmin):
    form = EdgeResourceForm
    fields = [*FIELDS, "linked"]
    readonly_fields = ["linked"]
    list_display = ["name", "version", "protocol", "linked"]
    list_filter = ["protocol"]
    search_fields = ["name", "version", "description"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[EdgeResource]:
        return EdgeResource.objects.with_agent_count()

    @admin.display(description="linked agents")
    def linked(self, resource: EdgeResource) -> int:
        return resource.agent_count if resource.pk else 0  # type: ignore[attr-defined]

    def create(self, by: Actor, data: dict[str, Any]) -> EdgeResource:
        return create_edge_resource(by=by, **{name: data[name] for name in FIELDS})

    def change(self, by: Actor, obj: EdgeResource, data: dict[str, Any]) -> EdgeResource:
        return edit_edge_resource(by=by, resource=obj, **{name: data[name] for name in FIELDS})

    def remove(self, by: Actor, obj: EdgeResource) -> None:
        delete_edge_resource(by=by, resource=obj)
