"""Agents: what an operator may say of one, and all that is known of it."""

from collections.abc import Mapping
from typing import Any

from catalogweb.agents.configuration import SETTINGS, Setting
from catalogweb.agents.models import Agent
from catalogweb.agents.presence import Presence
from catalogweb.api.fields import Choice, Decimal, Flag, Shape, Text, Texts, Whole
from catalogweb.api.shapes.edge_resources import edge_resource_reply
from catalogweb.api.wire import CONFIGURATION, TYPE_IDS, iso, milliseconds
from catalogweb.configuration.models import VolumeMount
from catalogweb.deployments.reports import number

ROUTER_FIELDS = {"messagingPort", "interRouterPort", "edgeRouterPort", "upstreamRouters", "networkRouter"}
BY_MODE = {
    "none": ["networkRouter"],
    "edge": ["messagingPort", "upstreamRouters"],
    "interior": ["messagingPort", "upstreamRouters", "interRouterPort", "edgeRouterPort"],
}


def _field(name: str, setting: Setting) -> Any:
    if setting.type is int:
        # 0 is how the table says "no port", which nobody can ask for.
        least = 1 if name.endswith("_port") else int(setting.least or 0)
        return Whole(min_value=least, max_value=int(setting.most or 2**31 - 1))
    if setting.choices:
        return Choice(list(setting.choices))
    return {bool: Flag, list: Texts, str: Text}[setting.type]()


# Every configuration value of the product's one table is a field of the body.
Configuration = type(
    "Configuration", (Shape,), {name: _field(key, SETTINGS[key]) for name, key in CONFIGURATION.items()}
)


class AgentChange(Configuration):  # type: ignore[misc, valid-type]
    name = Text(min_length=1, max_length=100)
    fogType = Choice([0, 1, 2])
    description = Text()
    location = Text(max_length=200)
    latitude = Decimal(min_value=-90, max_value=90)
    longitude = Decimal(min_value=-180, max_value=180)
    tags = Texts()
    isSystem = Flag(source="is_system")


class AgentCreation(AgentChange):
    name = Text(required=True, min_length=1, max_length=100)
    fogType = Choice([0, 1, 2], required=True)


def agent_reply(agent: Agent) -> dict[str, Any]:
    """Needs what `with_status` loads, the edge resources, and the volume mounts with their sources."""
    status = agent.status
    return {
        "uuid": agent.uuid,
        "name": agent.name,
        "description": agent.description,
        "location": agent.location,
        "latitude": agent.latitude,
        "longitude": agent.longitude,
        "fogTypeId": TYPE_IDS[agent.architecture],
        "tags": agent.tag_names,
        "isSystem": agent.is_system,
        "userId": None,
        "createdAt": iso(agent.created_at),
        "updatedAt": iso(agent.updated_at),
        **_configuration(agent.effective_configuration),
        **_reported(status.report),
        "daemonStatus": _daemon_status(agent),
        "lastActive": milliseconds(status.reported_at),
        "lastStatusTime": milliseconds(status.reported_at),
        "version": status.version or None,
        "ipAddress": status.ip_address or "0.0.0.0",  # noqa: S104 - the wire's word for "unknown"
        "isReadyToUpgrade": status.is_ready_to_upgrade,
        "isReadyToRollback": status.is_ready_to_roll_back,
        "securityStatus": "OK",
        "securityViolationInfo": "No violation",
        "catalogItemStatus": None,
        "routerId": None,
        "edgeResources": [edge_resource_reply(resource) for resource in agent.edge_resources.all()],
        "volumeMounts": [_mount(mount) for mount in agent.volume_mounts.all()],
        # Our own.
        "presence": agent.presence.value,
        "simulated": status.simulated,
        "engine": status.engine,
        "engineProblem": status.engine_problem,
    }


def _mount(mount: VolumeMount) -> dict[str, Any]:
    return {
        "name": mount.name,
        "version": mount.version,
        "configMapName": mount.config_map.name if mount.config_map else None,
        "secretName": mount.secret.name if mount.secret else None,
    }


def _daemon_status(agent: Agent) -> str:
    """The agent's own word while it reports; one that was provisioned and is silent is unknown."""
    word = agent.status.daemon_status
    if word == "DEPROVISIONED" or (word == "NOT_PROVISIONED" and not agent.status.provisioned_at):
        return word
    return word if agent.presence in (Presence.ONLINE, Presence.LATE) else "UNKNOWN"


def _configuration(values: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: _typed(SETTINGS[key], values[key]) for name, key in CONFIGURATION.items()}
    shown |= {"host": shown["host"] or None, "gpsDevice": shown["gpsDevice"] or None}
    of_mode = BY_MODE[shown["routerMode"]]
    return {name: value for name, value in shown.items() if name not in ROUTER_FIELDS or name in of_mode}


def _typed(setting: Setting, value: Any) -> Any:
    """Agents report fractions where clients read whole numbers."""
    return round(value) if setting.type is int else value


def _reported(report: Mapping[str, Any]) -> dict[str, Any]:
    """The last report's figures in the types that clients insist on."""

    def whole(name: str) -> int:
        return int(number(report.get(name)))

    def text(name: str) -> str | None:
        value = report.get(name)
        return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)

    wholes = (
        "daemonOperatingDuration", "daemonLastStart", "repositoryCount", "systemTime", "processedMessages",
        "lastCommandTime", "activeVolumeMounts", "volumeMountLastUpdate",
    )  # fmt: skip
    fractions = ("memoryUsage", "diskUsage", "cpuUsage", "messageSpeed")
    texts = ("memoryViolation", "diskViolation", "cpuViolation", "repositoryStatus", "gpsStatus")
    known_only = [name for name in ("systemAvailableDisk", "systemAvailableMemory") if name in report]
    return {
        **{name: whole(name) for name in wholes},
        **{name: number(report.get(name)) for name in fractions},
        **{name: text(name) for name in texts},
        **{name: whole(name) for name in known_only},
        "systemTotalCpu": number(report["systemTotalCpu"]) if "systemTotalCpu" in report else None,
        "catalogItemMessageCounts": text("microserviceMessageCounts"),
        "ipAddressExternal": text("ipAddressExternal") or "0.0.0.0",  # noqa: S104 - as above
        "tunnel": text("tunnelStatus") or "",
        "warningMessage": text("warningMessage") or "HEALTHY",
    }
