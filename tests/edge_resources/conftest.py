"""An operator, a viewer, and who has yet to hear of something."""

from collections.abc import Callable

import pytest

from catalogweb.accounts.models import User
from catalogweb.agents.models import ChangeFlags
from tests.factories import UserFactory


@pytest.fixture
def operator(db: None) -> User:
    return UserFactory(email="operator@example.org")


@pytest.fixture
def viewer(db: None) -> User:
    return UserFactory(role="viewer")


@pytest.fixture
def raised() -> Callable[[], dict[str, set[str]]]:
    """The raised flags by name of agent, of those that have any."""

    def read() -> dict[str, set[str]]:
        flags = ChangeFlags.objects.select_related("agent")
        return {row.agent.name: row.raised for row in flags if row.raised}

    return read
