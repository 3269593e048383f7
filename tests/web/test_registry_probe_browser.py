"""Testing registries in a real browser: each failure's sentence on the page, and the password stays typed."""

import pytest
from playwright.sync_api import Page, expect

from catalogweb.catalog.failures import Failure
from catalogweb.catalog.models import Registry
from tests.factories import PASSWORD, UserFactory
from tests.testbed.processes import free_port
from tests.testbed.servers import server, text
from tests.web.browsing import sign_in

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def sue(page: Page, live_server, settings) -> Page:
    settings.REGISTRY_CHECKS = True
    UserFactory(email="sue@example.org", role="superuser", password=PASSWORD)
    return sign_in(page, f"{live_server.url}/")


def test_each_failure_is_said_on_the_page(sue, live_server):
    replies = {
        Failure.NOT_A_REGISTRY: text(200, "<html>"),
        Failure.AUTH_REJECTED: text(401, WWW_Authenticate='Basic realm="r"'),
        Failure.RATE_LIMITED: text(429, Retry_After="7"),
        Failure.SERVER_ERROR: text(500),
        Failure.BLOCKED_BY_POLICY: text(302, Location="http://169.254.169.254/"),
    }
    now = text(500)
    sue.goto(f"{live_server.url}/registries/add/")
    sue.get_by_label("Password or access token").fill("typed")
    with server(lambda _: now) as running:
        sue.get_by_label("URL").fill(running.host)
        for failure, reply in replies.items():
            now = reply
            sue.get_by_role("button", name="Test").click()
            expect(sue.locator("#form-probe")).to_contain_text(failure.sentence)
            expect(sue.locator("#form-probe")).to_contain_text(failure.fix)
    sue.get_by_label("URL").fill(f"127.0.0.1:{free_port()}")
    sue.get_by_role("button", name="Test").click()
    expect(sue.locator("#form-probe")).to_contain_text(Failure.REFUSED.sentence)
    expect(sue.get_by_label("Password or access token")).to_have_value("typed")
    assert Registry.objects.count() == 2


def test_enter_saves_and_tests_nothing(sue, live_server, open_registry):
    sue.goto(f"{live_server.url}/registries/add/")
    sue.get_by_label("URL").fill(open_registry.host)

    sue.get_by_label("URL").press("Enter")

    expect(sue.get_by_role("heading", name=open_registry.host)).to_be_visible()
    expect(sue.locator("#probe")).to_contain_text("Last tested")
