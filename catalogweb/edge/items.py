"""What the controller wants on this machine, read from the wire."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Everything that a running container cannot take over: another value means another container.
SPEC_KEYS = (
    "uuid", "name", "imageId", "registryId", "generation", "env", "cmd", "portMappings", "volumeMappings",
    "extraHosts", "hostNetworkMode", "rootHostAccess", "isPrivileged", "runAsUser", "platform", "runtime",
    "annotations", "pidMode", "ipcMode", "cpuSetCpus", "capAdd", "capDrop", "cdiDevices", "memoryLimit",
    "healthCheck", "logSize",
)  # fmt: skip
UNORDERED = {"env", "portMappings", "volumeMappings", "extraHosts", "capAdd", "capDrop", "cdiDevices"}


@dataclass(frozen=True, order=True)
class Port:
    """A port of this machine and the container port behind it."""

    external: int
    internal: int
    protocol: str = "tcp"

    @property
    def claim(self) -> tuple[int, str]:
        return self.external, self.protocol


@dataclass(frozen=True)
class Microservice:
    """One wanted container. `spec` names it together with everything that needs a new container."""

    uuid: str
    name: str
    image: str
    registry_id: int
    spec: str
    schedule: int = 50
    ports: tuple[Port, ...] = ()
    wire: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_wire(cls, item: Mapping[str, Any], placement: str = "") -> "Microservice":
        """Read one item; raises KeyError, TypeError or ValueError when a needed field is missing or odd."""
        ports = tuple(_port(mapping) for mapping in item.get("portMappings") or ())
        return cls(
            uuid=_text(item["uuid"]),
            name=_text(item.get("name") or item["uuid"]),
            image=_text(item["imageId"]),
            registry_id=int(item["registryId"]),
            spec=spec_of(item, placement),
            schedule=int(item.get("schedule") or 50),
            ports=() if on_host_network(item) else ports,
            wire=item,
        )

    @property
    def claims(self) -> frozenset[tuple[int, str]]:
        return frozenset(port.claim for port in self.ports)

    @property
    def order(self) -> tuple[int, str]:
        return self.schedule, self.uuid


@dataclass(frozen=True)
class Registry:
    """Where an image comes from; never printed, for it holds a password."""

    id: int
    url: str
    is_public: bool
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @classmethod
    def from_wire(cls, item: Mapping[str, Any]) -> "Registry":
        return cls(
            id=int(item["id"]),
            url=_text(item["url"]),
            is_public=item.get("isPublic") is True,
            username=str(item.get("username") or ""),
            password=str(item.get("password") or ""),
        )

    @property
    def is_cache(self) -> bool:
        return self.url == "from_cache"


def spec_of(item: Mapping[str, Any], placement: str = "") -> str:
    """A short name for the container this item needs; absent, null and empty values are the same."""
    given = [key for key in SPEC_KEYS if item.get(key) not in (None, "", [], {}, False)]
    parts = {key: _canonical(key, item[key]) for key in given}
    text = json.dumps([parts, placement], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def on_host_network(item: Mapping[str, Any]) -> bool:
    return bool(item.get("hostNetworkMode") or item.get("rootHostAccess"))


def _canonical(key: str, value: Any) -> Any:
    if key in UNORDERED:
        return sorted(json.dumps(entry, sort_keys=True) for entry in value)
    return value


def _port(mapping: Mapping[str, Any]) -> Port:
    protocol = "udp" if mapping.get("isUdp") else "tcp"
    return Port(int(mapping["portExternal"]), int(mapping["portInternal"]), protocol)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"a text was expected instead of {value!r}")
    return value
