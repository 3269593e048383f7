"""Deleting: what goes along is said, and when it is much, the name has to be typed."""

from typing import Any

from django import forms

from catalogweb.core.text import counted
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.catalog import mono

ASKED_ABOVE = 5


class ConfirmForm(ServiceForm):
    """Asks for the name above that many microservices, so that nobody takes them down by a slip."""

    def __init__(self, name: str, along: int, data: Any = None) -> None:
        super().__init__(data)
        self.name = name
        if along > ASKED_ABOVE:
            self.fields["confirmation"] = forms.CharField(
                label=f"Type {name} to delete it with its {counted(along, 'microservice')}",
                widget=mono(autocomplete="off"),
                error_messages={"required": f"Type {name}."},
            )

    def clean_confirmation(self) -> str:
        if self.cleaned_data["confirmation"] != self.name:
            raise forms.ValidationError(f"This is not {self.name}. Nothing was deleted.")
        return self.name

    def arguments(self) -> dict[str, Any]:
        return {}

    @property
    def is_unconfirmed(self) -> bool:
        return self.is_bound and self.has_error("confirmation")
