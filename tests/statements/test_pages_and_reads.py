"""Every page, every answer and every page of the admin takes as many statements for much as for little."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, reverse

from catalogweb.api.urls import TABLES
from catalogweb.web.urls import urlpatterns
from tests.api.conftest import as_user
from tests.statements.world import World

pytestmark = pytest.mark.django_db


def paths(patterns: list[Any], prefix: str = "/") -> list[str]:
    found: list[str] = []
    for one in patterns:
        route = prefix + str(one.pattern)
        found += paths(one.url_patterns, route) if isinstance(one, URLResolver) else [route]
        assert isinstance(one, URLPattern | URLResolver)
    return found


PAGES = sorted(set(paths(urlpatterns)))
READS = sorted({route.path for table in TABLES for route in table.ROUTES if route.method == "GET"})
# A GET that makes something anew.
ONE_TIME = {"/iofog/<str:uuid>/provisioning-key"}
# The largest count that any of them needs.
MOST = 40


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def browser(world: World) -> Client:
    client = Client()
    client.force_login(world.user)
    return client


def seen(get: Callable[[str], Any], addresses: Iterable[str]) -> dict[str, list[str]]:
    """The statements of each, when it is looked at for the second time."""
    statements = {}
    for address in addresses:
        get(address)
        with CaptureQueriesContext(connection) as captured:
            assert get(address).status_code < 500, address
        statements[address] = [query["sql"] for query in captured]
    return statements


def same_for_few_and_many(world: World, get: Callable[[str], Any], addresses: Collection[str]) -> None:
    world.fill(1)
    few = seen(get, addresses)
    world.fill(4)
    many = seen(get, addresses)

    grown = {one: [sql for sql in many[one] if sql not in few[one]] for one in few if len(few[one]) != len(many[one])}
    assert grown == {}
    assert {one: len(few[one]) for one in few if len(few[one]) > MOST} == {}


def test_pages_take_the_same_statements_for_few_and_many(world: World, browser: Client) -> None:
    same_for_few_and_many(world, browser.get, [world.address(path) for path in PAGES])


def test_answers_take_the_same_statements_for_few_and_many(world: World) -> None:
    client = as_user(world.user)
    addresses = [world.address(path) for path in READS if path not in ONE_TIME]

    same_for_few_and_many(world, lambda address: client.call("GET", address), addresses)


@pytest.mark.parametrize("page", ["changelist", "change", "delete"])
def test_admin_takes_the_same_statements_for_few_and_many(world: World, browser: Client, page: str) -> None:
    world.fill(1)
    known = {type(thing): thing for thing in vars(world).values()}
    rows = {model: known.get(model) or model.objects.first() for model in admin.site._registry}
    names = {model: f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}" for model in rows}
    found = {model: [] if page == "changelist" else [row.pk] for model, row in rows.items() if row}

    assert len(found) > 20
    same_for_few_and_many(world, browser.get, [reverse(names[model], args=args) for model, args in found.items()])
