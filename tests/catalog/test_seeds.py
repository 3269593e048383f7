"""The built-in rows are exactly those of the source text's tables."""

import pytest
from django.core.management import call_command
from django.db import connection

from catalogweb.catalog.models import CatalogItem, Image, Registry, Revision
from catalogweb.catalog.registries import create_registry, delete_registry, find_registry
from catalogweb.catalog.seeds import seed
from catalogweb.catalog.services import create_item, delete_item
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh")]

# id, name, description, registry, x86, arm
TABLE = [
    (
        1, "Router", "The built-in router for Eclipse ioFog.", "remote",
        "ghcr.io/eclipse-iofog/router:3.7.0", "ghcr.io/eclipse-iofog/router:3.7.0",
    ),
    (
        2, "RESTBlue", "REST API for Bluetooth Low Energy layer.", "remote",
        "ghcr.io/eclipse-iofog/restblue:latest", "ghcr.io/eclipse-iofog/restblue:latest",
    ),
    (
        3, "HAL", "REST API for Hardware Abstraction layer.", "remote",
        "ghcr.io/eclipse-iofog/hal:latest", "ghcr.io/eclipse-iofog/hal:latest",
    ),
    (
        4, "Debug", "The built-in debugger for Eclipse ioFog IoFog Agent.", "remote",
        "ghcr.io/eclipse-iofog/node-debugger:latest", "ghcr.io/eclipse-iofog/node-debugger:latest",
    ),
    (
        5, "NATs", "NATs server microservice for Eclipse ioFog", "remote",
        "ghcr.io/eclipse-iofog/nats:latest", "ghcr.io/eclipse-iofog/nats:latest",
    ),
]  # fmt: skip


def new_item(by, name):
    return create_item(by=by, name=name, images={"x86": "team/web:1"}, registry=find_registry("remote"))


def counts():
    return [model.objects.count() for model in (CatalogItem, Revision, Image, Registry)]


def test_built_in_items_are_those_of_the_source_text():
    items = CatalogItem.objects.with_images().order_by("pk")

    rows = [(i.pk, i.name, i.description, i.registry.alias, i.images["x86"], i.images["arm"]) for i in items]
    assert rows == TABLE
    assert all(item.is_system for item in items)


def test_built_in_registries_are_those_of_the_source_text():
    rows = Registry.objects.order_by("pk").values_list("pk", "url", "username", "is_private", "is_secure")

    assert list(rows) == [(1, "registry.hub.docker.com", "", False, True), (2, "from_cache", "", False, True)]


def test_seeding_twice_is_harmless():
    before = counts()
    seed()

    assert counts() == before == [5, 5, 10, 2]


def test_seeding_completes_a_database_that_was_emptied():
    CatalogItem.objects.all().delete()
    Registry.objects.all().delete()
    seed()

    assert counts() == [5, 5, 10, 2]


def test_seeding_keeps_what_a_superuser_changed():
    CatalogItem.objects.filter(pk=4).update(description="Ours")
    seed()

    assert CatalogItem.objects.get(pk=4).description == "Ours"


def test_first_item_of_a_user_has_id_17_and_the_next_18(operator):
    assert [new_item(operator, name).pk for name in ("a", "b")] == [17, 18]


def test_first_registry_of_a_user_has_id_3(operator):
    assert create_registry(by=operator, url="reg.example.org").pk == 3


def test_seeding_again_does_not_move_the_next_id(operator):
    new_item(operator, "a")
    seed()

    assert new_item(operator, "b").pk == 18


def test_id_of_the_newest_item_is_not_used_again_after_it_is_deleted(operator):
    delete_item(by=operator, item=new_item(operator, "a"))
    seed()

    assert new_item(operator, "b").pk == 18


def test_id_of_the_newest_registry_is_not_used_again_after_it_is_deleted(operator):
    delete_registry(by=operator, registry=create_registry(by=operator, url="reg.example.org"))
    seed()

    assert create_registry(by=operator, url="reg.example.org").pk == 4


@pytest.mark.django_db(transaction=True)
def test_users_items_start_at_17_also_after_the_database_was_flushed():
    call_command("flush", interactive=False, verbosity=0)

    assert new_item(UserFactory(), "a").pk == 17


def test_ids_are_kept_by_the_database_itself():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'catalog_catalogitem'")
        else:
            cursor.execute("SELECT last_value FROM catalog_catalogitem_id_seq")
        assert cursor.fetchone()[0] >= 16
