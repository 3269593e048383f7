"""Edge resources: one form, whose fields become the arguments of the services; and the agent to link."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from catalogweb.agents.services import agent_named
from catalogweb.core.errors import Refusal
from catalogweb.core.names import NAME_RULE
from catalogweb.deployments.lines import read_config, write_config
from catalogweb.edge_resources.models import EdgeResource, Protocol
from catalogweb.web.forms.agents import WordsField
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.catalog import mono
from catalogweb.web.forms.endpoints import read_endpoints, write_endpoints

KEPT_AS_THEY_ARE = ("name", "version", "description", "protocol", "display_name", "display_icon", "display_color")


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "class": "mono", "spellcheck": "false", "autocapitalize": "off"})


class EdgeResourceForm(ServiceForm):
    name = forms.CharField(max_length=200, widget=mono(placeholder="com.example.camera"), help_text=NAME_RULE)
    version = forms.CharField(max_length=60, widget=mono(placeholder="v1.0.0"))
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    protocol = forms.ChoiceField(choices=Protocol.choices, initial=Protocol.HTTPS)
    endpoints = forms.CharField(
        required=False,
        widget=_lines(4),
        help_text="One a line: method, URL, name, such as GET /picture Take a picture. A web socket has no method.",
    )
    orchestration_tags = WordsField(
        label="Tags for linked agents", required=False, help_text="Separated by commas; every linked agent gets them."
    )
    display_name = forms.CharField(label="Shown as", max_length=200, required=False)
    display_icon = forms.CharField(label="Icon", max_length=500, required=False)
    display_color = forms.CharField(
        label="Colour", max_length=50, required=False, widget=forms.TextInput(attrs={"placeholder": "#fefefe"})
    )
    custom = forms.CharField(
        required=False, widget=_lines(4), help_text="Anything else for the containers, as a JSON object."
    )

    def __init__(self, resource: EdgeResource | None = None, data: Any = None) -> None:
        super().__init__(data, initial=_initial(resource) if resource else None)
        self.known = {entry["name"]: entry for entry in resource.endpoints} if resource else {}

    def clean_endpoints(self) -> list[dict[str, str]]:
        """What a line does not say, such as an example, an endpoint of the same name keeps."""
        endpoints = read_endpoints(self.cleaned_data["endpoints"])
        return [{**self.known.get(entry["name"], {}), **entry} for entry in endpoints]

    def clean_custom(self) -> dict[str, Any]:
        return read_config(self.cleaned_data["custom"])


def _initial(resource: EdgeResource) -> dict[str, Any]:
    return {name: getattr(resource, name) for name in KEPT_AS_THEY_ARE} | {
        "endpoints": write_endpoints(resource.endpoints),
        "orchestration_tags": resource.orchestration_tags,
        "custom": write_config(resource.custom),
    }


class LinkForm(ServiceForm):
    agent = forms.CharField(
        max_length=100, widget=forms.TextInput(attrs={"list": "agents-to-link", "autocomplete": "off"})
    )

    def clean_agent(self) -> Any:
        try:
            return agent_named(self.cleaned_data["agent"])
        except Refusal as refusal:
            raise ValidationError(refusal.message) from None
