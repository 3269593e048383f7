"""Edge resources, upkeep and settings in a real browser: by the accessibility rules, at 360 px, in both schemes."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from catalogweb.controller.services import set_default_router, set_value
from catalogweb.core.rights import System
from catalogweb.edge_resources.services import create_edge_resource, link_agent
from catalogweb.maintenance.hardware import take_hardware
from catalogweb.maintenance.orders import order_version
from catalogweb.maintenance.traces import add_to_traces, set_tracing
from tests.factories import PASSWORD, MicroserviceFactory, UserFactory
from tests.web.browsing import sign_in

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def pages() -> list[str]:
    """One of everything, and where it is seen."""
    by = System()
    web = MicroserviceFactory()
    resource = create_edge_resource(
        by=by, name="com.example.camera", version="v1.0.0", description="Over the press line", orchestration_tags=["fast"],
        endpoints=[{"name": "Picture", "method": "GET", "url": "/picture"}], custom={"model": "x"},
    )  # fmt: skip
    link_agent(by=by, resource=resource, agent=web.agent)
    set_default_router(by=by, host="router.example.org")
    value = set_value(by=by, key="default-proxy-host", value="x")
    take_hardware(agent_id=web.agent_id, kind="usb", info="[]")
    order_version(by=by, agent=web.agent, command="upgrade")
    set_tracing(by=by, microservice=web, is_enabled=True)
    add_to_traces(agent_id=web.agent_id, pieces={web.uuid: "open()\n"})
    return [
        *(f"edge-resources/{path}" for path in ("", "add/", *(f"{resource.pk}/{act}" for act in ("", "edit/", "delete/")))),
        f"agents/{web.agent.uuid}/", f"agents/{web.agent.uuid}/order/reboot/", f"microservices/{web.uuid}/diagnostics/",
        "controller/", f"controller/values/{value.pk}/", "controller/router/forget/",
    ]  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_pages_follow_the_accessibility_rules_and_fit(page: Page, live_server, pages, scheme, width):
    UserFactory(email="sue@example.org", role="superuser", password=PASSWORD)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    sue = sign_in(page, f"{live_server.url}/")

    for path in pages:
        assert sue.goto(f"{live_server.url}/{path}").status == 200, path
        found = Axe().run(sue).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["target"]) for rule in found] == [], path
        assert sue.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
