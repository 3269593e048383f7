"""Marks a test by the parts it uses, and runs the long stories first and browser tests last."""

import os

import pytest

MARKS = {"container_engine": "engine", "postgres_server": "postgres", "playwright": "browser"}


def uses_browser(item: pytest.Item) -> bool:
    return "playwright" in getattr(item, "fixturenames", ())


def pytest_itemcollected(item: pytest.Item) -> None:
    for fixture in MARKS.keys() & set(getattr(item, "fixturenames", ())):
        item.add_marker(MARKS[fixture])
    if uses_browser(item):
        # A browser on a busy machine may die or stall; what fails twice in a row is ours.
        item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Once started, Playwright leaves an event loop in the main thread for the rest of the session.

    A long story that starts last would leave the other processes without work.
    """
    items.sort(key=lambda item: (uses_browser(item), item.get_closest_marker("e2e") is None))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if uses_browser(item):
        # In sight of that loop Django's ORM refuses to work; no coroutine runs beside these tests.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
