"""What agents fetch, in their words: microservices, registries, settings, flags. A null breaks some of them."""

import base64
import json
from typing import Any

from catalogweb.agents.models import Agent, Flag
from catalogweb.api.wire import CONFIGURATION
from catalogweb.catalog.models import Registry
from catalogweb.configuration.models import VolumeMount
from catalogweb.core.names import camel
from catalogweb.core.secrets import Unreadable
from catalogweb.deployments.desired import Wanted
from catalogweb.deployments.models import Microservice

# Other words than camelCase would give.
FLAGS = {flag: camel(flag) for flag in Flag.values} | {
    Flag.IMAGE_SNAPSHOT.value: "isImageSnapshot",
    Flag.AGENT_LOGS.value: "fogLogs",
}
# Without a router these stay false for ever: an agent that is told to reach one never acknowledges anything.
NEVER = {"routing": False, "routerChanged": False}
# An agent without a local router is content to find nobody here.
ROUTER_HOST = "localhost"


def microservice_item(wanted: Wanted) -> dict[str, Any]:
    """For agents of both lines; the keys with null have to be there."""
    microservice = wanted.microservice
    if wanted.delivered:
        return wanted.delivered | _unharmed(microservice) | {"rebuild": False}
    options = microservice.options
    return {
        **_unharmed(microservice),
        "imageId": wanted.image,
        "registryId": microservice.revision.registry_id,
        "generation": microservice.generation,
        "rebuild": wanted.rebuild,
        "delete": False,
        "deleteWithCleanup": False,
        "logSize": microservice.log_size,
        "portMappings": [
            {"portExternal": port.external, "portInternal": port.internal, "isUdp": port.protocol == "udp"}
            for port in microservice.ports.all()
        ],
        "volumeMappings": [volume_item(volume) for volume in microservice.volumes],
        "env": [{"key": key, "value": value} for key, value in wanted.env or ()],
        "cmd": microservice.commands,
        "extraHosts": [f"{name}:{address}" for name, address in wanted.extra_hosts],
        # The older line knows host network and privileged as one thing.
        "rootHostAccess": microservice.host_network and microservice.privileged,
        "hostNetworkMode": microservice.host_network,
        "isPrivileged": microservice.privileged,
        # Consuming means waiting for messages of a router, which this controller does not run.
        "isConsumer": False,
        "routes": microservice.receivers,
        "isRouter": False,
        "isNats": False,
        "execEnabled": False,
        "runAsUser": options.get("run_as_user"),
        "platform": options.get("platform"),
        "runtime": options.get("runtime"),
        "annotations": _annotations(options),
        "pidMode": options.get("pid_mode"),
        "ipcMode": options.get("ipc_mode"),
        "cpuSetCpus": options.get("cpu_set_cpus"),
        "capAdd": options.get("cap_add", []),
        "capDrop": options.get("cap_drop", []),
        "cdiDevices": options.get("cdi_devices", []),
        "memoryLimit": options.get("memory_limit"),
        "healthCheck": options.get("health_check") or None,
        "serviceAccount": None,
    }


def _unharmed(microservice: Microservice) -> dict[str, Any]:
    """What is no matter of the container, and so is never held back."""
    return {
        "uuid": microservice.uuid,
        "name": microservice.name,
        "application": microservice.application.name,
        "config": json.dumps(microservice.config),
        "schedule": microservice.schedule,
    }


def _annotations(options: dict[str, Any]) -> str | None:
    """The text of an object with texts in it."""
    annotations = options.get("annotations") or {}
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in annotations.items()}
    return json.dumps(texts) if texts else None


def volume_item(volume: dict[str, str]) -> dict[str, str]:
    return {
        "hostDestination": volume["host"],
        "containerDestination": volume["container"],
        "accessMode": volume["access"],
        "type": volume["type"],
    }


def volume_mount_item(mount: VolumeMount) -> dict[str, Any]:
    """Files in clear, as base64. Agents take only a newer version: 0 leaves them what they have of a mount."""
    try:
        files, version = mount.source.files, mount.version
    except Unreadable:
        files, version = {}, 0
    return {
        "uuid": mount.uuid,
        "name": mount.name,
        "version": version,
        "type": "secret" if mount.secret_id else "configMap",
        "data": {name: base64.b64encode(content).decode() for name, content in files.items()},
    }


def registry_item(registry: Registry) -> dict[str, Any]:
    """With the secret in clear: only for an agent that pulls from it. One that cannot be read is empty: a null, or no
    answer at all, would keep every other registry from the agent."""
    try:
        password = registry.password
    except Unreadable:
        password = ""
    return {
        "id": registry.pk,
        "url": registry.url,
        "isPublic": not registry.is_private,
        "username": registry.username,
        "password": password,
        "userEmail": registry.email,
    }


def settings_of(agent: Agent) -> dict[str, Any]:
    """Every setting with a value: a missing one would be reset by the agent, a null spoils all of them."""
    values = agent.effective_configuration
    return {wire_name: values[name] for wire_name, name in CONFIGURATION.items()} | {
        "latitude": values.get("latitude", 0) if agent.latitude is None else agent.latitude,
        "longitude": values.get("longitude", 0) if agent.longitude is None else agent.longitude,
        "routerHost": ROUTER_HOST,
        "routerPort": values["messaging_port"],
    }


def changes_item(counter: int, raised: dict[str, bool]) -> dict[str, Any]:
    """`lastUpdated` is the counter: what comes back with it acknowledges everything up to there."""
    return {"lastUpdated": f"{counter:012}", **NEVER, **{FLAGS[flag]: is_raised for flag, is_raised in raised.items()}}
