"""Operator tasks say how many steps and seconds they took: a table at the end of the run."""

import time
from collections.abc import Callable
from typing import Any

import pytest

PROPERTY = "operator task"


class Task:
    """Counts what a person does on the way: each call of `step` is one click, one key, or one field filled."""

    def __init__(self, name: str) -> None:
        self.name, self.steps, self.started = name, 0, time.monotonic()

    def step(self, act: Callable[..., Any], *values: Any) -> None:
        act(*values)
        self.steps += 1

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started


@pytest.fixture
def task(record_property: Callable[[str, object], None], request: pytest.FixtureRequest) -> Any:
    """`task.begin("words")` starts the clock; it stops with the test."""
    begun: list[Task] = []

    def begin(name: str) -> Task:
        begun.append(Task(name))
        return begun[-1]

    yield begin
    for one in begun:
        record_property(PROPERTY, f"{one.steps:5}  {one.seconds:7.1f}  {one.name}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Properties travel from the processes of a run to the one that prints."""
    passed = {report.nodeid for report in terminalreporter.stats.get("passed", [])}
    reports = [report for report in terminalreporter.stats.get("", []) if report.nodeid in passed]
    # What is tried twice has said it twice.
    lines = {report.nodeid: value for report in reports for name, value in report.user_properties if name == PROPERTY}
    if lines:
        terminalreporter.section("operator tasks: steps, seconds")
        for line in lines.values():
            terminalreporter.write_line(line)
