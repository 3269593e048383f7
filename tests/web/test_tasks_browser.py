"""What operators do every week, in a real browser, from the overview on; the run prints steps and seconds of each."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from catalogweb.agents.models import AgentStatus
from catalogweb.changelog.models import Entry
from catalogweb.core.rights import System
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.sources import edit_catalog_item
from tests.factories import (
    PASSWORD,
    AgentFactory,
    CatalogItemFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
    RevisionFactory,
    UserFactory,
)
from tests.web.browsing import sign_in

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def sue(page: Page, live_server) -> Page:
    UserFactory(email="sue@example.org", role="superuser", password=PASSWORD)
    for number in range(3):
        AgentFactory(name=f"south-{number}", architecture="arm")
    CatalogItemFactory(name="heart-rate")
    MicroserviceFactory(name="pump", agent=AgentFactory(name="north", architecture="x86"), status__state="RUNNING")
    now = timezone.now()
    AgentStatus.objects.update(reported_at=now, late_at=now + timedelta(hours=1), offline_at=now + timedelta(hours=2))
    return sign_in(page, f"{live_server.url}/")


def go_to(sue: Page, one, words: str, name: str) -> None:
    """By the palette: three steps to anything that has a name."""
    one.step(sue.keyboard.press, "Control+k")
    one.step(sue.keyboard.type, words)
    expect(sue.locator("#palette-results a").first).to_contain_text(name)
    one.step(sue.keyboard.press, "Enter")
    expect(sue.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_task_find_why_one_agent_is_late(sue, task):
    past = timezone.now() - timedelta(seconds=50)
    AgentStatus.objects.filter(agent__name="north").update(
        reported_at=past, late_at=past, engine_problem="No space left on the disk."
    )
    one = task("find why one agent is Late")
    one.step(sue.get_by_role("link", name="Agents", exact=True).first.click)
    one.step(sue.get_by_label("Presence").select_option, "Late")
    expect(sue.get_by_role("link", name="south-0", exact=True)).to_be_hidden()
    one.step(sue.get_by_role("link", name="north", exact=True).click)

    expect(sue.get_by_text("No space left on the disk.")).to_be_visible()
    expect(sue.locator("#report").get_by_text("Late")).to_be_visible()


def test_task_deploy_an_item_to_all_arm_agents(sue, task):
    one = task("deploy an item to all ARM agents")
    go_to(sue, one, "heart-rate", "heart-rate")
    one.step(sue.locator("main").get_by_role("link", name="Deploy", exact=True).first.click)
    one.step(sue.get_by_label("Architecture").select_option, "ARM")
    expect(sue.get_by_role("button", name="Choose all 3 that match")).to_be_visible()
    one.step(sue.get_by_role("button", name="Choose all 3 that match").click)
    expect(sue.get_by_text("3 chosen")).to_be_visible()
    one.step(sue.get_by_role("button", name="Next").last.click)
    one.step(sue.get_by_label("Application").fill, "ward")
    one.step(sue.get_by_label("Microservice name").fill, "hr")
    one.step(sue.get_by_role("button", name="Plan", exact=True).click)
    expect(sue.get_by_text("Nothing stands in the way.")).to_be_visible()
    one.step(sue.get_by_role("button", name="Deploy", exact=False).last.click)

    expect(sue.get_by_text("3 microservices placed")).to_be_visible()
    assert Microservice.objects.filter(application__name="ward", agent__architecture="arm").count() == 3


def test_task_find_every_microservice_that_uses_a_registry(sue, task):
    registry = PrivateRegistryFactory(url="reg.example.org")
    MicroserviceFactory(name="scanner", revision=RevisionFactory(registry=registry))
    one = task("find every microservice that uses registry 3")
    one.step(sue.keyboard.press, "Control+k")
    one.step(sue.keyboard.type, f"registry {registry.pk}")
    expect(sue.locator("#palette-results").get_by_text("reg.example.org")).to_be_visible()
    one.step(sue.keyboard.press, "Enter")

    expect(sue.get_by_role("link", name="scanner", exact=True)).to_be_visible()


def test_task_correct_a_registry_password(sue, task):
    registry = PrivateRegistryFactory(url="reg.example.org")
    one = task("correct a registry password")
    go_to(sue, one, "reg.example", "reg.example.org")
    one.step(sue.locator("h1").click)
    one.step(sue.keyboard.press, "e")
    one.step(sue.get_by_label("Password", exact=False).first.fill, "the-right-one")
    one.step(sue.get_by_role("button", name="Save").click)

    expect(sue.get_by_text("is saved as")).to_be_visible()
    registry.refresh_from_db()
    assert registry.password == "the-right-one"


def test_task_roll_an_item_forward(sue, task):
    item = CatalogItemFactory(name="pressure")
    used = MicroserviceFactory(name="gauge", revision=item.current)
    one = task("roll an item forward")
    go_to(sue, one, "pressure", "pressure")
    one.step(sue.get_by_role("link", name="Edit", exact=True).click)
    one.step(sue.get_by_label("x86", exact=False).first.fill, "team/web:2")
    one.step(sue.get_by_role("button", name="Save").click)

    expect(sue.get_by_role("heading", level=1, name="pressure")).to_be_visible()
    used.refresh_from_db()
    assert used.revision.number == 2


def test_task_find_who_changed_an_item_yesterday(sue, task):
    item = CatalogItemFactory(name="pressure")
    edit_catalog_item(by=System("olga"), item=item, description="For adults")
    yesterday = timezone.now() - timedelta(days=1)
    Entry.objects.filter(object_type="catalog item").update(at=yesterday)
    one = task("find who changed an item yesterday")
    one.step(sue.get_by_role("link", name="Change log", exact=True).first.click)
    one.step(sue.get_by_role("searchbox").fill, "pressure")
    one.step(sue.get_by_label("From").fill, f"{yesterday:%Y-%m-%d}")
    one.step(sue.get_by_label("To", exact=True).fill, f"{yesterday:%Y-%m-%d}")

    expect(sue.locator("#changes").get_by_text("olga").first).to_be_visible()


def test_task_add_an_agent(sue, task):
    one = task("add an agent")
    one.step(sue.keyboard.press, "g")
    one.step(sue.keyboard.press, "a")
    expect(sue.get_by_role("heading", name="Agents", exact=True)).to_be_visible()
    one.step(sue.keyboard.press, "n")
    one.step(sue.get_by_label("Name").fill, "yard")
    one.step(sue.get_by_label("Architecture").select_option, "ARM")
    one.step(sue.get_by_role("button", name="Add agent").click)
    one.step(sue.get_by_role("button", name="Make a key").click)

    expect(sue.get_by_text("catalogweb.edge provision").first).to_be_visible()
