"""Microservices, and what hangs on one: its ports, its volumes, its config."""

from dataclasses import replace
from typing import Any, NotRequired, TypedDict

from catalogweb.api.fields import Shape
from catalogweb.api.routes import Call, Route
from catalogweb.api.shapes.microservices import (
    DeploymentCreation,
    MicroserviceChange,
    MicroserviceCreation,
    PortEntry,
    VolumeEntry,
    agent_in,
    wish_in,
)
from catalogweb.api.shapes.replies import (
    MicroserviceReply,
    PortReply,
    VolumeReply,
    microservice_replies,
    port_entries,
    volume_entries,
)
from catalogweb.catalog.services import warnings_for
from catalogweb.core.errors import Invalid, NotFound
from catalogweb.deployments.applications import find_application
from catalogweb.deployments.container import Port, Volume
from catalogweb.deployments.models import Application, Microservice, MicroserviceQuerySet
from catalogweb.deployments.services import delete_microservices, edit_microservice, rebuild, set_activated
from catalogweb.deployments.wishes import adapt, fulfil


class MicroserviceList(TypedDict):
    microservices: list[MicroserviceReply]


class CreatedMicroservice(TypedDict):
    uuid: str
    name: str
    warnings: NotRequired[list[str]]


class Deployed(TypedDict):
    uuids: list[str]
    microservices: list[CreatedMicroservice]


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


def microservice_with(uuid: str) -> Microservice:
    microservice = Microservice.objects.detailed().filter(uuid=uuid).first()
    if microservice is None:
        raise NotFound("Invalid microservice user or UUID")
    return microservice


def application_in(given: dict[str, Any]) -> Application:
    name = given.get("application") or given.get("flowId")
    if not name:
        raise Invalid("Required field 'application' is missing", field="application")
    return find_application(name)


def page_of(rows: MicroserviceQuerySet, call: Call) -> MicroserviceQuerySet:
    """ioFog's clients ask for everything; scripts on a large fleet ask for a part."""
    limit, offset = (call.query.get(name, "") for name in ("limit", "offset"))
    for name, text in (("limit", limit), ("offset", offset)):
        if text and (not text.isdecimal() or len(text) > 9):
            raise Invalid(f"{name} is a whole number, not “{text}”.", field=name)
    start = int(offset or 0)
    return rows[start : start + int(limit)] if limit else rows[start:]


def microservice_list(call: Call) -> MicroserviceList:
    """All, or those of `application` (a name or an id) or `flowId`; `limit` and `offset` give a page of them."""
    rows = Microservice.objects.detailed().ordinary().order_by("name", "pk")
    if wanted := call.query.get("application") or call.query.get("flowId"):
        rows = rows.filter(application=find_application(wanted))
    return {"microservices": microservice_replies(page_of(rows, call))}


def microservice_get(call: Call, uuid: str) -> MicroserviceReply:
    [reply] = microservice_replies([microservice_with(uuid)])
    return reply


def microservice_create(call: Call) -> CreatedMicroservice:
    """Place a microservice on an agent."""
    [microservice] = fulfil(by=call.by, application=application_in(call.given), wish=wish_in(call.given))
    reply: CreatedMicroservice = {"uuid": microservice.uuid, "name": microservice.name}
    if warnings := warnings_for(microservice.revision):
        reply["warnings"] = warnings
    return reply


def microservice_deploy(call: Call) -> Deployed:
    """Place a microservice on several agents: all of them, or none with every refusal listed."""
    placed = fulfil(
        by=call.by,
        application=application_in(call.given),
        wish=wish_in(call.given),
        agents=[agent_in(agent) for agent in dict.fromkeys(call.given["agents"])],
        pattern=call.given.get("pattern", ""),
    )
    created: list[CreatedMicroservice] = [{"uuid": row.uuid, "name": row.name} for row in placed]
    return {"uuids": [row.uuid for row in placed], "microservices": created}


def microservice_edit(call: Call, uuid: str) -> None:
    """Change what is given; another agent moves it there."""
    adapt(by=call.by, microservice=microservice_with(uuid), wish=wish_in(call.given))


def microservice_delete(call: Call, uuid: str) -> None:
    delete_microservices(by=call.by, microservices=[microservice_with(uuid)])


def microservice_start(call: Call, uuid: str) -> None:
    set_activated(by=call.by, microservices=[microservice_with(uuid)], is_activated=True)


