"""Agents: made, edited, given a key, provisioned. Deleting one concerns deployments and lives there."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from catalogweb.agents import configuration as settings_table
from catalogweb.agents.flags import raise_flags
from catalogweb.agents.models import Agent, AgentStatus, ChangeFlags, Credential, Flag, ProvisioningKey, Tag
from catalogweb.agents.routers import by_uuid, check_router, has_router, without_router
from catalogweb.changelog.services import record, record_many, snapshot
from catalogweb.core.architectures import Architecture
from catalogweb.core.errors import Duplicate, Forbidden, Invalid, NotFound, refuse_all
from catalogweb.core.names import suggestion
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.secrets import digest, new_token
from catalogweb.core.storing import batches, check_columns, contested, lock, locked, same
from catalogweb.core.text import typed

KEY_LIFETIME = timedelta(minutes=20)
# What only the agent itself can know or needs to be told about again.
TOLD_TO_AGENT = ("configuration", "latitude", "longitude")


@transaction.atomic
def create_agent(
    *,
    by: Actor,
    name: str,
    architecture: str = "",
    tags: Iterable[str] = (),
    configuration: dict[str, Any] | None = None,
    **fields: Any,
) -> Agent:
    """A new agent, not yet connected: it needs a provisioning key next."""
    require(by, Right.CHANGE)
    agent = Agent(architecture=architecture, **fields)
    agent.configuration = by_uuid(agent, settings_table.checked(configuration or {}))
    _set_checked(agent, name=name, architecture=architecture)
    check_router(agent)
    with contested("name"):
        agent.save()
    agent.tags.set(_tags(tags))
    AgentStatus.objects.create(agent=agent)
    ChangeFlags.objects.create(agent=agent)
    raise_flags([agent.pk], Flag.MICROSERVICE_LIST, Flag.MICROSERVICE_CONFIG)
    record(by=by, action="create", obj=agent)
    return agent


@transaction.atomic
def edit_agent_row(
    *,
    by: Actor,
    agent: Agent,
    tags: Iterable[str] | None = None,
    configuration: dict[str, Any] | None = None,
    **fields: Any,
) -> Agent:
    """Change what people decide about an agent. `configuration` adds to what was set; None unsets a value."""
    require(by, Right.CHANGE)
    agent = locked(Agent.objects.all(), agent.pk)
    before, had_router = snapshot(agent), has_router(agent)
    if configuration is not None:
        given = settings_table.checked({k: v for k, v in configuration.items() if v is not None})
        kept = {k: v for k, v in agent.configuration.items() if k not in configuration}
        agent.configuration = kept | by_uuid(agent, given)
    _set_checked(agent, **fields)
    if any(before[name] != getattr(agent, name) for name in ("configuration", "is_system")):
        check_router(agent)
    with contested("name"):
        agent.save()
    if tags is not None:
        agent.tags.set(_tags(tags))
        agent = Agent.objects.get(pk=agent.pk)
    after = snapshot(agent)
    if any(before[name] != after[name] for name in TOLD_TO_AGENT):
        raise_flags([agent.pk], Flag.CONFIG)
    record(by=by, action="update", obj=agent, before=before, after=after)
    if had_router and not has_router(agent):
        release_router(by=by, agent=agent)
    return agent


def release_router(*, by: Actor, agent: Agent) -> None:
    """This agent's router is gone: those that named it name the default router from now on."""
    require(by, Right.CHANGE)
    users = Agent.objects.filter(configuration__icontains=agent.uuid).exclude(pk=agent.pk)
    changes = []
    for user in users.select_for_update():
        before = snapshot(user)
        user.configuration = without_router(user.configuration, agent.uuid)
        user.save(update_fields=["configuration", "updated_at"])
        changes.append((user, before, snapshot(user)))
    raise_flags([user.pk for user, _, _ in changes], Flag.CONFIG)
    record_many(by=by, action="update", changes=changes)


