"""Secrets, config maps and volume mounts. What is typed into a secret never comes out again."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from catalogweb.configuration.config_maps import with_texts
from catalogweb.configuration.data import LONGEST_KEY, text_of
from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.catalog import mono

NEW_ROWS, MOST_ROWS, MOST_CHOICES = 3, 200, 500
ROW = re.compile(r"key_(\d{1,3})")


class SealedArea(forms.Textarea):
    """Takes lines and renders none, not even those that were just typed."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class EntriesForm(ServiceForm):
    """Values by key: a row for each that there is, and some for new ones. Each row says its own key."""

    sealed: ClassVar[bool] = False

    def __init__(self, entries: Mapping[str, str] | None = None, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.known = dict(entries or {})
        sent = [int(found[1]) for found in map(ROW.fullmatch, data or ()) if found]
        keys = [*self.known, *[""] * NEW_ROWS]
        self.numbers = range(min(max(sent) + 1, MOST_ROWS) if sent else len(keys))
        for number in self.numbers:
            key = data.get(f"key_{number}", "").strip() if data else keys[number]
            self._add_row(number, key, key in self.known)

    def _add_row(self, number: int, key: str, is_known: bool) -> None:
        value, rows = self.known.get(key, ""), 1
        if not self.sealed:
            rows = min(value.count("\n") + 1, 12)
        attrs = {"class": "mono", "rows": rows, "spellcheck": "false", "autocomplete": "off", "autocapitalize": "off"}
        if is_known and self.sealed:
            attrs["placeholder"] = "•••• (unchanged)"
        self.fields |= {
            f"key_{number}": forms.CharField(
                label="Key",
                initial=key,
                required=False,
                max_length=LONGEST_KEY,
                widget=forms.HiddenInput() if is_known else mono(autocomplete="off"),
            ),
            f"value_{number}": forms.CharField(
                label=key if is_known else "Value",
                initial=value,
                required=False,
                strip=False,
                widget=SealedArea(attrs) if self.sealed else forms.Textarea(attrs),
            ),
        }
        if is_known:
            self.fields[f"remove_{number}"] = forms.BooleanField(label=f"Remove {key}", required=False)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Per row its bound fields; `remove` stands only beside a key that is stored."""
        parts = ("key", "value", "remove")
        return [{part: self[f"{part}_{n}"] for part in parts if f"{part}_{n}" in self.fields} for n in self.numbers]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        entries: dict[str, str] = {}
        for number in self.numbers:
            key = given.get(f"key_{number}", "")
            value = given.get(f"value_{number}", "").replace("\r\n", "\n")
            if value and not key and not self.has_error(f"key_{number}"):
                self.add_error(f"key_{number}", "Give the value a key.")
            elif key in entries:
                self.add_error(f"key_{number}", f"{key} is there already.")
            elif key and not given.get(f"remove_{number}"):
                entries[key] = value
        given["entries"] = entries
        return given

    def arguments(self) -> dict[str, Any]:
        return {"data": self.cleaned_data["entries"]}


class EditSecretForm(EntriesForm):
    sealed = True

    def __init__(self, secret: Secret, data: Any = None) -> None:
        super().__init__(dict.fromkeys(secret.key_names, ""), data)


class SecretForm(EntriesForm):
    sealed = True
    name = forms.CharField(max_length=255, help_text="Variables and volume mounts find it by this name. It stays.")
    type = forms.ChoiceField(choices=Secret.Type.choices, help_text="Values of a TLS secret are base64. It stays.")

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {name: self.cleaned_data[name] for name in ("name", "type")}


class EditConfigMapForm(EntriesForm):
    immutable = forms.BooleanField(required=False, help_text="For good: nobody can change it any more, only delete it.")

    def __init__(self, config_map: ConfigMap, data: Any = None) -> None:
        self.config_map = config_map
        entries = {key: text_of(config_map.data[key]) for key in config_map.key_names}
        super().__init__(entries, data, initial={"immutable": config_map.immutable})

    def arguments(self) -> dict[str, Any]:
        data = with_texts(self.config_map, self.cleaned_data["entries"])
        return {"data": data, "immutable": self.cleaned_data["immutable"]}


class ConfigMapForm(EntriesForm):
    name = forms.CharField(max_length=255, help_text="Variables and volume mounts find it by this name. It stays.")
    immutable = EditConfigMapForm.base_fields["immutable"]

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {name: self.cleaned_data[name] for name in ("name", "immutable")}


class SourceForm(ServiceForm):
    """One choice over both kinds, so that a mount cannot have two sources."""

    source = forms.ChoiceField(label="Files from", help_text="Each key becomes a file.")
    places: ClassVar[dict[str, str]] = {"secret": "source", "config_map": "source"}

    def __init__(self, mount: VolumeMount | None = None, data: Any = None, chosen: str = "") -> None:
        chosen = _choice(mount.source) if mount else chosen
        super().__init__(data, initial={"source": chosen})
        groups = [("Secrets", Secret), ("Config maps", ConfigMap)]
        self.sources = {
            label: {_choice(row): row for row in model.objects.only("name")[:MOST_CHOICES]}  # type: ignore[attr-defined]
            for label, model in groups
        }
        choices = [(label, [(value, str(row)) for value, row in rows.items()]) for label, rows in self.sources.items()]
        self.fields["source"].choices = choices  # type: ignore[attr-defined]

    @property
    def has_sources(self) -> bool:
        return any(self.sources.values())

    def arguments(self) -> dict[str, Any]:
        found = next(rows[choice] for rows in self.sources.values() if (choice := self.cleaned_data["source"]) in rows)
        return {"secret" if isinstance(found, Secret) else "config_map": found}


def _choice(source: Secret | ConfigMap) -> str:
    return f"{source._meta.model_name}-{source.pk}"


class VolumeMountForm(SourceForm):
    name = forms.CharField(
        max_length=200,
        help_text="Lower-case letters, digits, dots and inner hyphens. Volumes of microservices say it. It stays.",
    )
    field_order = ("name", "source")

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {"name": self.cleaned_data["name"]}
