"""Things that happen at the same moment, each with a database connection of its own."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections

Together = Callable[..., list[Any]]


@pytest.fixture
def together(transactional_db: None, tmp_path: Path) -> Iterator[Together]:
    """Call all of these at once; the answer holds per call what it returned or raised."""
    if connection.vendor != "sqlite":
        yield run_together
        return
    # Connections to a database in memory do not wait for each other: a copy in a file is what people run.
    in_memory, wrapper = connections.settings["default"], connections["default"]
    with sqlite3.connect(tmp_path / "copy.sqlite3") as copy:
        connection.connection.backup(copy)
    copy.close()
    # Settings of its own: those of the database in memory say that it must not be closed, and a late thread of the
    # live server may ask for that meanwhile.
    connections.settings["default"] = {**in_memory, "NAME": str(tmp_path / "copy.sqlite3")}
    connections["default"] = connections.create_connection("default")
    yield run_together
    connections["default"].close()
    connections.settings["default"] = in_memory
    connections["default"] = wrapper


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
