"""Detail pages, pictures and the style guide in a real browser."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from catalogweb.deployments.models import MicroserviceStatus
from catalogweb.history.models import AgentSample, FleetSample
from tests.factories import (
    PASSWORD,
    AgentFactory,
    CatalogItemFactory,
    DeploymentFactory,
    MicroserviceFactory,
    RevisionFactory,
    UserFactory,
)
from tests.web.browsing import sign_in

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def microservice():
    now = timezone.now()
    later = now + timedelta(hours=1)
    times = {"status__reported_at": now, "status__late_at": later, "status__offline_at": later}
    agent = AgentFactory(name="north-1", **times)
    item = CatalogItemFactory(name="heart-rate", images={"x86": "team/web:1"})
    RevisionFactory(item=item, number=2, images={"x86": "team/web:2"})
    AgentFactory(architecture="arm")
    for minutes in (10, 5):
        at = now - timedelta(minutes=minutes)
        FleetSample.objects.create(at=at, agents={"online": 2, "offline": 1}, microservices={"failed": 1, "running": 1})
        AgentSample.objects.create(agent=agent, at=at, cpu=minutes, memory_free=3 * 10**9, disk_free=10**10)
    deployment = DeploymentFactory(revision=item.current)
    failed = {"status__state": "FAILED", "status__error_message": "manifest unknown"}
    return MicroserviceFactory(
        agent=agent, revision=item.current, deployment=deployment, application=deployment.application, **failed
    )


@pytest.fixture
def sue(page: Page, live_server) -> Page:
    UserFactory(email="sue@example.org", role="superuser", password=PASSWORD)
    return sign_in(page, f"{live_server.url}/")


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_pages_follow_the_accessibility_rules_fit_and_obey_the_policy(sue, microservice, live_server, scheme, width):
    complaints = []
    sue.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    sue.emulate_media(color_scheme=scheme)
    sue.set_viewport_size({"width": width, "height": 800})
    paths = [
        "", "styleguide/", "catalog/architectures/", f"catalog/{microservice.revision.item_id}/",
        f"agents/{microservice.agent.uuid}/", f"deployments/{microservice.deployment_id}/",
        f"microservices/{microservice.uuid}/",
    ]  # fmt: skip

    for path in paths:
        sue.goto(f"{live_server.url}/{path}")
        for more in sue.locator("figure .more > summary").all():
            more.click()
        found = Axe().run(sue).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["target"]) for rule in found] == [], path
        assert sue.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert complaints == []


def test_both_schemes_stand_side_by_side_whatever_the_browser_prefers(sue, live_server):
    sue.goto(f"{live_server.url}/styleguide/")

    colour = "getComputedStyle(document.querySelector('.scheme--{}')).backgroundColor"
    for preferred in ("light", "dark"):
        sue.emulate_media(color_scheme=preferred)
        assert sue.evaluate(colour.format("light")) == "rgb(237, 240, 242)"
        assert sue.evaluate(colour.format("dark")) == "rgb(13, 18, 21)"


def test_retry_goes_from_failures_to_a_word_of_success(sue, microservice, live_server):
    sue.goto(f"{live_server.url}/deployments/{microservice.deployment_id}/")

    sue.get_by_role("button", name="Retry it").click()

    expect(sue.get_by_text("1 microservice will be pulled and built again.")).to_be_visible()
    microservice.refresh_from_db()
    assert microservice.generation == 2


def test_an_agents_answers_follow_its_reports(sue, microservice, live_server):
    sue.goto(f"{live_server.url}/agents/{microservice.agent.uuid}/")
    answer = sue.locator("#answer-should")
    expect(answer).to_contain_text("Not yet: 0 of 1.")

    MicroserviceStatus.objects.update(state="RUNNING", error_message="", served_generation=1, built_generation=1)

    expect(answer).to_contain_text("Yes: 1 of 1.", timeout=30_000)
