"""What list pages share: filters from the URL, an order, and pages of 25, 50 or 100 rows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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


@dataclass(frozen=True)
class DateFilter:
    """A day beside the search."""

    name: str
    label: str
    value: str
    is_date: bool = True


def within_days(request: HttpRequest, rows: Rows) -> tuple[Rows, list[DateFilter]]:
    """`rows` from one day to another, both included, as the URL says; what is no day narrows nothing."""
    first, last = (_day(request.GET.get(name, "")) for name in ("from", "to"))
    if first:
        rows = rows.filter(at__gte=first)
    if last:
        rows = rows.filter(at__lt=last + timedelta(days=1))
    shown = [("from", "From", first), ("to", "To", last)]
    return rows, [DateFilter(name, label, f"{day:%Y-%m-%d}" if day else "") for name, label, day in shown]


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def page_of(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    """The page of `rows` that the URL asks for; an impossible one becomes the nearest that exists."""
    per_page = next((size for size in SIZES if request.GET.get("size") == str(size)), SIZES[0])
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


def exact_filters(request: HttpRequest, names: Iterable[str]) -> list[dict[str, str]]:
    """What a click on a name or a request narrowed a list to, each with the link that widens it again."""
    chips = []
    for name in names:
        query = request.GET.copy()
        value = query.pop(name, [""])[-1]
        query.pop("page", None)
        if value:
            chips.append({"name": name, "value": str(value), "link": f"{request.path}?{query.urlencode()}"})
    return chips
