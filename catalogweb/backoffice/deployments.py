"""Applications, microservices and, read-only, what placed them and what agents report of them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from catalogweb.backoffice.base import ReadOnlyAdmin, ServiceAdmin, ServiceForm
from catalogweb.backoffice.images import IMAGE_FIELDS
from catalogweb.backoffice.microservice_form import CONTAINER_FIELDS, MicroserviceForm, PlacingForm
from catalogweb.core.rights import Actor
from catalogweb.deployments.applications import create_application, delete_application, edit_application
from catalogweb.deployments.models import Application, Deployment, Microservice, MicroserviceStatus, Route
from catalogweb.deployments.rebuilding import rebuild
from catalogweb.deployments.routes import create_route, delete_routes, edit_route
from catalogweb.deployments.services import delete_microservices, set_activated
from catalogweb.deployments.wishes import adapt, fulfil
from catalogweb.deployments.words import status_of


class RouteForm(ServiceForm):
    """Without a name it gets the usual one."""

    name = forms.CharField(max_length=500, required=False, help_text="Without one it is called r-<from>-<to>.")


@admin.register(Application)
class ApplicationAdmin(ServiceAdmin):
    form = ServiceForm
    fields = ["name", "description", "is_activated"]
    list_display = ["name", "description", "is_activated", "created_at"]
    list_filter = ["is_activated"]
    search_fields = ["name", "description"]

    def create(self, by: Actor, data: dict[str, Any]) -> Application:
        return create_application(by=by, **data)

    def change(self, by: Actor, obj: Application, data: dict[str, Any]) -> Application:
        return edit_application(by=by, application=obj, **data)

    def remove(self, by: Actor, obj: Application) -> None:
        delete_application(by=by, application=obj)

    def goes_along(self, obj: Application) -> Any:
        return obj.microservices.select_related("application", "agent")


@admin.register(Route)
class RouteAdmin(ServiceAdmin):
    form = RouteForm
    fields = ["application", "source", "destination", "name"]
    autocomplete_fields = ["application", "source", "destination"]
    list_display = ["name", "application", "source_name", "destination_name"]
    list_select_related = ["application", "source", "destination"]
    list_filter = ["application"]
    search_fields = ["name", "application__name", "source__name", "destination__name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["application"] if obj else []

    @admin.display(description="from")
    def source_name(self, route: Route) -> str:
        return route.source_name

    @admin.display(description="to")
    def destination_name(self, route: Route) -> str:
        return route.destination_name

    def create(self, by: Actor, data: dict[str, Any]) -> Route:
        return create_route(by=by, **data)

    def change(self, by: Actor, obj: Route, data: dict[str, Any]) -> Route:
        return edit_route(by=by, route=obj, **data)

    def remove(self, by: Actor, obj: Route) -> None:
        delete_routes(by=by, routes=[obj])


OBSERVED = ["status_line", "image", "reported_at"]


@admin.register(Microservice)
class MicroserviceAdmin(ServiceAdmin):
    """Added by deploying, to one agent or to many; edited one by one."""

    form = MicroserviceForm
    add_form = PlacingForm
    autocomplete_fields = ["application", "agent", "revision"]
    list_display = ["name", "application", "agent", "status_word", "image", "is_activated"]
    list_filter = ["is_activated", "application"]
    search_fields = ["name", "application__name", "agent__name", "uuid"]
    actions = ["start", "stop", "build_anew"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Microservice]:
        return Microservice.objects.detailed()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        source = ["revision", *IMAGE_FIELDS, "is_activated", *CONTAINER_FIELDS]
        if obj is None:
            return ["name", "application", "agents", "pattern", *source]
        return ["name", "application", "agent", *source, "identity", "generation", *OBSERVED]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["application", "identity", "generation", *OBSERVED] if obj else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs if obj else {**kwargs, "form": self.add_form})

    @admin.display(description="status")
    def status_word(self, microservice: Microservice) -> str:
        return status_of(microservice).word

    @admin.display(description="status")
    def status_line(self, microservice: Microservice) -> str:
        return str(status_of(microservice))

    @admin.display(description="UUID")
    def identity(self, microservice: Microservice) -> str:
        return microservice.uuid

    @admin.display
    def image(self, microservice: Microservice) -> str:
        return microservice.image

    @admin.display(description="last report")
    def reported_at(self, microservice: Microservice) -> Any:
        return microservice.status.reported_at

    def create(self, by: Actor, data: dict[str, Any]) -> Microservice:
        return fulfil(by=by, application=data["application"], wish=data["wish"])[0]

    def change(self, by: Actor, obj: Microservice, data: dict[str, Any]) -> Microservice:
        stored = Microservice.objects.detailed().get(pk=obj.pk)
        return adapt(by=by, microservice=stored, wish=data["wish"])

    def remove(self, by: Actor, obj: Microservice) -> None:
        delete_microservices(by=by, microservices=[obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Microservice]) -> None:
        delete_microservices(by=request.user, microservices=queryset)  # type: ignore[arg-type]

    @admin.action(description="Start selected microservices")
    def start(self, request: Any, queryset: QuerySet[Microservice]) -> None:
        set_activated(by=request.user, microservices=queryset, is_activated=True)

    @admin.action(description="Stop selected microservices")
    def stop(self, request: Any, queryset: QuerySet[Microservice]) -> None:
        set_activated(by=request.user, microservices=queryset, is_activated=False)

    @admin.action(description="Rebuild selected microservices")
    def build_anew(self, request: Any, queryset: QuerySet[Microservice]) -> None:
        rebuild(by=request.user, microservices=queryset)


@admin.register(Deployment)
class DeploymentAdmin(ReadOnlyAdmin):
    list_display = ["name", "application", "revision", "author", "created_at"]
    list_select_related = ["application", "revision__item", "author"]
    search_fields = ["name", "application__name"]


@admin.register(MicroserviceStatus)
class MicroserviceStatusAdmin(ReadOnlyAdmin):
    list_display = ["microservice", "state", "state_since", "reported_at", "error_message"]
    list_select_related = ["microservice__application", "microservice__agent"]
    list_filter = ["state"]
    search_fields = ["microservice__name", "microservice__agent__name"]
