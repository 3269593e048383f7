"""Markdown of the documentation as HTML: headings that links can name, wide things that scroll by themselves.

A link to a page of the product is written by its name, `[Agents](page:agent-list)`; to another page of the
documentation `[Clients](docs:clients#iofogctl)`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict


@dataclass(frozen=True)
class Section:
    """A heading of the second or third level with the plain text below it; the first of a page has no anchor."""

    anchor: str
    title: str
    level: int
    text: str


@dataclass(frozen=True)
class Text:
    title: str
    html: SafeString
    sections: tuple[Section, ...]


def read(source: str) -> Text:
    """The first heading is the title and is shown by the page itself."""
    tokens = PARSER.parse(source)
    title, tokens = tokens[1].content, tokens[3:]
    _name_headings(tokens)
    _resolve_links(tokens)
    _label_cells(tokens)
    html = PARSER.renderer.render(tokens, PARSER.options, {})
    # Raw HTML in the source is shown as text, so that nothing but our own markup is in here.
    return Text(title, mark_safe(html), tuple(_sections(title, tokens)))  # noqa: S308


def inline(sentence: str) -> SafeString:
    """A sentence with names of code in it."""
    return mark_safe(PARSER.renderInline(sentence))  # noqa: S308 - raw HTML is shown as text


def _name_headings(tokens: Sequence[Token]) -> None:
    seen: set[str] = set()
    for token, inline in zip(tokens, tokens[1:], strict=False):
        if token.type == "heading_open":
            anchor = base = slugify(_plain(inline)) or "section"
            number = 1
            while anchor in seen:
                number += 1
                anchor = f"{base}-{number}"
            seen.add(anchor)
            token.attrSet("id", anchor)


def _resolve_links(tokens: Sequence[Token]) -> None:
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("href", _address(str(child.attrGet("href"))))


def _address(href: str) -> str:
    scheme, _, rest = href.partition(":")
    if scheme == "page":
        return reverse(f"web:{rest}")
    if scheme == "docs":
        slug, mark, anchor = rest.partition("#")
        return reverse("web:docs-page", args=[slug]) + mark + anchor
    return href


def _label_cells(tokens: Sequence[Token]) -> None:
    """Where a table becomes cards, each cell says the name of its column; the first is the card's heading."""
    heads: list[str] = []
    column = 0
    for token, inline in zip(tokens, tokens[1:], strict=False):
        if token.type == "table_open":
            heads = []
        elif token.type == "th_open":
            heads.append(_plain(inline))
        elif token.type == "tr_open":
            column = 0
        elif token.type == "td_open":
            if column:
                token.attrSet("data-label", heads[column])
            column += 1


def _sections(title: str, tokens: Sequence[Token]) -> list[Section]:
    sections, anchor, heading, level, words = [], "", title, 1, list[str]()
    for number, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag in ("h2", "h3"):
            sections.append(Section(anchor, heading, level, " ".join(words)))
            anchor, heading = str(token.attrGet("id")), _plain(tokens[number + 1])
            level, words = int(token.tag[1]), []
        elif token.type == "inline" and tokens[number - 1].type != "heading_open":
            words.append(_plain(token))
        elif token.type == "fence":
            words.append(token.content)
    return [*sections, Section(anchor, heading, level, " ".join(words))]


def _plain(inline: Token) -> str:
    texts = {"text", "code_inline"}
    return "".join(
        child.content if child.type in texts else " " * ("break" in child.type) for child in inline.children or ()
    )


def _table_open(renderer: Any, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return '<div class="table-wrap" role="group" aria-label="Table" tabindex="0"><table class="table table--stack">'


def _table_close(renderer: Any, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return "</table></div>"


def _fence(renderer: Any, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    name = f"example-{index}"
    copy = f'<button class="button button--quiet" type="button" data-copy="{name}" hidden><span data-copy-word>Copy</span></button>'
    text = escape(tokens[index].content.rstrip("\n"))
    code = f'<pre class="code" id="{name}" role="group" aria-label="Example" tabindex="0">{text}</pre>'
    return f'<div class="code-block">{copy}{code}</div>'


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    for name, rule in {"table_open": _table_open, "table_close": _table_close, "fence": _fence}.items():
        parser.add_render_rule(name, rule)
    return parser


PARSER = _parser()
