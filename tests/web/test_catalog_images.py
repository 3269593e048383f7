"""Images on pages: what they lead to, looking them up while typing, reusing an index, picking a tag."""

import pytest

from catalogweb.catalog.models import CatalogItem, ImageCheck
from tests.factories import AgentFactory, CatalogItemFactory, RegistryFactory
from tests.testbed.images import push_web_image

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def calls(settings):
    settings.REGISTRY_CHECKS = True


@pytest.fixture
def stored(open_registry):
    return RegistryFactory(url=open_registry.host)


def test_item_page_shows_what_its_images_lead_to(operator, stored, open_registry):
    AgentFactory(architecture="x86")
    image = push_web_image(open_registry, "team/paged")
    item = CatalogItemFactory(images={"x86": image}, images__registry=stored)
    before = operator.get(f"/catalog/{item.pk}/").text

    after = operator.post(f"/catalog/{item.pk}/verify/", headers=HTMX).text

    assert "Unverified" in before
    assert "never looked at" in before
    for text in ("Verified", "linux/amd64", "linux/arm64", "sha256:", "1 of 1 agent"):
        assert text in after
    assert "<html" not in after
    assert operator.post(f"/catalog/{item.pk}/verify/").status_code == 302


def test_looking_up_shows_platforms_and_offers_to_reuse_the_index(operator, stored, open_registry):
    push_web_image(open_registry, "team/reused")
    given = {"name": "web", "registry": stored.pk, "x86": "team/reused:1.0", "arm": ""}

    page = operator.post("/catalog/add/", given | {"look": "1"}).text
    reused = operator.post("/catalog/add/", given | {"reuse": "x86 arm"}, headers=HTMX).text

    assert "Reuse this index for ARM" in page
    assert 'value="web"' in page
    assert reused.count('value="team/reused:1.0"') == 2
    assert "Reuse this index" not in reused
    assert not CatalogItem.objects.filter(name="web").exists()


def test_a_tag_is_picked(operator, stored, open_registry):
    for tag in ("1.0", "1.1"):
        push_web_image(open_registry, "team/picked", tag)
    given = {"registry": stored.pk, "x86": "team/picked:1.0", "arm": ""}

    listed = operator.post("/catalog/add/", given | {"look": "1"}, headers=HTMX).text
    picked = operator.post("/catalog/add/", given | {"tag": "x86 team/picked:1.1"}, headers=HTMX).text

    assert 'value="x86 team/picked:1.1"' in listed
    assert 'name="x86" value="team/picked:1.1"' in picked


def test_edit_looks_up_too_and_saves_nothing(operator, stored, open_registry):
    image = push_web_image(open_registry, "team/edited")
    item = CatalogItemFactory(images={"x86": image}, images__registry=stored)

    page = operator.post(f"/catalog/{item.pk}/edit/", {"registry": stored.pk, "x86": image, "look": "1"}).text

    assert "Reuse this index for ARM" in page
    assert "That did not work" not in page
    assert item.revisions.count() == 1


def test_looking_without_an_image_says_what_is_missing(operator):
    assert "enter an image first" in operator.post("/catalog/add/", {"look": "1"}, headers=HTMX).text


def test_a_wrong_architecture_is_refused_beside_its_field(operator, stored, open_registry):
    arm = push_web_image(open_registry, "team/wrong", platforms=["linux/arm64"])

    page = operator.post("/catalog/add/", {"name": "web", "registry": stored.pk, "x86": arm}).text

    assert "is made for linux/arm64, and not for x86" in page
    assert 'id="id_x86_error"' in page


def test_a_wrong_architecture_is_refused_in_an_edit(operator, stored, open_registry):
    arm = push_web_image(open_registry, "team/wrong-edit", platforms=["linux/arm64"])
    item = CatalogItemFactory(images={"arm": arm}, images__registry=stored)
    page = operator.get(f"/catalog/{item.pk}/edit/").text
    seen = page.partition('name="seen" value="')[2].partition('"')[0]

    reply = operator.post(
        f"/catalog/{item.pk}/edit/", {"name": item.name, "registry": stored.pk, "x86": arm, "arm": arm, "seen": seen}
    )

    assert "is made for linux/arm64, and not for x86" in reply.text


def test_viewers_look_nothing_up(viewer, stored):
    item = CatalogItemFactory(images__registry=stored)

    assert viewer.post(f"/catalog/{item.pk}/verify/").status_code == 403
    assert viewer.post("/catalog/add/", {"look": "1"}).status_code == 403
    assert "Check images now" not in viewer.get(f"/catalog/{item.pk}/").text
    assert not ImageCheck.objects.exists()


def test_plan_of_a_deployment_asks_the_registry_and_says_what_is_not_fine(operator, stored, open_registry):
    agents = [AgentFactory(architecture=name) for name in ("x86", "arm")]
    image = push_web_image(open_registry, "team/deployed", platforms=["linux/amd64"])
    missing = f"{open_registry.host}/team/none:1"
    item = CatalogItemFactory(images={"x86": image, "arm": missing}, images__registry=stored)
    given = {"item": item.pk, "agents": [agent.uuid for agent in agents], "application": "shop", "name": "web"}

    plan = operator.post("/deploy/", given | {"go": "plan", "at": "how"}).text

    assert "What will happen" in plan
    assert "1 of 2 agents" in plan
    assert f"{missing} (ARM): image not found." in plan
    assert f"{image} (x86)" not in plan


def test_plan_says_nothing_of_images_when_calls_are_switched_off(operator, settings):
    settings.REGISTRY_CHECKS = False
    agent, item = AgentFactory(architecture="x86"), CatalogItemFactory()
    given = {"item": item.pk, "agents": [agent.uuid], "application": "shop", "name": "web"}

    plan = operator.post("/deploy/", given | {"go": "plan", "at": "how"}).text

    assert "What will happen" in plan
    assert ": unverified" not in plan
