"""Registries: list, page, add, edit, delete; the password never comes out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.agents.models import ChangeFlags
from catalogweb.catalog.deliveries import note_delivered
from catalogweb.catalog.models import Registry
from tests.factories import (
    AgentFactory,
    CatalogItemFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
    RegistryFactory,
)

pytestmark = pytest.mark.django_db
SECRET = "q1u45ic9kst563art"
NEW = {"url": "https://Registry.Example.org/v2/", "username": "john", "password": SECRET, "email": "user@domain.com"}


def test_list_has_the_columns_people_know(viewer):
    page = viewer.get("/registries/").text

    for text in ("URL", "User name", "Private", "Secure", "registry.hub.docker.com", "from_cache"):
        assert text in page


def test_list_filters_and_answers_htmx_with_the_table_only(viewer):
    PrivateRegistryFactory(url="reg.example")

    fragment = viewer.get("/registries/?kind=private&q=reg", headers={"HX-Request": "true"}).text

    assert "reg.example" in fragment
    assert "from_cache" not in fragment
    assert "<html" not in fragment


def test_list_takes_the_same_queries_for_more_rows(viewer, django_assert_num_queries):
    with django_assert_num_queries(5):
        viewer.get("/registries/")
    for _ in range(10):
        CatalogItemFactory(images__registry=PrivateRegistryFactory())
    with django_assert_num_queries(5):
        viewer.get("/registries/")


def test_add_shows_the_normalised_url_and_makes_it_private(operator):
    response = operator.post("/registries/add/", NEW, follow=True)

    registry = Registry.objects.latest("pk")
    assert registry.url == "registry.example.org"
    assert registry.is_private
    assert registry.password == SECRET
    assert f"Registry {registry.pk} is added as registry.example.org (john)." in response.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "not a host"}, "url"),
        ({"username": ""}, "username"),
        ({"email": "nobody"}, "email"),
        ({"url": ""}, "url"),
    ],
)
def test_add_shows_a_refusal_at_its_field_keeps_the_rest_and_drops_the_password(operator, change, field):
    response = operator.post("/registries/add/", NEW | change)

    assert field in response.context["form"].errors
    assert Registry.objects.count() == 2
    assert SECRET not in response.text
    assert 'name="password" class' not in response.text
    assert "john" in response.text or field == "username"


def test_no_page_shows_the_password(operator, superuser):
    operator.post("/registries/add/", NEW)
    registry = Registry.objects.latest("pk")
    pk, item = registry.pk, CatalogItemFactory(images__registry=registry)
    MicroserviceFactory(revision=item.current)

    for path in ("/registries/", f"/registries/{pk}/", f"/registries/{pk}/edit/", "/", f"/catalog/{item.pk}/"):
        page = superuser.get(path).text
        assert not [text for text in (SECRET, Registry.objects.latest("pk").password_sealed) if text in page], path
    assert "••••" in superuser.get(f"/registries/{pk}/").text


def test_page_names_items_microservices_and_agents_that_receive_the_password(viewer):
    registry = PrivateRegistryFactory()
    item = CatalogItemFactory(name="heart-rate", images__registry=registry)
    MicroserviceFactory(revision=item.current, agent__name="horse-1", name="pulse")

    page = viewer.get(f"/registries/{registry.pk}/").text

    for text in ("heart-rate", "pulse", "horse-1", "Agents that receive its password", "kind: Registry"):
        assert text in page


def test_page_takes_the_same_queries_for_more_users(viewer, django_assert_num_queries):
    item = CatalogItemFactory()
    MicroserviceFactory(revision=item.current)
    with django_assert_num_queries(15):
        viewer.get("/registries/1/")
    for _ in range(5):
        MicroserviceFactory(revision=item.current)
    with django_assert_num_queries(15):
        viewer.get("/registries/1/")


def edited(registry, **more):
    return {"url": registry.url, "username": "john", "email": "", "password": "", "is_private": "on"} | more


def test_edit_with_a_blank_password_keeps_it(operator):
    registry = PrivateRegistryFactory()

    operator.post(f"/registries/{registry.pk}/edit/", edited(registry, email="new@example.org"))

    registry.refresh_from_db()
    assert registry.email == "new@example.org"
    assert registry.password == SECRET


def test_edit_of_the_host_needs_the_password_again(operator):
    registry = PrivateRegistryFactory()

    response = operator.post(f"/registries/{registry.pk}/edit/", edited(registry, url="evil.example"))

    assert "password" in response.context["form"].errors
    assert 'value="evil.example"' in response.text
    assert Registry.objects.get(pk=registry.pk).url == registry.url


def test_edit_of_the_host_is_refused_while_items_name_the_old_one(operator):
    registry = PrivateRegistryFactory(url="old.example")
    CatalogItemFactory(name="heart-rate", images={"x86": "old.example/web:1"}, images__registry=registry)

    response = operator.post(
        f"/registries/{registry.pk}/edit/", edited(registry, url="new.example", password="the new one")
    )

    assert "Catalog item heart-rate would be pulled without these credentials" in response.text
    assert "url" in response.context["form"].errors


def test_edit_of_the_host_of_a_public_one_warns_which_items_name_the_old_one(operator):
    registry = RegistryFactory(url="old.example")
    CatalogItemFactory(name="heart-rate", images={"x86": "old.example/web:1"}, images__registry=registry)
    warning = "Catalog item heart-rate has images that are not on new.example: they are still pulled from"

    same = operator.post(f"/registries/{registry.pk}/edit/", {"url": "old.example", "email": "a@b.org"}, follow=True)
    moved = operator.post(f"/registries/{registry.pk}/edit/", {"url": "new.example"}, follow=True)

    assert (warning in same.text, warning in moved.text) == (False, True)
    assert Registry.objects.get(pk=registry.pk).url == "new.example"


def test_page_warns_of_what_its_credentials_do_not_serve(viewer):
    registry = PrivateRegistryFactory(url="reg.example")
    CatalogItemFactory(name="heart-rate", images={"x86": "team/web:1"}, images__registry=registry)

    page = viewer.get(f"/registries/{registry.pk}/").text

    assert "Catalog item heart-rate has images that are not on reg.example" in page


def test_edit_tells_the_agents_that_use_it(operator):
    registry = PrivateRegistryFactory()
    microservice = MicroserviceFactory(revision__registry=registry)

    operator.post(f"/registries/{registry.pk}/edit/", edited(registry, password="a new secret"))

    assert "registries" in ChangeFlags.objects.get(agent=microservice.agent).raised


def test_remove_credentials_makes_it_public(operator):
    registry = PrivateRegistryFactory()

    operator.post(f"/registries/{registry.pk}/edit/", edited(registry, remove_credentials="on"))

    registry.refresh_from_db()
    assert (registry.username, registry.password, registry.is_private) == ("", "", False)


def test_built_in_registries_offer_no_change_and_refuse_it(superuser):
    assert "/registries/1/edit/" not in superuser.get("/registries/1/").text

    assert "belongs to the product" in superuser.get("/registries/1/edit/").text
    assert superuser.post("/registries/1/edit/", {"url": "evil.example"}).status_code == 409
    page = superuser.get("/registries/1/delete/").text
    assert "belongs to the product" in page
    assert "Delete registry</button>" not in page
    assert Registry.objects.get(pk=1).url == "registry.hub.docker.com"


def test_delete_refuses_while_used_and_lists_the_users(operator):
    registry = RegistryFactory()
    item = CatalogItemFactory(name="heart-rate", images__registry=registry)

    page = operator.get(f"/registries/{registry.pk}/delete/").text
    assert f'href="/catalog/{item.pk}/">catalog item heart-rate' in page
    assert "Delete registry</button>" not in page
    assert "catalog item heart-rate" in operator.post(f"/registries/{registry.pk}/delete/").text
    item.delete()
    assert operator.post(f"/registries/{registry.pk}/delete/").headers["Location"] == "/registries/"


def test_a_viewer_sees_no_button_that_changes_and_cannot_post(viewer):
    registry = RegistryFactory()

    assert "Edit" not in viewer.get(f"/registries/{registry.pk}/").text
    for path in ("add/", f"{registry.pk}/edit/", f"{registry.pk}/delete/"):
        assert viewer.get(f"/registries/{path}").status_code == viewer.post(f"/registries/{path}").status_code == 403


def test_credentials_in_a_refused_url_do_not_come_back(operator):
    page = operator.post("/registries/add/", {"url": "https://ann:hunter2@reg.example/", "username": "ann"}).text

    assert "Give user name and password in their own fields" in page
    assert "hunter2" not in page


def test_rotation_page_switches_the_secret_and_never_shows_one(operator):
    registry = PrivateRegistryFactory()
    page = operator.get(f"/registries/{registry.pk}/rotate/").text
    sent = {"username": "john", "password": "another one", "secret_reference": "", "expires_on": "2030-01-31"}

    response = operator.post(f"/registries/{registry.pk}/rotate/", sent, follow=True)

    registry.refresh_from_db()
    assert registry.password == "another one"
    assert "2030-01-31" in response.text
    assert not [text for text in (SECRET, "another one", registry.password_sealed) if text in page + response.text]


def test_rotation_page_says_what_is_wrong_beside_the_field(operator):
    registry = PrivateRegistryFactory()

    nothing = operator.post(f"/registries/{registry.pk}/rotate/", {"username": "john"}).text
    other = operator.post(f"/registries/{registry.pk}/rotate/", {"secret_reference": "env:DATABASE_URL"}).text

    assert "Enter the new password, or where it is kept." in nothing
    assert "a name that starts with CATALOGWEB_REGISTRY_" in other


def test_page_shows_which_agents_have_the_newest_secret(viewer):
    registry = PrivateRegistryFactory(secret_version=2)
    has, lacks = AgentFactory(name="has-it"), AgentFactory(name="lacks-it")
    for agent in (has, lacks):
        MicroserviceFactory(agent=agent, revision__registry_id=registry.pk)
    note_delivered(has, [registry])

    page = viewer.get(f"/registries/{registry.pk}/").text

    assert "1 of 2 have fetched version 2." in page
    assert page.index("lacks-it") < page.index("has-it fetched version 2")


def test_overview_and_list_remind_of_a_password_that_expires(viewer, operator):
    registry = PrivateRegistryFactory(url="soon.example.org", expires_on=timezone.now().date())
    PrivateRegistryFactory(url="later.example.org", expires_on=timezone.now().date() + timedelta(days=90))

    overview = viewer.get("/").text

    assert "soon.example.org" in overview
    assert "Expires today" in overview
    assert "later.example.org" not in overview
    assert "Expires today" in viewer.get("/registries/").text
    assert f"/registries/{registry.pk}/rotate/" in operator.get("/").text
    assert f"/registries/{registry.pk}/rotate/" not in overview
