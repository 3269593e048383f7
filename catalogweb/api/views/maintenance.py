"""Orders to agents, their tunnels and hardware; traces and image snapshots of microservices."""

import base64
from typing import TypedDict

from django.http import FileResponse

from catalogweb.api.fields import Choice, Flag, Shape
from catalogweb.api.routes import Call, Route
from catalogweb.api.views.agents import agent_with
from catalogweb.api.views.microservices import microservice_with
from catalogweb.api.wire import iso
from catalogweb.core.errors import Invalid, NotFound
from catalogweb.maintenance import orders, snapshots, traces, tunnels
from catalogweb.maintenance.hardware import hardware_of
from catalogweb.maintenance.models import Hardware

KINDS = {"hw": Hardware.Kind.MACHINE, "usb": Hardware.Kind.USB}


class TunnelAction(Shape):
    action = Choice(["open", "close"], required=True)


class Tracing(Shape):
    enable = Flag(required=True)


class TunnelReply(TypedDict):
    username: str
    host: str
    remotePort: int
    localPort: int
    status: str


class HardwareReply(TypedDict):
    info: str
    updatedAt: str


class TraceReply(TypedDict):
    data: str


def agent_version(call: Call, uuid: str, command: str) -> None:
    """Order an upgrade or a rollback; refused when the agent is not ready for it."""
    orders.order_version(by=call.by, agent=agent_with(uuid), command=command)


def agent_reboot(call: Call, uuid: str) -> None:
    """Restart the agent's machine."""
    orders.reboot(by=call.by, agent=agent_with(uuid))


def agent_prune(call: Call, uuid: str) -> None:
    """Remove the images that nothing on the agent uses."""
    orders.prune(by=call.by, agent=agent_with(uuid))


def agent_hardware(call: Call, uuid: str, kind: str) -> HardwareReply | None:
    """What the agent found in its machine; an empty answer as long as it has found nothing."""
    agent = agent_with(uuid)
    if kind not in KINDS:
        raise NotFound("There is no such path or method here.")
    found = hardware_of(agent, KINDS[kind])
    return {"info": found.info, "updatedAt": iso(found.reported_at)} if found else None


def tunnel_get(call: Call, uuid: str) -> TunnelReply:
    tunnel = tunnels.tunnel_of(agent_with(uuid).pk)
    return {
        "username": tunnel.username,
        "host": tunnel.host,
        "remotePort": tunnel.remote_port,
        "localPort": tunnel.local_port,
        "status": "open" if tunnel.is_open else "closed",
    }


def tunnel_set(call: Call, uuid: str) -> None:
    """Open or close the way to the agent's own SSH server."""
    act = tunnels.open_tunnel if call.given["action"] == "open" else tunnels.close_tunnel
    act(by=call.by, agent=agent_with(uuid))


def snapshot_ask(call: Call, uuid: str) -> None:
    """Have the agent send the microservice's image."""
    snapshots.ask_for_snapshot(by=call.by, microservice=microservice_with(uuid))


def snapshot_get(call: Call, uuid: str) -> FileResponse:
    """Download the image that the agent sent."""
    microservice = microservice_with(uuid)
    path = snapshots.snapshot_file(by=call.by, microservice=microservice)
    return FileResponse(path.open("rb"), filename=f"{uuid}.tar.gz", content_type="application/gzip")


def trace_set(call: Call, uuid: str) -> None:
    """Trace the microservice's system calls, or no more."""
    traces.set_tracing(by=call.by, microservice=microservice_with(uuid), is_enabled=call.given["enable"])


def trace_get(call: Call, uuid: str) -> TraceReply:
    """What was traced: as text with `format=string`, in Base64 with `format=file`."""
    trace = traces.read_trace(by=call.by, microservice=microservice_with(uuid))
    shape = call.query.get("format", "")
    if shape not in ("string", "file"):
        raise Invalid("Field 'format' is not one of enum values: string,file", field="format")
    return {"data": trace.text if shape == "string" else base64.b64encode(trace.text.encode()).decode()}


def trace_send(call: Call, uuid: str) -> None:
    """Nothing is sent to FTP servers."""
    microservice_with(uuid)
    raise Invalid("Traces are not sent to FTP servers by this controller: read one with GET instead.")


AGENT = "/iofog/<str:uuid>"
MICROSERVICE = "/microservices/<str:uuid>"
ROUTES = [
    Route("POST", f"{AGENT}/version/<str:command>", agent_version, 204),
    Route("POST", f"{AGENT}/reboot", agent_reboot, 204),
    Route("POST", f"{AGENT}/prune", agent_prune, 204),
    Route("GET", f"{AGENT}/hal/<str:kind>", agent_hardware, gives=HardwareReply),
    Route("GET", f"{AGENT}/tunnel", tunnel_get, gives=TunnelReply),
    Route("PATCH", f"{AGENT}/tunnel", tunnel_set, 204, takes=TunnelAction),
    Route("POST", f"{MICROSERVICE}/image-snapshot", snapshot_ask, 201),
    Route("GET", f"{MICROSERVICE}/image-snapshot", snapshot_get, gives=FileResponse),
    Route("PATCH", f"{MICROSERVICE}/strace", trace_set, 204, takes=Tracing),
    Route("GET", f"{MICROSERVICE}/strace", trace_get, gives=TraceReply, query=("format",)),
    Route("PUT", f"{MICROSERVICE}/strace", trace_send, 204),
]
