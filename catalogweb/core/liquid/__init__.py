"""Liquid in text values: `{{ … }}` and `{% … %}`, rendered within bounds, with nothing that loads or writes.

The library behind it is imported when the first such text comes along.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from catalogweb.core.errors import Invalid
from catalogweb.core.rights import Actor, Right, require

DEEPEST = 64

# Filters that look something up, by name: called with the acting user, what was piped in, and the arguments.
FINDERS: dict[str, Callable[..., Any]] = {}


def finder(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function a filter of this name. It reads as `by`, answers JSON values, and refuses what is not there."""

    def register(find: Callable[..., Any]) -> Callable[..., Any]:
        FINDERS[name] = find
        return find

    return register


def has_liquid(value: Any) -> bool:
    """Whether any text in this JSON value is to be rendered."""
    if isinstance(value, str):
        return "{{" in value or "{%" in value
    if isinstance(value, dict):
        return any(map(has_liquid, value.values()))
    return isinstance(value, list) and any(map(has_liquid, value))


def render(value: Any, *, by: Actor, names: Mapping[str, Any], verbatim: Collection[str] = ()) -> Any:
    """The JSON value with every text in it rendered; a text that is one whole `{{ … }}` becomes what that yields.

    `names` are in scope. Fields called as one of `verbatim` stay as they are. A fault names its field.
    """
    if not has_liquid(value):
        return value
    require(by, Right.READ)
    from catalogweb.core.liquid.engine import Rendering

    rendering = Rendering(by, names)
    return _each_text(value, rendering.text, verbatim)


def check_liquid(value: Any) -> None:
    """Refuse texts that could never be rendered; the fault names its field."""
    if has_liquid(value):
        from catalogweb.core.liquid.engine import parsed

        _each_text(value, parsed)


def names_in(value: Any) -> set[str]:
    """The names that the texts take from their scope."""
    from catalogweb.core.liquid.engine import parsed

    names: set[str] = set()
    _each_text(value, lambda text: names.update(parsed(text).global_variables()))
    return names


def _each_text(value: Any, change: Callable[[str], Any], verbatim: Collection[str] = (), path: str = "") -> Any:
    if path.count(".") + path.count("[") > DEEPEST:
        raise Invalid(f"Values are nested deeper than {DEEPEST} levels.", field=path[:100])
    if isinstance(value, dict):
        return {
            key: inner
            if key.lower() in verbatim
            else _each_text(inner, change, verbatim, f"{path}.{key}" if path else key)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_each_text(inner, change, verbatim, f"{path}[{number}]") for number, inner in enumerate(value)]
    if not isinstance(value, str) or not has_liquid(value):
        return value
    try:
        return change(value)
    except Invalid as refusal:
        raise Invalid(f"Field '{path}': {refusal.message}", field=path) from None
