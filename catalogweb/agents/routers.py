"""Routers of agents: what a mode needs, and whose routers an agent names. They are kept and told, never run."""

from typing import Any

from django.db.models import Q

from catalogweb.agents.configuration import DEFAULT_ROUTER, DEFAULTS
from catalogweb.agents.models import Agent
from catalogweb.core.errors import Invalid, Refusal, refuse_all
from catalogweb.core.names import camel
from catalogweb.core.storing import same
from catalogweb.core.text import typed

INTERIOR_NEEDS = ("host", "inter_router_port", "edge_router_port")
NAMING = ("upstream_routers", "network_router")


def has_router(agent: Agent) -> bool:
    return agent.configuration.get("router_mode", DEFAULTS["router_mode"]) != "none"


def check_router(agent: Agent) -> None:
    """Refuse a mode without what it needs; a system agent is a hub and nothing less."""
    values = DEFAULTS | agent.configuration
    mode, nats_mode = values["router_mode"], agent.configuration.get("nats_mode", "server")
    faults: list[Refusal] = []
    if agent.is_system and mode != "interior":
        faults.append(Invalid(f"Invalid router mode '{mode}': a system agent is interior.", field="router_mode"))
    if agent.is_system and nats_mode != "server":
        faults.append(Invalid(f"Invalid NATS mode '{nats_mode}': a system agent is a server.", field="nats_mode"))
    if mode == "interior":
        faults += [
            Invalid(f'"{camel(name)}" is required for an interior router.', field=name)
            for name in INTERIOR_NEEDS
            if not values[name]
        ]
    refuse_all(faults)


def by_uuid(agent: Agent, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings with the routers they name by uuid; refuses what is no other agent's router."""
    named = {name: _listed(settings[name]) for name in NAMING if settings.get(name)}
    known = _routers(agent, {typed(word) for words in named.values() for word in words} - {DEFAULT_ROUTER})
    found = {name: [_known(known, typed(word), name) for word in words] for name, words in named.items()}
    return settings | {
        name: list(dict.fromkeys(uuids)) if isinstance(settings[name], list) else uuids[0]
        for name, uuids in found.items()
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _routers(agent: Agent, words: set[str]) -> dict[str, str]:
    """Uuids by uuid and by name in lower case."""
    known = {DEFAULT_ROUTER: DEFAULT_ROUTER}
    if not words:
        return known
    for row in Agent.objects.filter(Q(uuid__in=words) | Q(same("name", *words))).exclude(pk=agent.pk):
        if has_router(row):
            known |= {row.uuid: row.uuid, row.name.lower(): row.uuid}
    return known


def _known(known: dict[str, str], word: str, field: str) -> str:
    uuid = known.get(word) or known.get(word.lower())
    if uuid is None:
        raise Invalid(f"Invalid router '{word}': no other agent with a router has this name.", field=field)
    return uuid


def by_name(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings with the routers they name as people call them; no statement where only the default is named."""
    named = {name: _listed(settings[name]) for name in NAMING if settings.get(name)}
    uuids = {word for words in named.values() for word in words} - {DEFAULT_ROUTER}
    if not uuids:
        return settings
    names = dict(Agent.objects.filter(uuid__in=uuids).values_list("uuid", "name"))
    shown = {name: [names.get(word, word) for word in words] for name, words in named.items()}
    return settings | {name: words if isinstance(settings[name], list) else words[0] for name, words in shown.items()}


def without_router(settings: dict[str, Any], uuid: str) -> dict[str, Any]:
    """The settings with the default router wherever they named the router of agent `uuid`."""
    changed = {}
    for name in NAMING:
        value = settings.get(name)
        if value and uuid in _listed(value):
            words = [DEFAULT_ROUTER if word == uuid else word for word in _listed(value)]
            changed[name] = list(dict.fromkeys(words)) if isinstance(value, list) else words[0]
    return settings | changed
