"""Filters of our own, and those of the library that are left out."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from liquid.builtin.filters.array import map_ as library_map
from liquid.exceptions import FilterArgumentError, ResourceLimitError
from liquid.filter import sequence_filter, string_filter
from liquid.undefined import is_undefined

# Of no use outside HTML.
UNWANTED = {"safe", "escapejs", "strip_html", "newline_to_br"}
MOST_MADE = 1024 * 1024
TRUE, FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0", ""}


def to_number(value: Any) -> int | float | None:
    """What is not defined stays null."""
    if value is None or is_undefined(value):
        return None
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    text = str(value).strip()[:40]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    raise FilterArgumentError(f"“{text}” is not a number", token=None)


def to_boolean(value: Any) -> bool | None:
    """What is not defined stays null."""
    if value is None or is_undefined(value):
        return None
    if isinstance(value, bool | int | float):
        return bool(value)
    text = str(value).strip().lower()[:40]
    if text not in TRUE | FALSE:
        raise FilterArgumentError(f"“{text}” is neither true nor false", token=None)
    return text in TRUE


def to_string(value: Any) -> str | None:
    """Lists and objects as JSON."""
    if value is None or is_undefined(value):
        return None
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


def map_values(value: Any, key: Any) -> Any:
    """Of a list a list; of one object, such as a found agent, the value itself."""
    if value is None or is_undefined(value):
        return None
    return value.get(key) if isinstance(value, dict) else library_map(value, key)


def first(value: Any) -> Any:
    """One thing is the first of itself."""
    if not isinstance(value, list | tuple | range):
        return value
    return value[0] if value else None


def last(value: Any) -> Any:
    return first(value[::-1]) if isinstance(value, list | tuple | range) else value


@string_filter
def replace(text: str, old: Any, new: Any = "") -> str:
    """As the library's, but how much it makes is known before it is made."""
    old, new = str(old), str(new)
    _allow(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


@sequence_filter
def join(items: Iterable[Any], separator: Any = " ") -> str:
    """As above."""
    texts = [item if isinstance(item, str) else str(item) for item in items]
    _allow(sum(map(len, texts)) + len(texts) * len(str(separator)))
    return str(separator).join(texts)


@sequence_filter
def uniq(items: Iterable[Any], key: Any = None) -> list[Any]:
    """In linear time; the library compares each with each."""
    kept: dict[str, Any] = {}
    for item in items:
        value = item.get(key) if key is not None and isinstance(item, dict) else item
        kept.setdefault(json.dumps(value, sort_keys=True, default=str), item)
    return list(kept.values())


def _allow(characters: int) -> None:
    if characters > MOST_MADE:
        raise ResourceLimitError("a value becomes too large", token=None)


OWN: dict[str, Callable[..., Any]] = {
    "toNumber": to_number, "toBoolean": to_boolean, "toString": to_string,
    "map": map_values, "first": first, "last": last, "replace": replace, "join": join, "uniq": uniq,
}  # fmt: skip
