"""Agents, microservices, deploying and manifests in a real browser: with scripts, without, at 360 px."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from catalogweb.agents.models import AgentStatus, ProvisioningKey
from catalogweb.catalog.models import CatalogItem
from catalogweb.deployments.models import Microservice, MicroserviceStatus, PortMapping
from tests.factories import PASSWORD, AgentFactory, CatalogItemFactory, MicroserviceFactory, UserFactory
from tests.web.browsing import sign_in

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def appear() -> None:
    now = timezone.now()
    later = now + timedelta(hours=1)
    AgentStatus.objects.update(reported_at=now, late_at=later, offline_at=later)


@pytest.fixture
def site(live_server) -> str:
    """Two agents of different architecture, an item, and something that runs and something that fails."""
    UserFactory(email="sue@example.org", role="superuser", password=PASSWORD)
    north = AgentFactory(name="north", architecture="x86", location="Hall A")
    AgentFactory(name="south", architecture="arm", status__engine_problem="No engine.", status__simulated=True)
    item = CatalogItemFactory(name="heart-rate")
    running = MicroserviceFactory(
        name="web", application__name="clinic", agent=north, revision=item.current, status__state="RUNNING"
    )
    PortMapping.objects.create(microservice=running, agent=north, internal=80, external=8080)
    failed = {"status__state": "FAILED", "status__error_message": "unauthorized", "privileged": True}
    MicroserviceFactory(name="bad", application=running.application, agent=north, revision=item.current, **failed)
    appear()
    return f"{live_server.url}/"


@pytest.fixture
def sue(page: Page, site: str) -> Page:
    return sign_in(page, site)


def test_a_corrected_field_takes_its_fault_from_the_list(sue, site):
    sue.goto(f"{site}deploy/?item={CatalogItem.objects.get(name='heart-rate').pk}")
    sue.get_by_label("north", exact=False).first.check()
    sue.get_by_role("button", name="Next").last.click()
    sue.get_by_label("Application").fill("Tour Of")
    sue.get_by_label("Microservice name").fill("Web_1")
    sue.get_by_role("button", name="Plan", exact=True).click()
    listed = sue.locator(".errors li")
    expect(listed).to_have_count(2)

    sue.get_by_label("Application").fill("tour")
    expect(listed).to_have_count(1)
    sue.get_by_label("Microservice name").fill("web-1")
    expect(sue.locator(".errors")).to_have_count(0)

    sue.get_by_role("button", name="Plan", exact=True).click()
    expect(sue.get_by_text("Nothing stands in the way.")).to_be_visible()


def test_a_row_action_swaps_its_row_and_keeps_the_focus(sue, site):
    sue.goto(f"{site}microservices/")
    stop = sue.get_by_role("button", name="Stop clinic/web")

    stop.focus()
    stop.press("Enter")

    expect(sue.get_by_role("button", name="Start clinic/web")).to_be_focused()
    assert sue.url == f"{site}microservices/"
    assert not Microservice.objects.get(name="web").is_activated


def test_the_list_shows_a_change_by_itself_also_after_a_search(sue, site):
    sue.goto(f"{site}microservices/")
    sue.get_by_role("searchbox").press_sequentially("web")
    expect(sue.get_by_role("link", name="bad", exact=True)).to_be_hidden()
    expect(sue.get_by_role("link", name="Open 8080")).to_be_visible()

    MicroserviceStatus.objects.update(state="PULLING", percentage=42)

    expect(sue.get_by_text("42 %")).to_be_visible(timeout=10000)
    expect(sue.get_by_role("link", name="Open 8080")).to_be_hidden()
    expect(sue.get_by_role("searchbox")).to_be_focused()


def test_a_row_leaves_a_filtered_list_by_itself(sue, site):
    sue.goto(f"{site}microservices/?status=failed")
    expect(sue.get_by_role("link", name="bad", exact=True)).to_be_visible()

    MicroserviceStatus.objects.update(state="RUNNING")

    expect(sue.get_by_text("No microservices match")).to_be_visible(timeout=10000)


def test_the_key_page_ticks_when_the_agent_appears_and_takes_the_used_key_away(sue, site):
    AgentStatus.objects.update(reported_at=None, late_at=None, offline_at=None)
    sue.goto(f"{site}agents/{AgentFactory(name='fresh').uuid}/key/")
    sue.get_by_role("button", name="Make a key").click()
    key = sue.locator("#key").inner_text()

    ProvisioningKey.objects.all().delete()
    appear()

    expect(sue.get_by_text("fresh is connected.")).to_be_visible(timeout=10000)
    expect(sue.locator("#key")).to_be_hidden()
    assert key not in sue.url


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_deploying_step_by_step_shows_images_names_and_risks_before_anything_is_sent(sue, site, width, scheme):
    sue.emulate_media(color_scheme=scheme)
    sue.set_viewport_size({"width": width, "height": 900})
    sue.goto(f"{site}deploy/")
    sue.get_by_label("Catalog item").select_option("heart-rate")
    expect(sue.locator("#source")).to_contain_text("team/web-arm:1")
    follows_the_rules(sue)
    sue.get_by_role("button", name="Next").last.click()

    sue.get_by_role("checkbox", name="north").check()
    sue.get_by_label("Search agents").press_sequentially("sou")
    sue.get_by_role("checkbox", name="south").check()
    follows_the_rules(sue)
    sue.get_by_role("button", name="Next").last.click()

    expect(sue.get_by_label("Microservice name")).to_have_value("heart-rate")
    sue.get_by_label("Application").fill("ward")
    sue.get_by_label("Microservice name").fill("hr")
    sue.get_by_text("Volumes, commands, config, privileges").click()
    sue.get_by_label("Privileged").check()
    preview = sue.locator("#preview")
    expect(preview).to_contain_text("Privileged: it can do anything on the agent.")
    expect(preview).to_contain_text("2 microservices in the new application ward")
    expect(preview).to_contain_text("hr-south on south")
    preview.get_by_text("The YAML of it").click()
    expect(preview).to_contain_text("kind: Microservice")
    follows_the_rules(sue)
    sue.get_by_role("button", name="Plan", exact=True).click()

    expect(sue.locator("#plan")).to_contain_text("creates 2, blocked 0")
    follows_the_rules(sue)
    assert not Microservice.objects.filter(application__name="ward").exists()
    sue.get_by_role("button", name="Deploy to 2 agents").click()
    expect(sue.get_by_text("2 microservices placed.")).to_be_visible()
    assert Microservice.objects.filter(application__name="ward").count() == 2


def follows_the_rules(page):
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["target"]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_agents_are_matched_and_excluded_while_one_types(sue, site):
    one_sided = CatalogItemFactory(name="only", images={"x86": "only:1"})
    sue.goto(f"{site}deploy/?item={one_sided.pk}")
    expect(sue.get_by_role("checkbox", name="south")).to_have_count(0)
    sue.get_by_text("1 that cannot run it, and why").click()
    expect(sue.get_by_text("no image for ARM")).to_be_visible()

    sue.get_by_label("Search agents").press_sequentially("nor")

    expect(sue.get_by_role("status").get_by_text("1 more matches")).to_be_visible()
    expect(sue.get_by_text("no image for ARM")).to_be_hidden()
    expect(sue.get_by_label("Search agents")).to_be_focused()


def test_enter_in_a_field_of_the_deploy_form_deploys_nothing(sue, site):
    sue.goto(f"{site}deploy/?item={CatalogItem.objects.get(name='heart-rate').pk}")
    sue.get_by_role("checkbox", name="north").check()
    sue.get_by_role("button", name="Next").last.click()
    sue.get_by_label("Application").fill("ward")
    sue.get_by_label("Application").press("Enter")

    expect(sue.get_by_role("button", name="Deploy to 1 agent")).to_be_visible()
    assert not Microservice.objects.filter(application__name="ward").exists()


def test_a_file_fills_the_text_and_a_faults_line_is_selected(sue, site):
    text = "apiVersion: iofog.org/v3\nkind: Application\nmetadata:\n  name: clinic\nspec:\n  isActivated: ture\n"
    sue.goto(f"{site}manifests/")
    file = {"name": "a.yaml", "mimeType": "text/yaml", "buffer": text.encode()}
    sue.get_by_label("or a file").set_input_files(file)
    expect(sue.locator("#manifest")).to_have_value(text)

    sue.get_by_role("button", name="Plan").click()
    sue.get_by_role("link", name="6", exact=True).click()

    expect(sue.locator("#manifest")).to_be_focused()
    selected = sue.evaluate(
        "(() => { const a = document.activeElement; return a.value.slice(a.selectionStart, a.selectionEnd) })()"
    )
    assert selected == "  isActivated: ture"


def test_the_main_job_works_without_scripts_on_a_telephone(browser: Browser, site):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = sign_in(context.new_page(), site)

    page.goto(f"{site}agents/add/")
    page.get_by_label("Name").fill("yard")
    page.get_by_label("Architecture").select_option("ARM")
    page.get_by_role("button", name="Add agent").click()
    page.get_by_role("button", name="Make a key").click()
    expect(page.get_by_text("catalogweb.edge provision").first).to_be_visible()

    page.goto(f"{site}deploy/")
    page.get_by_label("Catalog item").select_option("heart-rate")
    page.get_by_role("button", name="Next").last.click()
    page.get_by_role("checkbox", name="yard").check()
    page.get_by_role("checkbox", name="north").check()
    page.get_by_role("button", name="Next").last.click()
    page.get_by_label("Application").fill("ward")
    page.get_by_label("Microservice name").fill("hr")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.locator("#plan")).to_contain_text("in the new application ward")
    page.get_by_role("button", name="Deploy to 2 agents").click()
    expect(page.get_by_role("link", name="hr-yard", exact=True)).to_be_visible()

    page.get_by_role("button", name="Stop ward/hr-yard").click()
    expect(page.get_by_text("ward/hr-yard will stop at the next poll of")).to_be_visible()
    assert not Microservice.objects.get(name="hr-yard").is_activated
    context.close()
