"""What happens to an agent together with its microservices: it is provisioned, deprovisioned, deleted."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalogweb.agents.models import Agent, AgentStatus, Credential, Tombstone
from catalogweb.agents.services import connect_agent, edit_agent_row, release_router, use_provisioning_key
from catalogweb.changelog.services import record, snapshot
from catalogweb.core.errors import refuse_all
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.storing import locked
from catalogweb.deployments.extra_hosts import templates_for
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.placing import missing_images
from catalogweb.deployments.rebuilding import rebuild, rebuild_those_naming
from catalogweb.deployments.services import delete_microservices
from catalogweb.deployments.statuses import forget_reports


@transaction.atomic
def provision(
    *, key: str, architecture: str, public_key: str = "", report: Mapping[str, Any] | None = None
) -> tuple[Agent, str]:
    """The agent that `key` belongs to, and its token. The key is used up only if all of this succeeds.

    Refused when a microservice already waiting on the agent has no image for its architecture.
    """
    agent = use_provisioning_key(key)
    waiting = list(Microservice.objects.detailed().filter(agent=agent))
    agent.architecture = architecture
    refuse_all([fault for m in waiting for fault in missing_images(m.revision, [agent], m.name)])
    token = connect_agent(
        agent=Agent.objects.get(pk=agent.pk),
        architecture=architecture,
        now=timezone.now(),
        public_key=public_key,
        report=report,
    )
    forget_reports([m.pk for m in waiting])
    return agent, token


@transaction.atomic
def deprovision(*, agent: Agent) -> None:
    """The agent says that it leaves: its credential ends, its microservices wait for the next one."""
    Credential.objects.filter(agent=agent).delete()
    AgentStatus.objects.filter(agent=agent).update(
        daemon_status="DEPROVISIONED", ip_address="", late_at=timezone.now(), offline_at=timezone.now()
    )
    forget_reports(list(agent.microservices.values_list("pk", flat=True)))
    record(by=agent, action="deprovision", obj=agent, after={})


@transaction.atomic
def edit_agent(*, by: Actor, agent: Agent, **changes: Any) -> Agent:
    """Change an agent. Another architecture means other images: refused while a microservice there has none."""
    require(by, Right.CHANGE)
    old = locked(Agent.objects.all(), agent.pk)
    agent, before = edit_agent_row(by=by, agent=agent, **changes), old.architecture
    if old.configuration.get("host") != agent.configuration.get("host"):
        rebuild_those_naming(by=by, templates=templates_for(agent))
    if agent.architecture != before:
        placed = list(Microservice.objects.detailed().filter(agent=agent))
        refuse_all([fault for m in placed for fault in missing_images(m.revision, [agent], m.name)])
        rebuild(by=by, microservices=[m for m in placed if m.revision.image_for(before) != m.image])
    return agent


@transaction.atomic
def delete_agent(*, by: Actor, agent: Agent) -> int:
    """Remove an agent with its microservices and its router; returns how many microservices went along.

    Its credential lives on in a tombstone until the agent has heard that it is deleted.
    """
    require(by, Right.CHANGE)
    agent = locked(Agent.objects.all(), agent.pk)
    gone = delete_microservices(by=by, microservices=agent.microservices.all())
    credential = Credential.objects.filter(agent=agent).first()
    if credential:
        Tombstone.objects.create(
            uuid=agent.uuid,
            name=agent.name,
            token_digest=credential.token_digest,
            public_key=credential.public_key,
        )
    release_router(by=by, agent=agent)
    record(by=by, action="delete", obj=agent, before=snapshot(agent))
    agent.delete()
    return gone
