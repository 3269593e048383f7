"""Template tags of the pages. They are builtins: no page loads them."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.template import Context
from django.urls import reverse
from lucide.templatetags.lucide import lucide

from catalogweb.agents.presence import Presence
from catalogweb.changelog import words as changelog
from catalogweb.core.architectures import Architecture
from catalogweb.core.states import icon_of, tone_of
from catalogweb.core.text import ago
from catalogweb.deployments.stages import stages_of

register = template.Library()

# What the query of a list may say without leaving anything out.
SHAPE_OF_A_LIST = ("sort", "page", "size")


@register.inclusion_tag("components/nav_link.html", takes_context=True)
def nav_link(context: Context, name: str, label: str, icon: str, section: str = "") -> dict[str, Any]:
    """One line of the navigation; current while the page's URL name begins with its section."""
    match = getattr(context.get("request"), "resolver_match", None)
    here = (match.url_name or "") if match and match.namespace == "web" else ""
    is_current = here.startswith(section or name.partition("-")[0])
    return {"href": reverse(f"web:{name}"), "label": label, "icon": icon, "is_current": is_current}


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: Context, name: str, label: str, target: str = "", css: str = "") -> dict[str, Any]:
    """A column head that sorts by `name`, and back on the second click."""
    request = context["request"]
    order = {name: "ascending", f"-{name}": "descending"}.get(str(context.get("sort")), "")
    query = request.GET.copy()
    query["sort"] = f"-{name}" if order == "ascending" else name
    query.pop("page", None)
    return {"label": label, "order": order, "link": f"{request.path}?{query.urlencode()}", "target": target, "css": css}


@register.inclusion_tag("components/empty.html", takes_context=True)
def empty_list(context: Context, noun: str, text: str = "", link: str = "", label: str = "") -> dict[str, Any]:
    """Instead of an empty table: there is nothing yet, and how to begin; or nothing fits what was searched for."""
    request = context["request"]
    if any(value for name, value in request.GET.items() if name not in SHAPE_OF_A_LIST):
        clear = {"action_url": request.path, "action_label": "Clear search", "is_quiet": True}
        return {"title": f"No {noun} match", "text": "Search for less, or choose other filters.", **clear}
    may_begin = link and context["user"].may_change
    begin = {"action_url": reverse(f"web:{link}"), "action_label": label} if may_begin else {}
    return {"title": f"No {noun} yet", "text": text, **begin}


@register.inclusion_tag("components/bar.html")
def bar(parts: Iterable[tuple[str, int]]) -> dict[str, Any]:
    """(tone, number) side by side, as shares of their sum."""
    known = [(tone, number) for tone, number in parts if number]
    total, left, shares = sum(number for _, number in known), 0.0, []
    for tone, number in known:
        width = 100 * number / total
        shares.append((tone, round(left, 2), round(width, 2)))
        left += width
    return {"shares": shares}


register.filter("ago", ago)


@register.filter
def presence_tone(presence: Presence) -> str:
    return tone_of(presence.label)


@register.filter
def state_icon(word: str, tone: str) -> str:
    return _drawn(icon_of(str(word), tone))


@cache
def _drawn(icon: str) -> str:
    """Drawn once: a page of a fleet shows hundreds."""
    drawn: str = lucide(icon, size=14, **{"aria-hidden": "true"})
    return drawn


@register.filter
def page_numbers(page: Page) -> Iterable[int | str]:
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.filter
def words(name: str) -> str:
    """A name of ours for people."""
    return changelog.label(name)


register.filter("stages", stages_of)
register.filter("action_of", changelog.action_of)
register.filter("action_alone", changelog.action_alone)


@register.filter
def is_given(value: Any) -> bool:
    return value not in (None, "", [], {})


@register.filter
def plain(value: Any, field: str = "") -> str:
    """A logged value, of this field, as people would write it."""
    return changelog.said(field, value)


@register.filter
def yes_no(value: object) -> str:
    return "Yes" if value else "No"


@register.filter
def architecture_label(name: str) -> str:
    return Architecture(name).label if name in Architecture.values else name
