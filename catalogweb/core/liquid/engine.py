"""The Liquid engine: which tags and filters there are, and how much a text may ask of them."""

import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import liquid
from liquid.ast import Node
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.for_tag import ForTag
from liquid.exceptions import LiquidError, LiquidSyntaxError, ResourceLimitError
from liquid.stream import TokenStream
from liquid.undefined import is_undefined

from catalogweb.core.errors import Invalid, Refusal
from catalogweb.core.liquid import FINDERS
from catalogweb.core.liquid.filters import MOST_MADE, OWN, UNWANTED
from catalogweb.core.names import suggestion
from catalogweb.core.rights import Actor
from catalogweb.core.storing import UNSTORABLE, is_storable

# Of this thread's processor time: a busy machine is nobody's fault.
SECONDS = 1.0
LONGEST_TEXT, LONGEST_MARK = 32 * 1024, 500
# A value's size: characters, and some for each entry of a list or object, which cost more than their text.
LARGEST, ENTRY, MOST_RENDERED = MOST_MADE, 32, 2 * MOST_MADE
MOST_LOOKUPS = 100

# Text and `{{ … }}` are tags to the library, and so is what is none. No other tag loads, includes or counts.
TAGS = {"content", "output", "illegal"} | {
    "if", "unless", "case", "for", "break", "continue", "assign", "capture", "comment", "#",
}  # fmt: skip
MARK = re.compile(r"\{\{|\{%")
END_OF_RAW = re.compile(r"\{%-?\s*endraw\s*-?%\}")


class Rendering:
    """What all texts of one body share: names, time, amount, and what was looked up."""

    def __init__(self, by: Actor, names: Mapping[str, Any]) -> None:
        self.by, self.names = by, names
        self.deadline = time.thread_time() + SECONDS
        self.amount = 0
        self.found: dict[Any, Any] = {}

    def text(self, text: str) -> Any:
        """What a text comes to; a whole `{{ … }}` keeps its type."""
        template = parsed(text)
        context = _Context(template, self)
        try:
            [node] = template.nodes
        except ValueError:
            node = None
        try:
            self.spend()
            if isinstance(node, OutputNode):
                value = _as_json(node.expression.evaluate(context))
            else:
                buffer = context.get_buffer()
                template.render_with_context(context, buffer)
                value = buffer.getvalue()
            self.amount += size(value)
            if self.amount > MOST_RENDERED:
                raise ResourceLimitError("all of it together becomes too large", token=None)
        except LiquidError as error:
            raise _refused(error) from None
        except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError):
            raise Invalid("This Liquid cannot be rendered.") from None
        if not is_storable(value):
            raise Invalid(UNSTORABLE)
        return value

    def spend(self) -> None:
        if time.thread_time() > self.deadline:
            raise ResourceLimitError("it takes longer than a second", token=None)

    def find(self, name: str, *given: Any) -> Any:
        """Each thing is looked up once, however many texts ask for it."""
        given = tuple(_as_json(value) for value in given)
        key = name, repr(given)
        if key not in self.found:
            if len(self.found) >= MOST_LOOKUPS:
                raise ResourceLimitError(f"more than {MOST_LOOKUPS} lookups", token=None)
            try:
                self.found[key] = FINDERS[name](*given, by=self.by)
            except Refusal as refusal:
                raise Invalid(refusal.message) from None
        return self.found[key]


class _Context(liquid.RenderContext):
    """A scope that counts what is done in it."""

    def __init__(self, template: Any, rendering: Rendering) -> None:
        super().__init__(template, globals=rendering.names)
        self.rendering = rendering

    def get(self, path: list[object], **options: Any) -> object:
        self.rendering.spend()
        return super().get(path, **options)

    def filter(self, name: str, token: Any) -> Callable[..., object]:
        call = partial(self.rendering.find, name) if name in FINDERS else super().filter(name, token)

        def bounded(*given: Any, **named: Any) -> Any:
            self.rendering.spend()
            for value in (*given, *named.values()):
                size(value)
            result = call(*given, **named)
            size(result)
            return result

        return bounded

    def loop(self, namespace: Any, forloop: Any) -> Any:
        self.rendering.spend()
        return super().loop(namespace, forloop)


