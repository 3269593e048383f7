"""What agents fetch once they are told to, and what they find out: versions, tunnels, traces, hardware, snapshots."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from catalogweb.agents.flags import note_fetched
from catalogweb.agents.models import Flag
from catalogweb.api.agent.callers import Caller
from catalogweb.api.agent.door import Handler, body_of, done, endpoint
from catalogweb.api.agent.uploads import receive_file
from catalogweb.api.wire import milliseconds
from catalogweb.core.errors import Invalid, NotFound
from catalogweb.maintenance import snapshots
from catalogweb.maintenance.hardware import take_hardware
from catalogweb.maintenance.models import Hardware
from catalogweb.maintenance.orders import fetch_version_order
from catalogweb.maintenance.traces import add_to_traces, tracing_on
from catalogweb.maintenance.tunnels import tunnel_of


def read_version(request: HttpRequest, caller: Caller) -> HttpResponse:
    note_fetched(caller.agent_id, Flag.VERSION)
    command, key, expires_at = fetch_version_order(agent=caller.agent)
    return JsonResponse({"versionCommand": command, "provisionKey": key, "expirationTime": milliseconds(expires_at)})


def read_tunnel(request: HttpRequest, caller: Caller) -> HttpResponse:
    """With the server's password while the tunnel is to be open; no other door tells it."""
    note_fetched(caller.agent_id, Flag.TUNNEL)
    tunnel = tunnel_of(caller.agent_id)
    return JsonResponse(
        {
            "tunnel": {
                "username": tunnel.username,
                "password": settings.TUNNEL_PASSWORD if tunnel.is_open else "",
                "host": tunnel.host,
                "rsakey": settings.TUNNEL_RSA_KEY,
                "rport": tunnel.remote_port,
                "lport": tunnel.local_port,
                "closed": not tunnel.is_open,
            }
        }
    )


def read_tracing(request: HttpRequest, caller: Caller) -> HttpResponse:
    note_fetched(caller.agent_id, Flag.DIAGNOSTICS)
    traced = tracing_on(caller.agent_id)
    if not traced:
        raise NotFound("Nothing is to be traced on this agent")
    return JsonResponse(
        {"straceValues": [{"microserviceUuid": uuid, "straceRun": is_on} for uuid, is_on in traced.items()]}
    )


def take_traces(request: HttpRequest, caller: Caller) -> HttpResponse:
    given = body_of(request).get("straceData")
    if not isinstance(given, list):
        raise Invalid("Field 'straceData' is not of a type(s) array")
    pieces: dict[str, str] = {}
    for item in given:
        uuid, text = (item.get("microserviceUuid"), item.get("buffer")) if isinstance(item, dict) else (None, None)
        if isinstance(uuid, str) and isinstance(text, str):
            pieces[uuid] = pieces.get(uuid, "") + text
    add_to_traces(agent_id=caller.agent_id, pieces=pieces)
    return done()


def taking_hardware(kind: str) -> Handler:
    def take(request: HttpRequest, caller: Caller) -> HttpResponse:
        info: Any = body_of(request).get("info")
        if not isinstance(info, str):
            raise Invalid("Field 'info' is not of a type(s) string")
        take_hardware(agent_id=caller.agent_id, kind=kind, info=info)
        return done()

    return take


def read_snapshot(request: HttpRequest, caller: Caller) -> HttpResponse:
    note_fetched(caller.agent_id, Flag.IMAGE_SNAPSHOT)
    wanted = snapshots.waiting_on(caller.agent_id).first()
    if wanted is None:
        raise NotFound(snapshots.NONE_WANTED)
    return JsonResponse({"uuid": wanted.microservice.uuid})


def take_snapshot(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The image as a file; nothing is read of one that nobody asked for."""
    if not snapshots.waiting_on(caller.agent_id).exists():
        raise NotFound(snapshots.NONE_WANTED)
    with snapshots.draft() as stream:
        uuid = receive_file(request, "upstream", stream)
        snapshots.take_snapshot(agent=caller.agent, uuid=uuid, file=Path(stream.name))
    return JsonResponse({})


ENDPOINTS = {
    "/agent/version": endpoint(GET=read_version),
    "/agent/tunnel": endpoint(GET=read_tunnel),
    "/agent/strace": endpoint(GET=read_tracing, PUT=take_traces),
    "/agent/hal/hw": endpoint(PUT=taking_hardware(Hardware.Kind.MACHINE)),
    "/agent/hal/usb": endpoint(PUT=taking_hardware(Hardware.Kind.USB)),
    "/agent/image-snapshot": endpoint(GET=read_snapshot, PUT=take_snapshot),
}
