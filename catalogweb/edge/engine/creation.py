"""A microservice as the arguments of the engine's create call."""

import json
import re
from collections.abc import Mapping
from typing import Any

from docker.types import DeviceRequest, Healthcheck, LogConfig

from catalogweb.edge.engine.base import AGENT_LABEL, MICROSERVICE_LABEL, SPEC_LABEL, EngineError
from catalogweb.edge.items import Microservice, on_host_network

NANOSECONDS = 1_000_000_000


def container_name(microservice: Microservice) -> str:
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", microservice.name)
    return f"catalogweb_{plain}_{microservice.uuid[:8]}"


def create_arguments(agent: str, microservice: Microservice, image: str, publish_address: str) -> dict[str, Any]:
    """What differs from the engine's defaults, and nothing else; raises EngineError for what we cannot do."""
    wire = microservice.wire
    arguments = {
        "image": image,
        "name": container_name(microservice),
        "labels": _labels(agent, microservice),
        "command": wire.get("cmd") or None,
        "environment": _environment(microservice),
        "ports": _ports(microservice, publish_address),
        "volumes": [_volume(mapping) for mapping in wire.get("volumeMappings") or ()],
        "extra_hosts": dict(entry.split(":", 1) for entry in wire.get("extraHosts") or ()),
        "network_mode": "host" if on_host_network(wire) else None,
        "privileged": bool(wire.get("isPrivileged") or wire.get("rootHostAccess")),
        "user": wire.get("runAsUser"),
        "platform": wire.get("platform"),
        "runtime": wire.get("runtime"),
        "pid_mode": wire.get("pidMode"),
        "ipc_mode": wire.get("ipcMode"),
        "cpuset_cpus": wire.get("cpuSetCpus"),
        "cap_add": wire.get("capAdd"),
        "cap_drop": wire.get("capDrop"),
        "mem_limit": int(wire.get("memoryLimit") or 0),
        "device_requests": _devices(wire),
        "healthcheck": _health_check(wire.get("healthCheck")),
        "log_config": _log_config(wire.get("logSize")),
    }
    return {key: value for key, value in arguments.items() if value not in (None, "", [], {}, False, 0)}


def _labels(agent: str, microservice: Microservice) -> dict[str, str]:
    own = {AGENT_LABEL: agent, MICROSERVICE_LABEL: microservice.uuid, SPEC_LABEL: microservice.spec}
    return _annotations(microservice.wire.get("annotations")) | own


def _annotations(text: str | None) -> dict[str, str]:
    """Annotations become labels: the compatible API has no other place for them."""
    try:
        return {str(key): str(value) for key, value in json.loads(text or "{}").items()}
    except (ValueError, AttributeError) as error:
        raise EngineError("The annotations are not a JSON object.") from error


def _environment(microservice: Microservice) -> dict[str, str]:
    given = {str(entry["key"]): str(entry["value"]) for entry in microservice.wire.get("env") or ()}
    return {"SELFNAME": microservice.uuid} | given


def _ports(microservice: Microservice, address: str) -> dict[str, list[tuple[str, int]]]:
    published: dict[str, list[tuple[str, int]]] = {}
    for port in microservice.ports:
        published.setdefault(f"{port.internal}/{port.protocol}", []).append((address, port.external))
    return published


def _volume(mapping: Mapping[str, Any]) -> str:
    kind = mapping.get("type") or "bind"
    if kind not in ("bind", "volume"):
        raise EngineError(f"Volumes of type {kind} are not supported by this agent.")
    mode = "ro" if mapping.get("accessMode") == "ro" else "rw"
    return f"{mapping['hostDestination']}:{mapping['containerDestination']}:{mode}"


def _devices(wire: Mapping[str, Any]) -> list[DeviceRequest]:
    names = list(wire.get("cdiDevices") or ())
    return [DeviceRequest(driver="cdi", device_ids=names)] if names else []


def _health_check(check: Mapping[str, Any] | None) -> Healthcheck | None:
    if not check or not check.get("test"):
        return None
    return Healthcheck(
        test=check["test"],
        interval=int(float(check.get("interval") or 0) * NANOSECONDS),
        timeout=int(float(check.get("timeout") or 0) * NANOSECONDS),
        start_period=int(float(check.get("startPeriod") or 0) * NANOSECONDS),
        retries=int(check.get("retries") or 0),
    )


def _log_config(megabytes: float | None) -> LogConfig | None:
    if not megabytes:
        return None
    return LogConfig(type=LogConfig.types.JSON, config={"max-size": f"{max(int(megabytes), 1)}m"})


def sentence_of(error: Exception) -> str:
    """The engine's own words on one line."""
    text = str(getattr(error, "explanation", "") or error)
    return " ".join(text.split())[:400]
