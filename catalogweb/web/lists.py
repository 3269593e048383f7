"""What list pages share: filters from the URL, an order, and pages of 25, 50 or 100 rows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

Rows = TypeVar("Rows", bound=QuerySet[Any])

SIZES = (25, 50, 100)


@dataclass(frozen=True)
class Filter:
    """One choice beside the search; `value` is what the URL says. Callable options are read by pages, not fragments."""

    name: str
    label: str
    value: str
    options: Iterable[tuple[Any, str]] | Callable[[], Iterable[tuple[Any, str]]]
    any: str = "Any"


def page_of(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    """The page of `rows` that the URL asks for; an impossible one becomes the nearest that exists."""
    size = request.GET.get("size", "")
    per_page = int(size) if size.isdecimal() and int(size) in SIZES else SIZES[0]
    page = Paginator(rows, per_page).get_page(request.GET.get("page"))
    page.sizes = SIZES  # type: ignore[attr-defined]
    return page


def in_order(request: HttpRequest, rows: Rows, orders: Mapping[str, str], default: str) -> tuple[Rows, str]:
    """`rows` in the order of the URL, and that order's name. `orders` maps a column to what it sorts by."""
    asked = request.GET.get("sort", default)
    name = asked.removeprefix("-")
    if name not in orders:
        asked, name = default, default.removeprefix("-")
    sign = "-" if asked.startswith("-") else ""
    return rows.order_by(sign + orders[name], "pk"), asked
