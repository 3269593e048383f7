"""Agents, as operators see them."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, TypedDict

from django.db.models import Prefetch

from catalogweb.agents.models import Agent, AgentQuerySet
from catalogweb.agents.services import create_agent, issue_provisioning_key
from catalogweb.api.routes import Call, Route
from catalogweb.api.shapes.agents import AgentChange, AgentCreation, agent_reply
from catalogweb.api.wire import ARCHITECTURES, CONFIGURATION, milliseconds
from catalogweb.configuration.models import VolumeMount
from catalogweb.core.errors import Duplicate, Invalid, NotFound
from catalogweb.deployments.agents import delete_agent, edit_agent

FILTER = re.compile(r"filters\[(\d+)\]\[(key|value|condition)\]")


class AgentList(TypedDict):
    fogs: list[dict[str, Any]]


class CreatedAgent(TypedDict):
    uuid: str


class Key(TypedDict):
    key: str
    expirationTime: int
    caCert: str


def _agents() -> AgentQuerySet:
    mounts = Prefetch("volume_mounts", VolumeMount.objects.with_source())
    return Agent.objects.with_status().prefetch_related("edge_resources", mounts)


def agent_with(uuid: str) -> Agent:
    agent = _agents().filter(uuid=uuid).first()
    if agent is None:
        raise NotFound(f"Invalid ioFog UUID '{uuid}'")
    return agent


def agent_list(call: Call) -> AgentList:
    """All agents; `system=false` or `true` keeps one kind, `filters[0][key]`, `[value]` and `[condition]` narrow."""
    agents = _agents().order_by("pk")
    if "system" in call.query:
        agents = agents.filter(is_system=call.query["system"].lower() == "true")
    shown = [agent_reply(agent) for agent in agents]
    for row in _filters(call.query):
        shown = [agent for agent in shown if _passes(agent, row)]
    return {"fogs": shown}


def _filters(query: Mapping[str, str]) -> list[dict[str, str]]:
    rows: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for name, value in query.items():
        if found := FILTER.fullmatch(name):
            rows[found[1]][found[2]] = value
    for row in rows.values():
        if row.setdefault("condition", "equals") not in ("has", "equals") or not {"key", "value"} <= row.keys():
            raise Invalid("A filter has a key, a value and the condition has or equals.", field="filters")
    return list(rows.values())


def _passes(agent: Mapping[str, Any], row: Mapping[str, str]) -> bool:
    if row["key"] not in agent:
        return False
    value = agent[row["key"]]
    # Values are compared as JSON has them: true, 1.5, null.
    text = value if isinstance(value, str) else json.dumps(value)
    if row["condition"] == "has":
        return row["value"] in text
    return row["value"] == text


def agent_get(call: Call, uuid: str) -> dict[str, Any]:
    return agent_reply(agent_with(uuid))


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    """An unspecified type leaves the one that the agent was found to have."""
    fields = dict(given)
    fields["configuration"] = {key: fields.pop(name) for name, key in CONFIGURATION.items() if name in fields}
    if number := fields.pop("fogType", 0):
        fields["architecture"] = ARCHITECTURES[number]
    return fields


def agent_create(call: Call) -> CreatedAgent:
    """An agent that is to be provisioned next."""
    try:
        return {"uuid": create_agent(by=call.by, **_fields(call.given)).uuid}
    except Duplicate as refusal:
        raise Invalid(refusal.message, field="name") from None


def agent_edit(call: Call, uuid: str) -> None:
    try:
        edit_agent(by=call.by, agent=agent_with(uuid), **_fields(call.given))
    except Duplicate as refusal:
        raise Invalid(refusal.message, field="name") from None


def agent_delete(call: Call, uuid: str) -> None:
    """Delete it with its microservices; it hears of it at its next poll."""
    delete_agent(by=call.by, agent=agent_with(uuid))


def provisioning_key(call: Call, uuid: str) -> Key:
    """A new key, which replaces the one before."""
    key, expires_at = issue_provisioning_key(by=call.by, agent=agent_with(uuid))
    return {"key": key, "expirationTime": milliseconds(expires_at), "caCert": ""}


ONE = "/iofog/<str:uuid>"
ROUTES = [
    Route("GET", "/iofog-list", agent_list, gives=AgentList, query=("system",)),
    Route("POST", "/iofog", agent_create, 201, takes=AgentCreation, gives=CreatedAgent, renders=True),
    Route("GET", ONE, agent_get, gives=dict[str, Any]),
    Route("PATCH", ONE, agent_edit, 204, takes=AgentChange, renders=True),
    Route("DELETE", ONE, agent_delete, 202),
    Route("GET", f"{ONE}/provisioning-key", provisioning_key, 201, gives=Key, has_head=False),
]
