"""Applications, microservices and agents in answers: the union of what both lines of clients read, and our own."""

import json
from collections.abc import Iterable
from typing import Any, NotRequired, TypedDict

from catalogweb.api.wire import image_entries, iso
from catalogweb.catalog.services import warnings_for
from catalogweb.deployments.container import Source
from catalogweb.deployments.manifests.containers import SOURCES
from catalogweb.deployments.models import Application, Microservice
from catalogweb.deployments.variables import Shown, shown_of


class NatsConfig(TypedDict):
    natsAccess: bool
    natsRule: str | None


class PortReply(TypedDict):
    internal: int
    external: int
    protocol: str


class VolumeReply(TypedDict):
    id: int
    hostDestination: str
    containerDestination: str
    accessMode: str
    type: str


class MicroserviceStatusReply(TypedDict):
    status: str
    startTime: int
    operatingDuration: int
    memoryUsage: float
    cpuUsage: float
    containerId: str
    percentage: float
    errorMessage: str
    ipAddress: str
    healthStatus: str
    execSessionIds: list[str]
    createdAt: str
    updatedAt: str


class MicroserviceReply(TypedDict):
    uuid: str
    name: str
    application: str
    applicationId: int
    flowId: int
    iofogUuid: str
    catalogItemId: int | None
    registryId: int
    userId: int | None
    config: str
    annotations: str
    rootHostAccess: bool
    hostNetworkMode: bool
    isPrivileged: bool
    logSize: int
    schedule: int
    delete: bool
    deleteWithCleanup: bool
    isActivated: bool
    execEnabled: bool
    execStatus: dict[str, str]
    createdAt: str
    updatedAt: str
    ports: list[PortReply]
    volumeMappings: list[VolumeReply]
    env: list[dict[str, str | None]]
    cmd: list[str]
    extraHosts: list[dict[str, str]]
    images: list[dict[str, Any]]
    routes: list[str]
    status: MicroserviceStatusReply
    runAsUser: str
    platform: str
    runtime: str
    pidMode: str
    ipcMode: str
    cpuSetCpus: str
    memoryLimit: int | None
    cdiDevices: list[str]
    capAdd: list[str]
    capDrop: list[str]
    healthCheck: NotRequired[dict[str, Any]]
    natsAccess: bool
    natsConfig: NatsConfig
    serviceAccount: dict[str, Any] | None
    # Our own.
    image: str
    architecture: str
    catalogItemRevision: int | None
    generation: int
    warnings: list[str]
    statusText: str


class ApplicationReply(TypedDict):
    id: int
    name: str
    description: str
    isActivated: bool
    isSystem: bool
    createdAt: str
    updatedAt: str
    userId: int | None
    natsAccess: bool
    natsConfig: NatsConfig
    microservices: list[MicroserviceReply]
    routes: list[str]


def microservice_replies(microservices: Iterable[Microservice]) -> list[MicroserviceReply]:
    """In a fixed number of statements, if they come `detailed`."""
    rows = list(microservices)
    shown = shown_of(rows)
    return [microservice_reply(row, shown) for row in rows]


