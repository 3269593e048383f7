"""Which agent is calling: proven by its bare token, or by its signature."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from catalogweb.agents.models import Agent, Credential, Tombstone
from catalogweb.agents.services import keep_key_only, keep_token_only
from catalogweb.agents.signing import WrongSignature, claimed_uuid, verify
from catalogweb.api.authentication import token_in
from catalogweb.core.secrets import digest
from catalogweb.core.text import typed


class NotAnAgent(Exception):
    """The credential belongs to no agent (any more). Agents wipe themselves on this answer: give it on purpose only."""


@dataclass(frozen=True)
class Caller:
    """An agent that proved who it is; a deleted one is known by its tombstone alone."""

    agent_id: int
    configuration: dict[str, Any]
    tombstone_id: int = 0

    @property
    def agent(self) -> Agent:
        return Agent.objects.select_related("status").get(pk=self.agent_id)


def caller_of(request: HttpRequest) -> Caller:
    """One statement for a living agent, one more for its first request ever.

    Raises NotAnAgent, or StaleSignature for a signature out of time.
    """
    text = token_in(request)
    if not text:
        raise NotAnAgent
    try:
        return _by_signature(text) if text.count(".") == 2 else _by_token(text)
    except WrongSignature:
        raise NotAnAgent from None


def _by_token(text: str) -> Caller:
    token_digest = digest(text)
    rows = Credential.objects.filter(token_digest=token_digest)
    for agent_id, configuration, public_key in rows.values_list("agent_id", "agent__configuration", "public_key"):
        if public_key:
            keep_token_only(agent_id=agent_id, token_digest=token_digest)
        return Caller(agent_id, configuration)
    for tombstone_id in Tombstone.objects.filter(token_digest=token_digest).values_list("pk", flat=True):
        return Caller(0, {}, tombstone_id)
    raise NotAnAgent


def _by_signature(text: str) -> Caller:
    uuid = typed(claimed_uuid(text))
    rows = Credential.objects.filter(agent__uuid=uuid)
    columns = ("agent_id", "agent__configuration", "public_key", "token_digest")
    for agent_id, configuration, public_key, token_digest in rows.values_list(*columns):
        verify(text, public_key)
        if token_digest:
            keep_key_only(agent_id=agent_id, public_key=public_key)
        return Caller(agent_id, configuration)
    for tombstone_id, public_key in Tombstone.objects.filter(uuid=uuid).values_list("pk", "public_key"):
        verify(text, public_key)
        return Caller(0, {}, tombstone_id)
    raise NotAnAgent
