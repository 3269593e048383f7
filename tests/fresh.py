"""The state of the database right after the first `migrate`."""

import pytest
from django.db import connection

from catalogweb.catalog.models import FIRST_USER_ITEM


@pytest.fixture
def fresh(db: None) -> None:
    """PostgreSQL does not take back the numbers that earlier tests used."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval('catalog_catalogitem_id_seq', %s)", [FIRST_USER_ITEM - 1])
            cursor.execute("SELECT setval('catalog_registry_id_seq', 2)")
