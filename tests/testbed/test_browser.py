"""The browser does what the tests that use it rely on."""

from django.db import connection
from playwright.sync_api import Page


def test_page_opens_in_the_installed_browser(page: Page) -> None:
    page.goto("data:text/html,<h1>Hello</h1>")

    assert page.get_by_role("heading").inner_text() == "Hello"
    assert page.locator("h1").bounding_box()["height"] > 0, "no font to draw with"  # type: ignore[index]


def test_database_answers_beside_an_open_page(page: Page, db: None) -> None:
    page.goto("about:blank")

    with connection.cursor() as cursor:
        cursor.execute("select 1")
        assert cursor.fetchone() == (1,)
