"""YAML text to documents whose every value knows its line. Size, depth and aliases are bounded."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.parser import Parser

from catalogweb.core.storing import UNSTORABLE, is_storable
from catalogweb.deployments.manifests.faults import Fault, ManifestRefused

# What a parser quotes, to the end of the text if the quotes do not match.
QUOTED = re.compile(r"""(['"])((?:\\.|(?!\1).)*)\1|['"].*""", re.S)
DEEPEST, MOST_ALIASES, MOST_VALUES = 24, 100, 20_000
TOO_DEEP = f"Values are nested deeper than {DEEPEST} levels"
TOO_MANY = f"More than {MOST_VALUES:,} values, the names of fields counted"


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
    if not is_storable(text):
        raise ManifestRefused([Fault(1, 1, "", "", f"This is not text. {UNSTORABLE}")])
    if len(text.encode()) > settings.MANIFEST_MAX_BYTES:
        raise ManifestRefused([Fault(1, 1, "", "", "A manifest has at most 1 MiB.")])
    try:
        nodes = [node for node in _yaml().compose_all(text) if node is not None]
        reading = _Reading()
        return [
            Document(number, node.start_mark.line + 1, reading.value(node, number))
            for number, node in enumerate(nodes, start=1)
            if not _is_empty(node)
        ]
    except _TooMuch as error:
        raise _refused(_document_at(text, error.line), error.line, f"{error.exceeded}: this is refused.") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = _without_values(error.problem or "")
        raise ManifestRefused(
            [Fault(_document_at(text, line), line, "", "", f"This is not YAML: {problem}.")]
        ) from None
    except (YAMLError, ValueError, OverflowError, AssertionError) as error:
        problem = _without_values(str(error).splitlines()[0])
        raise ManifestRefused([Fault(1, 1, "", "", f"This is not YAML: {problem}.")]) from None


def _without_values(problem: str) -> str:
    """A quoted value may be a piece of a password; punctuation and the parser's own words in <> tell what is wrong."""

    def shown(quoted: re.Match[str]) -> str:
        inner = quoted[2] or ""
        return quoted[0] if re.fullmatch(r"[^\w\s]{1,2}|<[a-z ]+>", inner) else "…"

    return QUOTED.sub(shown, problem.replace(r"'\t'", "<tab>"))


class _BoundedParser(Parser):
    """Stops at the bounds while it reads: what lies beyond them costs nothing."""

    depth = aliases = values = 0

    def get_event(self) -> Any:
        event = super().get_event()
        self.depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        self.aliases += isinstance(event, AliasEvent)
        self.values += isinstance(event, NodeEvent)
        if exceeded := self._exceeded():
            raise _TooMuch(exceeded, event.start_mark.line + 1)
        return event

    def _exceeded(self) -> str:
        if self.depth > DEEPEST:
            return TOO_DEEP
        if self.aliases > MOST_ALIASES:
            return f"More than {MOST_ALIASES} aliases"
        return TOO_MANY if self.values > MOST_VALUES else ""


class _TooMuch(Exception):
    """A manifest goes on beyond a bound at this line."""

    def __init__(self, exceeded: str, line: int) -> None:
        super().__init__(exceeded)
        self.exceeded, self.line = exceeded, line


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.Parser = _BoundedParser
    # It would print the line, which may hold a password.
    yaml.composer.warn_double_anchors = False
    return yaml


def _is_empty(node: Any) -> bool:
    return isinstance(node, ScalarNode) and node.value == ""


def _document_at(text: str, line: int) -> int:
    separators = [row for row in text.splitlines()[1:line] if row.startswith("---")]
    return len(separators) + 1


@dataclass
class _Reading:
    """Nodes to values. An alias may point at what it stands in, or at lists of aliases: both are counted again."""

    count: int = 0

    def value(self, node: Any, document: int, depth: int = 0) -> Value:
        line = node.start_mark.line + 1
        self.count += 1
        if self.count > MOST_VALUES:
            raise _refused(document, line, f"{TOO_MANY}: this is refused.")
        if depth > DEEPEST:
            raise _refused(document, line, f"{TOO_DEEP}: this is refused.")
        if isinstance(node, MappingNode):
            return self._mapping(node, line, document, depth)
        if isinstance(node, SequenceNode):
            return Value("list", line, [self.value(child, document, depth + 1) for child in node.value])
        return _scalar(node, line, document)

    def _mapping(self, node: Any, line: int, document: int, depth: int) -> Value:
        values: dict[str, Value] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            place = key_node.start_mark.line + 1
            key = _key(key_node, document)
            if key in values:
                raise _refused(document, place, f"“{key}” stands twice, first on line {lines[key]}.", key)
            lines[key] = place
            values[key] = self.value(value_node, document, depth + 1)
            if values[key].kind == "null":
                # An empty value "starts" where the next token does: the key's line is what people look for.
                values[key].line = place
        return Value("mapping", line, values, keys=lines)


def _refused(document: int, line: int, message: str, field: str = "") -> ManifestRefused:
    return ManifestRefused([Fault(document, line, "", field, message)])


def _key(node: Any, document: int) -> str:
    line = node.start_mark.line + 1
    if not isinstance(node, ScalarNode):
        raise _refused(document, line, "The name of a field is text, not a list or a group of fields.")
    if node.value == "<<" and node.style is None:
        raise _refused(document, line, "Merging with << is not done here: write the fields out.", "<<")
    return str(_scalar(node, line, document).text)


def _scalar(node: Any, line: int, document: int) -> Value:
    """Text whose tag promises what it does not hold, or a number beyond bounds, is text."""
    kind = str(node.tag).removeprefix(YAML_TAG)
    text = str(node.value)
    if not is_storable(text):
        raise _refused(document, line, UNSTORABLE)
    convert = SCALARS.get(kind)
    raw = convert(text) if convert else None
    if raw is None and kind != "null":
        return Value("str", line, text, text)
    return Value(kind, line, raw, text)


def _boolean(text: str) -> bool | None:
    return {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}.get(text.lower())


def _integer(text: str) -> int | None:
    digits = text.replace("_", "")
    has_base = digits.lower().lstrip("+-").startswith(("0x", "0o", "0b"))
    try:
        number = int(digits, 0 if has_base else 10)
    except ValueError:
        return None
    return number if is_storable(number) else None


def _fraction(text: str) -> float | None:
    try:
        number = float(text.replace("_", ""))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


YAML_TAG = "tag:yaml.org,2002:"
SCALARS: dict[str, Callable[[str], Any]] = {"bool": _boolean, "int": _integer, "float": _fraction}