def _set_checked(agent: Agent, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(agent, name, value)
    agent.name = agent.name.strip()
    if not agent.name:
        raise Invalid("Give the agent a name.", field="name")
    if agent.architecture and agent.architecture not in Architecture.values:
        raise Invalid(f"An architecture is one of {', '.join(Architecture.values)}.", field="architecture")
    for name, most in (("latitude", 90), ("longitude", 180)):
        value = getattr(agent, name)
        if value is not None and not -most <= value <= most:
            raise Invalid(f"{name.capitalize()} lies between -{most} and {most}.", field=name)
    check_columns(agent)
    if Agent.objects.filter(same("name", agent.name)).exclude(pk=agent.pk).exists():
        raise Duplicate(f"Duplicate name '{agent.name}': another agent already has it.", field="name")


def _tags(names: Iterable[str]) -> list[Tag]:
    wanted = sorted({name.strip() for name in names if name.strip()})
    for name in wanted:
        check_columns(Tag(name=name))
    Tag.objects.bulk_create([Tag(name=name) for name in wanted], ignore_conflicts=True)
    return list(Tag.objects.filter(name__in=wanted))


@transaction.atomic
def issue_provisioning_key(*, by: Actor, agent: Agent) -> tuple[str, datetime]:
    """A new key, which replaces the agent's old one, and when it expires."""
    require(by, Right.CHANGE)
    return _new_key(by, agent)


@transaction.atomic
def renew_own_key(*, agent: Agent) -> tuple[str, datetime]:
    """The same for an agent that was ordered to install another version: it provisions itself anew."""
    return _new_key(agent, agent)


def _new_key(by: Actor, agent: Agent) -> tuple[str, datetime]:
    agent = locked(Agent.objects.all(), agent.pk)
    text, expires_at = new_token(), timezone.now() + KEY_LIFETIME
    key, _ = ProvisioningKey.objects.update_or_create(
        agent=agent, defaults={"digest": digest(text), "expires_at": expires_at}
    )
    record(by=by, action="give key", obj=agent, after={"provisioning_key_expires_at": expires_at.isoformat()})
    return text, expires_at


@transaction.atomic
def use_provisioning_key(key: str) -> Agent:
    """The agent that this key belongs to; the key is used up, whoever else tries it at the same moment."""
    found = ProvisioningKey.objects.filter(digest=digest(key)).select_related("agent").first()
    # The agent first, then its key: in that order everybody else takes them.
    lock(Agent, [found.agent_id] if found else [])
    if found is None or not ProvisioningKey.objects.filter(pk=found.pk, digest=found.digest).delete()[0]:
        raise NotFound("Invalid provisioning key")
    if found.expires_at <= timezone.now():
        raise Forbidden("Expired provisioning key")
    return found.agent


def connect_agent(
    *, agent: Agent, architecture: str, now: datetime, public_key: str = "", report: Mapping[str, Any] | None = None
) -> str:
    """Give the agent a new token and its detected architecture; every list has to be fetched again.

    `public_key` is that of the key with which it may sign its requests instead, `report` what it says of itself.
    """
    before = snapshot(agent)
    agent.architecture = architecture
    agent.save(update_fields=["architecture", "updated_at"])
    token = new_token()
    Credential.objects.update_or_create(agent=agent, defaults={"token_digest": digest(token), "public_key": public_key})
    # What was reported before may have come from another program.
    AgentStatus.objects.filter(agent=agent).update(provisioned_at=now, report=dict(report or {}))
    ChangeFlags.objects.filter(agent=agent).update(acknowledged_start=0)
    raise_flags([agent.pk], Flag.MICROSERVICE_LIST, Flag.MICROSERVICE_CONFIG, Flag.REGISTRIES, Flag.VOLUME_MOUNTS)
    record(by=agent, action="provision", obj=agent, before=before)
    return token


def keep_token_only(*, agent_id: int, token_digest: str) -> None:
    """The agent signs in with its token: whoever has seen its key can do nothing with it from now on."""
    Credential.objects.filter(agent_id=agent_id, token_digest=token_digest).update(public_key="")


def keep_key_only(*, agent_id: int, public_key: str) -> None:
    """The agent signs its requests: whoever has seen its token can do nothing with it from now on."""
    Credential.objects.filter(agent_id=agent_id, public_key=public_key).update(token_digest=None)


def known_agents(names: Iterable[str]) -> dict[str, Agent]:
    """Those that have one of these names or uuids, by what was given; what names none is left out."""
    wanted = {name: typed(name) for name in names}
    known: dict[str, Agent] = {}
    for batch in batches(set(wanted.values())):
        found = list(Agent.objects.with_status().filter(Q(same("name", *batch)) | Q(uuid__in=batch)))
        # A name counts before a uuid, and its own spelling before another.
        known |= {agent.uuid: agent for agent in found}
        known |= {agent.name.lower(): agent for agent in found} | {agent.name: agent for agent in found}
    matches = {given: known.get(text) or known.get(text.lower()) for given, text in wanted.items()}
    return {given: agent for given, agent in matches.items() if agent}


def agents_named(names: Iterable[str]) -> list[Agent]:
    """The agents of these names or uuids, each once; every name that is none's is refused, with a suggestion."""
    names = list(names)
    known = known_agents(names)
    missing = [name for name in names if name not in known]
    all_names = list(Agent.objects.values_list("name", flat=True)[:5000]) if missing else []
    refuse_all(
        [
            NotFound(f"There is no agent “{typed(name)}”.{suggestion(typed(name), all_names)}", field="agent")
            for name in missing
        ]
    )
    return list({known[name].pk: known[name] for name in names}.values())


def agent_named(name: str) -> Agent:
    """The agent of this name or uuid."""
    return agents_named([name])[0]
