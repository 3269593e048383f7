"""Through which door a change comes: set once by each door, read when an entry is recorded."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Passage:
    """One request or command; every change it makes carries the same id."""

    door: str = "system"
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)


_current: ContextVar[Passage | None] = ContextVar("passage", default=None)


def current() -> Passage:
    return _current.get() or Passage()


@contextmanager
def through(door: str, request_id: str = "") -> Iterator[Passage]:
    """Everything recorded inside belongs to this door and this one request."""
    passage = Passage(door, request_id) if request_id else Passage(door)
    token = _current.set(passage)
    try:
        yield passage
    finally:
        _current.reset(token)
