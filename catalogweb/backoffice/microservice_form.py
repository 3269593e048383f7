"""A microservice's form: from its fields to what is wanted of it."""

from typing import Any

from django import forms

from catalogweb.agents.models import Agent
from catalogweb.backoffice.images import ImagesForm, chosen_images
from catalogweb.core.errors import Invalid, Refusal
from catalogweb.deployments.container import (
    CONFIG_MAP,
    OPTIONS,
    SECRET,
    Container,
    Env,
    Port,
    Volume,
    env_from_json,
)
from catalogweb.deployments.wishes import Wish

CONTAINER_FIELDS = [
    "env", "port_lines", "volumes", "commands", "extra_hosts", "config", "host_network", "privileged", "log_size",
    "schedule", "options",
]  # fmt: skip


class MicroserviceForm(ImagesForm):
    """A revision of a catalog item, or own images with their registry."""

    env = forms.JSONField(
        required=False,
        initial=dict,
        help_text='Values are text, or sources: {"LEVEL": "3", "PASSWORD": {"secret": "db/password"}, '
        '"MODE": {"config_map": "shop/mode"}}.',
    )
    port_lines = forms.CharField(
        label="Ports", required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="One a line: 8080:80/tcp."
    )
    places = {
        "images": "revision",
        "catalog_item": "revision",
        "ports": "port_lines",
        **dict.fromkeys(OPTIONS, "options"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["revision"].required = False
        self.fields["revision"].help_text = "Of a catalog item; leave it blank to give own images below."

    def initial_of(self, instance: Any) -> dict[str, Any]:
        shown = {"port_lines": "\n".join(instance.port_list), "env": dict(instance.env)}
        if instance.revision.item_id is None:
            return shown | {"revision": None} | self.images_of(instance.revision)
        return shown

    def clean_port_lines(self) -> tuple[Port, ...]:
        return tuple(_port(line) for line in self.cleaned_data["port_lines"].split())

    def clean_env(self) -> Env:
        env = _a(dict, self.cleaned_data["env"])
        if not all(isinstance(value, str) or _is_source(value) for value in env.values()):
            raise forms.ValidationError('Write every value as text, such as {"LEVEL": "3"}, or as a source.')
        try:
            return env_from_json(env.items())
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from None

    def clean_volumes(self) -> tuple[Volume, ...]:
        try:
            return tuple(Volume(**volume) for volume in _a(list, self.cleaned_data["volumes"]))
        except TypeError:
            raise forms.ValidationError('Write volumes as [{"host": "/srv", "container": "/data"}].') from None

    def clean_commands(self) -> tuple[str, ...]:
        return tuple(str(word) for word in _a(list, self.cleaned_data["commands"]))

    def clean_extra_hosts(self) -> tuple[tuple[str, str], ...]:
        try:
            return tuple((str(name), str(address)) for name, address in _a(list, self.cleaned_data["extra_hosts"]))
        except (TypeError, ValueError):
            raise forms.ValidationError('Write extra hosts as [["db", "10.0.0.5"]].') from None

    def clean_config(self) -> dict[str, Any]:
        return _a(dict, self.cleaned_data["config"])

    def clean_options(self) -> dict[str, Any]:
        return _a(dict, self.cleaned_data["options"])

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            cleaned["wish"] = self._wish(cleaned)
        return cleaned

    def _wish(self, data: dict[str, Any]) -> Wish:
        images = {architecture: reference for architecture, reference in chosen_images(data).items() if reference}
        if not data["revision"] and not images:
            raise forms.ValidationError({"revision": "Choose a revision, or give own images and their registry."})
        settings = {name: data[name] for name in CONTAINER_FIELDS if name != "port_lines"}
        return Wish(
            name=data["name"],
            agents=data.get("agents") or [data["agent"]],
            pattern=data.get("pattern", ""),
            revision=data["revision"],
            images=images,
            registry=data["registry"],
            container=Container(ports=data["port_lines"], **settings),
            is_activated=data["is_activated"],
        )

    def _post_clean(self) -> None:
        """The service reads the values from `cleaned_data`; some are no column's."""


class PlacingForm(MicroserviceForm):
    """The same for one or many agents."""

    agents = forms.ModelMultipleChoiceField(Agent.objects.all(), help_text="One microservice is placed on each.")
    pattern = forms.CharField(required=False, help_text="Names on several agents, such as {name}-{agent}.")
    places = {**MicroserviceForm.places, "agent": "agents"}


def _is_source(value: Any) -> bool:
    """One kind with one text."""
    return (
        isinstance(value, dict)
        and len(value) == 1
        and all(kind in (SECRET, CONFIG_MAP) and isinstance(text, str) for kind, text in value.items())
    )


def _port(line: str) -> Port:
    try:
        return Port.read(line)
    except Invalid as refusal:
        raise forms.ValidationError(refusal.message) from None


def _a(kind: type, value: Any) -> Any:
    if value in (None, ""):
        return kind()
    if not isinstance(value, kind):
        raise forms.ValidationError(f"Write a JSON {'object' if kind is dict else 'list'}.")
    return value
