"""Registries. The password goes in and never comes out."""

from typing import Any

from django import forms

from catalogweb.catalog.models import Registry
from catalogweb.core.errors import Refusal
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.catalog import mono

CHECKS = ("check_ca", "check_insecurely", "check_concurrency", "check_rate")


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
    secret_reference = forms.CharField(
        label="Or where it is kept",
        max_length=500,
        required=False,
        widget=mono(placeholder="env:CATALOGWEB_REGISTRY_NAME"),
        help_text="env:CATALOGWEB_REGISTRY_NAME, or file:NAME in the server's folder for secrets: read whenever it is needed.",
    )
    expires_on = forms.DateField(
        label="Expires on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="You are reminded on the overview, from 30 days before.",
    )
    email = forms.CharField(label="E-mail address", max_length=254, required=False, widget=forms.EmailInput)
    is_private = forms.BooleanField(
        label="Private", required=False, help_text="A registry with user name and password always is."
    )

    check_ca = forms.CharField(
        label="CA for checks",
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 3, "class": "mono", "spellcheck": "false", "placeholder": "-----BEGIN CERTIFICATE-----"}
        ),
        help_text="In PEM form, when the registry's certificate is signed by an authority of your own.",
    )
    check_insecurely = forms.BooleanField(
        label="Check over plain HTTP, and without verifying certificates",
        required=False,
        help_text="Whoever stands between may read the password. The engine of every agent must allow it as well.",
    )
    check_concurrency = forms.IntegerField(
        label="Checks at a time", initial=4, min_value=1, max_value=32, required=False
    )
    check_rate = forms.IntegerField(
        label="Checks per minute", initial=120, min_value=1, max_value=60_000, required=False
    )

    def arguments(self) -> dict[str, Any]:
        """A number that is left blank stays as it is."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None}

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
        names = ("url", "username", "secret_reference", "expires_on", "email", "is_private", *CHECKS)
        super().__init__(data, initial={name: getattr(registry, name) for name in names})
        if registry.password_sealed:
            self.fields[
                "password"
            ].help_text = (
                "Blank keeps the stored one. Needed again when the host changes: it was given for the old one."
            )
        if not registry.has_password:
            del self.fields["remove_credentials"]
        self.registry = registry

    @property
    def state(self) -> dict[str, str]:
        """Whether there is another password is known by its seal."""
        return super().state | {"password": self.registry.password_sealed}


class RotationForm(ServiceForm):
    """The new secret alone: what else a registry says stays."""

    username = RegistryForm.base_fields["username"]
    password = RegistryForm.base_fields["password"]
    secret_reference = RegistryForm.base_fields["secret_reference"]
    expires_on = RegistryForm.base_fields["expires_on"]

    def __init__(self, registry: Registry, data: Any = None) -> None:
        names = ("username", "secret_reference")
        super().__init__(data, initial={name: getattr(registry, name) for name in names})
        self.fields["password"].label = "New password or access token"
        if registry.secret_reference:
            self.fields["secret_reference"].help_text = "The same again says that another secret is kept there now."
