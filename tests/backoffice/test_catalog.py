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


def test_admin_log_holds_no_secret(edit, add):
    add(Registry, url="reg.example.org", username="john", password="first-secret")
    edit(Registry.objects.get(url="reg.example.org"), password="second-secret")

    text = " ".join(f"{entry.object_repr} {entry.change_message}" for entry in LogEntry.objects.all())
    assert "reg.example.org" in text
    assert "-secret" not in text


def test_admin_says_why_a_built_in_registry_stays(edit, delete):
    remote = Registry.objects.get(pk=1)

    refused = edit(remote, url="elsewhere.example.org")

    assert "belongs to the product: it cannot be changed" in refused.text
    assert "belongs to the product" in delete(remote).text
    assert Registry.objects.get(pk=1).url == "registry.hub.docker.com"
