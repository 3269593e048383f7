"""YAML text to documents whose every value knows its line. Size, depth and aliases are bounded."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from catalogweb.deployments.manifests.faults import Fault, ManifestRefused

DEEPEST, MOST_ALIASES, MOST_VALUES = 24, 100, 50_000


@dataclass
class Value:
    """A scalar (`kind` str, int, float, bool, null), a list or a mapping, with the line it starts on."""

    kind: str
    line: int
    raw: Any = None
    text: str = ""
    keys: dict[str, int] = field(default_factory=dict)

    def get(self, key: str) -> "Value | None":
        """A mapping's value, None when it is absent or null."""
        found = self.raw.get(key) if self.kind == "mapping" else None
        return None if found is None or found.kind == "null" else found


@dataclass
class Document:
    """One document of a manifest: its place, its kind, and its values."""

    number: int
    line: int
    root: Value

    @property
    def kind(self) -> str:
        found = self.root.get("kind")
        return found.text if found else ""


def read(text: str) -> list[Document]:
    """The documents of a text, empty ones left out; refuses what is no YAML or too large."""
    if len(text.encode()) > settings.MANIFEST_MAX_BYTES:
        raise ManifestRefused([Fault(1, 1, "", "", "A manifest has at most 1 MiB.")])
    try:
        _check_bounds(text)
        nodes = list(YAML().compose_all(text))
        counter = iter(range(MOST_VALUES))
        return [
            Document(number, node.start_mark.line + 1, _value(node, number, counter))
            for number, node in enumerate((node for node in nodes if node is not None), start=1)
            if not _is_empty(node)
        ]
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ManifestRefused(
            [Fault(_document_at(text, line), line, "", "", f"This is not YAML: {error.problem}.")]
        ) from None
    except YAMLError as error:
        raise ManifestRefused([Fault(1, 1, "", "", f"This is not YAML: {str(error).splitlines()[0]}.")]) from None


def _is_empty(node: Any) -> bool:
    return isinstance(node, ScalarNode) and node.value == ""


def _document_at(text: str, line: int) -> int:
    separators = [row for row in text.splitlines()[1:line] if row.startswith("---")]
    return len(separators) + 1


def _check_bounds(text: str) -> None:
    depth = aliases = 0
    for event in YAML().parse(text):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        aliases += isinstance(event, AliasEvent)
        if depth > DEEPEST or aliases > MOST_ALIASES:
            line = event.start_mark.line + 1
            what = (
                f"Values are nested deeper than {DEEPEST} levels"
                if depth > DEEPEST
                else f"More than {MOST_ALIASES} aliases"
            )
            raise ManifestRefused([Fault(_document_at(text, line), line, "", "", f"{what}: this is refused.")])


def _value(node: Any, document: int, counter: Iterator[int]) -> Value:
    line = node.start_mark.line + 1
    if next(counter, None) is None:
        raise ManifestRefused([Fault(document, line, "", "", f"More than {MOST_VALUES:,} values: this is refused.")])
    if isinstance(node, MappingNode):
        return _mapping(node, line, document, counter)
    if isinstance(node, SequenceNode):
        return Value("list", line, [_value(child, document, counter) for child in node.value])
    return _scalar(node, line)


def _mapping(node: Any, line: int, document: int, counter: Iterator[int]) -> Value:
    values: dict[str, Value] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in values:
            place = key_node.start_mark.line + 1
            raise ManifestRefused(
                [Fault(document, place, "", key, f"“{key}” stands twice, first on line {lines[key]}.")]
            )
        lines[key] = key_node.start_mark.line + 1
        values[key] = _value(value_node, document, counter)
        if values[key].kind == "null":
            # An empty value "starts" where the next token does: the key's line is what people look for.
            values[key].line = lines[key]
    return Value("mapping", line, values, keys=lines)


def _scalar(node: Any, line: int) -> Value:
    kind = str(node.tag).rsplit(":", 1)[-1]
    text = str(node.value)
    raw: Any = text
    if kind == "null":
        raw = None
    elif kind == "bool":
        raw = text.lower() in ("true", "yes", "on")
    elif kind == "int":
        raw = _integer(text)
    elif kind == "float":
        raw = float(text.replace("_", "")) if text.strip(".-+").lower() not in ("inf", "nan") else text
    else:
        kind = "str"
    return Value(kind, line, raw, text)


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    return int(digits, 0) if digits.lower().lstrip("+-").startswith(("0x", "0o", "0b")) else int(digits)
