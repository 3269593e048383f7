"""`manage.py simulate_fleet` against a real server: agents of both architectures, plainly marked."""

import io
import signal
from collections.abc import Iterator
from functools import partial

import pytest
from django.core.management import call_command

from catalogweb.agents.models import Agent
from catalogweb.changelog.models import Entry
from catalogweb.commands import simulation
from catalogweb.commands.simulation import make_agents
from catalogweb.core.rights import System
from catalogweb.deployments.models import MicroserviceStatus
from catalogweb.edge.engine import Behaviour
from tests.factories import MicroserviceFactory
from tests.testbed.processes import free_port


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """The command ends on a signal; the test run keeps its own handlers."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def simulate(url: str, *, agents: int = 4, seconds: float = 2) -> str:
    output = io.StringIO()
    options = {"agents": agents, "seed": 7, "seconds": seconds, "interval": 0.5}
    call_command("simulate_fleet", url=f"{url}/api/v3/", stdout=output, **options)
    return output.getvalue()


def fleet() -> list[tuple[str, str]]:
    return list(Agent.objects.order_by("pk").values_list("name", "architecture"))


@pytest.mark.django_db
def test_simulated_fleet_is_the_same_for_the_same_seed():
    make_agents(by=System(), count=12, seed=7)
    first = fleet()
    Agent.objects.all().delete()
    make_agents(by=System(), count=12, seed=7)

    assert fleet() == first
    assert {architecture for _, architecture in first} == {"x86", "arm"}


def test_simulated_fleet_reports_marked_as_simulated(live_server):
    said = simulate(live_server.url)

    assert said.startswith("4 simulated agents (")
    assert "Nothing really runs." in said
    agents = Agent.objects.with_status()
    assert [agent.status.simulated for agent in agents] == [True] * 4
    assert all(agent.status.reported_at and agent.tag_names == ["simulated"] for agent in agents)


def test_simulated_fleet_runs_what_it_is_given(live_server, monkeypatch):
    monkeypatch.setattr(simulation, "Behaviour", partial(Behaviour, pull_seconds=0.2, start_seconds=0.1))
    [agent] = make_agents(by=System(), count=1, seed=7)
    MicroserviceFactory(agent=agent)

    simulate(live_server.url, agents=1, seconds=4)

    status = MicroserviceStatus.objects.get()
    assert status.container_id
    assert status.state == "STOPPED", "its last word"


def test_simulated_fleet_is_taken_up_again(live_server):
    simulate(live_server.url, seconds=1)
    simulate(live_server.url, seconds=1)

    assert Agent.objects.count() == 4
    assert set(Entry.objects.filter(action="create").values_list("actor", "door")) == {
        ("simulate_fleet command", "command")
    }


@pytest.mark.django_db
def test_simulated_fleet_without_a_server_says_so(capsys):
    with pytest.raises(SystemExit):
        simulate(f"http://127.0.0.1:{free_port()}", agents=1)

    assert "cannot be reached (connection refused)" in capsys.readouterr().err
