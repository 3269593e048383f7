"""What the agent was told at start, and the configuration it owns up to on the wire."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalogweb.edge.client import ControllerError


@dataclass(frozen=True)
class Options:
    """How this process was started. `busy_interval` is the pause between two looks at work in progress."""

    interval: float = 5.0
    busy_interval: float = 1.0
    publish_address: str = "127.0.0.1"
    platform: str = ""
    parallel_pulls: int = 3


DEFAULTS: Mapping[str, Any] = {
    "networkInterface": "dynamic",
    "diskLimit": 10.0,
    "diskDirectory": "/var/lib/catalogweb-edge/",
    "memoryLimit": 4096.0,
    "cpuLimit": 80.0,
    "logLimit": 10.0,
    "logDirectory": "/var/log/catalogweb-edge/",
    "logFileCount": 10,
    "deviceScanFrequency": 60,
    "watchdogEnabled": False,
    "gpsMode": "off",
    "gpsDevice": "",
    "gpsScanFrequency": 0,
    "edgeGuardFrequency": 0,
    "latitude": 0.0,
    "longitude": 0.0,
    "logLevel": "INFO",
    "availableDiskThreshold": 20,
    "dockerPruningFrequency": 0,
    "readyToUpgradeScanFrequency": 24,
}
# The rest has no meaning here: we log to stderr, prune only when told, and watch no devices.
FOLLOWED = ("diskLimit", "memoryLimit", "cpuLimit", "latitude", "longitude")


def followed(config: Mapping[str, Any]) -> dict[str, float]:
    """The values this agent follows; raises ControllerError when one is not a number."""
    try:
        return {key: float(config[key]) for key in FOLLOWED if config.get(key) is not None}
    except (TypeError, ValueError) as error:
        raise ControllerError(f"The controller sent an unreadable configuration ({error}).") from error


def reported(options: Options, config: Mapping[str, Any], engine_url: str) -> dict[str, Any]:
    """What it really uses; both frequencies are its own interval."""
    seconds = max(1, round(options.interval))
    own = {"dockerUrl": engine_url, "statusFrequency": seconds, "changeFrequency": seconds}
    return {**DEFAULTS, **config, **own}
