"""Agents: what people decide about them. A blank setting follows the agent, then the default."""

from typing import Any

from django import forms
from django.utils.text import capfirst

from catalogweb.agents.configuration import SETTINGS, Setting
from catalogweb.agents.models import Agent
from catalogweb.agents.routers import by_name
from catalogweb.changelog import words
from catalogweb.core.architectures import Architecture
from catalogweb.web.forms.base import ServiceForm

COMMON = ("status_frequency", "change_frequency", "log_level", "host", "time_zone")
FURTHER = tuple(name for name in SETTINGS if name not in COMMON)


class AgentForm(ServiceForm):
    name = forms.CharField(max_length=100, help_text="Becomes part of the names of its microservices.")
    architecture = forms.ChoiceField(
        choices=[("", "As the agent says when it connects"), *Architecture.choices],
        required=False,
        help_text="Needed only to deploy to it before it has connected.",
    )
    tags = forms.CharField(max_length=1000, required=False, help_text="Separated by commas, such as north, press-line.")
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    location = forms.CharField(max_length=200, required=False)
    latitude = forms.FloatField(min_value=-90, max_value=90, required=False)
    longitude = forms.FloatField(min_value=-180, max_value=180, required=False)

    def __init__(self, agent: Agent | None = None, data: Any = None) -> None:
        super().__init__(data, initial=_initial(agent) if agent else None)
        self.is_new = agent is None
        known = agent.effective_configuration if agent else {name: s.default for name, s in SETTINGS.items()}
        for name in (*COMMON, *FURTHER):
            self.fields[name] = _field(name, SETTINGS[name], known[name])

    @property
    def common_settings(self) -> list[forms.BoundField]:
        return [self[name] for name in COMMON]

    @property
    def further_settings(self) -> list[forms.BoundField]:
        return [self[name] for name in FURTHER]

    @property
    def further_matter(self) -> bool:
        return any(field.errors or field.value() not in (None, "", []) for field in self.further_settings)

    def arguments(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        given["tags"] = given["tags"].split(",")
        values = {name: given.pop(name) for name in SETTINGS}
        typed = {name: None if value in ("", None, []) else value for name, value in values.items()}
        # A blank field unsets what was set before; a new agent has nothing to unset.
        given["configuration"] = {name: v for name, v in typed.items() if v is not None} if self.is_new else typed
        return given


def _initial(agent: Agent) -> dict[str, Any]:
    columns = ("name", "architecture", "description", "location", "latitude", "longitude")
    kept = {name: getattr(agent, name) for name in columns}
    return kept | {"tags": ", ".join(agent.tag_names)} | by_name(agent.configuration)


def _field(name: str, setting: Setting, effective: Any) -> forms.Field:
    """One setting; what applies while it is blank stands in the field as its placeholder."""
    label, help_text = capfirst(words.label(name)), setting.help
    shared: dict[str, Any] = {"label": label, "required": False, "help_text": help_text}
    if setting.type is bool:
        choices = [("", f"Not set ({'yes' if effective else 'no'})"), ("True", "Yes"), ("False", "No")]
        return forms.TypedChoiceField(choices=choices, coerce=lambda text: text == "True", empty_value=None, **shared)
    if allowed := setting.choices or setting.offered:
        blank = ("", f"Not set ({effective})")
        return forms.ChoiceField(choices=[blank, *((choice, choice) for choice in allowed)], **shared)
    if setting.type is int:
        widget = forms.NumberInput(attrs={"placeholder": effective})
        return forms.IntegerField(widget=widget, **shared)
    if setting.type is list:
        return WordsField(widget=forms.TextInput(attrs={"placeholder": ", ".join(map(str, effective))}), **shared)
    return forms.CharField(max_length=500, widget=forms.TextInput(attrs={"placeholder": effective}), **shared)


class WordsField(forms.CharField):
    """A list, separated by commas."""

    def clean(self, value: Any) -> Any:
        return [word.strip() for word in super().clean(value).split(",") if word.strip()]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value
