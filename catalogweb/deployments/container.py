"""How a microservice's container is to be run: one value, from any door, checked in one place."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from typing import Any

from catalogweb.core.errors import Invalid, Refusal
from catalogweb.core.names import suggestion
from catalogweb.core.storing import UNSTORABLE, is_storable
from catalogweb.deployments.options import option_faults

LARGEST_PORT = 65535
# The agent itself listens there.
RESERVED_PORTS = (54321, 54322)
PROTOCOLS = ("tcp", "udp")
VOLUME_TYPES = ("bind", "volume", "volumeMount")
ACCESS_MODES = ("rw", "ro", "z", "Z")
LARGEST_LOG = 1_048_576
PORT_LINE = re.compile(r"(?P<external>\d{1,5}):(?P<internal>\d{1,5})(?:/(?P<protocol>\w*))?", re.ASCII)


@dataclass(frozen=True)
class Port:
    """A port of the container and the agent's port it is published on."""

    internal: int
    external: int
    protocol: str = "tcp"

    def __str__(self) -> str:
        return f"{self.external}:{self.internal}/{self.protocol}"

    @classmethod
    def read(cls, line: str) -> "Port":
        """From `external:internal`, with `/udp` behind it when it is not tcp."""
        found = PORT_LINE.fullmatch(line)
        if not found:
            raise Invalid(f"“{line}” is not a port mapping: write external:internal, such as 8080:80.", field="ports")
        protocol = found["protocol"] or "tcp"
        if protocol not in PROTOCOLS:
            raise _no_protocol(protocol)
        return cls(int(found["internal"]), int(found["external"]), protocol)


def _no_protocol(protocol: str) -> Invalid:
    return Invalid(f"“{protocol}” is not a protocol: use tcp or udp.{suggestion(protocol, PROTOCOLS)}", field="ports")


@dataclass(frozen=True)
class Volume:
    """A folder of the agent (`bind`) or a named volume, mounted into the container.

    `id` tells the volumes of one microservice apart for as long as they are mounted; 0 until it is stored.
    """

    host: str
    container: str
    access: str = "rw"
    type: str = "bind"
    id: int = field(default=0, compare=False)


# What a variable may take its value from, and a volume mount, which is a source of files.
SECRET, CONFIG_MAP, VOLUME_MOUNT = "secret", "config_map", "volume_mount"


@dataclass(frozen=True)
class Source:
    """One key of a secret or config map, whose value a variable has; or a volume mount, with a key or whole."""

    kind: str
    name: str
    key: str

    def __str__(self) -> str:
        return f"{self.name}/{self.key}"

    @classmethod
    def read(cls, kind: str, text: str) -> "Source":
        """From `name/key`."""
        name, _, key = text.partition("/")
        if not name or not key:
            raise Invalid(f"Invalid {kind.replace('_', ' ')} reference: {text}. Write name/key.", field="env")
        return cls(kind, name, key)


Env = dict[str, str | Source]


def env_as_json(env: Env) -> list[list[Any]]:
    """Pairs, since PostgreSQL keeps no order of an object's keys; a source as `{"secret": "name/key"}`."""
    return [[key, {value.kind: str(value)} if isinstance(value, Source) else value] for key, value in env.items()]


def env_from_json(pairs: Iterable[Any]) -> Env:
    """What `env_as_json` wrote; a plain value that is no text, which no door lets in, counts as its text."""
    return {key: _from_json(value) for key, value in pairs}


def _from_json(value: Any) -> str | Source:
    if isinstance(value, dict):
        return Source.read(*next(iter(value.items())))
    return value if isinstance(value, str) else json.dumps(value)


