"""Which jobs there are: an app says so in its `jobs.py`, by a decorator."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

Work = Callable[[], Any]


@dataclass(frozen=True)
class Registered:
    """A job as its app declared it. It must be harmless to run it twice."""

    name: str
    interval: timedelta
    work: Work


JOBS: dict[str, Registered] = {}


def every(**interval: float) -> Callable[[Work], Work]:
    """Run the function again and again: `@every(minutes=10)`. It is named by its app and its own name."""

    def register(work: Work) -> Work:
        app = work.__module__.split(".")[-2]
        name = f"{app}.{work.__name__}"
        JOBS[name] = Registered(name, timedelta(**interval), work)
        return work

    return register
