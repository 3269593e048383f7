"""Catalog items and registries at the admin go through the services that every door uses."""

from django.contrib.admin.models import LogEntry

from catalogweb.catalog.models import CatalogItem, Registry
from catalogweb.catalog.services import find_item
from catalogweb.changelog.models import Entry
from tests.factories import CatalogItemFactory, MicroserviceFactory, PrivateRegistryFactory, RegistryFactory

SECRET = "q1u45ic9kst563art"


def test_admin_adds_an_item_with_its_images(add):
    answer = add(CatalogItem, name="alpine", x86="amd64/alpine:latest", arm="arm32v6/alpine:latest", registry=1)

    assert answer.status_code == 302
    assert find_item("alpine").images == {"x86": "amd64/alpine:latest", "arm": "arm32v6/alpine:latest"}


def test_admin_records_its_changes_under_its_own_door(add, superuser):
    add(CatalogItem, name="alpine", x86="amd64/alpine:latest", registry=1)

    entry = Entry.objects.get(object_label="alpine")
    assert (entry.door, entry.actor, entry.action) == ("admin", superuser.email, "create")


def test_admin_shows_a_refusal_beside_its_field_and_keeps_what_was_typed(add, errors):
    CatalogItemFactory(name="alpine")

    answer = add(CatalogItem, name="Alpine", description="mine", x86="amd64/alpine:latest", registry=1)

    assert errors(answer)["name"] == ["Duplicate name 'Alpine': another catalog item already has it."]
    assert answer.context["adminform"].form["description"].value() == "mine"
    assert CatalogItem.objects.filter(name__iexact="alpine").count() == 1


def test_admin_shows_each_of_several_refusals_at_its_image(add, errors):
    answer = add(CatalogItem, name="alpine", x86="Not An Image", arm="neither:this:one", registry=1)

    assert set(errors(answer)) == {"x86", "arm"}


def test_admin_edit_of_an_image_makes_a_revision_and_moves_what_runs(edit):
    item = CatalogItemFactory()
    microservice = MicroserviceFactory(revision=item.current, agent__architecture="x86")

    edit(item, x86="team/web:2", reason="security fix")

    microservice.refresh_from_db()
    assert microservice.revision.number == 2
    assert microservice.image == "team/web:2"


def test_admin_edit_of_a_description_makes_no_revision(edit):
    item = CatalogItemFactory(images={"x86": "kept/as-sent:1"}, images__registry=RegistryFactory())

    edit(item, description="better said")

    item.refresh_from_db()
    assert (item.description, item.revisions.count()) == ("better said", 1)
    assert item.images == {"x86": "kept/as-sent:1"}


def test_admin_lets_superusers_edit_built_in_items_but_not_rename_them(edit, errors):
    debug = CatalogItem.objects.get(pk=4)

    assert edit(debug, x86="ghcr.io/eclipse-iofog/node-debugger:2").status_code == 302
    refused = edit(debug, name="Mine")

    assert errors(refused)["name"] == ["A built-in item keeps its name and category."]


def test_admin_says_where_an_item_that_cannot_be_deleted_is_used(delete):
    item = CatalogItemFactory(name="alpine")
    MicroserviceFactory(name="web", revision=item.current)

    answer = delete(item)

    assert "Catalog item alpine is in use and can&#x27;t be deleted: microservice" in answer.content.decode()
    assert CatalogItem.objects.filter(pk=item.pk).exists()


def test_admin_deletes_selected_items_all_or_none(admin_client):
    free, used = CatalogItemFactory(), CatalogItemFactory()
    MicroserviceFactory(revision=used.current)
    chosen = {"action": "delete_selected", "_selected_action": [free.pk, used.pk], "post": "yes"}

    admin_client.post("/admin/catalog/catalogitem/", chosen)

    assert CatalogItem.objects.filter(pk__in=[free.pk, used.pk]).count() == 2
    assert not LogEntry.objects.exists()


def test_admin_never_renders_a_stored_password(admin_client):
    registry = PrivateRegistryFactory()

    page = admin_client.get(f"/admin/catalog/registry/{registry.pk}/change/").content.decode()

    assert SECRET not in page
    assert registry.password_sealed not in page


def test_admin_keeps_a_password_that_is_left_blank(edit):
    registry = PrivateRegistryFactory()

    edit(registry, email="ann@example.org")

    registry.refresh_from_db()
    assert (registry.password, registry.email) == (SECRET, "ann@example.org")


def test_admin_refuses_another_host_without_the_secret_and_does_not_echo_a_typed_one(edit, errors):
    registry = PrivateRegistryFactory()

    moved = edit(registry, url="elsewhere.example.org")
    nameless = edit(registry, username="", password="typed-secret")

    assert "password" in errors(moved)
    assert "username" in errors(nameless)
    assert b"typed-secret" not in nameless.content


def test_admin_removes_credentials_when_ticked(edit):
    registry = PrivateRegistryFactory()

    edit(registry, remove_credentials="on")

    registry.refresh_from_db()
    assert (registry.has_password, registry.is_private) == (False, False)


def test_admin_keeps_no_log_beside_the_change_log(edit, add, delete):
    add(Registry, url="reg.example.org", username="john", password="first-secret")
    edit(Registry.objects.get(url="reg.example.org"), password="second-secret")
    delete(Registry.objects.get(url="reg.example.org"))

    assert not LogEntry.objects.exists()
    assert [entry.action for entry in Entry.objects.order_by("pk")] == ["create", "update", "delete"]


def test_admin_leads_from_an_object_to_its_change_log(admin_client):
    item = CatalogItemFactory()
    log = f"/changes/?type=catalog+item&object={item.pk}"

    assert log.replace("&", "&amp;") in admin_client.get(f"/admin/catalog/catalogitem/{item.pk}/change/").text
    assert admin_client.get(f"/admin/catalog/catalogitem/{item.pk}/history/").headers["Location"] == log


def test_admin_shows_built_in_registries_and_says_why_they_stay(admin_client, delete):
    page = admin_client.get("/admin/catalog/registry/1/change/").text

    assert "registry.hub.docker.com" in page
    assert 'name="url"' not in page
    assert "deletelink" not in page
    assert admin_client.post("/admin/catalog/registry/1/change/", {"url": "elsewhere.example.org"}).status_code == 403
    assert "belongs to the product" in delete(Registry.objects.get(pk=1)).text


def test_admin_offers_no_deletion_of_a_built_in_item_and_no_moving_for_a_new_one(admin_client):
    built_in = admin_client.get("/admin/catalog/catalogitem/4/change/").text
    new = admin_client.get("/admin/catalog/catalogitem/add/").text

    assert "deletelink" not in built_in
    assert "move_running" in built_in
    assert "move_running" not in new


def test_admin_names_everything_that_keeps_a_selection_from_being_deleted(admin_client):
    used = [CatalogItemFactory(name=name) for name in ("alpine", "busybox")]
    for item in used:
        MicroserviceFactory(revision=item.current)
    chosen = {"action": "delete_selected", "_selected_action": [*(item.pk for item in used), 4], "post": "yes"}

    said = admin_client.post("/admin/catalog/catalogitem/", chosen, follow=True).text

    for words in ("item alpine is in use", "item busybox is in use", "Debug belongs to the product"):
        assert words in said


def test_admin_warns_which_items_name_the_old_host(admin_client, edit):
    registry = RegistryFactory(url="old.example")
    CatalogItemFactory(name="heart-rate", images={"x86": "old.example/web:1"}, images__registry=registry)

    edit(registry, url="new.example")

    assert "Catalog item heart-rate has images that are not on new.example" in admin_client.get("/admin/").text
