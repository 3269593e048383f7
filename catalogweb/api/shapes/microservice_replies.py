"""Microservices in answers: the union of what both lines of clients read, and our own."""

import json
from collections.abc import Iterable
from typing import Any, NotRequired, TypedDict

from catalogweb.api.wire import image_entries, iso
from catalogweb.catalog.models import Revision
from catalogweb.catalog.revisions import warnings_for
from catalogweb.deployments.container import Source
from catalogweb.deployments.extra_hosts import addresses, resolved, templates_of
from catalogweb.deployments.loading import ports_of, receivers_of
from catalogweb.deployments.manifests.containers import SOURCES
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.variables import Shown, shown_of
from catalogweb.deployments.words import Status


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
    natsAccountId: int | None
    natsUserId: int | None
    natsCredsSecretName: str | None
    serviceAccount: dict[str, Any] | None
    # Our own.
    image: str
    architecture: str
    catalogItemRevision: int | None
    generation: int
    warnings: list[str]
    statusText: str
    simulated: bool


class Origin:
    """What answers say of a revision, found once however many microservices run it."""

    def __init__(self, revision: Revision) -> None:
        is_item = revision.item_id is not None
        self.images = revision.by_architecture
        self.number = revision.number if is_item else None
        self.entries = [] if is_item else image_entries(self.images, complete=False)
        self.warnings = warnings_for(revision)


def microservice_replies(rows: Iterable[Microservice]) -> list[MicroserviceReply]:
    """Of rows that were loaded, or are detailed; three statements more for all of them together."""
    rows = list(rows)
    ports, receivers, known = ports_of(rows), receivers_of(rows), addresses(templates_of(rows))
    shown = shown_of(rows)
    sources = {row.revision_id: row.revision for row in rows}
    described = {pk: Origin(revision) for pk, revision in sources.items()}
    replies = []
    for row in rows:
        reply = _reply(row, described[row.revision_id], shown)
        reply["ports"] = [_port(*port) for port in ports.get(row.pk, ())]
        reply["routes"] = [uuid for (uuid,) in receivers.get(row.pk, ())]
        reply["extraHosts"] = [
            {"name": name, "address": text, "value": value}
            for (name, text), (_, value) in zip(row.extra_hosts, resolved(row, known), strict=True)
        ]
        replies.append(reply)
    return replies


def microservice_reply(microservice: Microservice) -> MicroserviceReply:
    return microservice_replies([microservice])[0]


def _reply(row: Microservice, origin: Origin, shown: Shown) -> MicroserviceReply:
    options, state, created_at = row.options, row.state, iso(row.created_at)
    reply: MicroserviceReply = {
        "uuid": row.uuid,
        "name": row.name,
        "application": row.application.name,
        "applicationId": row.application_id,
        "flowId": row.application_id,
        "iofogUuid": row.agent.uuid,
        "catalogItemId": row.revision.item_id,
        "registryId": row.revision.registry_id,
        "userId": None,
        "config": json.dumps(row.config),
        "annotations": json.dumps(options.get("annotations", {})),
        "rootHostAccess": row.host_network and row.privileged,
        "hostNetworkMode": row.host_network,
        "isPrivileged": row.privileged,
        "logSize": row.log_size,
        "schedule": row.schedule,
        "delete": False,
        "deleteWithCleanup": False,
        "isActivated": row.is_activated,
        "execEnabled": False,
        "execStatus": {"status": "INACTIVE", "execSessionId": ""},
        "createdAt": created_at,
        "updatedAt": iso(row.updated_at),
        "ports": [],
        "volumeMappings": volume_entries(row),
        "env": [_variable(key, value, shown) for key, value in row.variables.items()],
        "cmd": row.commands,
        "extraHosts": [],
        "images": origin.entries,
        "routes": [],
        "status": _status(row, state, created_at),
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
        "natsAccountId": None,
        "natsUserId": None,
        "natsCredsSecretName": None,
        "serviceAccount": None,
        "image": origin.images.get(row.agent.architecture, ""),
        "architecture": row.agent.architecture,
        "catalogItemRevision": origin.number,
        "generation": row.generation,
        "warnings": [*origin.warnings, *shown.warnings.get(row.pk, ())],
        "statusText": str(state),
        "simulated": row.agent.status.simulated,
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
    return [_port(port.internal, port.external, port.protocol) for port in microservice.ports.all()]


def _port(internal: int, external: int, protocol: str) -> PortReply:
    return {"internal": internal, "external": external, "protocol": protocol}


def volume_entries(microservice: Microservice) -> list[VolumeReply]:
    return [
        {
            "id": volume["id"],
            "hostDestination": volume["host"],
            "containerDestination": volume["container"],
            "accessMode": volume["access"],
            "type": volume["type"],
        }
        for volume in microservice.volumes
    ]


def _status(row: Microservice, state: Status, created_at: str) -> MicroserviceStatusReply:
    """In the agent's words, but unknown once the agent is offline."""
    observed = row.status
    return {
        "status": "UNKNOWN" if state.word == "Unknown" else observed.state,
        "startTime": observed.started_ms,
        "operatingDuration": observed.operating_ms,
        "memoryUsage": observed.memory_usage,
        "cpuUsage": observed.cpu_usage,
        "containerId": observed.container_id,
        "percentage": observed.percentage,
        "errorMessage": observed.withheld or observed.error_message,
        "ipAddress": observed.ip_address,
        "healthStatus": observed.health,
        "execSessionIds": [],
        "createdAt": created_at,
        "updatedAt": iso(observed.reported_at) if observed.reported_at else created_at,
    }
