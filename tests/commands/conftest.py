"""Starting `up`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.commands.running import Up

Start = Callable[..., Up]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `up` in this test's data folder; whatever a test leaves running is ended."""
    started: list[Up] = []

    def start(*options: str, data: Path = tmp_path / "data", **environment: str) -> Up:
        started.append(Up(data, *options, **environment))
        return started[-1]

    yield start
    for up in started:
        up.close()
