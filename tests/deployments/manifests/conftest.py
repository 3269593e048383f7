"""Reading, planning and applying as an operator."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from catalogweb.accounts.models import User
from catalogweb.agents.models import Agent
from catalogweb.deployments.manifests import Fault, ManifestRefused, Plan, apply, plan
from tests.factories import AgentFactory
from tests.fresh import fresh

__all__ = ["fresh"]


@pytest.fixture
def agent(db: None) -> Agent:
    """The agent that the source text's example uses."""
    return AgentFactory(name="my-agent-name")


@pytest.fixture
def applying(operator: User) -> Callable[[str], Plan]:
    """Plan, then apply: both have to say the same."""

    def call(text: str) -> Plan:
        planned = plan(text, by=operator)
        assert planned.as_json() == apply(text, by=operator).as_json()
        return planned

    return call


@pytest.fixture
def faults(operator: User) -> Callable[[str], list[Fault]]:
    """What stands against a text; planning and applying refuse it alike, and nothing is written."""

    def call(text: str) -> list[Fault]:
        before = everything()
        with pytest.raises(ManifestRefused) as planned:
            plan(text, by=operator)
        with pytest.raises(ManifestRefused) as applied:
            apply(text, by=operator)
        assert planned.value.faults == applied.value.faults
        assert everything() == before
        return planned.value.faults

    return call


def everything() -> dict[str, Any]:
    """Every row of every table, and on SQLite the numbers that the next rows will get."""
    rows = {model.__name__: list(model.objects.order_by("pk").values()) for model in apps.get_models()}
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name")
            rows["sequences"] = cursor.fetchall()
    return rows


@pytest.fixture
def unchanged() -> Callable[[], dict[str, Any]]:
    return everything