@dataclass(frozen=True)
class Container:
    """Everything about a container but its image.

    `env` maps names to text or to sources, `config` is what the container reads from the agent's local API,
    `log_size` is in MB, `options` holds the rarer ones (see OPTIONS of options.py).
    """

    env: Env = field(default_factory=dict)
    ports: tuple[Port, ...] = ()
    volumes: tuple[Volume, ...] = ()
    commands: tuple[str, ...] = ()
    extra_hosts: tuple[tuple[str, str], ...] = ()
    config: dict[str, Any] = field(default_factory=dict)
    host_network: bool = False
    privileged: bool = False
    log_size: int = 1
    schedule: int = 50
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        filled = {name: value for name, value in self.options.items() if value not in (None, "", [], {})}
        object.__setattr__(self, "options", filled)

    @property
    def root_access(self) -> bool:
        """What clients of the older line know: host network and privileged as one thing."""
        return self.host_network and self.privileged

    def with_root_access(self, given: bool) -> "Container":
        """As such a client means it: saying again what it was told changes nothing."""
        return self if given == self.root_access else replace(self, host_network=given, privileged=given)

    def with_changes(self, changes: Mapping[str, Any]) -> "Container":
        return replace(self, **changes)

    @property
    def sources(self) -> set[Source]:
        """What has to be there for it to run."""
        mounts = [volume.host.partition("/") for volume in self.volumes if volume.type == "volumeMount"]
        taken = {value for value in self.env.values() if isinstance(value, Source)}
        return taken | {Source(VOLUME_MOUNT, name, key) for name, _, key in mounts}

    def numbered(self, before: "Container | None" = None) -> "Container":
        """Every volume with an id: what was mounted there `before` keeps its own, the others get the next ones."""
        mounted: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for volume in before.volumes if before else ():
            mounted[volume.host, volume.container].append(volume.id)
        last, volumes = max(chain(*mounted.values()), default=0), []
        for volume in self.volumes:
            known = mounted[volume.host, volume.container]
            last += not known
            volumes.append(replace(volume, id=known.pop(0) if known else last))
        return replace(self, volumes=tuple(volumes))

    def as_json(self) -> dict[str, Any]:
        """Plain values, for a deployment's record and for comparing."""
        return json.loads(json.dumps(asdict(self) | {"env": env_as_json(self.env)}))

    def as_text(self) -> str:
        """The same text for the same settings; unlike equality, it tells true from 1."""
        return json.dumps(self.as_json(), sort_keys=True)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Container":
        """What `as_json` wrote."""
        read: dict[str, Any] = {
            "env": env_from_json(values.get("env", ())),
            "ports": tuple(Port(**port) for port in values.get("ports", ())),
            "volumes": tuple(Volume(**volume) for volume in values.get("volumes", ())),
            "commands": tuple(values.get("commands", ())),
            "extra_hosts": tuple((name, address) for name, address in values.get("extra_hosts", ())),
        }
        return cls(**{**values, **read})


def container_faults(container: Container, *, is_system: bool = False) -> list[Refusal]:
    """Everything that no agent could run. What agents need themselves starts before all else."""
    return [
        *_port_faults(container.ports),
        *_volume_faults(container.volumes),
        *(
            Invalid("An environment variable needs a name without “=”.", field="env")
            for key in container.env
            if not key or "=" in key
        ),
        *_number_faults(container, is_system),
        *option_faults(container.options),
        *(
            Invalid(f"{name}: {UNSTORABLE}", field=name)
            for name, value in asdict(container).items()
            if not is_storable(value)
        ),
    ]


def _volume_faults(volumes: Iterable[Volume]) -> list[Refusal]:
    faults: list[Refusal] = []
    for volume in volumes:
        if not volume.host or not volume.container:
            place = volume.container or volume.host
            faults.append(
                Invalid(f"{place!r}: a volume needs a place on the agent and one in the container.", field="volumes")
            )
        if volume.type not in VOLUME_TYPES:
            near = suggestion(volume.type, VOLUME_TYPES)
            said = f"“{volume.type}” is not a volume type: use bind, volume or volumeMount.{near}"
            faults.append(Invalid(said, field="volumes"))
        if volume.access not in ACCESS_MODES:
            faults.append(Invalid(f"“{volume.access}” is not an access mode: use rw or ro.", field="volumes"))
    return faults


def _number_faults(container: Container, is_system: bool) -> list[Refusal]:
    faults: list[Refusal] = []
    if not 0 <= container.log_size <= LARGEST_LOG:
        faults.append(Invalid(f"The log size is a number of MB, 0 to {LARGEST_LOG:,}.", field="log_size"))
    first, last = (0, 5) if is_system else (6, 100)
    if not first <= container.schedule <= last:
        faults.append(Invalid(f"Microservice schedule must be between {first} and {last}.", field="schedule"))
    return faults


def _port_faults(ports: Iterable[Port]) -> list[Refusal]:
    faults: list[Refusal] = []
    seen_inside: set[tuple[int, str]] = set()
    seen_outside: set[int] = set()
    for port in ports:
        if not (0 < port.internal <= LARGEST_PORT and 0 < port.external <= LARGEST_PORT):
            faults.append(Invalid(f"Port {port} lies outside 1 to {LARGEST_PORT}.", field="ports"))
        if port.protocol not in PROTOCOLS:
            faults.append(_no_protocol(port.protocol))
        if port.external in RESERVED_PORTS:
            faults.append(Invalid(f"Port '{port.external}' is reserved for internal use", field="ports"))
        if port.external in seen_outside or (port.internal, port.protocol) in seen_inside:
            faults.append(Invalid(f"Port {port} is mapped twice.", field="ports"))
        seen_outside.add(port.external)
        seen_inside.add((port.internal, port.protocol))
    return faults


def risks(container: Container) -> list[str]:
    """What operators should see before it runs, in words."""
    said = []
    if container.privileged:
        said.append("Privileged: it can do anything on the agent.")
    if container.host_network:
        said.append("Host network: it sees and can open every port of the agent.")
    mounts = [volume.host for volume in container.volumes if volume.type == "bind"]
    if mounts:
        said.append(f"Host folders: it reaches {', '.join(mounts)} on the agent.")
    return said
