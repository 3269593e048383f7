"""Requests signed with the key that provisioning gave out."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
from jwt.algorithms import OKPAlgorithm

from catalogweb.agents.models import Agent
from catalogweb.agents.services import issue_provisioning_key
from catalogweb.agents.signing import new_key_pair
from catalogweb.core.rights import System
from catalogweb.deployments.agents import delete_agent
from tests.api.conftest import WireClient, client_with


def signed(private_key: str, uuid: str, *, exp: int = 600, **claims: Any) -> WireClient:
    key = OKPAlgorithm.from_jwk(json.loads(base64.b64decode(private_key)))
    now = int(time.time())
    body = {"sub": uuid, "iss": "iofog-agent", "iat": now, "exp": now + exp, "jti": "one", **claims}
    return client_with("Bearer " + jwt.encode(body, key, algorithm="EdDSA"))


@pytest.fixture
def private_key(stranger: WireClient, agent: Agent) -> str:
    key, _ = issue_provisioning_key(by=System(), agent=agent)
    return stranger.call("POST", "/agent/provision", {"key": key, "type": 1}).json()["privateKey"]


def test_a_signed_request_is_the_agents(private_key: str, agent: Agent) -> None:
    client = signed(private_key, agent.uuid)

    assert [client.call("GET", "/agent/config/changes").status_code for _ in range(2)] == [200, 200]


def test_a_clock_in_the_future_or_a_little_behind_does_not_matter(private_key: str, agent: Agent) -> None:
    ahead = signed(private_key, agent.uuid, iat=int(time.time()) + 9000, exp=9600)
    behind = signed(private_key, agent.uuid, exp=-200)

    assert {client.call("GET", "/agent/config").status_code for client in (ahead, behind)} == {200}


@pytest.mark.parametrize("claims", [{"exp": -400}, {"exp": -999999}])
def test_an_expired_signature_is_no_refusal(private_key: str, agent: Agent, claims: dict[str, int]) -> None:
    assert signed(private_key, agent.uuid, **claims).call("GET", "/agent/config").status_code == 409


def test_anothers_signature_is_refused(private_key: str, agent: Agent) -> None:
    other, _ = new_key_pair()

    assert signed(other, agent.uuid).call("GET", "/agent/config").status_code == 401
    assert signed(private_key, "another agent").call("GET", "/agent/config").status_code == 401


@pytest.mark.parametrize("sub", ["\x00", "\ud800"])
def test_a_signature_of_a_name_that_no_database_holds_is_refused(private_key: str, sub: str) -> None:
    assert signed(private_key, sub).call("GET", "/agent/config/changes").status_code == 401


def test_an_unsigned_token_is_refused(private_key: str, agent: Agent) -> None:
    unsigned = jwt.encode({"sub": agent.uuid, "exp": int(time.time()) + 600}, None, algorithm="none")

    assert client_with(f"Bearer {unsigned}").call("GET", "/agent/config").status_code == 401


def test_a_deleted_agent_is_still_known_by_its_signature(private_key: str, agent: Agent) -> None:
    delete_agent(by=System(), agent=agent)

    assert signed(private_key, agent.uuid).call("GET", "/agent/config/changes").json()["deleteNode"] is True
