"""The state of the database right after the first `migrate`."""

import pytest
from django.db import connection

from catalogweb.catalog.models import FIRST_USER_ITEM, CatalogItem, Registry

# The highest id that `migrate` itself gave away.
SEEDED = {CatalogItem: FIRST_USER_ITEM - 1, Registry: 2}


@pytest.fixture
def fresh(db: None) -> None:
    """No database takes back the numbers that earlier tests used."""
    reset = (
        "SELECT setval(%(table)s || '_id_seq', %(highest)s)"
        if connection.vendor == "postgresql"
        else "UPDATE sqlite_sequence SET seq = %(highest)s WHERE name = %(table)s"
    )
    with connection.cursor() as cursor:
        for model, highest in SEEDED.items():
            cursor.execute(reset, {"table": model._meta.db_table, "highest": highest})
