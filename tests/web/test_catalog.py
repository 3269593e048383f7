"""Catalog items: list, page, add, edit, delete."""

import pytest

from catalogweb.catalog.models import CatalogItem, Registry
from tests.factories import CatalogItemFactory, MicroserviceFactory, PrivateRegistryFactory

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}
NEW = {"name": "heart-rate", "registry": "1", "x86": "team/heart-rate:1", "description": "Counts beats"}


def used_item(**more):
    item = CatalogItemFactory(**more)
    MicroserviceFactory(revision=item.current, agent__name="horse-1", application__name="stable")
    return item


def posted(item, **more):
    images = {"x86": "team/web:1", "arm": "team/web-arm:1"}
    return {"name": item.name, "registry": item.registry.pk, "config_example": "{}"} | images | more


def test_list_shows_the_built_in_items_with_the_columns_people_know(viewer):
    page = viewer.get("/catalog/").text

    for column in ("ID", "Name", "Description", "Registry", "x86", "ARM"):
        assert f">{column}<" in page or f">{column}" in page
    assert "ghcr.io/eclipse-iofog/router:3.7.0" in page
    assert "The built-in debugger for Eclipse ioFog" in page


def test_list_answers_htmx_with_the_table_only(viewer):
    fragment = viewer.get("/catalog/", headers=FRAGMENT).text

    assert "RESTBlue" in fragment
    assert "<html" not in fragment
    assert 'id="filter-q"' not in fragment


def test_a_return_through_the_history_gets_the_whole_page(viewer):
    headers = FRAGMENT | {"HX-History-Restore-Request": "true"}

    assert "<html" in viewer.get("/catalog/", headers=headers).text


def test_search_finds_by_image_and_keeps_what_was_typed(viewer):
    CatalogItemFactory(name="hello-web", images={"x86": "iofog/hello-web"})

    page = viewer.get("/catalog/?q=iofog/hello").text

    assert "hello-web" in page
    assert "RESTBlue" not in page
    assert 'value="iofog/hello"' in page


def test_filters_by_registry_and_category_live_in_the_url(viewer):
    registry = PrivateRegistryFactory()
    CatalogItemFactory(name="own", category="SENSORS", images__registry=registry)

    assert "RESTBlue" not in viewer.get(f"/catalog/?registry={registry.pk}").text
    assert "RESTBlue" not in viewer.get("/catalog/?category=SENSORS").text
    assert '<option value="SENSORS" selected>' in viewer.get("/catalog/?category=SENSORS").text


@pytest.mark.parametrize("query", ["registry=x", "page=99", "size=7", "sort=password", "registry=" + "9" * 40])
def test_a_mistyped_url_still_gives_a_page(viewer, query):
    assert viewer.get(f"/catalog/?{query}").status_code == 200


def test_list_sorts_both_ways_and_says_so(viewer):
    names = [item.name for item in viewer.get("/catalog/?sort=-name").context["page"]]

    assert names == sorted(names, reverse=True)
    assert 'aria-sort="descending"' in viewer.get("/catalog/?sort=-name").text


def test_pages_keep_search_and_order(viewer):
    for number in range(30):
        CatalogItemFactory(name=f"sensor-{number:02}")

    page = viewer.get("/catalog/?q=sensor&sort=name").text

    assert "1–25 of 30" in page
    assert 'href="?q=sensor&amp;sort=name&amp;page=2"' in page
    assert "26–30 of 30" in viewer.get("/catalog/?q=sensor&sort=name&page=2").text


def test_list_takes_the_same_queries_for_more_rows(viewer, django_assert_num_queries):
    with django_assert_num_queries(10):
        viewer.get("/catalog/")
    for _ in range(10):
        MicroserviceFactory(revision=CatalogItemFactory().current)
    with django_assert_num_queries(10):
        viewer.get("/catalog/")


def test_fragment_reads_no_choices_of_filters(viewer, django_assert_num_queries):
    with django_assert_num_queries(7):
        viewer.get("/catalog/", headers=FRAGMENT)


def test_item_page_shows_images_users_yaml_and_deploy(operator):
    item = used_item(name="hello-web", images={"x86": "iofog/hello-web", "arm": "iofog/hello-web-arm"})

    page = operator.get(f"/catalog/{item.pk}/").text

    for text in ("iofog/hello-web-arm", "horse-1", "stable", "kind: CatalogItem", f"/deploy/?item={item.pk}"):
        assert text in page


def test_item_page_takes_the_same_queries_for_more_users(viewer, django_assert_num_queries):
    item = used_item()
    with django_assert_num_queries(13):
        viewer.get(f"/catalog/{item.pk}/")
    for _ in range(5):
        MicroserviceFactory(revision=item.current)
    with django_assert_num_queries(13):
        viewer.get(f"/catalog/{item.pk}/")


def test_a_viewer_sees_no_button_that_changes_and_cannot_post(viewer):
    item = CatalogItemFactory()

    page = viewer.get(f"/catalog/{item.pk}/").text

    assert "Edit" not in page
    assert "Delete" not in page
    assert "/deploy/?" not in page
    for path in ("add/", f"{item.pk}/edit/", f"{item.pk}/delete/"):
        assert viewer.get(f"/catalog/{path}").status_code == viewer.post(f"/catalog/{path}").status_code == 403


def test_create_makes_the_item_and_shows_it(operator):
    response = operator.post("/catalog/add/", NEW, follow=True)

    item = CatalogItem.objects.get(name="heart-rate")
    assert item.pk >= 17
    assert item.images == {"x86": "team/heart-rate:1"}
    assert response.redirect_chain == [(f"/catalog/{item.pk}/", 302)]
    assert f"heart-rate is in the catalog as item {item.pk}." in response.text


