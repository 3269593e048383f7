"""The pages of secrets, config maps and volume mounts in a real browser: accessible, narrow, and with scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from catalogweb.deployments.container import Container, Source, Volume
from catalogweb.deployments.services import deploy
from tests.factories import (
    PASSWORD,
    AgentFactory,
    ApplicationFactory,
    ConfigMapFactory,
    RevisionFactory,
    SecretFactory,
    UserFactory,
    VolumeMountFactory,
)
from tests.web.browsing import sign_in

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def site(live_server) -> str:
    """An address with one of everything, and Sue who may do anything."""
    sue = UserFactory(email="sue@example.org", role="superuser", password=PASSWORD)
    north, south = AgentFactory(name="north"), AgentFactory(name="south")
    secret = SecretFactory(name="shop-database", data={"user": "ann", "password": "q1u45ic9kst563art"})
    settings = ConfigMapFactory(
        name="shop-settings", data={"level": 3, "motd": "hello\nthere", "nginx/site.conf": "x" * 300}
    )
    VolumeMountFactory(name="shop-files", config_map=settings, agents=[north])
    VolumeMountFactory(name="certs", secret=secret, agents=[])
    env = {"PASSWORD": Source("secret", secret.name, "password"), "LEVEL": Source("config_map", settings.name, "level")}
    container = Container(env=env | {"A": "1"}, volumes=(Volume("shop-files", "/etc/shop", type="volumeMount"),))
    deploy(
        by=sue, application=ApplicationFactory(name="shop"), agents=[north, south], revision=RevisionFactory(),
        name="web", container=container,
    )  # fmt: skip
    return f"{live_server.url}/"


@pytest.fixture
def sue(page: Page, site: str) -> Page:
    return sign_in(page, site)


def paths():
    secret, settings = Secret.objects.get(), ConfigMap.objects.get()
    mount, unlinked = VolumeMount.objects.get(name="shop-files"), VolumeMount.objects.get(name="certs")
    return [
        "secrets/", "secrets/?q=nothing", "secrets/add/", f"secrets/{secret.pk}/", f"secrets/{secret.pk}/edit/",
        f"secrets/{secret.pk}/delete/", "config-maps/", "config-maps/add/", f"config-maps/{settings.pk}/",
        f"config-maps/{settings.pk}/edit/", f"config-maps/{settings.pk}/delete/", "volume-mounts/",
        "volume-mounts/add/", f"volume-mounts/{mount.uuid}/", f"volume-mounts/{unlinked.uuid}/",
        f"volume-mounts/{mount.uuid}/agents/", f"volume-mounts/{mount.uuid}/edit/",
        f"volume-mounts/{unlinked.uuid}/delete/",
    ]  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_pages_follow_the_accessibility_rules_fit_and_obey_the_policy(sue, site, scheme, width):
    complaints = []
    sue.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    sue.emulate_media(color_scheme=scheme)
    sue.set_viewport_size({"width": width, "height": 800})

    for path in paths():
        sue.goto(site + path)
        found = Axe().run(sue).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["target"]) for rule in found] == [], path
        assert sue.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert complaints == []


def test_a_secret_is_added_mounted_and_handed_to_an_agent(sue, site):
    sue.goto(f"{site}secrets/")
    sue.get_by_role("link", name="Add secret").click()
    sue.get_by_label("Name").fill("tls")
    sue.get_by_label("Key").first.fill("ca.crt")
    sue.get_by_label("Value", exact=True).first.fill("-----BEGIN\nCERTIFICATE")
    sue.get_by_role("button", name="Add secret").click()
    expect(sue.get_by_text("Secret tls is sealed and stored.")).to_be_visible()

    sue.get_by_role("link", name="Add volume mount").click()
    sue.get_by_label("Name").fill("tls-files")
    sue.get_by_role("button", name="Add volume mount").click()
    sue.get_by_role("searchbox").press_sequentially("sou")
    expect(sue.get_by_text("north")).to_be_hidden()
    sue.get_by_label("south").check()
    sue.get_by_role("button", name="Save").click()

    expect(sue.get_by_text("Volume mount tls-files is on 1 agent now.")).to_be_visible()
    assert Secret.objects.get(name="tls").data == {"ca.crt": "-----BEGIN\nCERTIFICATE"}
    assert VolumeMount.objects.get(name="tls-files").agent_names == ["south"]
