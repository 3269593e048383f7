"""An operator, agents, and what they are told."""

from collections.abc import Callable

import pytest

from catalogweb.accounts.models import User
from catalogweb.agents.models import Agent, ChangeFlags
from catalogweb.deployments.container import Container, Source, Volume
from tests.factories import AgentFactory, UserFactory


@pytest.fixture
def operator(db: None) -> User:
    return UserFactory(email="operator@example.org")


@pytest.fixture
def agents(db: None) -> list[Agent]:
    """north, south, and west that nothing concerns."""
    return [AgentFactory(name=name) for name in ("north", "south", "west")]


@pytest.fixture
def raised(db: None) -> Callable[[], dict[str, set[str]]]:
    """Which flags are raised on which agents; those without any are left out."""

    def read() -> dict[str, set[str]]:
        rows = ChangeFlags.objects.select_related("agent")
        return {row.agent.name: row.raised for row in rows if row.raised}

    return read


@pytest.fixture
def container_with() -> Callable[..., Container]:
    """A container with one variable from the secret `env`, or a folder from the volume mount `mount`."""

    def make(env: str = "", mount: str = "") -> Container:
        variables = {"VALUE": Source.read("secret", env)} if env else {}
        volumes = (Volume(mount, "/data", type="volumeMount"),) if mount else ()
        return Container(env=variables, volumes=volumes)

    return make
