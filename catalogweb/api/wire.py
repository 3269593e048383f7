"""The wire's words for the product's: camelCase names, numbers for architectures, times."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from catalogweb.agents.configuration import SETTINGS
from catalogweb.core.architectures import Architecture
from catalogweb.core.errors import Invalid
from catalogweb.core.names import camel

CONTROLLER_VERSION = "3.7.3"
# 0 stands for an architecture that nobody knows yet.
TYPE_IDS: dict[str, int] = {"": 0, Architecture.X86: 1, Architecture.ARM: 2}
ARCHITECTURES = {number: name for name, number in TYPE_IDS.items()}


# Wire name -> name of a configuration value.
CONFIGURATION = {camel(name): name for name in SETTINGS}


def architecture_of(number: Any) -> str:
    """The architecture behind a type number; true and 1.0 are no numbers here."""
    if type(number) is not int or number not in ARCHITECTURES:
        raise Invalid("A type is 1 for x86 or 2 for ARM.", field="type")
    return ARCHITECTURES[number]


def iso(moment: datetime) -> str:
    """2026-11-23T17:25:50.989Z"""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def milliseconds(moment: datetime | None) -> int:
    return int(moment.timestamp() * 1000) if moment else 0


def images_of(given: list[dict[str, Any]]) -> dict[str, str]:
    """`[{"containerImage": …, "fogTypeId": 1}]` as image by architecture."""
    return {ARCHITECTURES[entry["fogTypeId"]]: entry["containerImage"] for entry in given}


def image_entries(images: Mapping[str, str], *, complete: bool) -> list[dict[str, Any]]:
    """The other way round; `complete` has an entry for every architecture, null where there is no image."""
    return [
        {"containerImage": images.get(name) or None, "fogTypeId": TYPE_IDS[name]}
        for name in Architecture
        if complete or images.get(name)
    ]
