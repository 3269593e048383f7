"""Catalog items with their images, and registries."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from catalogweb.backoffice.base import ReadOnlyAdmin, ServiceAdmin, ServiceForm, secret_field
from catalogweb.backoffice.images import IMAGE_FIELDS, ImagesForm, chosen_images
from catalogweb.catalog.findings import ImageCheck, RegistryPace, RegistryProbe
from catalogweb.catalog.models import CatalogItem, Delivery, Registry, Revision
from catalogweb.catalog.probing import probe_registry
from catalogweb.catalog.registries import create_registry, delete_registry, warnings_of
from catalogweb.catalog.services import create_item, delete_item
from catalogweb.core.errors import Refusal
from catalogweb.core.rights import Actor
from catalogweb.deployments.sources import edit_catalog_item, edit_registry


class CatalogItemForm(ImagesForm):
    reason = forms.CharField(required=False, max_length=200, help_text="Why the images change; kept with the revision.")
    move_running = forms.BooleanField(
        label="Move what runs",
        required=False,
        initial=True,
        help_text="Microservices of this item move to the new images now.",
    )

    def initial_of(self, instance: Any) -> dict[str, Any]:
        return self.images_of(instance.current)


ITEM_FIELDS = [
    "name", "description", "category", "publisher", "picture", "ram_required", "disk_required", "config_example",
    "is_public",
]  # fmt: skip


@admin.register(CatalogItem)
class CatalogItemAdmin(ServiceAdmin):
    form = CatalogItemForm
    fields = [*ITEM_FIELDS, *IMAGE_FIELDS, "reason"]
    list_display = ["id", "name", "description", "registry", "x86", "arm", "category"]
    list_display_links = ["id", "name"]
    list_filter = ["category"]
    search_fields = ["name", "description", "category", "publisher"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CatalogItem]:
        return CatalogItem.objects.with_images()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.fields, "move_running"] if obj else self.fields

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        labels = {"is_public": "Public", "ram_required": "RAM (MiB)", "disk_required": "Disk (MiB)"}
        return super().get_form(request, obj, change, labels=labels, **kwargs)

    def is_kept(self, obj: CatalogItem) -> bool:
        return obj.is_system

    @admin.display
    def registry(self, item: CatalogItem) -> str:
        return item.registry_url

    @admin.display(description="x86")
    def x86(self, item: CatalogItem) -> str:
        return item.images.get("x86", "")

    @admin.display(description="ARM")
    def arm(self, item: CatalogItem) -> str:
        return item.images.get("arm", "")

    def create(self, by: Actor, data: dict[str, Any]) -> CatalogItem:
        values = {name: data[name] for name in [*ITEM_FIELDS, "registry", "reason"]}
        return create_item(by=by, images=chosen_images(data), **values)

    def change(self, by: Actor, obj: CatalogItem, data: dict[str, Any]) -> CatalogItem:
        values = {name: data[name] for name in [*ITEM_FIELDS, "registry", "reason", "move_running"]}
        stored = CatalogItem.objects.get(pk=obj.pk)
        return edit_catalog_item(by=by, item=stored, built_in=stored.is_system, images=chosen_images(data), **values)

    def remove(self, by: Actor, obj: CatalogItem) -> None:
        delete_item(by=by, item=obj)


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = ["item", "number", "registry", "author", "reason", "created_at"]
    search_fields = ["item__name"]
    fields = ["item", "number", "registry", "image_list", "author", "reason", "created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        """Items' revisions; a microservice's own images show on its page."""
        return Revision.objects.filter(item__isnull=False).select_related("item", "registry", "author")

    @admin.display(description="images")
    def image_list(self, revision: Revision) -> str:
        return ", ".join(f"{a}: {reference}" for a, reference in revision.by_architecture.items())


# Each may take a quarter of a minute.
TESTED_AT_ONCE = 3


class RegistryForm(ServiceForm):
    password = secret_field("Blank keeps the stored password.")
    remove_credentials = forms.BooleanField(required=False, help_text="Forget user name and password.")
    # Left blank, they stay as they are.
    check_concurrency = forms.IntegerField(label="Checks at a time", required=False, min_value=1, max_value=32)
    check_rate = forms.IntegerField(label="Checks per minute", required=False, min_value=1, max_value=60_000)


REGISTRY_FIELDS = [
    "url", "username", "password", "secret_reference", "expires_on", "email", "is_private", "is_secure", "requires_certificate", "certificate",
    "check_ca", "check_insecurely", "check_concurrency", "check_rate",
]  # fmt: skip


@admin.register(Registry)
class RegistryAdmin(ServiceAdmin):
    form = RegistryForm
    list_display = ["id", "url", "username", "is_private", "is_secure", "email"]
    list_display_links = ["id", "url"]
    list_filter = ["is_private"]
    search_fields = ["url", "username", "email"]
    fields = [*REGISTRY_FIELDS, "remove_credentials"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["url", "is_private", "is_secure"] if obj and obj.is_built_in else self.fields

    actions = ["test"]

    @admin.action(description="Test the chosen registries")
    def test(self, request: HttpRequest, registries: QuerySet[Registry]) -> None:
        """After the action's transaction: it waits for others."""
        for registry in registries[:TESTED_AT_ONCE]:
            transaction.on_commit(partial(self._test, request, registry))

    def _test(self, request: HttpRequest, registry: Registry) -> None:
        try:
            report = probe_registry(by=request.user, registry=registry)  # type: ignore[arg-type]
        except Refusal as refusal:
            self.message_user(request, f"{registry}: {refusal.message}", messages.WARNING)
            return
        level = messages.SUCCESS if report.is_ok else messages.WARNING
        said = f"{report.failed.sentence} {report.failed.detail}" if report.failed else report.outcome
        self.message_user(request, f"{registry}: {said}", level)

    def is_kept(self, obj: Registry) -> bool:
        return obj.is_built_in

    def has_change_permission(self, request: HttpRequest, obj: Registry | None = None) -> bool:
        """Built-in ones are shown."""
        return super().has_change_permission(request, obj) and not (obj and obj.is_built_in)

    def create(self, by: Actor, data: dict[str, Any]) -> Registry:
        return create_registry(by=by, **{name: data[name] for name in REGISTRY_FIELDS if data[name] is not None})

    def change(self, by: Actor, obj: Registry, data: dict[str, Any]) -> Registry:
        given = {name: value for name, value in data.items() if value is not None}
        return edit_registry(by=by, registry=obj, **given)

    def response_change(self, request: HttpRequest, obj: Registry) -> HttpResponse:
        for sentence in warnings_of(obj):
            self.message_user(request, sentence, messages.WARNING)
        return super().response_change(request, obj)

    def remove(self, by: Actor, obj: Registry) -> None:
        delete_registry(by=by, registry=obj)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["registry", "version", "agent_name", "at"]
    list_select_related = ["registry"]
    search_fields = ["registry__url", "agent_name"]
    fields = ["registry", "version", "agent", "agent_name", "at"]


@admin.register(ImageCheck)
class ImageCheckAdmin(ReadOnlyAdmin):
    list_display = ["reference", "registry", "failure", "digest", "found_at", "checked_at", "is_latest"]
    list_filter = ["is_latest", "failure"]
    list_select_related = ["registry"]
    search_fields = ["reference", "digest"]


@admin.register(RegistryProbe)
class RegistryProbeAdmin(ReadOnlyAdmin):
    list_display = ["registry", "failure", "detail", "probed_at"]
    list_filter = ["failure"]
    list_select_related = ["registry"]
    search_fields = ["registry__url"]


@admin.register(RegistryPace)
class RegistryPaceAdmin(ReadOnlyAdmin):
    list_display = ["registry", "next_at", "rests_until"]
    list_select_related = ["registry"]
    search_fields = ["registry__url"]