def microservice_stop(call: Call, uuid: str) -> None:
    set_activated(by=call.by, microservices=[microservice_with(uuid)], is_activated=False)


def microservice_rebuild(call: Call, uuid: str) -> None:
    """Have its agent pull again and replace the container."""
    rebuild(by=call.by, microservices=[microservice_with(uuid)])


def port_list(call: Call, uuid: str) -> Ports:
    return {"ports": port_entries(microservice_with(uuid))}


def port_add(call: Call, uuid: str) -> None:
    microservice, port = microservice_with(uuid), Port(**call.given)
    ports = microservice.container.ports
    if any(port.internal == other.internal or port.external == other.external for other in ports):
        raise Invalid("Port mapping already exists", field="ports")
    _edit(call, microservice, ports=(*ports, port))


def port_remove(call: Call, uuid: str, internal: int) -> None:
    microservice = microservice_with(uuid)
    ports = microservice.container.ports
    kept = tuple(port for port in ports if port.internal != internal)
    if kept == ports:
        raise NotFound("port mapping not exists")
    _edit(call, microservice, ports=kept)


def volume_list(call: Call, uuid: str) -> Volumes:
    return {"volumeMappings": volume_entries(microservice_with(uuid))}


def volume_add(call: Call, uuid: str) -> VolumeCreated:
    microservice, volume = microservice_with(uuid), Volume(**call.given)
    volumes = microservice.container.volumes
    if any((volume.host, volume.container) == (other.host, other.container) for other in volumes):
        raise Invalid("Volume mapping already exists", field="volumes")
    _edit(call, microservice, volumes=(*volumes, volume))
    return {"id": len(volumes) + 1}


def volume_remove(call: Call, uuid: str, id: str) -> None:
    microservice = microservice_with(uuid)
    volumes = list(microservice.container.volumes)
    if not id.isdecimal() or not 0 < int(id) <= len(volumes):
        raise Invalid(f"Invalid volume mapping id '{id}'", field="id")
    del volumes[int(id) - 1]
    _edit(call, microservice, volumes=tuple(volumes))


def config_get(call: Call, uuid: str) -> ConfigReply:
    return {"config": microservice_with(uuid).config}


def config_set(call: Call, uuid: str) -> None:
    """The whole body becomes the config."""
    _edit(call, microservice_with(uuid), config=call.given["config"])


def config_clear(call: Call, uuid: str) -> None:
    _edit(call, microservice_with(uuid), config={})


def _edit(call: Call, microservice: Microservice, **changes: Any) -> None:
    edit_microservice(by=call.by, microservice=microservice, container=replace(microservice.container, **changes))


ONE = "/microservices/<str:uuid>"
ROUTES = [
    Route(
        "GET",
        "/microservices",
        microservice_list,
        gives=MicroserviceList,
        query=("application", "flowId", "limit", "offset"),
    ),
    Route(
        "POST",
        "/microservices",
        microservice_create,
        201,
        takes=MicroserviceCreation,
        gives=CreatedMicroservice,
        renders=True,
    ),
    Route("POST", "/deployments", microservice_deploy, 201, takes=DeploymentCreation, gives=Deployed),
    Route("GET", ONE, microservice_get, gives=MicroserviceReply),
    Route("PATCH", ONE, microservice_edit, 204, takes=MicroserviceChange, renders=True),
    Route("DELETE", ONE, microservice_delete, 204),
    Route("PATCH", f"{ONE}/start", microservice_start, 204),
    Route("PATCH", f"{ONE}/stop", microservice_stop, 204),
    Route("PATCH", f"{ONE}/rebuild", microservice_rebuild, 204),
    Route("GET", f"{ONE}/port-mapping", port_list, gives=Ports),
    Route("POST", f"{ONE}/port-mapping", port_add, 201, takes=PortEntry),
    Route("DELETE", f"{ONE}/port-mapping/<int:internal>", port_remove, 204),
    Route("GET", f"{ONE}/volume-mapping", volume_list, gives=Volumes),
    Route("POST", f"{ONE}/volume-mapping", volume_add, 201, takes=VolumeEntry, gives=VolumeCreated),
    Route("DELETE", f"{ONE}/volume-mapping/<str:id>", volume_remove, 204),
    Route("GET", f"{ONE}/config", config_get, gives=ConfigReply),
    Route("PATCH", f"{ONE}/config", config_set, 204, takes=AnyObject),
    Route("DELETE", f"{ONE}/config", config_clear, 204),
]
