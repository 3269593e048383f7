"""Small helpers for sentences."""

import re
from collections.abc import Sequence

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def listed(words: Sequence[str], *, most: int = 5) -> str:
    """Give "a, b and c": at most `most` words, then how many more."""
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def counted(number: int, noun: str, plural: str = "") -> str:
    """Give "1 agent", "3 agents"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


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
