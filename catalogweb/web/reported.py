"""What an agent says of its machine and of itself, in words."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.template.defaultfilters import filesizeformat

from catalogweb.agents.models import Agent
from catalogweb.deployments.reports import number
from catalogweb.maintenance.models import Hardware

LONGEST_SHOWN = 50_000


def in_percent(value: float) -> str:
    return f"{value:.1f} %"


def in_bytes(value: float) -> str:
    return filesizeformat(value).replace("\xa0", " ")


def _megabytes(value: float) -> str:
    return f"{value:,.0f} MB"


def _duration(milliseconds: float) -> str:
    minutes = int(milliseconds // 60_000)
    days, hours = divmod(minutes // 60, 24)
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", "" if days else f"{minutes % 60} min"]
    return " ".join(filter(None, parts))


# Name in the report -> what people call it, and how its number is said.
FACTS: dict[str, tuple[str, Callable[[float], str]]] = {
    "systemTotalCpu": ("CPU of the machine", in_percent),
    "systemAvailableMemory": ("Memory free", in_bytes),
    "systemAvailableDisk": ("Disk free", in_bytes),
    "cpuUsage": ("CPU of the agent", in_percent),
    "memoryUsage": ("Memory of the agent", _megabytes),
    "daemonOperatingDuration": ("Up for", _duration),
}


def report_facts(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(what, how much) of everything that the report says a number about."""
    return [(label, say(number(report[name]))) for name, (label, say) in FACTS.items() if name in report]


def found_hardware(agent: Agent) -> list[tuple[str, Hardware]]:
    """(what, found) of each kind of hardware the agent has found; `found.text` is its description, laid out."""
    found = list(agent.hardware.all())
    for hardware in found:
        hardware.text = _laid_out(hardware.info)  # type: ignore[attr-defined]
    return [(hardware.get_kind_display(), hardware) for hardware in found]


def _laid_out(text: str) -> str:
    """JSON on lines of its own, anything else as it is; the rest of a very long one is left to scripts."""
    try:
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        pass
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
