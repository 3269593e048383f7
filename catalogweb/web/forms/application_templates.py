"""Deploying an application template: one field for each of its variables, of the type that its default value has."""

import json
from typing import Any

from django import forms

from catalogweb.application_templates.models import ApplicationTemplate, Variable
from catalogweb.deployments.manifests import Fault
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.catalog import mono


class TemplateTextForm(ServiceForm):
    """A template as its one document."""

    text = forms.CharField(label="YAML", required=False, strip=False, widget=forms.Textarea)


class NumberField(forms.CharField):
    """A number as it is written: a whole one stays whole."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "mono"})

    def clean(self, value: Any) -> int | float | None:
        text = super().clean(value)
        if not text:
            return None
        for kind in (int, float):
            try:
                return kind(text)
            except ValueError:
                continue
        raise forms.ValidationError("Write a number, such as 8080.")


class AnyField(forms.CharField):
    """Text, or what is unmistakably JSON: whoever uses it as text sees what was typed."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            read = json.loads(text)
        except (ValueError, RecursionError):
            return text
        return read if isinstance(read, dict | list) or json.dumps(read) == text else text


class ObjectField(forms.JSONField):
    widget = forms.Textarea(attrs={"rows": 4, "class": "mono", "spellcheck": "false"})


def _field(variable: Variable) -> forms.Field:
    default = variable.default_value
    options: dict[str, Any] = {
        "label": variable.key, "help_text": variable.description, "initial": default, "required": False,
    }  # fmt: skip
    if isinstance(default, bool):
        return forms.BooleanField(**options)
    if isinstance(default, int | float):
        return NumberField(**options)
    if isinstance(default, dict | list):
        return ObjectField(**options)
    if isinstance(default, str):
        return forms.CharField(**options, strip=False)
    return AnyField(**options, strip=False)


class TemplateDeployForm(ServiceForm):
    application = forms.CharField(
        label="Application name",
        max_length=200,
        widget=mono(autocomplete="off"),
        help_text="A new one, or one that is to become what the template makes.",
    )

    def __init__(self, template: ApplicationTemplate, data: Any = None) -> None:
        super().__init__(data, initial={"application": template.name})
        self.variables = list(template.variables.all())
        for variable in self.variables:
            self.fields[f"variable-{variable.key}"] = _field(variable)

    @property
    def variable_fields(self) -> list[Any]:
        return [self[f"variable-{variable.key}"] for variable in self.variables]

    @property
    def values(self) -> dict[str, Any]:
        """What is given; a field that was left empty means the default."""
        given = {variable.key: self.cleaned_data[f"variable-{variable.key}"] for variable in self.variables}
        return {key: value for key, value in given.items() if value is not None}

    def show(self, faults: list[Fault]) -> None:
        """What stands against it, beside the name when that is at fault."""
        for fault in faults:
            self.add_error("application" if fault.field == "metadata" else None, fault.message)
