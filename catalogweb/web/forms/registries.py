"""Registries. The password goes in and never comes out."""

from typing import Any

from django import forms

from catalogweb.catalog.models import Registry
from catalogweb.core.errors import Refusal
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.catalog import mono


class RegistryForm(ServiceForm):
    url = forms.CharField(
        label="URL",
        max_length=500,
        widget=mono(placeholder="registry.example.org:5000"),
        help_text="The host, with its port if it has one. https:// and /v2/ are dropped.",
    )
    username = forms.CharField(
        label="User name", max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    password = forms.CharField(
        label="Password or access token",
        strip=False,
        max_length=4000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Kept sealed. Only agents that run something from this registry receive it.",
    )
    email = forms.CharField(label="E-mail address", max_length=254, required=False, widget=forms.EmailInput)
    is_private = forms.BooleanField(
        label="Private", required=False, help_text="A registry with user name and password always is."
    )

    def refuse(self, refusal: Refusal) -> None:
        """Credentials that somebody wrote into the URL do not come back with it."""
        super().refuse(refusal)
        self.data = {**self.data.dict(), "url": self.data.get("url", "").rpartition("@")[2]}  # type: ignore[attr-defined]


class EditRegistryForm(RegistryForm):
    remove_credentials = forms.BooleanField(
        label="Remove the credentials",
        required=False,
        help_text="Forgets user name and password and makes the registry public.",
    )

    def __init__(self, registry: Registry, data: Any = None) -> None:
        names = ("url", "username", "email", "is_private")
        super().__init__(data, initial={name: getattr(registry, name) for name in names})
        if registry.has_password:
            self.fields[
                "password"
            ].help_text = (
                "Blank keeps the stored one. Needed again when the host changes: it was given for the old one."
            )
        else:
            del self.fields["remove_credentials"]
        self.registry = registry

    @property
    def state(self) -> dict[str, str]:
        """Whether there is another password is known by its seal."""
        return super().state | {"password": self.registry.password_sealed}
