"""Clients of the REST door: agents and people, each with a token of its own."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from catalogweb.accounts.models import AccessToken, User
from catalogweb.accounts.services import issue_token
from catalogweb.agents.models import Agent, Credential
from catalogweb.core.secrets import digest
from tests.factories import AgentFactory, UserFactory
from tests.mailbox import mailbox

__all__ = ["mailbox"]
API = "/api/v3"


class WireClient(Client):
    """Sends JSON to paths below /api/v3."""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        text = b"" if body is None else json.dumps(body).encode()
        # As the Go clients do: JSON is announced even where there is no body.
        return self.generic(method, API + path, text, content_type="application/json", headers=headers)

    def upload(self, method: str, path: str, part: str, text: str) -> Any:
        """Sends YAML as the one file of a multipart body."""
        file = SimpleUploadedFile(f"{part}.yaml", text.encode(), "application/octet-stream")
        return self.generic(
            method, API + path, encode_multipart(BOUNDARY, {part: file}), content_type=MULTIPART_CONTENT
        )


def token_of(agent: Agent) -> str:
    Credential.objects.update_or_create(agent=agent, defaults={"token_digest": digest(f"token of {agent.uuid}")})
    return f"token of {agent.uuid}"


def client_with(authorization: str) -> WireClient:
    return WireClient(headers={"Authorization": authorization}, raise_request_exception=False)


@pytest.fixture
def agent(db: None) -> Agent:
    return AgentFactory(name="north-1")


@pytest.fixture
def edge(agent: Agent) -> WireClient:
    """What the agent north-1 sends."""
    return client_with(token_of(agent))


@pytest.fixture
def edge_of() -> Callable[[Agent], WireClient]:
    return lambda agent: client_with(token_of(agent))


@pytest.fixture
def stranger(db: None) -> WireClient:
    """Nobody in particular."""
    return WireClient(raise_request_exception=False)


def as_user(user: User) -> WireClient:
    return client_with(issue_token(user=user, kind=AccessToken.Kind.SESSION)[1])


@pytest.fixture
def operator(db: None) -> WireClient:
    return as_user(UserFactory(email="ann@example.org"))


@pytest.fixture
def superuser(db: None) -> WireClient:
    return as_user(UserFactory(email="root@example.org", role="superuser"))


@pytest.fixture
def viewer(db: None) -> WireClient:
    return as_user(UserFactory(role="viewer"))


def fault_of(reply: Any) -> tuple[int, str]:
    """Status and error name; the body is the envelope, and holds nothing of our inside."""
    body = reply.json()
    assert {"name", "message"} <= body.keys() <= {"name", "message", "messages", "users", "faults"}, body
    return reply.status_code, body["name"]


def broken_middleware(get_response: Callable[..., Any]) -> Callable[..., Any]:
    """Fails before any view is reached."""

    def fail(request: Any) -> Any:
        raise RuntimeError("hunter2")

    return fail
