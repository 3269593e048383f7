"""Flags that outlast an acknowledgement: what an agent acknowledges without having done it."""

from typing import Any

import pytest

from catalogweb.agents.flags import raise_flags
from catalogweb.agents.models import Agent, ChangeFlags, Flag
from catalogweb.edge_resources.models import EdgeResource
from tests.agent_protocol.conftest import Older
from tests.api.conftest import WireClient

LISTS = {"microserviceList", "microserviceConfig", "registries", "volumeMounts"}
FETCHED = {
    Flag.VERSION: ("version", "version"),
    Flag.TUNNEL: ("tunnel", "tunnel"),
    Flag.DIAGNOSTICS: ("diagnostics", "strace"),
    Flag.IMAGE_SNAPSHOT: ("isImageSnapshot", "image-snapshot"),
    Flag.LINKED_EDGE_RESOURCES: ("linkedEdgeResources", "edgeResources"),
}


def test_config_is_raised_once_after_the_first_acknowledgement_of_each_start(program: Older) -> None:
    """Trap 8: an agent that starts sends its own settings and ignores the flag for ours."""
    assert program.poll(start=100) == LISTS
    assert [program.poll(start=100), program.poll(start=100)] == [{"config"}, set()]
    assert [program.poll(start=900), program.poll(start=900), program.poll()] == [set(), {"config"}, set()]


def test_config_is_raised_once_after_provisioning_a_program_that_runs_already(
    program: Older, provisioned: Any, agent: Agent
) -> None:
    for _ in range(3):
        program.poll(start=100)
    again = provisioned(agent, type(program))

    assert [again.poll(start=100), again.poll(), again.poll()] == [LISTS, {"config"}, set()]


def test_an_agent_that_does_not_say_when_it_started_is_told_nothing_twice(program: Older) -> None:
    assert [program.poll(), program.poll()] == [LISTS, set()]


@pytest.mark.parametrize("flag", FETCHED)
def test_what_is_fetched_is_announced_until_the_agent_comes_for_it(program: Older, agent: Agent, flag: Flag) -> None:
    """Trap 8: the phase of initialization acknowledges the flag and does nothing."""
    name, path = FETCHED[flag]
    program.poll()
    raise_flags([agent.pk], flag)

    assert [program.poll(), program.poll()] == [{name}, {name}]
    program.call("GET", path)
    assert [program.poll(), program.poll()] == [{name}, set()]


@pytest.mark.parametrize("flag", FETCHED)
def test_what_changes_after_it_was_fetched_is_announced_anew(program: Older, agent: Agent, flag: Flag) -> None:
    name, path = FETCHED[flag]
    program.poll()
    raise_flags([agent.pk], flag)
    program.call("GET", path)
    raise_flags([agent.pk], flag)

    assert [program.poll(), program.poll()] == [{name}, {name}]


@pytest.mark.parametrize(("flag", "name"), [(Flag.REBOOT, "reboot"), (Flag.PRUNE, "prune")])
def test_what_is_done_once_is_told_again_to_an_agent_that_starts(
    program: Older, agent: Agent, flag: Flag, name: str
) -> None:
    program.poll(start=100)
    program.poll()
    raise_flags([agent.pk], flag)

    assert program.poll(start=900) == {name}
    assert program.poll() == {name, "config"}
    assert program.poll() == set()


def test_an_agent_that_never_gets_to_acknowledge_a_restart_does_not_restart_for_ever(
    program: Older, agent: Agent
) -> None:
    program.poll(start=100)
    raise_flags([agent.pk], Flag.REBOOT)
    told = ["reboot" in program.poll(start=start) for start in (200, 300, 400, 500)]

    assert told == [True, True, False, False]


def test_what_is_done_once_is_told_once_to_an_agent_that_runs(program: Older, agent: Agent) -> None:
    for _ in range(3):
        program.poll(start=100)
    raise_flags([agent.pk], Flag.REBOOT, Flag.PRUNE)

    assert [program.poll(start=100), program.poll()] == [{"reboot", "prune"}, set()]


@pytest.mark.parametrize(
    ("path", "source", "flags"),
    [
        ("microservices", "wanted_on", {"microserviceList", "microserviceConfig"}),
        ("registries", "registries_of", {"registries"}),
        ("volumeMounts", "mounts_on", {"volumeMounts"}),
    ],
)
def test_a_list_that_failed_is_announced_again(
    program: Older, monkeypatch: pytest.MonkeyPatch, path: str, source: str, flags: set[str]
) -> None:
    """Trap 4: an agent that could not load a list acknowledges it all the same."""
    program.poll()

    def fail(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(f"catalogweb.api.agent.views.{source}", fail)
    assert program.call("GET", path).status_code == 500
    assert [program.poll(), program.poll()] == [flags, set()]


def test_an_agent_hears_of_its_deletion_for_as_long_as_it_asks(program: Older, operator: WireClient) -> None:
    """Trap 8 and the tombstone: acknowledging `deleteNode` ends nothing, `delete-node` does."""
    assert operator.call("DELETE", f"/iofog/{program.answer['uuid']}").status_code == 202

    assert [program.poll(start=1), program.poll(start=1)] == [{"deleteNode"}, {"deleteNode"}]
    assert program.call("DELETE", "delete-node").status_code == 204
    assert program.call("GET", "config/changes").status_code == 401


def test_edge_resources_that_were_linked_while_it_was_away_reach_an_agent(program: Older, agent: Agent) -> None:
    EdgeResource.objects.create(name="camera", version="v1").agents.add(agent)
    raise_flags([agent.pk], Flag.LINKED_EDGE_RESOURCES)
    program.poll(start=1)

    assert "linkedEdgeResources" in program.poll()
    [resource] = program.call("GET", "edgeResources").json()["edgeResources"]
    assert resource["name"] == "camera"


def test_noting_a_start_costs_no_statement(program: Older, agent: Agent, django_assert_num_queries: Any) -> None:
    program.poll(start=100)

    with django_assert_num_queries(2):
        program.call("PUT", "status", {"daemonLastStart": 900})
    with django_assert_num_queries(2):
        program.call("PATCH", "config/changes", {"lastUpdated": "1"})
    assert ChangeFlags.objects.get(agent=agent).raised == {"config"}
