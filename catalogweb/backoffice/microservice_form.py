"""A microservice's form: from its fields to what is wanted of it."""

from typing import Any

from django import forms

from catalogweb.agents.models import Agent
from catalogweb.backoffice.images import ImagesForm, chosen_images
from catalogweb.deployments import lines
from catalogweb.deployments.container import Container
from catalogweb.deployments.options import OPTIONS
from catalogweb.deployments.wishes import Wish

CONTAINER_FIELDS = [
    "env", "port_lines", "volumes", "commands", "extra_hosts", "config", "host_network", "privileged", "log_size",
    "schedule", "options",
]  # fmt: skip


class MicroserviceForm(ImagesForm):
    """A revision of a catalog item, or own images with their registry."""

    env = lines.env_field()
    port_lines = lines.ports_field()
    volumes = lines.volumes_field()
    commands = lines.commands_field()
    extra_hosts = lines.hosts_field()
    config = lines.config_field()
    places = {
        "images": "revision",
        "catalog_item": "revision",
        "ports": "port_lines",
        **dict.fromkeys(OPTIONS, "options"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["revision"].required = False
        self.fields["options"].widget.attrs |= {"class": "mono", "rows": 3, "cols": 60}
        self.fields["options"].help_text = f"A JSON object of the rarer ones: {', '.join(OPTIONS)}."
        self.fields["revision"].help_text = "Of a catalog item; leave it blank to give own images below."

    def initial_of(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = lines.written(instance.container)
        shown["port_lines"] = shown.pop("ports")
        if instance.revision.item_id is None:
            return shown | {"revision": None} | self.images_of(instance.revision)
        return shown

    def clean_options(self) -> dict[str, Any]:
        options = self.cleaned_data["options"] or {}
        if not isinstance(options, dict):
            raise forms.ValidationError("Write a JSON object.")
        return options

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
