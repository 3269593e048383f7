"""Trying a change out: rows made meanwhile are rolled back and take no number from the database.

A plan runs the real services and undoes them. PostgreSQL's sequences are not undone, so that without this
each plan of a new catalog item would skip an id that people see and write into manifests.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from django.db import transaction

Result = TypeVar("Result")

_numbers: ContextVar[Iterator[int] | None] = ContextVar("draft_numbers", default=None)


@contextmanager
def drafting() -> Iterator[None]:
    token = _numbers.set(itertools.count(-1, -1))
    try:
        yield
    finally:
        _numbers.reset(token)


def tried(act: Callable[[], Result]) -> Result:
    """What `act` returns, or refuses as it would; whatever it wrote is taken back."""
    with transaction.atomic(), drafting():
        result = act()
        transaction.set_rollback(True)
        return result


def draft_pk() -> int | None:
    """A negative primary key while drafting, else None: the database numbers the row."""
    numbers = _numbers.get()
    return next(numbers) if numbers else None
