"""Two people at one object: the second sees field by field what the first changed, and loses nothing.

A page remembers, as one short digest per field, what its form showed. When the form comes back and the object says
something else by then, nothing is saved: what the person left alone becomes what it is now, what they typed stays, and
both are shown. Sending it again saves it.
"""

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Model
from django.http import QueryDict
from django.utils.html import strip_tags

from catalogweb.changelog.models import Entry
from catalogweb.changelog.services import entries_of
from catalogweb.core.storing import lock

Seen = Mapping[str, str]


@dataclass(frozen=True)
class Difference:
    """A field that somebody else changed meanwhile. `yours` is empty where the person had changed nothing."""

    label: str
    now: str
    yours: str = ""
    is_yours: bool = False

    @property
    def lines(self) -> list[tuple[str, str]]:
        """("+" or "-", line) of what saving would do to a text of several lines."""
        if not self.is_yours or "\n" not in self.now + self.yours:
            return []
        compared = difflib.unified_diff(self.now.splitlines(), self.yours.splitlines(), n=0, lineterm="")
        return [(line[0], line[1:]) for line in list(compared)[2:] if line[0] in "+-"]


@dataclass(frozen=True)
class Clash:
    """What is told of it: who was it, and what differs."""

    entry: Entry | None
    differences: list[Difference]
    needs_secrets: bool = False


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def as_text(value: Any) -> str:
    """The same text for what an object holds and for what a browser sends of it."""
    if isinstance(value, list | tuple | set):
        return "\n".join(sorted(as_text(one) for one in value))
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def stored(form: forms.BaseForm, name: str) -> str:
    """What the field shows of the object."""
    field = form.fields[name]
    value = field.prepare_value(form[name].initial)
    return as_text(bool(value) if isinstance(field, forms.BooleanField) else value)


def sent(form: forms.BaseForm, name: str) -> str:
    """What came back of it."""
    value = form[name].data
    return as_text(bool(value) if isinstance(form.fields[name], forms.BooleanField) else value)


def said(form: forms.BaseForm, name: str, value: str) -> str:
    """A value in the words of its field; of a secret, that there is another."""
    field = form.fields[name]
    if is_unseen(field.widget):
        return "another one" if value else ""
    if isinstance(field, forms.BooleanField):
        return "Yes" if value == "True" else "No"
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        choices: Any = field.choices
        flat = [pair for one in choices for pair in (one[1] if isinstance(one[1], list) else [one])]
        return next((strip_tags(str(label)) for choice, label in flat if str(choice) == value), value)
    return value


def is_unseen(widget: forms.Widget) -> bool:
    """Whether what is typed there never comes out again."""
    return isinstance(widget, forms.PasswordInput) or getattr(widget, "is_sealed", False)


def as_token(state: Mapping[str, str]) -> str:
    return json.dumps({name: digest(text) for name, text in state.items()}, separators=(",", ":"))


def read_token(text: str) -> Seen | None:
    """What the page showed; None when a page said nothing of the kind, and is taken at its word."""
    try:
        seen = json.loads(text)
    except ValueError:
        return None
    is_seen = isinstance(seen, dict) and all(isinstance(value, str) for value in seen.values())
    return seen if is_seen else None


def compared(form: forms.BaseForm, state: Mapping[str, str], seen: Seen) -> list[Difference]:
    """What differs from what the page showed, field by field."""
    differences = []
    for name, now in state.items():
        if name not in seen or seen[name] == digest(now):
            continue
        yours = sent(form, name)
        is_yours = bool(yours) if is_unseen(form.fields[name].widget) else digest(yours) != seen[name] and yours != now
        words = said(form, name, yours) if is_yours else ""
        differences.append(Difference(str(form[name].label), said(form, name, now), words, is_yours))
    return differences


def taken_over(form: forms.BaseForm, seen: Seen) -> QueryDict:
    """The form's data, with what the person left alone as it is now."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    for name in seen:
        if name not in form.fields or digest(sent(form, name)) != seen[name]:
            continue
        value, key = form.fields[name].prepare_value(form[name].initial), form.add_prefix(name)
        if isinstance(form.fields[name], forms.BooleanField):
            data.setlist(key, ["on"] if value else [])
        else:
            data.setlist(key, [str(one) for one in value] if isinstance(value, list | tuple) else [_typed(value)])
    return data


def _typed(value: Any) -> str:
    return "" if value is None else str(value)


def last_change(obj: Model) -> Entry | None:
    return entries_of(obj).first()


def is_unchanged(obj: Model) -> bool:
    """Whether the row still is as it was read, now that nobody else can write it until the transaction ends."""
    if not hasattr(obj, "updated_at"):
        return True
    lock(type(obj), [obj.pk])
    return bool(type(obj)._base_manager.filter(pk=obj.pk, updated_at=obj.updated_at).exists())
