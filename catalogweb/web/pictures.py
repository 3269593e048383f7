"""Pictures of the last 24 hours: paths for an SVG, and the same in words and as a table.

Shapes stretch to the width of their card; every text stands beside the SVG, where it keeps its size.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

SPAN = timedelta(hours=24)
# Longer without a sample is a gap: nobody knows how it was.
GAP = timedelta(minutes=12)
WIDTH, HEIGHT = 288.0, 100.0
HOURS = [WIDTH * hour / 24 for hour in (6, 12, 18)]


@dataclass(frozen=True)
class Layer:
    """One shape: an area, or a line where `is_line`."""

    label: str
    tone: str
    path: str
    is_line: bool = False


@dataclass(frozen=True)
class Picture:
    """What components/picture.html draws."""

    name: str
    title: str
    says: str
    top: str
    layers: Sequence[Layer]
    columns: Sequence[str]
    rows: Sequence[tuple[datetime, Sequence[Any]]]
    # Where six hours end, for the thin lines behind the shapes.
    hours: Sequence[float] = tuple(HOURS)

    def __bool__(self) -> bool:
        return bool(self.rows)


Counts = Sequence[tuple[datetime, Mapping[str, int]]]
Values = Sequence[tuple[datetime, float | None]]


def began() -> datetime:
    return timezone.now() - SPAN


def areas(name: str, title: str, counts: Counts, kinds: Mapping[str, tuple[str, str]]) -> Picture:
    """Kinds (name -> label, tone) stacked on each other, the first at the bottom; those that nobody was in are left out."""
    shown = {kind: words for kind, words in kinds.items() if any(row.get(kind) for _, row in counts)}
    top = max((sum(row.get(kind, 0) for kind in shown) for _, row in counts), default=0)
    layers, below = [], [0] * len(counts)
    for kind, (label, tone) in shown.items():
        above = [low + row.get(kind, 0) for low, (_, row) in zip(below, counts, strict=True)]
        times = [at for at, _ in counts]
        layers.append(Layer(label, tone, _area(times, below, above, top)))
        below = above
    return Picture(
        name=name,
        title=title,
        says=_said_of_counts(counts, shown),
        top=f"{top:,}",
        layers=layers,
        columns=[label for label, _ in shown.values()],
        rows=_hourly([(at, [row.get(kind, 0) for kind in shown]) for at, row in counts]),
    )


def line(name: str, title: str, values: Values, say: Callable[[float], str], most: float | None = None) -> Picture:
    """One value over time, from 0 to `most`, or to the largest there was."""
    known = [(at, value) for at, value in values if value is not None]
    top = most or max((value for _, value in known), default=0)
    numbers = [value for _, value in known]
    says = f"Between {say(min(numbers))} and {say(max(numbers))}, {say(numbers[-1])} last." if known else ""
    path = " ".join(_stroke(part, top) for part in _parts(known))
    return Picture(
        name=name,
        title=title,
        says=says,
        top=say(top),
        layers=[Layer(title, "busy", path, is_line=True)],
        columns=[title],
        rows=_hourly([(at, [say(value)]) for at, value in known]),
    )


def _said_of_counts(counts: Counts, shown: Mapping[str, tuple[str, str]]) -> str:
    if not shown:
        return "There were none."
    last = counts[-1][1]
    now = ", ".join(f"{last.get(kind, 0):,} {label.lower()}" for kind, (label, _) in shown.items())
    return f"Last: {now}. From the bottom: {', '.join(label.lower() for label, _ in shown.values())}."


def _x(at: datetime) -> float:
    return round(max(0.0, WIDTH * (1 - (timezone.now() - at) / SPAN)), 1)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - (HEIGHT - 2) * value / top, 1) if top else HEIGHT


def _parts(points: Iterable[tuple[datetime, Any]]) -> list[list[tuple[datetime, Any]]]:
    """The points between gaps."""
    parts: list[list[tuple[datetime, Any]]] = []
    for point in points:
        if parts and point[0] - parts[-1][-1][0] <= GAP:
            parts[-1].append(point)
        else:
            parts.append([point])
    return parts


def _stroke(points: Sequence[tuple[datetime, float]], top: float) -> str:
    drawn = " L".join(f"{_x(at)} {_y(value, top)}" for at, value in points)
    # A single sample would else be a line without a length.
    return f"M{drawn}" + ("h1" if len(points) == 1 else "")


def _area(times: Sequence[datetime], below: Sequence[int], above: Sequence[int], top: int) -> str:
    bounds = list(zip(below, above, strict=True))
    return " ".join(_band(part, top) for part in _parts(zip(times, bounds, strict=True)))


def _band(points: Sequence[tuple[datetime, tuple[int, int]]], top: int) -> str:
    if len(points) == 1:
        [(at, (low, high))] = points
        return f"M{_x(at)} {_y(low, top)} V{_y(high, top)} h1 V{_y(low, top)}Z"
    up = " L".join(f"{_x(at)} {_y(high, top)}" for at, (_, high) in points)
    down = " L".join(f"{_x(at)} {_y(low, top)}" for at, (low, _) in reversed(points))
    return f"M{up} L{down}Z"


def _hourly(rows: Sequence[tuple[datetime, Sequence[Any]]]) -> list[tuple[datetime, Sequence[Any]]]:
    """The last of each hour, newest first."""
    last = {at.replace(minute=0, second=0, microsecond=0): (at, values) for at, values in rows}
    return list(reversed(last.values()))
