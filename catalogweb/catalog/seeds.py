"""The built-in registries and catalog items that every installation starts with."""

from typing import Any

from django.db import connection, transaction

from catalogweb.catalog.models import FIRST_USER_ITEM, LOCAL, REMOTE, SYSTEM, CatalogItem, Image, Registry, Revision
from catalogweb.core.architectures import Architecture

REGISTRIES = {REMOTE: "registry.hub.docker.com", LOCAL: "from_cache"}
ITEMS = {
    1: ("Router", "The built-in router for Eclipse ioFog.", "ghcr.io/eclipse-iofog/router:3.7.0"),
    2: ("RESTBlue", "REST API for Bluetooth Low Energy layer.", "ghcr.io/eclipse-iofog/restblue:latest"),
    3: ("HAL", "REST API for Hardware Abstraction layer.", "ghcr.io/eclipse-iofog/hal:latest"),
    4: ("Debug", "The built-in debugger for Eclipse ioFog IoFog Agent.", "ghcr.io/eclipse-iofog/node-debugger:latest"),
    5: ("NATs", "NATs server microservice for Eclipse ioFog", "ghcr.io/eclipse-iofog/nats:latest"),
}


@transaction.atomic
def seed(**_: Any) -> None:
    """Make what is missing of the built-in rows, and keep the ids below 17 free of users' items.

    Runs after every `migrate`, so that an emptied or restored database is complete again.
    """
    missing = set(REGISTRIES) - set(Registry.objects.filter(pk__in=REGISTRIES).values_list("pk", flat=True))
    Registry.objects.bulk_create([Registry(pk=pk, url=REGISTRIES[pk]) for pk in sorted(missing)])
    known = set(CatalogItem.objects.filter(pk__in=ITEMS).values_list("pk", flat=True))
    for pk in sorted(set(ITEMS) - known):
        _seed_item(pk, *ITEMS[pk])
    _next_id_at_least(Registry._meta.db_table, max(REGISTRIES))
    _next_id_at_least(CatalogItem._meta.db_table, FIRST_USER_ITEM - 1)


def _seed_item(pk: int, name: str, description: str, image: str) -> None:
    item = CatalogItem.objects.create(
        pk=pk, name=name, description=description, category=SYSTEM, publisher="Eclipse ioFog", is_public=True
    )
    item.current = Revision.objects.create(item=item, registry_id=REMOTE, reason="Built in")
    item.save(update_fields=["current"])
    Image.objects.bulk_create([Image(revision=item.current, architecture=a, reference=image) for a in Architecture])


def _next_id_at_least(table: str, last: int) -> None:
    """Make the database number the table's next row above `last`."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) SELECT %s, 0 WHERE NOT EXISTS "
                           "(SELECT 1 FROM sqlite_sequence WHERE name = %s)", [table, table])  # fmt: skip
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s AND seq < %s", [last, table, last])
        else:
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            used = f"COALESCE(pg_sequence_last_value({sequence}::regclass), 0)"
            cursor.execute(f"SELECT setval({sequence}, GREATEST(%s, {used}))", [last])
