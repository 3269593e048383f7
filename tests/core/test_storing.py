import math

import pytest

from catalogweb.accounts.models import User
from catalogweb.core.errors import Invalid, Refusals
from catalogweb.core.storing import check_columns, is_storable
from catalogweb.deployments.models import Application

ENDLESS = [math.nan, math.inf, -math.inf]


@pytest.mark.parametrize("value", ["a\x00b", "\ud83d", {"a": ["\x00"]}, {"\x00": 1}, *ENDLESS, [[math.nan]]])
def test_storable_refuses_what_one_of_the_databases_refuses(value):
    assert not is_storable(value)


@pytest.mark.parametrize("value", ["", "ünï 😀\n\t", {"a": [1, 2.5, None, True]}, (), 10**400, None])
def test_storable_takes_ordinary_values(value):
    assert is_storable(value)


def test_columns_refuse_a_text_that_is_too_long_with_the_field_at_fault():
    with pytest.raises(Invalid, match="First name: .*at most 100 characters") as refused:
        check_columns(User(email="ann@example.org", first_name="a" * 101))

    assert refused.value.field == "first_name"


def test_columns_name_every_fault_at_once():
    with pytest.raises(Refusals) as refused:
        check_columns(Application(name="a" * 201, description="\x00"))

    assert len(refused.value.messages) == 2
