"""The change log in people's words: what happened, which field it was, and what stands in it."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

# What `record` was told happened -> how people say it, before the kind and the name of the object.
ACTIONS = {
    "create": "created",
    "update": "changed",
    "delete": "deleted",
    "rebuild": "rebuild ordered of",
    "rotate": "secret renewed of",
    "give key": "key given to",
    "provision": "connected",
    "deprovision": "disconnected",
    "link": "linked",
    "unlink": "unlinked",
    "reboot": "reboot ordered of",
    "prune": "clean-up ordered of",
    "upgrade": "upgrade ordered of",
    "rollback": "roll-back ordered of",
    "open tunnel": "tunnel opened to",
    "close tunnel": "tunnel closed to",
    "ask for snapshot": "snapshot asked for of",
    "take snapshot": "snapshot taken of",
    "start trace": "trace started of",
    "stop trace": "trace stopped of",
}
# Logged fields whose name is not what people call them; in all others, underscores become blanks.
LABELS = {
    "check_ca": "CA for checks",
    "check_concurrency": "checks at a time",
    "check_insecurely": "check without TLS verification",
    "check_rate": "checks per minute",
    "config_example": "config example",
    "disk_required": "disk",
    "email": "e-mail address",
    "env": "variables",
    "generation": "build",
    "expires_on": "password expires on",
    "is_activated": "started",
    "is_active": "may sign in",
    "is_private": "private",
    "is_public": "public",
    "is_secure": "secure",
    "is_system": "system",
    "log_size": "log size (MB)",
    "password_sealed": "password",
    "port_list": "ports",
    "provisioning_key_expires_at": "key expires",
    "ram_required": "RAM",
    "registry_url": "registry",
    "requires_certificate": "certificate required",
    "schedule": "start order",
    "secret_reference": "password kept in",
    "tag_names": "tags",
    "url": "URL",
    "username": "user name",
}


ABBREVIATIONS = {
    word.lower(): word
    for word in ("CDI", "CPU", "CPUs", "GPS", "HTTP", "ID", "IPC", "MQTT", "NATS", "PID", "RAM", "URL")
}


def action_of(action: str) -> str:
    """What happened, ready for the name of the object behind it."""
    return ACTIONS.get(action, action)


def action_alone(action: str) -> str:
    return action_of(action).removesuffix(" of").removesuffix(" to")


def label(field: str) -> str:
    """What people call a field of ours."""
    return LABELS.get(field) or " ".join(ABBREVIATIONS.get(word, word) for word in field.split("_"))


def said(field: str, value: Any) -> str:
    """A logged value as people would write it; the parts of a list stand in lines of their own."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and field.endswith("_at"):
        return _moment(value)
    write = PARTS.get(field)
    if isinstance(value, list):
        return "\n".join(write(part) if write else said("", part) for part in value)
    if isinstance(value, Mapping) and (
        field in GROUPS or all(isinstance(v, str | int | float) for v in value.values())
    ):
        filled = {name: part for name, part in value.items() if part not in (None, "", [], {})}
        return "\n".join(f"{label(name)}: {said(name, part)}".replace("\n", ", ") for name, part in filled.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _pair(sign: str) -> Callable[[Any], str]:
    def write(part: Any) -> str:
        return sign.join(map(str, part)) if isinstance(part, list) else str(part)

    return write


def _volume(part: Any) -> str:
    if not isinstance(part, Mapping):
        return str(part)
    access = f" ({part['access']})" if part.get("access", "rw") != "rw" else ""
    return f"{part.get('host')} → {part.get('container')}{access}"


def _port(part: Any) -> str:
    return "{external}:{internal}/{protocol}".format(**part) if isinstance(part, Mapping) else str(part)


# Groups of fields that have names of their own; any other nested value is the reader's own JSON.
GROUPS = frozenset({"container"})
# How one part of these lists is written.
PARTS: dict[str, Callable[[Any], str]] = {
    "env": _pair("="),
    "extra_hosts": _pair(": "),
    "ports": _port,
    "volumes": _volume,
}


def _moment(text: str) -> str:
    try:
        return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return text
