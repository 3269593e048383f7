"""Two credentials are given out at provisioning; the one that is not used first is revoked."""

from collections.abc import Callable
from typing import Any

from catalogweb.agents.models import Agent, Credential
from catalogweb.core.rights import System
from catalogweb.deployments.agents import delete_agent
from tests.agent_protocol.conftest import Newer, Older
from tests.factories import AgentFactory


def test_first_use_of_the_token_revokes_the_key(provisioned: Callable[..., Any], agent: Agent) -> None:
    older = provisioned(agent, Older)
    assert older.call("GET", "config").status_code == 200

    assert Newer(older.answer).call("GET", "config").status_code == 401
    assert older.call("GET", "config").status_code == 200


def test_first_signature_revokes_the_token(newer: Newer) -> None:
    assert newer.call("GET", "config").status_code == 200

    assert Older(newer.answer).call("GET", "config").status_code == 401
    assert newer.call("GET", "config").status_code == 200


def test_any_number_of_agents_may_be_without_a_token(provisioned: Callable[..., Any]) -> None:
    agents = AgentFactory.create_batch(3)
    programs = [provisioned(agent, Newer) for agent in agents]

    assert {program.call("GET", "config").status_code for program in programs} == {200}
    for agent in agents:
        delete_agent(by=System(), agent=agent)
    assert {program.call("GET", "config/changes").json()["deleteNode"] for program in programs} == {True}


def test_a_signature_that_proves_nothing_revokes_nothing(newer: Newer, provisioned: Callable[..., Any]) -> None:
    other = provisioned(AgentFactory(), Newer)

    assert newer.call("GET", "config", key=other.answer["privateKey"]).status_code == 401
    assert newer.call("GET", "config", exp=-5000).status_code == 409
    assert Credential.objects.get(agent__uuid=newer.answer["uuid"]).token_digest


def test_revoking_costs_a_statement_once(program: Older, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        program.call("GET", "config/changes")
    with django_assert_num_queries(2):
        program.call("GET", "config/changes")
