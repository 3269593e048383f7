"""Agents of both lines, as they behave: what they send, and in which order."""

import base64
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from jwt.algorithms import OKPAlgorithm

from catalogweb.agents.models import Agent
from catalogweb.agents.services import issue_provisioning_key
from catalogweb.core.rights import System
from tests.api.conftest import WireClient, agent, client_with, edge, operator, stranger

__all__ = ["agent", "edge", "operator", "stranger"]


class Older:
    """Line 3.1: a bare token, always the same."""

    def __init__(self, answer: dict[str, str]) -> None:
        self.answer = answer

    def authorization(self, **_: Any) -> str:
        return self.answer["token"]

    def call(self, method: str, path: str, body: Any = None, **claims: Any) -> Any:
        return client_with(self.authorization(**claims)).call(method, f"/agent/{path}", body)

    def poll(self, start: int | None = None) -> set[str]:
        """One pass: report (with the time of its start), ask for changes, do nothing of them, acknowledge."""
        if start is not None:
            self.call("PUT", "status", {"daemonStatus": "RUNNING", "daemonLastStart": start})
        changes = self.call("GET", "config/changes").json()
        self.call("PATCH", "config/changes", {"lastUpdated": changes["lastUpdated"]})
        return {name for name, value in changes.items() if value is True}


class Newer(Older):
    """Line 3.7: every request signed anew."""

    def authorization(self, *, exp: int = 600, key: str = "", **claims: Any) -> str:
        private = OKPAlgorithm.from_jwk(json.loads(base64.b64decode(key or self.answer["privateKey"])))
        now = int(time.time())
        said = {"sub": self.answer["uuid"], "iss": "iofog-agent", "iat": now, "exp": now + exp}
        text = jwt.encode(said | {"jti": str(uuid.uuid4())} | claims, private, algorithm="EdDSA", headers={"typ": None})
        return f"Bearer {text}"


@pytest.fixture
def provisioned(stranger: WireClient) -> Callable[..., Any]:
    """Provision the agent's program: `provisioned(agent, Newer)`."""

    def call(agent: Agent, line: type[Older]) -> Older:
        key, _ = issue_provisioning_key(by=System(), agent=agent)
        reply = stranger.call("POST", "/agent/provision", {"key": key, "type": 1})
        assert reply.status_code == 200, reply.content
        return line(reply.json())

    return call


@pytest.fixture(params=[Older, Newer], ids=["older", "newer"])
def program(request: Any, provisioned: Callable[..., Any], agent: Agent) -> Older:
    """The program of north-1, of either line, provisioned just now."""
    found: Older = provisioned(agent, request.param)
    return found


@pytest.fixture
def newer(provisioned: Callable[..., Any], agent: Agent) -> Newer:
    found: Newer = provisioned(agent, Newer)
    return found
