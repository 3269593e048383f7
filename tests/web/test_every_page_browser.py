"""Every page, with real things on it, in a real browser: accessibility rules in light and dark, width, policy, focus."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page

from tests.factories import PASSWORD, UserFactory
from tests.web.browsing import sign_in
from tests.web.things import one_of_everything, pages_of

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
# Narrow as a telephone; also what a window of 640 px is at 200 % zoom.
NARROW = {"width": 320, "height": 740}
WIDE = {"width": 1280, "height": 800}


def faults(page: Page) -> list[Any]:
    violations = Axe().run(page).response["violations"]
    return [(rule["id"], rule["nodes"][0]["target"], rule["nodes"][0]["failureSummary"]) for rule in violations]


def look(page: Page, address: str) -> list[Any]:
    """All that is wrong with a page, wide in light colours and narrow in dark ones."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size(WIDE)
    page.goto(address)
    found = [(address, "wide, light", *fault) for fault in faults(page)]
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(NARROW)
    found += [(address, "narrow, dark", *fault) for fault in faults(page)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append((address, "wider than 320 px"))
    return found


def test_every_page_follows_the_accessibility_rules_and_fits_a_narrow_window(page: Page, live_server):
    user = UserFactory(email="sue@example.org", role="superuser", password=PASSWORD)
    client = Client()
    client.force_login(user)
    addresses = pages_of(one_of_everything(user), client)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    sue = sign_in(page, f"{live_server.url}/")

    found = [fault for address in addresses for fault in look(sue, live_server.url + address)]

    assert found == []
    assert complaints == []


@pytest.mark.parametrize("path", ["sign-in/", "sign-up/", "password/"])
def test_pages_for_everybody_follow_the_accessibility_rules(page: Page, live_server, settings, path):
    settings.SIGNUP_OPEN = settings.MAIL_ON = True

    assert look(page, f"{live_server.url}/{path}") == []


def test_palette_and_keys_follow_the_accessibility_rules(page: Page, live_server):
    UserFactory(email="sue@example.org", role="superuser", password=PASSWORD)
    sue = sign_in(page, f"{live_server.url}/")
    for keys, dialog in (("Control+k", "#palette"), ("?", "#keys")):
        sue.keyboard.press(keys)
        sue.locator(f"{dialog}[open]").wait_for()
        assert faults(sue) == []
        sue.keyboard.press("Escape")


def test_focus_is_visible_and_goes_in_the_order_of_the_page(page: Page, live_server):
    UserFactory(email="sue@example.org", role="superuser", password=PASSWORD)
    sue = sign_in(page, f"{live_server.url}/")
    sue.goto(f"{live_server.url}/registries/add/")
    tops = []
    for _ in range(60):
        sue.keyboard.press("Tab")
        seen = sue.evaluate(
            """(() => { const e = document.activeElement; const s = getComputedStyle(e); const b = e.getBoundingClientRect();
            return { tag: e.tagName, inMain: !!e.closest("main"), top: b.top + scrollY, outline: s.outlineStyle !== "none" } })()"""
        )
        if seen["tag"] == "BODY":
            break
        assert seen["outline"], seen
        if seen["inMain"]:
            tops.append(seen["top"])

    assert len(tops) > 5
    assert tops == sorted(tops)