def test_create_completes_images_with_the_registrys_host(operator):
    registry = PrivateRegistryFactory(url="registry.example.org:5000")

    operator.post("/catalog/add/", NEW | {"registry": registry.pk})

    assert CatalogItem.objects.get(name="heart-rate").images["x86"] == "registry.example.org:5000/team/heart-rate:1"


def test_picture_and_public_are_kept_and_edited_and_no_foreign_picture_is_loaded(operator):
    picture = "https://pictures.example.org/heart.png"
    operator.post("/catalog/add/", NEW | {"picture": picture, "is_public": "on"})
    item = CatalogItem.objects.get(name="heart-rate")
    page = operator.get(f"/catalog/{item.pk}/").text

    assert (item.picture, item.is_public) == (picture, True)
    assert picture in page
    assert "<img" not in page
    operator.post(f"/catalog/{item.pk}/edit/", posted(item, picture=""))
    item.refresh_from_db()
    assert (item.picture, item.is_public) == ("images/shared/default.png", False)


def test_create_shows_every_refusal_at_its_field_and_keeps_what_was_typed(operator):
    response = operator.post("/catalog/add/", NEW | {"x86": "Team/App", "arm": "also bad"})

    errors = response.context["form"].errors
    assert errors.keys() == {"x86", "arm"}
    assert 'value="Team/App"' in response.text
    assert 'aria-invalid="true"' in response.text
    assert not CatalogItem.objects.filter(name="heart-rate").exists()


def test_create_says_everything_at_once_and_names_a_field_once(operator):
    response = operator.post("/catalog/add/", NEW | {"name": "", "x86": "Team/App", "config_example": "["})

    assert response.context["form"].errors.keys() == {"name", "x86", "config_example"}
    assert "Image for x86</a>: “Team/App” is not an image reference" in response.text


def test_create_refuses_a_taken_name_and_no_image_at_the_field(operator):
    assert "name" in operator.post("/catalog/add/", NEW | {"name": "router"}).context["form"].errors
    assert "x86" in operator.post("/catalog/add/", NEW | {"x86": ""}).context["form"].errors


def test_editing_a_used_item_asks_and_moves_its_microservices(operator):
    item = used_item()
    assert "Move the running microservices (1)" in operator.get(f"/catalog/{item.pk}/edit/").text

    change = posted(item, x86="team/web:2", reason="Faster", move_running="on")
    page = operator.post(f"/catalog/{item.pk}/edit/", change, follow=True).text

    users = f'<a href="/microservices/?item={item.pk}">1 microservice</a>'
    assert f"{item.name} is saved as revision 2; {users} will move to it at the next poll." in page
    current = item.revisions.get(number=2)
    assert current.reason == "Faster"
    assert current.microservices.count() == 1


def test_editing_a_used_item_leaves_microservices_when_unticked(operator):
    item = used_item()

    page = operator.post(f"/catalog/{item.pk}/edit/", posted(item, x86="team/web:2"), follow=True).text

    assert "1 microservice</a> keeps its revision." in page
    assert item.revisions.get(number=1).microservices.count() == 1
    assert "older" in operator.get(f"/catalog/{item.pk}/").text


def test_editing_the_description_alone_keeps_references_as_they_were_sent(operator):
    item = CatalogItemFactory(images={"x86": "team/app:1"}, images__registry=PrivateRegistryFactory(url="reg.example"))

    response = operator.post(f"/catalog/{item.pk}/edit/", posted(item, x86="team/app:1", arm="", description="Better"))

    item.refresh_from_db()
    assert response.status_code == 302
    assert (item.description, item.images, item.revisions.count()) == ("Better", {"x86": "team/app:1"}, 1)


def test_editing_an_unused_item_asks_nothing(operator):
    item = CatalogItemFactory()

    assert "Move the running" not in operator.get(f"/catalog/{item.pk}/edit/").text


def test_built_in_items_are_edited_by_superusers_only(operator, superuser):
    change = posted(CatalogItem.objects.get(pk=4), description="Ours now", registry="1")

    assert operator.post("/catalog/4/edit/", change).status_code == 403
    assert "/catalog/4/edit/" not in operator.get("/catalog/4/").text
    superuser.post("/catalog/4/edit/", change)
    assert CatalogItem.objects.get(pk=4).description == "Ours now"


def test_deleting_an_unused_item_takes_a_confirmation(operator):
    item = CatalogItemFactory()
    assert "Delete this catalog item?" in operator.get(f"/catalog/{item.pk}/delete/").text

    operator.post(f"/catalog/{item.pk}/delete/")

    assert not CatalogItem.objects.filter(pk=item.pk).exists()


def test_a_used_or_built_in_item_offers_no_deletion_and_says_why(operator):
    item = used_item()

    used, built_in = (operator.get(f"/catalog/{pk}/delete/").text for pk in (item.pk, 4))

    assert f'href="/microservices/{item.current.microservices.get().uuid}/"' in used
    assert "It belongs to the product." in built_in
    assert "Delete item</button>" not in used + built_in


def test_deleting_a_used_item_is_refused_and_lists_its_users(operator):
    item = used_item()

    page = operator.post(f"/catalog/{item.pk}/delete/").text

    assert "is in use and can&#x27;t be deleted" in page
    assert "on horse-1" in page
    assert CatalogItem.objects.filter(pk=item.pk).exists()
    assert Registry.objects.count() == 2


def test_names_are_escaped(operator):
    item = CatalogItemFactory(name="<script>alert(1)</script>")

    assert "<script>alert" not in operator.get(f"/catalog/{item.pk}/").text + operator.get("/catalog/").text
