"""What `up` does with the database before anything is served."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

MIGRATING = 5112151121


def migrate() -> None:
    with _one_node_at_a_time():
        call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def _one_node_at_a_time() -> Iterator[None]:
    """Nodes that start together on one PostgreSQL wait for each other; SQLite has one writer anyway."""
    if settings.SQLITE:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])


def let_go() -> None:
    """The children have connections of their own."""
    connections.close_all()
    if not settings.SQLITE:
        connection.close_pool()  # type: ignore[attr-defined]
