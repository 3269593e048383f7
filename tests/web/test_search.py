"""One search over pages, actions, things and the documentation, and the tables behind palette and keys."""

import pytest
from django.urls import reverse

from catalogweb.web.finding import EACH, KINDS
from catalogweb.web.places import ACTIONS, PAGES
from tests.factories import (
    AgentFactory,
    ApplicationFactory,
    CatalogItemFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
)


def found(client, query: str) -> str:
    return client.get("/search/", {"q": query}, headers={"HX-Request": "true"}).content.decode()


def test_things_are_found_by_a_part_of_their_name(viewer):
    microservice = MicroserviceFactory(name="heart-rate", agent__name="north-heart")
    ApplicationFactory(name="heartland")
    CatalogItemFactory(name="Heart monitor")

    page = found(viewer, "HEART")

    assert reverse("web:microservice-detail", args=[microservice.uuid]) in page
    assert reverse("web:agent-detail", args=[microservice.agent.uuid]) in page
    assert reverse("web:application-detail", args=["heartland"]) in page
    assert "Heart monitor" in page
    assert "<html" not in page


def test_a_registry_is_found_by_its_number(viewer):
    registry = PrivateRegistryFactory(url="reg.example.org")

    page = found(viewer, f"registry {registry.pk}")

    assert reverse("web:registry-detail", args=[registry.pk]) in page
    assert "/catalog/" not in page


def test_of_each_kind_a_handful_is_shown(viewer):
    for number in range(EACH + 3):
        AgentFactory(name=f"yard-{number}")

    assert found(viewer, "yard").count("· ") <= EACH
    assert found(viewer, "yard").count("/agents/") == EACH


def test_search_costs_the_same_however_much_is_found(viewer, django_assert_num_queries):
    found(viewer, "warm")
    for number in range(12):
        MicroserviceFactory(name=f"yard-{number}", agent__name=f"yard-{number}", application__name=f"yard-{number}")

    # The session, the user, and one for each kind.
    with django_assert_num_queries(2 + len(KINDS)):
        found(viewer, "yard")


def test_actions_are_offered_by_role(viewer, operator, superuser):
    assert "Add registry" not in found(viewer, "add")
    assert "Add registry" in found(operator, "add")
    assert "Add user" not in found(operator, "add")
    assert "Add user" in found(superuser, "add")


def test_people_are_found_by_superusers_alone(viewer, superuser, olga):
    assert "olga@example.org" in found(superuser, "olga")
    assert "olga@example.org" not in found(viewer, "olga")


def test_documentation_is_found_from_the_search(viewer):
    assert "/docs/operating/#backup-and-restore" in found(viewer, "restore")


def test_nothing_found_says_so_with_the_next_step(viewer):
    assert "Nothing is called “zebra-77”" in found(viewer, "zebra-77")


def test_search_page_offers_every_page_before_anything_is_typed(viewer):
    page = viewer.get("/search/").content.decode()

    assert "<html" in page
    assert page.count(reverse("web:changelog-list")) >= 2


@pytest.mark.parametrize("place", [*PAGES, *ACTIONS], ids=lambda place: place.name)
def test_every_place_can_be_opened_by_a_superuser(superuser, place):
    assert superuser.get(place.link).status_code == 200


def test_no_key_leads_to_two_places():
    keys = [place.key for place in PAGES if place.key]
    assert len(keys) == len(set(keys))


def test_keys_lead_only_where_one_may_go(viewer, superuser):
    assert 'data-go="u"' not in viewer.get("/search/").content.decode()
    assert 'data-go="u"' in superuser.get("/search/").content.decode()
