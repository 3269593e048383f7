"""Secrets, whose values only go in, config maps, and volume mounts with the agents that have them."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from catalogweb.backoffice.base import JSONField, ServiceAdmin, ServiceForm
from catalogweb.configuration.config_maps import create_config_map, delete_config_map
from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from catalogweb.configuration.secrets import create_secret, delete_secret
from catalogweb.configuration.volume_mounts import (
    create_volume_mount,
    delete_volume_mount,
    edit_volume_mount,
    relink,
)
from catalogweb.core.rights import Actor
from catalogweb.deployments.sources import edit_config_map, edit_secret

TIMES = ["created_at", "updated_at"]


class ObjectField(JSONField):
    """A JSON object; nothing is an empty one."""

    def clean(self, value: Any) -> dict[str, Any]:
        data = super().clean(value)
        if data is not None and not isinstance(data, dict):
            raise forms.ValidationError('Write a JSON object, such as {"level": "3"}.')
        return data or {}


class SealedField(ObjectField):
    """An object whose values are never rendered, not even those that were just typed."""

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(dict.fromkeys(value, "") if isinstance(value, dict) else {})


class SecretForm(ServiceForm):
    places = {"data": "values"}
    values = SealedField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
        help_text="A JSON object. An empty text keeps the stored value, a key that is taken out is removed.",
    )

    def initial_of(self, instance: Any) -> dict[str, Any]:
        return {"values": dict.fromkeys(instance.key_names, "")}


@admin.register(Secret)
class SecretAdmin(ServiceAdmin):
    form = SecretForm
    fields = ["name", "type", "values", *TIMES]
    list_display = ["name", "type", *TIMES]
    list_filter = ["type"]
    search_fields = ["name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["name", "type", *TIMES] if obj else TIMES

    def create(self, by: Actor, data: dict[str, Any]) -> Secret:
        return create_secret(by=by, data=data.pop("values"), **data)

    def change(self, by: Actor, obj: Secret, data: dict[str, Any]) -> Secret:
        return edit_secret(by=by, secret=obj, data=data["values"])

    def remove(self, by: Actor, obj: Secret) -> None:
        delete_secret(by=by, secret=obj)

    def goes_along(self, obj: Secret) -> Any:
        return obj.volume_mounts.all()


class ConfigMapForm(ServiceForm):
    places = {"data": "values"}
    values = ObjectField(required=False, help_text='A JSON object, such as {"level": "3"}.')

    def initial_of(self, instance: Any) -> dict[str, Any]:
        return {"values": instance.data}


@admin.register(ConfigMap)
class ConfigMapAdmin(ServiceAdmin):
    form = ConfigMapForm
    fields = ["name", "values", "immutable", "use_vault", *TIMES]
    list_display = ["name", "immutable", *TIMES]
    list_filter = ["immutable"]
    search_fields = ["name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["name", *TIMES] if obj else TIMES

    def create(self, by: Actor, data: dict[str, Any]) -> ConfigMap:
        return create_config_map(by=by, data=data.pop("values"), **data)

    def change(self, by: Actor, obj: ConfigMap, data: dict[str, Any]) -> ConfigMap:
        return edit_config_map(by=by, config_map=obj, data=data.pop("values"), **data)

    def remove(self, by: Actor, obj: ConfigMap) -> None:
        delete_config_map(by=by, config_map=obj)

    def goes_along(self, obj: ConfigMap) -> Any:
        return obj.volume_mounts.all()


class VolumeMountForm(ServiceForm):
    def initial_of(self, instance: Any) -> dict[str, Any]:
        return {"agents": list(instance.agents.values_list("pk", flat=True)) if instance.pk else []}


@admin.register(VolumeMount)
class VolumeMountAdmin(ServiceAdmin):
    form = VolumeMountForm
    fields = ["name", "secret", "config_map", "agents", "version", "uuid", *TIMES]
    autocomplete_fields = ["secret", "config_map", "agents"]
    list_display = ["name", "secret", "config_map", "version", "updated_at"]
    search_fields = ["name", "secret__name", "config_map__name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[VolumeMount]:
        return VolumeMount.objects.with_source()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*(["name"] if obj else []), "version", "uuid", *TIMES]

    def create(self, by: Actor, data: dict[str, Any]) -> VolumeMount:
        agents = data.pop("agents")
        return relink(by=by, mount=create_volume_mount(by=by, **data), joining=agents)

    def change(self, by: Actor, obj: VolumeMount, data: dict[str, Any]) -> VolumeMount:
        agents, mount = data.pop("agents"), VolumeMount.objects.with_source().get(pk=obj.pk)
        if any(getattr(mount, name) != source for name, source in data.items()):
            mount = edit_volume_mount(by=by, mount=mount, **data)
        return relink(by=by, mount=mount, joining=agents, leaving=mount.agents.exclude(pk__in=agents))

    def remove(self, by: Actor, obj: VolumeMount) -> None:
        delete_volume_mount(by=by, mount=obj)
