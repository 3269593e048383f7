"""What can be configured on an agent: one table, read by the forms, the REST door and the agent's own reply.

Operators' values are sparse: what nobody set follows what the agent reports, then the default below.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from django.utils.text import capfirst

from catalogweb.changelog.words import label
from catalogweb.core.errors import Invalid
from catalogweb.core.hosts import is_host
from catalogweb.core.names import suggestion
from catalogweb.core.storing import UNSTORABLE, is_storable

# The router of the installation, whether or not anybody has said where it is.
DEFAULT_ROUTER = "default-router"


@dataclass(frozen=True)
class Setting:
    """One configuration value: its type, default, unit and limits.

    Operators choose among `offered` too; agents report what they have, which may be another.
    """

    default: Any
    help: str = ""
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()

    @property
    def type(self) -> type:
        return list if isinstance(self.default, list) else type(self.default)


# The names of Java's levels, the quietest first.
LOG_LEVELS = ("OFF", "SEVERE", "WARNING", "INFO", "CONFIG", "FINE", "FINER", "FINEST", "ALL")

SETTINGS: dict[str, Setting] = {
    "status_frequency": Setting(10, "Seconds between two reports; at 0 the agent keeps its own.", 0, 86400),
    "change_frequency": Setting(20, "Seconds between two polls for changes; at 0 the agent keeps its own.", 0, 86400),
    "device_scan_frequency": Setting(20, "Seconds between two scans for devices.", 0, 86400),
    "docker_url": Setting("unix:///var/run/docker.sock", "Where the container engine listens."),
    "disk_limit": Setting(50, "GiB", 0, 1048576),
    "disk_directory": Setting("/var/lib/iofog/", "Folder for the agent's data."),
    "memory_limit": Setting(4096, "MiB", 0, 1048576),
    "cpu_limit": Setting(80, "Percent", 0, 100),
    "log_limit": Setting(10, "GiB", 0, 100),
    "log_directory": Setting("/var/log/iofog/", "Folder for the agent's logs."),
    "log_file_count": Setting(10, "Files", 0, 100),
    "log_level": Setting("INFO", offered=LOG_LEVELS),
    "bluetooth_enabled": Setting(False),
    "abstracted_hardware_enabled": Setting(False),
    "watchdog_enabled": Setting(False, "The agent removes every container that it does not manage."),
    "docker_pruning_frequency": Setting(0, "Hours between two clean-ups of images; 0 is never.", 0, 8760),
    "available_disk_threshold": Setting(20, "Percent of free disk below which images are removed.", 0, 100),
    "time_zone": Setting("Etc/UTC", "IANA name, becomes TZ in containers."),
    "network_interface": Setting("dynamic"),
    "container_engine": Setting("docker", choices=("docker", "podman")),
    "deployment_type": Setting("native", choices=("native", "container")),
    "gps_mode": Setting("auto", "auto, manual, off or dynamic"),
    "gps_device": Setting(""),
    "gps_scan_frequency": Setting(60, "Seconds; 0 is off.", 0, 86400),
    "edge_guard_frequency": Setting(0, "Seconds; 0 is off.", 0, 86400),
    "ready_to_upgrade_scan_frequency": Setting(24, "Hours", 1, 8760),
    "host": Setting("", "Address under which other agents and people reach this one."),
    "router_mode": Setting("edge", choices=("none", "edge", "interior")),
    "messaging_port": Setting(5671, "", 1, 65535),
    "inter_router_port": Setting(0, "An interior router needs one.", 0, 65535),
    "edge_router_port": Setting(0, "An interior router needs one.", 0, 65535),
    "upstream_routers": Setting([DEFAULT_ROUTER], "The routers that its own connects to: agents by name."),
    "network_router": Setting(DEFAULT_ROUTER, "The router that an agent without its own uses: an agent's name."),
    "nats_mode": Setting("leaf", choices=("none", "leaf", "server")),
    "nats_server_port": Setting(4222, "", 1, 65535),
    "nats_leaf_port": Setting(7422, "", 1, 65535),
    "nats_cluster_port": Setting(6222, "", 1, 65535),
    "nats_mqtt_port": Setting(8883, "", 1, 65535),
    "nats_http_port": Setting(8222, "", 1, 65535),
    "js_storage_size": Setting("10g"),
    "js_memory_store_size": Setting("1g"),
    "upstream_nats_servers": Setting(["default-nats-hub"]),
}

DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}


def implied_values(*, has_place: bool, is_system: bool) -> dict[str, Any]:
    """Coordinates that an operator gave are meant; a system agent has nothing upstream."""
    hub = {"nats_mode": "server", "upstream_routers": [], "upstream_nats_servers": []}
    return ({"gps_mode": "manual"} if has_place else {}) | (hub if is_system else {})


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The known settings among `values`, refused when one has the wrong type or lies outside its limits."""
    return {name: _checked(name, SETTINGS[name], value) for name, value in values.items() if name in SETTINGS}


def _checked(name: str, setting: Setting, value: Any) -> Any:
    number, called = setting.type is int, capfirst(label(name))
    if number and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise Invalid(f"{called} takes a whole number, not {value!r}.", field=name)
    if not number and not isinstance(value, setting.type):
        kind = {bool: "true or false", str: "text", list: "a list"}[setting.type]
        raise Invalid(f"{called} takes {kind}, not {value!r}.", field=name)
    if not is_storable(value):
        raise Invalid(f"{called}: {UNSTORABLE}", field=name)
    if setting.offered:
        value = value.upper()
    allowed = setting.choices or setting.offered
    if allowed and value not in allowed:
        raise Invalid(f"{called} is one of {', '.join(allowed)}, not {value!r}.", field=name)
    if name == "time_zone":
        _check_zone(value)
    if name == "host" and value and not is_host(value):
        raise Invalid(f"{called} is a host name or an address, not {value[:100]!r}.", field=name)
    if number and not (setting.least or 0) <= value <= (setting.most or value):
        raise Invalid(
            f"{called} lies between {setting.least:g} and {setting.most:g}, not {str(value)[:20]}.", field=name
        )
    return int(value) if number else value


def _check_zone(name: str) -> None:
    """Containers get it as TZ, which falls back to UTC without a word. A machine that knows no zones takes any."""
    known = available_timezones()
    if name and known and name not in known:
        raise Invalid(f"There is no time zone “{name}”.{suggestion(name, known)}", field="time_zone")


# An agent's texts stand in lists: none may fill them.
LONGEST_REPORTED = 500


def as_reported(values: Mapping[str, Any]) -> dict[str, Any]:
    """The known settings among what an agent reports, as it says them; what has another kind is left out.

    Agents send every number as a fraction: 10.0 is kept as 10, and 80.5 as it is.
    """
    return {name: _plain(value) for name, value in values.items() if name in SETTINGS and _has_kind(name, value)}


def _has_kind(name: str, value: Any) -> bool:
    setting = SETTINGS[name]
    if setting.type is int:
        return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53
    if not isinstance(value, setting.type) or (setting.choices and value not in setting.choices):
        return False
    if isinstance(value, list) and not all(isinstance(word, str) for word in value):
        return False
    if name == "host" and value and not is_host(str(value)):
        return False
    return len(str(value)) <= LONGEST_REPORTED and is_storable(value)


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