def microservice_reply(microservice: Microservice, shown: Shown) -> MicroserviceReply:
    """Needs what `detailed` loads."""
    revision, options = microservice.revision, microservice.options
    reply: MicroserviceReply = {
        "uuid": microservice.uuid,
        "name": microservice.name,
        "application": microservice.application.name,
        "applicationId": microservice.application_id,
        "flowId": microservice.application_id,
        "iofogUuid": microservice.agent.uuid,
        "catalogItemId": revision.item_id,
        "registryId": revision.registry_id,
        "userId": None,
        "config": json.dumps(microservice.config),
        "annotations": json.dumps(options.get("annotations", {})),
        "rootHostAccess": microservice.host_network,
        "hostNetworkMode": microservice.host_network,
        "isPrivileged": microservice.privileged,
        "logSize": microservice.log_size,
        "schedule": microservice.schedule,
        "delete": False,
        "deleteWithCleanup": False,
        "isActivated": microservice.is_activated,
        "execEnabled": False,
        "execStatus": {"status": "INACTIVE", "execSessionId": ""},
        "createdAt": iso(microservice.created_at),
        "updatedAt": iso(microservice.updated_at),
        "ports": port_entries(microservice),
        "volumeMappings": volume_entries(microservice),
        "env": [_variable(key, value, shown) for key, value in microservice.variables.items()],
        "cmd": microservice.commands,
        "extraHosts": [
            {"name": name, "address": address, "value": address} for name, address in microservice.extra_hosts
        ],
        "images": [] if revision.item_id else image_entries(revision.by_architecture, complete=False),
        "routes": [],
        "status": _status(microservice),
        "runAsUser": options.get("run_as_user", ""),
        "platform": options.get("platform", ""),
        "runtime": options.get("runtime", ""),
        "pidMode": options.get("pid_mode", ""),
        "ipcMode": options.get("ipc_mode", ""),
        "cpuSetCpus": options.get("cpu_set_cpus", ""),
        "memoryLimit": options.get("memory_limit"),
        "cdiDevices": options.get("cdi_devices", []),
        "capAdd": options.get("cap_add", []),
        "capDrop": options.get("cap_drop", []),
        "natsAccess": False,
        "natsConfig": {"natsAccess": False, "natsRule": None},
        "serviceAccount": None,
        "image": microservice.image,
        "architecture": microservice.agent.architecture,
        "catalogItemRevision": revision.number if revision.item_id else None,
        "generation": microservice.generation,
        "warnings": [*warnings_for(revision), *shown.warnings.get(microservice.pk, ())],
        "statusText": str(microservice.state),
    }
    if options.get("health_check"):
        reply["healthCheck"] = options["health_check"]
    return reply


def _variable(key: str, value: str | Source, shown: Shown) -> dict[str, str | None]:
    """A secret's value is an empty text; sent back so, the source stays."""
    names: dict[str, str | None] = dict.fromkeys(SOURCES)
    if isinstance(value, Source):
        names |= {name: str(value) for name, kind in SOURCES.items() if kind == value.kind}
        value = shown.values.get(value, "")
    return {"key": key, "value": value, **names}


def port_entries(microservice: Microservice) -> list[PortReply]:
    return [
        {"internal": port.internal, "external": port.external, "protocol": port.protocol}
        for port in microservice.ports.all()
    ]


def volume_entries(microservice: Microservice) -> list[VolumeReply]:
    """A mapping's id is its place in the list."""
    return [
        {
            "id": place,
            "hostDestination": volume["host"],
            "containerDestination": volume["container"],
            "accessMode": volume["access"],
            "type": volume["type"],
        }
        for place, volume in enumerate(microservice.volumes, start=1)
    ]


def _status(microservice: Microservice) -> MicroserviceStatusReply:
    """In the agent's words, but unknown once the agent is out of reach."""
    observed = microservice.status
    out_of_reach = microservice.state.word == "Unknown"
    return {
        "status": "UNKNOWN" if out_of_reach else observed.state,
        "startTime": observed.started_ms,
        "operatingDuration": observed.operating_ms,
        "memoryUsage": observed.memory_usage,
        "cpuUsage": observed.cpu_usage,
        "containerId": observed.container_id,
        "percentage": observed.percentage,
        "errorMessage": observed.error_message,
        "ipAddress": observed.ip_address,
        "healthStatus": observed.health,
        "execSessionIds": [],
        "createdAt": iso(microservice.created_at),
        "updatedAt": iso(observed.reported_at or microservice.created_at),
    }


def application_reply(application: Application, microservices: list[Microservice], shown: Shown) -> ApplicationReply:
    return {
        "id": application.pk,
        "name": application.name,
        "description": application.description,
        "isActivated": application.is_activated,
        "isSystem": application.is_system,
        "createdAt": iso(application.created_at),
        "updatedAt": iso(application.updated_at),
        "userId": None,
        "natsAccess": False,
        "natsConfig": {"natsAccess": False, "natsRule": None},
        "microservices": [microservice_reply(microservice, shown) for microservice in microservices],
        "routes": [],
    }
