"""Pages in a real browser: with scripts, without them, at 360 px, by the accessibility rules."""

import pytest
from playwright.sync_api import Browser, Page, expect

from catalogweb.changelog.services import record
from tests.factories import (
    PASSWORD,
    ApplicationTemplateFactory,
    CatalogItemFactory,
    EventFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
    RouteFactory,
    UserFactory,
)
from tests.web.browsing import sign_in

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

NOTHING_CUT = "[...document.querySelectorAll('.table-wrap')].every(wrap => wrap.scrollWidth <= wrap.clientWidth)"


@pytest.fixture
def site(live_server, settings) -> str:
    """An address with one of everything, and Sue who may do anything."""
    settings.MAIL_ON = True
    UserFactory(email="sue@example.org", role="superuser", password=PASSWORD)
    item = CatalogItemFactory(name="heart-rate", images__registry=PrivateRegistryFactory())
    microservice = MicroserviceFactory(revision=item.current, status__state="FAILED")
    record(by=microservice.agent, action="create", obj=microservice)
    EventFactory(status_code=409, message="ValidationError")
    ApplicationTemplateFactory(
        name="shop",
        application={"microservices": [{"name": "web", "agent": {"name": "{{ agent }}"}, "config": {"a": "{{ b }}"}}]},
        variables={"agent": "north-1", "port": 80, "debug": False, "more": {"a": 1}, "text": None},
    )
    RouteFactory(name="beat", application__name="clinic")
    return f"{live_server.url}/"


@pytest.fixture
def sue(page: Page, site: str) -> Page:
    return sign_in(page, site)


def test_lists_fit_every_window_with_their_row_actions(sue, site):
    for path in ("", "catalog/", "agents/", "microservices/", "deployments/", "changes/"):
        sue.goto(site + path)
        for width in (1210, 1024, 900, 768, 390):
            sue.set_viewport_size({"width": width, "height": 800})
            assert sue.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
            assert sue.evaluate(NOTHING_CUT), (path, width)


def test_search_refreshes_the_table_and_keeps_the_caret(sue, site):
    sue.goto(f"{site}catalog/")
    box = sue.get_by_role("searchbox")

    box.press_sequentially("heart")

    expect(sue.get_by_role("link", name="Router")).to_be_hidden()
    expect(sue.get_by_role("link", name="heart-rate")).to_be_visible()
    expect(box).to_be_focused()
    assert sue.url.endswith("/catalog/?q=heart&registry=&category=")


def test_order_survives_the_next_search(sue, site):
    sue.goto(f"{site}catalog/")
    sue.get_by_role("link", name="Name").click()
    expect(sue.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")

    sue.get_by_role("searchbox").press_sequentially("r")
    sue.wait_for_url("**sort=name**")

    expect(sue.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")


def test_overview_counts_live_and_says_when_the_connection_is_lost(sue, site):
    assert sue.locator("#gauge-catalog .gauge__figure").inner_text() == "6"
    sue.locator("#gauge-agents .gauge__figure").focus()
    CatalogItemFactory()

    expect(sue.locator("#gauge-catalog .gauge__figure")).to_have_text("7", timeout=10000)
    expect(sue.locator("#gauge-agents .gauge__figure")).to_be_focused()
    sue.context.set_offline(True)
    expect(sue.get_by_text("Connection lost")).to_be_visible(timeout=10000)
    sue.context.set_offline(False)
    expect(sue.get_by_text("Connection lost")).to_be_hidden(timeout=10000)


def test_a_refused_form_takes_the_focus_and_leads_to_the_field(sue, site):
    sue.goto(f"{site}catalog/add/")
    sue.get_by_label("Name").fill("router")
    sue.get_by_role("button", name="Create item").click()

    expect(sue.locator(".errors")).to_be_focused()
    sue.locator(".errors").get_by_role("link", name="Name").click()
    expect(sue.get_by_label("Name")).to_be_focused()


def test_a_new_token_fits_a_telephone_and_can_be_copied(sue, site):
    sue.set_viewport_size({"width": 360, "height": 740})
    sue.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sue.goto(f"{site}account/tokens/")
    sue.get_by_label("Name").fill("nightly")
    sue.get_by_role("button", name="Make token").click()

    expect(sue.get_by_role("button", name="Copy token")).to_be_visible()
    assert sue.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sue.get_by_role("button", name="Copy token").click()

    expect(sue.get_by_role("button", name="Copied")).to_be_visible()
    assert sue.evaluate("navigator.clipboard.readText()") == sue.locator("#token-text").inner_text()


def test_the_main_pages_work_without_scripts_on_a_telephone(browser: Browser, site):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = sign_in(context.new_page(), site)

    page.get_by_text("Menu").click()
    page.get_by_role("link", name="Catalog", exact=True).click()
    page.get_by_role("searchbox").fill("heart")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Router")).to_be_hidden()
    page.get_by_role("link", name="Create item").click()
    page.get_by_label("Name").fill("plain-html")
    page.get_by_label("Image for x86").fill("team/app:1")
    page.get_by_role("button", name="Create item").click()

    expect(page.get_by_text("plain-html is in the catalog as item")).to_be_visible()
    context.close()


def test_a_live_part_waits_while_hidden_and_says_when_it_lost_the_server(sue, site):
    asked = []
    sue.on("request", lambda request: asked.append(request) if request.headers.get("live") else None)
    sue.goto(f"{site}microservices/")
    with sue.expect_response(lambda response: "live" in response.request.headers):
        pass
    sue.route("**/microservices/", lambda route: route.abort())
    lost = sue.get_by_text("Connection lost: what you see is")
    expect(lost).to_be_visible()
    sue.unroute("**/microservices/")
    expect(lost).to_be_hidden(timeout=20000)

    sue.evaluate("Object.defineProperty(document, 'hidden', { get: () => window.away, configurable: true })")
    sue.evaluate("window.away = true")
    sue.wait_for_timeout(1500)
    before = len(asked)
    sue.wait_for_timeout(2500)
    assert len(asked) == before

    sue.evaluate("window.away = false")
    with sue.expect_response(lambda response: "live" in response.request.headers):
        sue.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
