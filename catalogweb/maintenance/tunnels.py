"""Tunnels: opened and closed by operators, carried out by agents. The server's password stays in the environment."""

from django.conf import settings
from django.db import transaction

from catalogweb.agents.flags import raise_flags
from catalogweb.agents.models import Agent, Flag
from catalogweb.changelog.services import record
from catalogweb.core.errors import Conflict, Invalid, NotFound
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.storing import contested, locked
from catalogweb.maintenance.models import Tunnel

SSH_PORT = 22


def tunnel_of(agent_id: int) -> Tunnel:
    tunnel = Tunnel.objects.filter(agent_id=agent_id).first()
    if tunnel is None:
        raise NotFound("Invalid Tunnel Id")
    return tunnel


@transaction.atomic
def open_tunnel(*, by: Actor, agent: Agent) -> Tunnel:
    """Have the agent open a tunnel to the configured server; one that is open keeps its port."""
    require(by, Right.CHANGE)
    locked(Agent.objects.all(), agent.pk)
    for name in ("username", "host"):
        if not getattr(settings, f"TUNNEL_{name.upper()}"):
            raise Invalid(f"Required field '{name}' is missing: set CATALOGWEB_TUNNEL_{name.upper()}.", field=name)
    tunnel = Tunnel.objects.filter(agent=agent).first() or Tunnel(agent=agent, is_open=False)
    if not tunnel.is_open or tunnel.host != settings.TUNNEL_HOST:
        tunnel.host, tunnel.remote_port = settings.TUNNEL_HOST, _free_port(settings.TUNNEL_HOST)
    tunnel.username, tunnel.local_port, tunnel.is_open = settings.TUNNEL_USERNAME, SSH_PORT, True
    with contested("port"):
        tunnel.save()
    raise_flags([agent.pk], Flag.TUNNEL)
    record(by=by, action="open tunnel", obj=agent, after={"tunnel": str(tunnel)})
    return tunnel


def _free_port(host: str) -> int:
    taken = set(Tunnel.objects.filter(host=host, is_open=True).values_list("remote_port", flat=True))
    first, last = settings.TUNNEL_PORTS
    for port in range(first, last + 1):
        if port not in taken:
            return port
    raise Conflict(f"All ports from {first} to {last} have a tunnel: close one first.")


@transaction.atomic
def close_tunnel(*, by: Actor, agent: Agent) -> None:
    require(by, Right.CHANGE)
    tunnel = tunnel_of(agent.pk)
    tunnel.is_open = False
    tunnel.save()
    raise_flags([agent.pk], Flag.TUNNEL)
    record(by=by, action="close tunnel", obj=agent, after={"tunnel": str(tunnel)})