class _For(ForTag):
    """`reversed` would make a list of any range before its length is looked at."""

    def parse(self, stream: TokenStream) -> Node:
        node: Any = super().parse(stream)
        if node.expression.reversed:
            raise LiquidSyntaxError("“reversed” is not known: use the filter reverse", token=None)
        return node


class _Environment(liquid.Environment):
    block_nesting_limit = 10
    loop_iteration_limit = 1000
    local_namespace_limit = 4 * LARGEST
    output_stream_limit = LARGEST

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=False)
        self.add_tag(_For)
        self.tags = {name: tag for name, tag in self.tags.items() if name in TAGS}
        self.filters = {name: call for name, call in self.filters.items() if name not in UNWANTED}
        self.filters |= OWN


ENVIRONMENT = _Environment()


def parsed(text: str) -> liquid.BoundTemplate:
    """The text, ready to be rendered; refuses what is no Liquid and filters that are not known."""
    try:
        template = ENVIRONMENT.from_string(_tidied(text))
        known = {*ENVIRONMENT.filters, *FINDERS}
        unknown = [name for name in template.filter_names() if name not in known]
    except LiquidError as error:
        raise _refused(error) from None
    if unknown:
        raise Invalid(f"There is no filter “{unknown[0]}”.{suggestion(unknown[0], known)}")
    return template


def _refused(error: LiquidError) -> Invalid:
    words = str(error.message or "it cannot be read").rstrip(".")
    return Invalid(f"This is not Liquid that can be rendered: {words[:200]}.")


def _tidied(text: str) -> str:
    """The text with its marks closed, short, and without blanks at their ends: the lexer's time is quadratic in those."""
    if len(text) > LONGEST_TEXT:
        raise ResourceLimitError(f"a text with Liquid in it has at most {LONGEST_TEXT:,} characters", token=None)
    parts, at = [], 0
    while found := MARK.search(text, at):
        opening, closing = found[0], "}}" if found[0] == "{{" else "%}"
        end = text.find(closing, found.end())
        if end < 0:
            raise LiquidSyntaxError(f"“{opening}” is not closed by “{closing}”", token=None)
        inside = text[found.end() : end]
        if len(inside) > LONGEST_MARK:
            raise ResourceLimitError(f"{opening} … {closing} holds at most {LONGEST_MARK} characters", token=None)
        head, tail = "-" * inside.startswith("-"), "-" * (inside.endswith("-") and len(inside) > 1)
        body = inside[len(head) : len(inside) - len(tail)].strip()
        parts += [text[at : found.start()], opening, head, " ", body, " ", tail, closing]
        at = end + 2
        if opening == "{%" and body == "raw":
            finish = END_OF_RAW.search(text, at)
            if finish is None:
                raise LiquidSyntaxError("“raw” is not closed by “endraw”", token=None)
            parts.append(text[at : finish.end()])
            at = finish.end()
    return "".join([*parts, text[at:]])


def size(value: Any) -> int:
    """How large a value is; refuses one that is too large, without looking at all of it."""
    total, pending = 0, [value]
    while pending:
        one = pending.pop()
        if isinstance(one, str):
            total += len(one)
        elif isinstance(one, dict):
            total += ENTRY * len(one)
            pending += one.values() if total <= LARGEST else ()
        elif isinstance(one, list | tuple | range):
            total += ENTRY * len(one)
            pending += one if total <= LARGEST and not isinstance(one, range) else ()
        elif isinstance(one, int):
            total += (LARGEST + 1) * (one.bit_length() > 63)
        if total > LARGEST:
            raise ResourceLimitError("a value becomes too large", token=None)
    return total


def _as_json(value: Any) -> Any:
    """Nothing but JSON values: what is not defined is null, a time is text."""
    if value is None or is_undefined(value):
        return None
    if isinstance(value, dict):
        return {str(key): _as_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | range):
        size(value)
        return [_as_json(inner) for inner in value]
    return value if isinstance(value, str | bool | int | float) else str(value)
