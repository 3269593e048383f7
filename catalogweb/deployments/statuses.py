"""Statuses of microservices written as a whole: one statement for any number of rows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from catalogweb.core.storing import batches, json_rows
from catalogweb.deployments.models import MicroserviceStatus

STATUSES = MicroserviceStatus._meta.db_table


def update_statuses(
    changes: Sequence[Mapping[str, Any]], columns: Mapping[str, str], also: str, parameters: Sequence[Any] = ()
) -> None:
    """Each change has the microservice's `id` and a value per column, whose SQL type is given; `also` is SQL."""
    values = ", ".join(f"{name} = CAST(r.value ->> '{name}' AS {kind})" for name, kind in columns.items())
    statement = (
        f"UPDATE {STATUSES} SET {values}, {also} FROM {json_rows()} "  # noqa: S608 - nothing of it comes from outside
        f"WHERE {STATUSES}.microservice_id = CAST(r.value ->> 'id' AS bigint)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, json.dumps(changes)])


def forget_reports(ids: Iterable[int]) -> None:
    """As if just placed: what another agent, or an earlier life, reported says nothing any more."""
    fresh = {f.attname: f.get_default() for f in MicroserviceStatus._meta.fields if not f.primary_key}
    for batch in batches(ids):
        MicroserviceStatus.objects.filter(pk__in=batch).update(**fresh)
