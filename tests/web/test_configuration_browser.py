"""The pages of secrets, config maps and volume mounts in a real browser: accessible, narrow, and with scripts."""

import pytest
from playwright.sync_api import Page, expect

from catalogweb.configuration.models import Secret, VolumeMount
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
