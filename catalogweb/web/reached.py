"""What a link from a registry, an item or a revision leads to: lists of what runs because of it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models import QuerySet

from catalogweb.catalog.models import CatalogItem, Registry, Revision
from catalogweb.core.text import as_id
from catalogweb.deployments.models import Microservice
from catalogweb.web.lists import Filter, Rows

# In an address -> of a microservice.
COLUMNS = {"registry": "revision__registry", "item": "revision__item", "revision": "revision"}


def reached(rows: Rows, query: Mapping[str, str], column: str) -> Rows:
    """Those among whose microservices, whose `column` they are, is one that the query asks for; else all of them."""
    which = {COLUMNS[name]: pk for name in COLUMNS if (pk := as_id(query.get(name, "")))}
    return rows.filter(pk__in=Microservice.objects.filter(**which).order_by().values(column)) if which else rows


def reached_filters(query: Mapping[str, str]) -> list[Filter]:
    """So that people see why the list is short, and can have all of it: one for each that the query asks for."""
    kinds: dict[str, tuple[str, QuerySet[Any]]] = {
        "registry": ("Registry", Registry.objects.all()),
        "item": ("Catalog item", CatalogItem.objects.all()),
        "revision": ("Revision", Revision.objects.select_related("item")),
    }
    return [
        Filter(name, label, query[name], partial(_choices, rows, query[name]))
        for name, (label, rows) in kinds.items()
        if query.get(name)
    ]


def _choices(rows: QuerySet[Any], text: str) -> list[tuple[int, str]]:
    return [(row.pk, str(row)) for row in rows.filter(pk=as_id(text))]
