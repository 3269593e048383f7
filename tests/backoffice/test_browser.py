"""The admin in a real browser, under the policy that lets in no script or style of others."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page

from catalogweb.accounts.models import User
from catalogweb.catalog.services import find_item
from tests.factories import AgentFactory


@pytest.fixture
def admin_page(live_server, page: Page, superuser: User) -> Page:
    client = Client()
    client.force_login(superuser)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
    page.context.add_cookies([{**cookie, "url": live_server.url}])
    page.goto(f"{live_server.url}/admin/")
    return page


def test_admin_adds_an_item_by_hand(admin_page, live_server):
    admin_page.goto(f"{live_server.url}/admin/catalog/catalogitem/add/")
    admin_page.get_by_label("Name").fill("alpine")
    admin_page.get_by_label("x86 image").fill("amd64/alpine:latest")
    admin_page.get_by_role("button", name="Save", exact=True).click()

    admin_page.get_by_text("was added successfully").wait_for()
    assert find_item("alpine").images == {"x86": "amd64/alpine:latest"}


def test_admin_needs_nothing_that_the_policy_forbids(admin_page, live_server):
    AgentFactory(name="north-1")
    said: list[ConsoleMessage] = []
    admin_page.on("console", lambda message: said.append(message))

    for path in ("", "agents/agent/", "catalog/registry/add/", "deployments/microservice/add/"):
        admin_page.goto(f"{live_server.url}/admin/{path}")
    admin_page.locator(".select2-selection").first.click()
    admin_page.get_by_text("No results found").wait_for()

    assert not [message.text for message in said if "Content Security Policy" in message.text]
