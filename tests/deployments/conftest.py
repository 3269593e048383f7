"""People, a small fleet of mixed architecture, and what its agents are told."""

from collections.abc import Callable

import pytest

from catalogweb.accounts.models import User
from catalogweb.agents.models import Agent, ChangeFlags, Flag
from catalogweb.core.rights import Role
from catalogweb.deployments.models import Application
from tests.factories import AgentFactory, ApplicationFactory, UserFactory
from tests.threads import together

__all__ = ["agents", "application", "lower_flags", "operator", "raised", "superuser", "together"]

LIST = {"microservice_list", "microservice_config"}


@pytest.fixture
def operator(db: None) -> User:
    return UserFactory(email="operator@example.org")


@pytest.fixture
def superuser(db: None) -> User:
    return UserFactory(email="super@example.org", role=Role.SUPERUSER)


@pytest.fixture
def application(db: None) -> Application:
    return ApplicationFactory(name="heart")


@pytest.fixture
def agents(db: None) -> list[Agent]:
    """horse-1 (x86), horse-2 (arm), and horse-3 that nothing concerns."""
    return [AgentFactory(name=f"horse-{n}", architecture=a) for n, a in ((1, "x86"), (2, "arm"), (3, "x86"))]


@pytest.fixture
def raised(db: None) -> Callable[[], dict[str, set[str]]]:
    """Which flags are raised on which agents; those without any are left out."""

    def read() -> dict[str, set[str]]:
        rows = ChangeFlags.objects.select_related("agent")
        return {row.agent.name: row.raised for row in rows if row.raised}

    return read


@pytest.fixture
def lower_flags(db: None) -> Callable[[], None]:
    return lambda: ChangeFlags.objects.update(**dict.fromkeys(Flag.values, 0)) and None
