"""Sue at a real browser."""

from playwright.sync_api import Page, expect

from tests.factories import PASSWORD


def sign_in(page: Page, site: str) -> Page:
    page.goto(site)
    page.get_by_label("E-mail address").fill("sue@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    return page
