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
from catalogweb.web.forms.meanwhile import Difference, Seen, as_text, compared, digest, stored

NEW_ROWS, MOST_ROWS, MOST_CHOICES = 3, 200, 500
ROW = re.compile(r"key_(\d{1,3})")


class SealedArea(forms.Textarea):
    """Takes lines and renders none, not even those that were just typed."""

    is_sealed = True

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class EntriesForm(ServiceForm):
    """Values by key: a row for each that there is, and some for new ones. Each row says its own key."""

    sealed: ClassVar[bool] = False

    def __init__(self, entries: Mapping[str, str] | None = None, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.known = dict(entries or {})
        self._add_rows(data)

    def _add_rows(self, data: Any) -> None:
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

    @property
    def state(self) -> dict[str, str]:
        """Values by key, not by row: rows move when somebody adds a key."""
        others = {name: stored(self, name) for name in self.fields if name in self.base_fields}
        return others | {f"value {key}": as_text(value) for key, value in self.known.items()}

    def compare(self, seen: Seen) -> list[Difference]:
        now, typed = self.known, {row["key"].data: row["value"].data or "" for row in self.rows}
        shown = {name.removeprefix("value ") for name in seen if name.startswith("value ")}
        others = {name: text for name, text in self.state.items() if name in self.base_fields}
        differences = compared(self, others, seen)
        differences += [Difference(key, "not there any more") for key in sorted(shown - now.keys())]
        for key, value in now.items():
            if digest(as_text(value)) == seen.get(f"value {key}"):
                continue
            yours = as_text(typed.get(key, ""))
            is_yours = key in typed and digest(yours) != seen.get(f"value {key}") and yours != as_text(value)
            differences.append(Difference(key, "added" if self.sealed else value, yours if is_yours else "", is_yours))
        return differences

    def take_over(self, seen: Seen) -> None:
        """A row for each key that there is now, then those that the person brought."""
        super().take_over({name: text for name, text in seen.items() if name in self.base_fields})
        data: Any = self.data
        rows = [{part: field.data for part, field in row.items()} for row in self.rows]
        typed = {row["key"]: row for row in rows if row["key"]}
        untouched = {key for key, row in typed.items() if digest(as_text(row["value"])) == seen.get(f"value {key}")}
        kept = [
            {"key": key, "value": value} | ({} if key in untouched else typed.get(key, {}))
            for key, value in self.known.items()
        ]
        own = [
            row for row in rows if row["key"] not in self.known and row["key"] not in untouched and any(row.values())
        ]
        for name in [name for name in data if ROW.fullmatch(name) or name.startswith(("value_", "remove_"))]:
            del data[name]
        for number, row in enumerate([*kept, *own, *[{"key": "", "value": ""}] * NEW_ROWS]):
            data.update({f"{part}_{number}": str(value or "") for part, value in row.items() if part != "remove"})
            if typed.get(row["key"], {}).get("remove"):
                data[f"remove_{number}"] = "on"
        for name in [name for row in self.rows for name in (field.name for field in row.values())]:
            del self.fields[name]
            self._bound_fields_cache.pop(name, None)  # type: ignore[attr-defined]
        self.data = data
        self._add_rows(data)


class EditSecretForm(EntriesForm):
    sealed = True

    def __init__(self, secret: Secret, data: Any = None) -> None:
        super().__init__(dict.fromkeys(secret.key_names, ""), data)
        self.secret = secret

    @property
    def state(self) -> dict[str, str]:
        """Whether a value changed is known by its seal, which differs each time."""
        return super().state | {"sealed": self.secret.data_sealed}

    def compare(self, seen: Seen) -> list[Difference]:
        differences = super().compare(seen)
        if differences or seen.get("sealed") == digest(self.secret.data_sealed):
            return differences
        return [Difference("Values", "other values; what you leave blank keeps them")]


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
