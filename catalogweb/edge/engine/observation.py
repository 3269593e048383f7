"""Containers, images and statistics as the engine describes them, made into our own words."""

import os
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from catalogweb.edge.engine.base import AGENT_LABEL, MICROSERVICE_LABEL, SPEC_LABEL, Container, Usage


def container_of(attrs: Mapping[str, Any], digest: str) -> Container:
    labels = attrs["Config"].get("Labels") or {}
    state = attrs.get("State") or {}
    return Container(
        id=attrs["Id"],
        name=attrs.get("Name", "").lstrip("/"),
        agent=labels.get(AGENT_LABEL, ""),
        microservice=labels.get(MICROSERVICE_LABEL, ""),
        spec=labels.get(SPEC_LABEL, ""),
        state=str(state.get("Status", "")).lower(),
        claims=_claims((attrs.get("HostConfig") or {}).get("PortBindings") or {}),
        image=attrs.get("Image", ""),
        digest=digest,
        started_at=_seconds(state.get("StartedAt", "")),
        address=_address(attrs.get("NetworkSettings") or {}),
        health=(state.get("Health") or {}).get("Status") or "",
        exit_code=int(state.get("ExitCode") or 0),
    )


def digest_of(image: Mapping[str, Any]) -> str:
    """The digest under which a registry knows this image; empty for one that was built here."""
    digests = image.get("RepoDigests") or [""]
    return str(digests[0]).rpartition("@")[2]


class Processors:
    """Processor use between two looks at the same container, as a share of the whole machine."""

    def __init__(self) -> None:
        self._before: dict[str, tuple[float, float]] = {}

    def usage(self, container: str, stats: Mapping[str, Any]) -> Usage:
        now = _total_cpu_seconds(stats)
        before, self._before[container] = self._before.get(container, now), now
        used, passed = now[0] - before[0], now[1] - before[1]
        share = used / (passed * (os.cpu_count() or 1)) if passed > 0 else 0.0
        memory = int((stats.get("memory_stats") or {}).get("usage") or 0)
        return Usage(cpu=min(max(share, 0.0), 1.0), memory=memory)

    def forget(self, container: str) -> None:
        self._before.pop(container, None)


def _total_cpu_seconds(stats: Mapping[str, Any]) -> tuple[float, float]:
    used = ((stats.get("cpu_stats") or {}).get("cpu_usage") or {}).get("total_usage") or 0
    return used / 1e9, _seconds(str(stats.get("read", "")))


def _claims(bindings: Mapping[str, Any]) -> frozenset[tuple[int, str]]:
    return frozenset(
        (int(binding["HostPort"]), inner.partition("/")[2] or "tcp")
        for inner, entries in bindings.items()
        for binding in entries or ()
        if binding.get("HostPort")
    )


def _address(network: Mapping[str, Any]) -> str:
    networks = (network.get("Networks") or {}).values()
    return network.get("IPAddress") or next((n["IPAddress"] for n in networks if n.get("IPAddress")), "")


def _seconds(text: str) -> float:
    """Engines write nanoseconds, which Python does not read; a container that never started has year 1."""
    match = re.match(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?", text)
    if not match or text.startswith("0001"):
        return 0.0
    whole, fraction, zone = match.groups()
    moment = datetime.fromisoformat(whole + (zone or "+00:00").replace("Z", "+00:00"))
    return moment.timestamp() + float(fraction or 0)
