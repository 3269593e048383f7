"""What an agent is told to do once: restart its machine, tidy up, change its version."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from catalogweb.agents.flags import raise_flags
from catalogweb.agents.models import Agent, Flag
from catalogweb.agents.services import renew_own_key
from catalogweb.changelog.services import record
from catalogweb.core.errors import Invalid, NotFound
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.storing import locked
from catalogweb.maintenance.models import VersionOrder

UPGRADE, ROLLBACK = VersionOrder.Command.UPGRADE, VersionOrder.Command.ROLLBACK


def reboot(*, by: Actor, agent: Agent) -> None:
    """Have the agent's machine restarted, with all that runs on it."""
    _tell(by, agent, "reboot", Flag.REBOOT)


def prune(*, by: Actor, agent: Agent) -> None:
    """Have the images removed that nothing on the agent uses."""
    _tell(by, agent, "prune", Flag.PRUNE)


@transaction.atomic
def _tell(by: Actor, agent: Agent, action: str, flag: Flag) -> None:
    require(by, Right.CHANGE)
    raise_flags([agent.pk], flag)
    record(by=by, action=action, obj=agent, after={})


@transaction.atomic
def order_version(*, by: Actor, agent: Agent, command: str) -> None:
    """Have the agent install its next version, or the one before; refused when it says that it is not ready."""
    require(by, Right.CHANGE)
    if command not in VersionOrder.Command.values:
        raise Invalid(f"'{command}' is not one of enum values: upgrade,rollback", field="command")
    agent = locked(Agent.objects.select_related("status"), agent.pk)
    if command == UPGRADE and not agent.status.is_ready_to_upgrade:
        raise Invalid(
            "Can't upgrade version now. The agent says that it has nothing newer to install.", field="command"
        )
    if command == ROLLBACK and not agent.status.is_ready_to_roll_back:
        raise Invalid("Can't rollback version now. There are no backups on agent", field="command")
    VersionOrder.objects.update_or_create(
        agent=agent, defaults={"command": command, "ordered_at": timezone.now(), "fetched_at": None}
    )
    _tell(by, agent, command, Flag.VERSION)


@transaction.atomic
def fetch_version_order(*, agent: Agent) -> tuple[str, str, datetime]:
    """The open order, and a new key with its end: the agent provisions itself anew after the change."""
    order = VersionOrder.objects.select_for_update().filter(agent=agent).first()
    if order is None or not order.is_open:
        raise NotFound("No version command for this agent")
    if order.fetched_at is None:
        order.fetched_at = timezone.now()
        order.save(update_fields=["fetched_at"])
    key, expires_at = renew_own_key(agent=agent)
    return order.command, key, expires_at
