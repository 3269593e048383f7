"""Two people at one form, and a deletion that takes much along, in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from catalogweb.deployments.models import Application
from tests.factories import PASSWORD, ApplicationFactory, MicroserviceFactory, UserFactory
from tests.web.browsing import sign_in

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SIZES = pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])


@pytest.fixture
def sue(page: Page, live_server) -> Page:
    UserFactory(email="sue@example.org", role="superuser", password=PASSWORD)
    ApplicationFactory(name="clinic", description="Old")
    return sign_in(page, f"{live_server.url}/")


def follows_the_rules(page):
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["target"]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@SIZES
def test_the_second_of_two_editors_sees_what_differs_and_saves_on_top(sue, live_server, width, scheme):
    sue.emulate_media(color_scheme=scheme)
    sue.set_viewport_size({"width": width, "height": 900})
    sue.goto(f"{live_server.url}/applications/clinic/edit/")
    Application.objects.update(description="Hall A")
    sue.get_by_label("Description").fill("Hall B")
    sue.get_by_role("button", name="Save").click()

    told = sue.get_by_role("alert").filter(has_text="Somebody else changed this")
    expect(told).to_be_focused()
    expect(told).to_contain_text("Hall A")
    expect(sue.get_by_label("Description")).to_have_value("Hall B")
    follows_the_rules(sue)
    sue.get_by_role("button", name="Save").click()

    expect(sue).to_have_url(f"{live_server.url}/applications/clinic/")
    assert Application.objects.get(name="clinic").description == "Hall B"


@SIZES
def test_much_is_deleted_once_its_name_is_typed(sue, live_server, width, scheme):
    for _ in range(6):
        MicroserviceFactory(application=Application.objects.get(name="clinic"))
    sue.emulate_media(color_scheme=scheme)
    sue.set_viewport_size({"width": width, "height": 900})
    sue.goto(f"{live_server.url}/applications/clinic/delete/")
    sue.get_by_role("button", name="Delete application").click()
    expect(sue.get_by_text("Type clinic.").first).to_be_visible()
    follows_the_rules(sue)

    sue.get_by_label("Type clinic to delete it").fill("clinic")
    sue.get_by_role("button", name="Delete application").click()

    expect(sue).to_have_url(f"{live_server.url}/applications/")
    assert not Application.objects.filter(name="clinic").exists()
