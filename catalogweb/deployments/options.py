"""The rarer settings of a container: which there are, and what each may hold. One bad value would spoil an agent's list."""

from collections.abc import Callable, Mapping
from typing import Any

from catalogweb.core.errors import Invalid, Refusal
from catalogweb.core.names import suggestion

# Agents count seconds and tries in 32 bits, bytes in what every reader of JSON takes.
LARGEST, MOST_BYTES = 2**31 - 1, 2**53
HEALTH_CHECK = ("test", "interval", "timeout", "startPeriod", "startInterval", "retries")


def _text(value: Any) -> str:
    return "" if isinstance(value, str) else "is text"


def _texts(value: Any) -> str:
    return "" if isinstance(value, list) and not any(map(_text, value)) else "is a list of texts"


def _texts_by_name(value: Any) -> str:
    return "" if isinstance(value, dict) and not any(map(_text, value.values())) else "holds texts by name"


def _number(most: int) -> Callable[[Any], str]:
    return lambda value: "" if type(value) is int and 0 <= value <= most else f"is a whole number, 0 to {most}"


def _health_check(value: Any) -> str:
    if not isinstance(value, dict):
        return f"holds {', '.join(HEALTH_CHECK)}"
    for name, inner in value.items():
        if name not in HEALTH_CHECK:
            return f"has no “{name}”, only {', '.join(HEALTH_CHECK)}.{suggestion(str(name), HEALTH_CHECK)}"
        if fault := (_texts if name == "test" else _number(LARGEST))(inner):
            return f"is wrong: {name} {fault}"
    return ""


OPTIONS: dict[str, Callable[[Any], str]] = {
    "run_as_user": _text,
    "platform": _text,
    "runtime": _text,
    "pid_mode": _text,
    "ipc_mode": _text,
    "cpu_set_cpus": _text,
    "memory_limit": _number(MOST_BYTES),
    "health_check": _health_check,
    "annotations": _texts_by_name,
    "cap_add": _texts,
    "cap_drop": _texts,
    "cdi_devices": _texts,
}


def option_faults(options: Mapping[str, Any]) -> list[Refusal]:
    """Each option that no agent could read, with what it is to hold."""
    faults: list[Refusal] = []
    for name, value in options.items():
        if name not in OPTIONS:
            faults.append(Invalid(f"“{name}” is not a container option.{suggestion(name, OPTIONS)}", field=name))
        elif said := OPTIONS[name](value):
            words = name.replace("_", " ").capitalize()
            faults.append(Invalid(f"{words} {said}{'' if said[-1] in '.?' else '.'}", field=name))
    return faults
