"""Speed of hand in a real browser: the palette, keys, and the question before typed text is lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD, AgentFactory, PrivateRegistryFactory, UserFactory
from tests.web.browsing import sign_in

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def site(live_server) -> str:
    UserFactory(email="sue@example.org", role="superuser", password=PASSWORD)
    AgentFactory(name="north")
    return f"{live_server.url}/"


@pytest.fixture
def sue(page: Page, site: str) -> Page:
    return sign_in(page, site)


def test_palette_finds_and_opens_a_thing_by_keyboard(sue, site):
    sue.keyboard.press("Control+k")
    expect(sue.locator("#palette-q")).to_be_focused()
    sue.keyboard.type("nort")
    expect(sue.locator("#palette").get_by_role("link", name="north agent")).to_be_visible()
    expect(sue.locator("#palette-count")).to_contain_text("1 found")

    sue.keyboard.press("Enter")

    expect(sue.get_by_role("heading", name="north", exact=True)).to_be_visible()
    assert "/agents/" in sue.url


def test_palette_is_walked_with_arrows_and_gives_the_focus_back(sue, site):
    opener = sue.get_by_role("link", name="Search", exact=True)
    opener.focus()
    opener.press("Enter")
    sue.keyboard.type("documentation")
    link = sue.locator("#palette").get_by_role("link", name="Documentation", exact=False).first
    expect(link).to_be_visible()
    sue.keyboard.press("ArrowDown")
    expect(sue.locator("#palette a").first).to_be_focused()
    sue.keyboard.press("ArrowUp")
    expect(sue.locator("#palette-q")).to_be_focused()

    sue.keyboard.press("Escape")

    expect(sue.locator("#palette")).to_be_hidden()
    expect(opener).to_be_focused()


def test_keys_go_search_make_and_explain(sue, site):
    sue.keyboard.press("g")
    sue.keyboard.press("r")
    expect(sue.get_by_role("heading", name="Registries", exact=True)).to_be_visible()
    sue.keyboard.press("/")
    expect(sue.locator("main input[type=search]")).to_be_focused()
    # In a field keys are letters.
    sue.keyboard.type("n?g")
    expect(sue.locator("main input[type=search]")).to_have_value("n?g")

    sue.goto(f"{site}registries/")
    sue.keyboard.press("n")
    expect(sue.get_by_role("heading", name="Add registry")).to_be_visible()
    sue.locator("h1").click()
    sue.keyboard.press("?")
    expect(sue.get_by_role("dialog", name="Keys")).to_be_visible()
    sue.keyboard.press("Escape")
    expect(sue.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_single_keys_can_be_turned_off_in_a_browser(sue, site):
    sue.keyboard.press("?")
    sue.get_by_label("Single keys work in this browser").uncheck()
    sue.keyboard.press("Escape")
    sue.goto(f"{site}agents/")
    expect(sue.get_by_role("heading", name="Agents", exact=True)).to_be_visible()

    sue.keyboard.press("?")

    expect(sue.get_by_role("dialog", name="Keys")).to_be_hidden()
    sue.keyboard.press("Control+k")
    expect(sue.get_by_role("dialog")).to_be_visible()


def test_a_changed_form_asks_before_it_is_left_and_not_when_it_is_sent(sue, site):
    registry = PrivateRegistryFactory(url="reg.example.org")
    asked = []
    sue.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    sue.goto(f"{site}registries/{registry.pk}/edit/")
    sue.get_by_label("E-mail address").fill("ops@example.org")

    sue.get_by_role("link", name="Overview", exact=True).first.click()
    expect(sue.get_by_label("E-mail address")).to_have_value("ops@example.org")
    assert asked == ["beforeunload"]

    sue.get_by_role("button", name="Save").click()
    expect(sue.get_by_text("is saved as")).to_be_visible()
    sue.get_by_role("link", name="Overview", exact=True).first.click()
    expect(sue.get_by_role("heading", name="Overview")).to_be_visible()
    assert asked == ["beforeunload"]
