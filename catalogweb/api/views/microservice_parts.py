"""What hangs on a microservice, changed piece by piece: its ports, its volumes, its config."""

from typing import Any, TypedDict

from catalogweb.api.fields import Shape
from catalogweb.api.routes import Call, Route
from catalogweb.api.shapes.microservice_replies import PortReply, VolumeReply, port_entries, volume_entries
from catalogweb.api.shapes.microservices import PortEntry, VolumeEntry
from catalogweb.core.errors import Invalid, NotFound
from catalogweb.core.rights import Right, require
from catalogweb.deployments.container import Port, Volume
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.services import edit_microservice


class Ports(TypedDict):
    ports: list[PortReply]


class Volumes(TypedDict):
    volumeMappings: list[VolumeReply]


class VolumeCreated(TypedDict):
    id: int


class ConfigReply(TypedDict):
    config: dict[str, Any]


class AnyObject(Shape):
    """Any JSON object: the whole body is meant."""

    @classmethod
    def read(cls, body: Any) -> dict[str, Any]:
        return {"config": dict(body)}


def port_list(call: Call, microservice: Microservice) -> Ports:
    return {"ports": port_entries(microservice)}


def port_add(call: Call, microservice: Microservice) -> None:
    require(call.by, Right.CHANGE)
    port, ports = Port(**call.given), microservice.container.ports
    if any(port.internal == other.internal or port.external == other.external for other in ports):
        raise Invalid("Port mapping already exists", field="ports")
    _edit(call, microservice, ports=(*ports, port))


def port_remove(call: Call, microservice: Microservice, internal: int) -> None:
    require(call.by, Right.CHANGE)
    ports = microservice.container.ports
    kept = tuple(port for port in ports if port.internal != internal)
    if kept == ports:
        raise NotFound("port mapping not exists")
    _edit(call, microservice, ports=kept)


def volume_list(call: Call, microservice: Microservice) -> Volumes:
    return {"volumeMappings": volume_entries(microservice)}


def volume_add(call: Call, microservice: Microservice) -> VolumeCreated:
    require(call.by, Right.CHANGE)
    volume, volumes = Volume(**call.given), microservice.container.volumes
    if any((volume.host, volume.container) == (other.host, other.container) for other in volumes):
        raise Invalid("Volume mapping already exists", field="volumes")
    edited = _edit(call, microservice, volumes=(*volumes, volume))
    return {"id": edited.volumes[-1]["id"]}


def volume_remove(call: Call, microservice: Microservice, id: str) -> None:
    require(call.by, Right.CHANGE)
    volumes = microservice.container.volumes
    kept = tuple(volume for volume in volumes if str(volume.id) != id)
    if kept == volumes:
        raise Invalid(f"Invalid volume mapping id '{id}'", field="id")
    _edit(call, microservice, volumes=kept)


def config_get(call: Call, microservice: Microservice) -> ConfigReply:
    return {"config": microservice.config}


def config_set(call: Call, microservice: Microservice) -> None:
    """The whole body becomes the config."""
    _edit(call, microservice, config=call.given["config"])


def config_clear(call: Call, microservice: Microservice) -> None:
    _edit(call, microservice, config={})


def _edit(call: Call, microservice: Microservice, **changes: Any) -> Microservice:
    container = microservice.container.with_changes(changes)
    return edit_microservice(by=call.by, microservice=microservice, container=container)


PARTS = [
    Route("GET", "/port-mapping", port_list, gives=Ports),
    Route("POST", "/port-mapping", port_add, 201, takes=PortEntry),
    Route("DELETE", "/port-mapping/<int:internal>", port_remove, 204),
    Route("GET", "/volume-mapping", volume_list, gives=Volumes),
    Route("POST", "/volume-mapping", volume_add, 201, takes=VolumeEntry, gives=VolumeCreated),
    Route("DELETE", "/volume-mapping/<str:id>", volume_remove, 204),
    Route("GET", "/config", config_get, gives=ConfigReply),
    Route("PATCH", "/config", config_set, 204, takes=AnyObject),
    Route("DELETE", "/config", config_clear, 204),
]
