"""Reading typed fields out of a document: each fault is noted with its line, and reading goes on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from catalogweb.core.liquid import has_liquid
from catalogweb.core.names import suggestion
from catalogweb.core.text import number_in
from catalogweb.deployments.manifests.faults import Fault
from catalogweb.deployments.manifests.reader import Document, Value

SECRETS = frozenset({"password"})


@dataclass
class Fields:
    """One mapping of a document, read field by field. `path` is where it stands, such as spec.container."""

    document: Document
    value: Value | None
    path: str = ""
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    lenient: bool = False
    # In a template a placeholder may stand for any value: then it is read as if nothing were written.
    placeholders: bool = False

    @property
    def line(self) -> int:
        return self.value.line if self.value else self.document.line

    def line_of(self, key: str) -> int:
        return self.value.keys.get(key, self.line) if self.value else self.document.line

    def fault(self, key: str, message: str, value: Value | None = None) -> None:
        """Note a fault at `key`; the value is shown unless it may be a secret."""
        line = value.line if value else self.line_of(key)
        text = value.text if value and key not in SECRETS else ""
        place = ".".join(filter(None, [self.path, key]))
        self.faults.append(Fault(self.document.number, line, self.document.kind, place, message, text))

    def has(self, key: str) -> bool:
        return self.value is not None and self.value.get(key) is not None

    def known(self, keys: Iterable[str], ignored: Iterable[str] = ()) -> None:
        """Refuse keys that mean nothing here; a misspelt one would otherwise be lost silently."""
        if self.lenient:
            return
        names = set(keys)
        for key in self.value.raw if self.value else ():
            if key not in names and key not in ignored:
                self.fault(key, f"“{key}” is not a field here.{suggestion(key, names)}")

    def section(self, key: str) -> "Fields":
        """A mapping inside this one; an absent or null one reads as empty."""
        found = self._written(key)
        if found is not None and found.kind != "mapping":
            self.fault(key, f"{key} holds fields, not {_kind(found)}.")
            found = None
        return self._inside(found, key)

    def _inside(self, found: Value | None, key: str) -> "Fields":
        path = ".".join(filter(None, [self.path, key]))
        return Fields(self.document, found, path, self.faults, self.warnings, self.lenient, self.placeholders)

    def sections(self, key: str) -> list["Fields"] | None:
        """A list of mappings; None when it is absent or null."""
        items = self.items(key)
        if items is None:
            return None
        found = []
        for number, item in enumerate(items):
            if item.kind == "mapping":
                found.append(self._inside(item, f"{key}[{number}]"))
            else:
                self.fault(f"{key}[{number}]", f"An entry of {key} holds fields, not {_kind(item)}.")
        return found

    def items(self, key: str) -> list[Value] | None:
        found = self._written(key)
        if found is not None and found.kind != "list":
            self.fault(key, f"{key} is a list, not {_kind(found)}.")
            return None
        return found.raw if found else None

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """Text; numbers and truth values are taken as they are written."""
        return self._read(key, default, required, _as_text, "text")

    def boolean(self, key: str, default: bool = False) -> bool:
        return self._read(key, default, False, _as_bool, "a boolean", near=("true", "false"))

    def integer(self, key: str, default: int = 0, *, required: bool = False) -> int:
        return self._read(key, default, required, _as_int, "a whole number")

    def texts(self, key: str) -> list[str]:
        """A list of texts; absent or null is empty."""
        found = []
        for number, item in enumerate(self.items(key) or []):
            if item.kind in ("mapping", "list"):
                self.fault(f"{key}[{number}]", f"An entry of {key} is text, not {_shown(item)}.", item)
            else:
                found.append(item.text)
        return found

    def plain(self, key: str) -> Any:
        """Any value as plain Python data; None when absent."""
        found = self._written(key)
        return plain(found) if found else None

    def _written(self, key: str) -> Value | None:
        found = self.value.get(key) if self.value else None
        return None if found and self._is_placeholder(found) else found

    def _is_placeholder(self, value: Value) -> bool:
        return self.placeholders and value.kind == "str" and has_liquid(value.text)

    def _read(
        self,
        key: str,
        default: Any,
        required: bool,
        convert: Callable[[Value], Any],
        what: str,
        near: Iterable[str] = (),
    ) -> Any:
        found = self.value.get(key) if self.value else None
        if found is None:
            if required:
                self.fault(key, f"{key} is missing.")
            return default
        if convert is not _as_text and self._is_placeholder(found):
            return default
        converted = convert(found)
        if converted is None:
            shown = "what is written" if key in SECRETS else _shown(found)
            self.fault(key, f"{shown} is not {what}.{suggestion(found.text.lower(), near)}", found)
            return default
        return converted


def _as_text(value: Value) -> str | None:
    return value.text if value.kind in ("str", "int", "float", "bool") else None


def _as_bool(value: Value) -> bool | None:
    return value.raw if value.kind == "bool" else None


def _as_int(value: Value) -> int | None:
    if value.kind == "int":
        return int(value.raw)
    return number_in(value.text) if value.kind == "str" else None


def _kind(value: Value) -> str:
    """Not what it says: with a blank forgotten, `password:secret` is a text where fields belong."""
    return {"mapping": "a group of fields", "list": "a list"}.get(value.kind, "a text or number")


def _shown(value: Value) -> str:
    return _kind(value) if value.kind in ("mapping", "list") else f"“{value.text}”"


def plain(value: Value) -> Any:
    if value.kind == "mapping":
        return {key: plain(child) for key, child in value.raw.items()}
    if value.kind == "list":
        return [plain(child) for child in value.raw]
    return value.raw


def as_written(value: Value) -> Any:
    """The same, but of a mapping's own values the texts: nothing of 0123 or 1.10 is lost, and null is empty."""
    if value.kind != "mapping":
        return plain(value)
    return {
        key: plain(child) if child.kind in ("mapping", "list") else "" if child.kind == "null" else child.text
        for key, child in value.raw.items()
    }
