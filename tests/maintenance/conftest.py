"""An operator, a viewer, an agent with a microservice, and a folder of this test's own for snapshots."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalogweb.accounts.models import User
from catalogweb.agents.models import Agent, ChangeFlags
from catalogweb.deployments.models import Microservice
from tests.factories import AgentFactory, MicroserviceFactory, UserFactory


@pytest.fixture
def operator(db: None) -> User:
    return UserFactory(email="operator@example.org")


@pytest.fixture
def viewer(db: None) -> User:
    return UserFactory(role="viewer")


@pytest.fixture
def horse(db: None) -> Agent:
    return AgentFactory(name="horse-1")


@pytest.fixture
def web(horse: Agent) -> Microservice:
    return MicroserviceFactory(name="web", agent=horse)


@pytest.fixture
def raised() -> Callable[[], dict[str, set[str]]]:
    """The raised flags by name of agent, of those that have any."""

    def read() -> dict[str, set[str]]:
        flags = ChangeFlags.objects.select_related("agent")
        return {row.agent.name: row.raised for row in flags if row.raised}

    return read


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "snapshots"
