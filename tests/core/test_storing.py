import math

import pytest
from django.db import connection

from catalogweb.accounts.models import User
from catalogweb.agents.models import Agent
from catalogweb.catalog.models import CatalogItem
from catalogweb.core.errors import Invalid, Refusals
from catalogweb.core.storing import BATCH, batches, check_columns, is_storable, same
from catalogweb.deployments.models import Application
from tests.factories import AgentFactory

ENDLESS = [math.nan, math.inf, -math.inf]


@pytest.mark.parametrize("value", ["a\x00b", "\ud83d", {"a": ["\x00"]}, {"\x00": 1}, *ENDLESS, [[math.nan]]])
def test_storable_refuses_what_one_of_the_databases_refuses(value):
    assert not is_storable(value)


@pytest.mark.parametrize("value", ["", "ünï 😀\n\t", {"a": [1, 2.5, None, True]}, (), 10**400, None])
def test_storable_takes_ordinary_values(value):
    assert is_storable(value)


def test_storable_takes_no_value_nested_without_end_and_no_number_without_end():
    deep: list = []
    for _ in range(2000):
        deep = [deep]

    assert not is_storable(deep)
    assert not is_storable([10**5000])


def test_columns_refuse_a_text_that_is_too_long_with_the_field_at_fault():
    with pytest.raises(Invalid, match="First name: .*at most 100 characters") as refused:
        check_columns(User(email="ann@example.org", first_name="a" * 101))

    assert refused.value.field == "first_name"


def test_columns_name_every_fault_at_once():
    with pytest.raises(Refusals) as refused:
        check_columns(Application(name="a" * 201, description="\x00"))

    assert len(refused.value.messages) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "column", "index"),
    [
        (Agent, "name", "agent_name_unique"),
        (CatalogItem, "name", "catalog_item_name_unique"),
        (User, "email", "user_email_unique"),
    ],
)
def test_looking_for_the_same_text_uses_the_unique_index(model, column, index):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # It would read a table of three rows at once.
            cursor.execute("SET LOCAL enable_seqscan = off")

    assert index in model.objects.order_by().filter(same(column, "Ann")).explain()
    assert index in model.objects.order_by().filter(same(column, "Ann", "Bob")).explain()


@pytest.mark.django_db
def test_same_text_in_any_letter_case_is_found():
    agents = [AgentFactory(name=name) for name in ("North", "SOUTH", "East")]

    assert set(Agent.objects.filter(same("name", "north", "south", "n%"))) == set(agents[:2])
    assert not Agent.objects.filter(same("name")).exists()


def test_batches_hold_all_in_order():
    assert [len(batch) for batch in batches(range(2 * BATCH + 1))] == [BATCH, BATCH, 1]
    assert sum(batches(range(2 * BATCH + 1)), []) == list(range(2 * BATCH + 1))
