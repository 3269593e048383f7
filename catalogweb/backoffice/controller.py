"""The default router, of which there is one, and values by key."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from catalogweb.backoffice.base import ServiceAdmin, ServiceForm
from catalogweb.controller import services
from catalogweb.controller.models import DefaultRouter, Value
from catalogweb.core.rights import Actor


@admin.register(DefaultRouter)
class DefaultRouterAdmin(ServiceAdmin):
    form = ServiceForm
    fields = ["host", "messaging_port", "edge_router_port", "inter_router_port"]
    list_display = ["host", "messaging_port", "edge_router_port", "inter_router_port", "updated_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not DefaultRouter.objects.exists()

    def create(self, by: Actor, data: dict[str, Any]) -> DefaultRouter:
        return services.set_default_router(by=by, **data)

    def change(self, by: Actor, obj: DefaultRouter, data: dict[str, Any]) -> DefaultRouter:
        return services.set_default_router(by=by, **data)

    def remove(self, by: Actor, obj: DefaultRouter) -> None:
        services.forget_default_router(by=by, router=obj)


@admin.register(Value)
class ValueAdmin(ServiceAdmin):
    form = ServiceForm
    fields = ["key", "value"]
    list_display = ["key", "value", "updated_at"]
    search_fields = ["key", "value"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Another key is another value."""
        return ["key"] if obj else []

    def create(self, by: Actor, data: dict[str, Any]) -> Value:
        return services.set_value(by=by, **data)

    def change(self, by: Actor, obj: Value, data: dict[str, Any]) -> Value:
        return services.set_value(by=by, key=obj.key, value=data["value"])

    def remove(self, by: Actor, obj: Value) -> None:
        services.forget_value(by=by, value=obj)
