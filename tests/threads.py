"""Things that happen at the same moment, each with a database connection of its own."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections

Together = Callable[..., list[Any]]


@pytest.fixture
def together(transactional_db: None) -> Together:
    """Call all of these at once; the answer holds per call what it returned or raised."""
    return run_together


def run_together(*calls: Callable[[], Any]) -> list[Any]:
    start, answers = Barrier(len(calls)), [None] * len(calls)

    def run(number: int, call: Callable[[], Any]) -> None:
        start.wait()
        try:
            answers[number] = call()
        except Exception as error:
            answers[number] = error
        finally:
            connections["default"].close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
