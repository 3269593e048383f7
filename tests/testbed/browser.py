"""The installed Chromium for pytest-playwright's own fixtures (`page`, `context`, `browser`)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Playwright

from tests.testbed.parts import need

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Never Playwright's own download of a browser."""
    [chromium] = need("chromium")
    return {**browser_type_launch_args, "executable_path": chromium, "args": FLAGS}


@pytest.fixture(scope="session")
def playwright(playwright: Playwright) -> Iterator[Playwright]:
    """Beside Playwright's event loop Django keeps connections of their own: closed while they can still be reached."""
    yield playwright
    connections.close_all()
