"""Small helpers for sentences."""

from collections.abc import Sequence


def listed(words: Sequence[str], *, most: int = 5) -> str:
    """Give "a, b and c": at most `most` words, then how many more."""
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def counted(number: int, noun: str, plural: str = "") -> str:
    """Give "1 agent", "3 agents"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
