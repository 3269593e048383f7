"""How agents of both lines read our replies, from the tables of the protocol: nothing here knows our serializers.

A reader raises Broken where the agent's parser would give up; what it would not look at is not looked at.
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

OLDER, NEWER = "3.1", "3.7"
LINES = (OLDER, NEWER)

Check = Callable[[Any], bool]
# Required; key required but null allowed; optional; optional but null breaks.
REQUIRED, KEY, OPTIONAL, NO_NULL = "R", "K", "O", "O!"


class Broken(Exception):
    """The agent could not read this."""


def body_of(reply: Any) -> dict[str, Any]:
    """A 200 with a JSON object in UTF-8; NaN and infinities make the whole of it unreadable."""

    def refuse(word: str) -> Any:
        raise Broken(f"{word} is not JSON")

    if reply.status_code != 200:
        raise Broken(f"status {reply.status_code}: {reply.content!r}")
    body = json.loads(reply.content.decode("utf-8", "strict"), parse_constant=refuse)
    if not isinstance(body, dict):
        raise Broken("not an object")
    return body


def text(value: Any) -> bool:
    return isinstance(value, str)


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole(value: Any) -> bool:
    """A getter for integers takes 10.0, and nothing beyond 64 bits; of texts none."""
    return number(value) and -(2**63) <= value < 2**63


def int32(value: Any) -> bool:
    return number(value) and -(2**31) <= value < 2**31


def any_list(value: Any) -> bool:
    return isinstance(value, list)


def texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(text, value))


def any_object(value: Any) -> bool:
    return isinstance(value, dict)


Table = Mapping[str, tuple[str, Check]]


def read(table: Table, given: Any, where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise Broken(f"{where} is no object: {given!r}")
    for name, (need, fits) in table.items():
        if name not in given:
            if need in (REQUIRED, KEY):
                raise Broken(f"{where}: {name} is missing")
        elif given[name] is None:
            if need in (REQUIRED, NO_NULL):
                raise Broken(f"{where}: {name} is null")
        elif not fits(given[name]):
            raise Broken(f"{where}: {name} is {given[name]!r}")
    return given


def read_list(reply: Any, name: str, table: Table) -> list[dict[str, Any]]:
    """Without the list an agent keeps its old one; one bad item loses all of it."""
    items = body_of(reply).get(name)
    if not isinstance(items, list):
        raise Broken(f"{name} is {items!r}")
    return [read(table, item, f"{name}[{place}]") for place, item in enumerate(items)]


# --- 6.3, 7.2 -----------------------------------------------------------------------------------------------

PROVISION: dict[str, Table] = {
    OLDER: {"uuid": (REQUIRED, text), "token": (REQUIRED, text)},
    NEWER: {"uuid": (REQUIRED, text), "privateKey": (REQUIRED, text), "namespace": (REQUIRED, text)},
}
FLAGS = (
    "deleteNode", "reboot", "isImageSnapshot", "config", "version", "registries", "prune", "volumeMounts",
    "microserviceConfig", "microserviceList", "routing", "execSessions", "tunnel", "diagnostics", "routerChanged",
    "linkedEdgeResources", "microserviceLogs", "fogLogs",
)  # fmt: skip
NEEDED_AT_START = {OLDER: ("microserviceConfig", "routing"), NEWER: ("microserviceConfig", "execSessions")}


def read_provision(reply: Any, line: str) -> dict[str, Any]:
    answer = read(PROVISION[line], body_of(reply), "provision")
    if line == NEWER:
        jwk = json.loads(base64.b64decode(answer["privateKey"] + "==", validate=False))
        if {name: jwk.get(name) for name in ("kty", "crv")} != {"kty": "OKP", "crv": "Ed25519"} or "d" not in jwk:
            raise Broken("no Ed25519 key")
    if not all(map(text, answer.values())):
        raise Broken("the agent's own handler copies every value as text")
    return answer


def read_changes(reply: Any, line: str) -> dict[str, Any]:
    changes = body_of(reply)
    read({"lastUpdated": (REQUIRED, text)} | dict.fromkeys(FLAGS, (NO_NULL, flag)), changes, "changes")
    for name in NEEDED_AT_START[line]:
        if name not in changes:
            raise Broken(f"initialization never ends without {name}")
    if line == OLDER and (changes.get("routing") or changes.get("routerChanged")):
        raise Broken("without a router, nothing is acknowledged any more")
    return changes


# --- 6.5 ----------------------------------------------------------------------------------------------------

CONFIG: Table = {
    "networkInterface": (NO_NULL, text), "dockerUrl": (NO_NULL, text), "diskLimit": (NO_NULL, number),
    "diskDirectory": (NO_NULL, text), "memoryLimit": (NO_NULL, number), "cpuLimit": (NO_NULL, number),
    "logLimit": (NO_NULL, number), "logDirectory": (NO_NULL, text), "logFileCount": (NO_NULL, int32),
    "statusFrequency": (NO_NULL, int32), "changeFrequency": (NO_NULL, int32), "deviceScanFrequency": (NO_NULL, int32),
    "watchdogEnabled": (NO_NULL, flag), "latitude": (NO_NULL, number), "longitude": (NO_NULL, number),
    "logLevel": (NO_NULL, text), "dockerPruningFrequency": (NO_NULL, int32), "availableDiskThreshold": (NO_NULL, int32),
    "readyToUpgradeScanFrequency": (NO_NULL, int32), "timeZone": (NO_NULL, text),
}  # fmt: skip
CONFIGS: dict[str, Table] = {
    OLDER: CONFIG | {"routerHost": (REQUIRED, text), "routerPort": (REQUIRED, int32)},
    NEWER: CONFIG | {
        "gpsMode": (NO_NULL, text), "gpsDevice": (NO_NULL, text), "gpsScanFrequency": (NO_NULL, int32),
        "edgeGuardFrequency": (NO_NULL, int32),
    },
}  # fmt: skip


def read_config(reply: Any, line: str) -> dict[str, Any]:
    """What is missing is reset on the agent, so all of it is demanded."""
    config = read(CONFIGS[line], body_of(reply), "config")
    if missing := CONFIGS[line].keys() - config.keys():
        raise Broken(f"the agent resets {missing}")
    return config


# --- 8 ------------------------------------------------------------------------------------------------------

ITEM: Table = {
    "uuid": (REQUIRED, text), "imageId": (REQUIRED, text), "config": (REQUIRED, text), "rebuild": (REQUIRED, flag),
    "delete": (REQUIRED, flag), "deleteWithCleanup": (REQUIRED, flag), "registryId": (REQUIRED, int32),
    "logSize": (REQUIRED, number), "portMappings": (KEY, any_list), "volumeMappings": (KEY, any_list),
    "env": (OPTIONAL, any_list), "cmd": (OPTIONAL, texts), "extraHosts": (OPTIONAL, texts),
}  # fmt: skip
ITEMS: dict[str, Table] = {
    OLDER: ITEM | {
        "rootHostAccess": (REQUIRED, flag), "isConsumer": (REQUIRED, flag), "routes": (OPTIONAL, texts),
    },
    NEWER: ITEM | {
        "name": (REQUIRED, text), "application": (REQUIRED, text), "hostNetworkMode": (REQUIRED, flag),
        "isPrivileged": (REQUIRED, flag), "schedule": (REQUIRED, int32), "isRouter": (REQUIRED, flag),
        "isNats": (REQUIRED, flag), "execEnabled": (REQUIRED, flag), "runAsUser": (KEY, text), "platform": (KEY, text),
        "runtime": (KEY, text), "pidMode": (KEY, text), "ipcMode": (KEY, text), "cpuSetCpus": (KEY, text),
        "annotations": (KEY, text), "capAdd": (OPTIONAL, texts), "capDrop": (OPTIONAL, texts),
        "cdiDevices": (OPTIONAL, texts), "memoryLimit": (OPTIONAL, whole), "healthCheck": (OPTIONAL, any_object),
        "serviceAccount": (OPTIONAL, any_object),
    },
}  # fmt: skip
PORT: Table = {"portExternal": (REQUIRED, int32), "portInternal": (REQUIRED, int32), "isUdp": (OPTIONAL, flag)}
VOLUME: Table = {
    "hostDestination": (REQUIRED, text), "containerDestination": (REQUIRED, text), "accessMode": (REQUIRED, text),
    "type": (OPTIONAL, text),
}  # fmt: skip
VARIABLE: Table = {"key": (REQUIRED, text), "value": (REQUIRED, text)}
HEALTH_CHECK: Table = {
    "test": (OPTIONAL, texts), "interval": (OPTIONAL, number), "timeout": (OPTIONAL, number),
    "startPeriod": (OPTIONAL, number), "startInterval": (OPTIONAL, number), "retries": (OPTIONAL, int32),
}  # fmt: skip


def read_microservices(reply: Any, line: str) -> list[dict[str, Any]]:
    items = read_list(reply, "microservices", ITEMS[line])
    for item in items:
        where = f"microservice {item['uuid']}"
        for name, table in (("portMappings", PORT), ("volumeMappings", VOLUME), ("env", VARIABLE)):
            for entry in item.get(name) or []:
                read(table, entry, f"{where}: {name}")
        _read_object(item["config"], f"{where}: config")
        _image_can_be_pulled(item["imageId"])
        if line == NEWER:
            if annotations := item["annotations"]:
                read(dict.fromkeys(_read_object(annotations, where), (REQUIRED, text)), json.loads(annotations), where)
            if item.get("healthCheck") is not None:
                read(HEALTH_CHECK, item["healthCheck"], f"{where}: healthCheck")
    return items


def _read_object(given: str, where: str) -> dict[str, Any]:
    found = json.loads(given)
    if not isinstance(found, dict):
        raise Broken(f"{where} is no object: {given!r}")
    return found


def _image_can_be_pulled(image: str) -> None:
    """9.2: taken apart at the first colon."""
    name, _, tag = image.partition(":")
    if not name or "/" in tag or "@" in name:
        raise Broken(f"{image} cannot be pulled")


# --- 9.1, 6.12, 6.13 ----------------------------------------------------------------------------------------

REGISTRY: Table = {"id": (REQUIRED, int32), "url": (REQUIRED, text), "isPublic": (OPTIONAL, flag)}
CREDENTIALS: Table = dict.fromkeys(("username", "password", "userEmail"), (REQUIRED, text))
MOUNT: Table = {
    "uuid": (REQUIRED, text), "name": (REQUIRED, text), "version": (REQUIRED, int32), "type": (OPTIONAL, text),
    "data": (REQUIRED, any_object),
}  # fmt: skip
EDGE_RESOURCE: Table = {
    "id": (REQUIRED, int32), "name": (REQUIRED, text), "version": (REQUIRED, text), "description": (OPTIONAL, text),
    "interfaceProtocol": (OPTIONAL, text), "custom": (NO_NULL, any_object), "orchestrationTags": (NO_NULL, texts),
    "display": (NO_NULL, any_object), "interface": (NO_NULL, any_object),
}  # fmt: skip
DISPLAY: Table = dict.fromkeys(("name", "icon", "color"), (OPTIONAL, text))
INTERFACE: Table = {"id": (REQUIRED, int32), "edgeResourceId": (REQUIRED, int32), "endpoints": (NO_NULL, any_list)}
ENDPOINT: Table = {"id": (REQUIRED, int32), "interfaceId": (REQUIRED, int32)} | dict.fromkeys(("name", "description", "method", "url", "requestType", "responseType", "requestPayloadExample", "responsePayloadExample"), (OPTIONAL, text))  # fmt: skip


def read_registries(reply: Any, line: str) -> list[dict[str, Any]]:
    registries = read_list(reply, "registries", REGISTRY)
    for registry in registries:
        if registry.get("isPublic") is not True:
            read(CREDENTIALS, registry, f"registry {registry['id']}")
    return registries


def read_volume_mounts(reply: Any, line: str) -> list[dict[str, Any]]:
    mounts = read_list(reply, "volumeMounts", MOUNT)
    for mount in mounts:
        for content in mount["data"].values():
            base64.b64decode(content, validate=True)
    return mounts


def read_edge_resources(reply: Any, line: str) -> list[dict[str, Any]]:
    resources = read_list(reply, "edgeResources", EDGE_RESOURCE)
    for resource in resources:
        if "display" in resource:
            read(DISPLAY, resource["display"], "display")
        if "interface" in resource:
            read(INTERFACE, resource["interface"], "interface")
            for endpoint in resource["interface"].get("endpoints", []):
                read(ENDPOINT, endpoint, "endpoint")
    return resources


# --- 6.14 to 6.18, 6.20 -------------------------------------------------------------------------------------

TUNNEL: Table = {
    "username": (REQUIRED, text), "password": (REQUIRED, text), "host": (REQUIRED, text), "rsakey": (REQUIRED, text),
    "closed": (REQUIRED, flag), "rport": (OPTIONAL, int32), "lport": (OPTIONAL, int32),
}  # fmt: skip
VERSION: Table = {"versionCommand": (REQUIRED, text), "provisionKey": (REQUIRED, text)}
TRACE: Table = {"microserviceUuid": (REQUIRED, text), "straceRun": (REQUIRED, flag)}


def read_tunnel(reply: Any) -> dict[str, Any]:
    return read(TUNNEL, body_of(reply).get("tunnel"), "tunnel")


def read_version(reply: Any) -> dict[str, Any]:
    return read(VERSION, body_of(reply), "version")


def read_traces(reply: Any) -> list[dict[str, Any]]:
    return read_list(reply, "straceValues", TRACE)


def read_snapshot(reply: Any) -> dict[str, Any]:
    return read({"uuid": (REQUIRED, text)}, body_of(reply), "snapshot")
