"""Small helpers for sentences."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

UNITS = ((86400, "day"), (3600, "h"), (60, "min"), (1, "s"))
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def listed(words: Sequence[str], *, most: int = 5) -> str:
    """Give "a, b and c": at most `most` words, then how many more."""
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def counted(number: int, noun: str, plural: str = "") -> str:
    """Give "1 agent", "3 agents"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def ago(time: datetime) -> str:
    """How long ago, in the largest whole unit: "3 min ago"."""
    seconds = int((timezone.now() - time).total_seconds())
    if seconds < 0:
        return in_future(-seconds)
    size, unit = next(((size, unit) for size, unit in UNITS if seconds >= size), (1, ""))
    return f"{_amount(seconds // size, unit)} ago" if unit else "just now"


def in_future(seconds: int) -> str:
    size, unit = next(((size, unit) for size, unit in UNITS if seconds >= size), (1, "s"))
    return f"in {_amount(round(seconds / size), unit)}"


def _amount(number: int, unit: str) -> str:
    return f"{number} {unit}{'s' if unit == 'day' and number != 1 else ''}"


def storable(text: str) -> str:
    """The text with what no database could hold replaced."""
    return _UNSTORABLE.sub("\ufffd", text)


def number_in(text: str) -> int | None:
    """The whole number that a text is; None when it is none, or larger than databases take."""
    return int(text) if text.isdecimal() and len(text) < 18 else None


def as_id(text: str) -> int:
    """The id that a text may be; 0, which no row has, when it cannot be one."""
    return number_in(text) or 0


def typed(text: object) -> str:
    """What somebody typed to find something by: what no database could hold is replaced, so that it finds nothing.

    Longer than any name, it is cut: SQLite compares with 50,000 characters at most.
    """
    return storable(str(text)).strip()[:1000]
