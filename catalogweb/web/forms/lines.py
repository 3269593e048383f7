"""Lists as people type them, one entry a line, and back. A fault names its line."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError

from catalogweb.core.errors import Refusal
from catalogweb.deployments.container import (
    ACCESS_MODES,
    CONFIG_MAP,
    SECRET,
    VOLUME_TYPES,
    Env,
    Port,
    Source,
    Volume,
)
from catalogweb.edge_resources.services import METHODS

Entry = TypeVar("Entry")

MARKS = frozenset({*ACCESS_MODES, *VOLUME_TYPES})
KINDS = {"secret": SECRET, "config-map": CONFIG_MAP}
SOURCE = re.compile(r"\$\{(secret|config-map):(.*)\}")


class _Fault(Refusal):
    """What is wrong with one line."""


def _each(text: str, read: Callable[[str], Entry]) -> list[Entry]:
    entries: list[Entry] = []
    faults: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            entries.append(read(line.strip()))
        except Refusal as fault:
            faults.append(f"Line {number}: {fault.message}")
    if faults:
        raise ValidationError(faults)
    return entries


def _unquoted(text: str) -> str:
    """Double quotes around a text keep its blanks and line breaks, as in JSON."""
    if not text.startswith('"'):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str) else text


def _quoted(text: str) -> str:
    is_plain = text == text.strip() and len(text.splitlines()) == 1 and not text.startswith('"')
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def read_env(text: str) -> Env:
    """`KEY=value` a line; `KEY=${secret:name/key}` or `${config-map:name/key}` takes the value from there."""
    env: Env = {}

    def read(line: str) -> None:
        key, sign, value = line.partition("=")
        if not sign or not key.strip():
            raise _Fault(f"“{key}” needs a value: write KEY=value.")
        if key.strip() in env:
            raise _Fault(f"{key.strip()} is given twice.")
        env[key.strip()] = _source(value.strip()) or _unquoted(value.strip())

    _each(text, read)
    return env


def _source(text: str) -> Source | None:
    found = SOURCE.fullmatch(text)
    try:
        return Source.read(KINDS[found[1]], found[2]) if found else None
    except Refusal as refusal:
        raise _Fault(refusal.message) from None


def write_env(env: Env) -> str:
    return "\n".join(f"{key}={_value(value) if value else ''}" for key, value in env.items())


def _value(value: str | Source) -> str:
    if isinstance(value, Source):
        word = next(word for word, kind in KINDS.items() if kind == value.kind)
        return f"${{{word}:{value}}}"
    # What only looks like a source stays a text.
    return json.dumps(value, ensure_ascii=False) if SOURCE.fullmatch(value) else _quoted(value)


def read_ports(text: str) -> tuple[Port, ...]:
    """`external:internal` a line, with `/udp` when it is not tcp."""
    return tuple(_each(text, Port.read))


def write_ports(ports: Iterable[Port]) -> str:
    return "\n".join(str(port).removesuffix("/tcp") for port in ports)


def read_volumes(text: str) -> tuple[Volume, ...]:
    """`host:container` a line, with `:ro` when it is read-only. A host without a slash is a named volume.

    `:volumeMount` says that it is the name of a volume mount, or name/key.
    """
    return tuple(_each(text, _volume))


def _volume(line: str) -> Volume:
    parts = line.split(":")
    marks = parts.pop().split(",") if len(parts) > 2 and set(parts[-1].split(",")) <= MARKS else []
    host, container = ":".join(parts[:-1]), parts[-1]
    if not host or not container:
        raise _Fault(f"“{line}” is not a volume: write host:container, such as /srv/data:/data, or add :ro.")
    access = next((mark for mark in marks if mark in ACCESS_MODES), "rw")
    kind = next((mark for mark in marks if mark in VOLUME_TYPES), _usual_type(host))
    return Volume(host=host, container=container, access=access, type=kind)


def _usual_type(host: str) -> str:
    return "bind" if "/" in host or "\\" in host else "volume"


def write_volumes(volumes: Iterable[Volume]) -> str:
    lines = []
    for volume in volumes:
        marks = [volume.access] if volume.access != "rw" else []
        marks += [volume.type] if volume.type != _usual_type(volume.host) else []
        lines.append(":".join([volume.host, volume.container, *filter(None, [",".join(marks)])]))
    return "\n".join(lines)


def read_commands(text: str) -> tuple[str, ...]:
    """One argument a line."""
    return tuple(_each(text, _unquoted))


def write_commands(commands: Iterable[str]) -> str:
    return "\n".join(_quoted(command) for command in commands)


def read_hosts(text: str) -> tuple[tuple[str, str], ...]:
    """`name:address` a line."""
    return tuple(_each(text, _host))


def _host(line: str) -> tuple[str, str]:
    name, _, address = (part.strip() for part in line.partition(":"))
    if not name or not address:
        raise _Fault(f"“{line}” is not a host: write name:address, such as broker:10.0.0.5.")
    return name, address


def write_hosts(hosts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{name}:{address}" for name, address in hosts)


def read_endpoints(text: str) -> list[dict[str, str]]:
    """`METHOD URL name` a line; a web socket's has no method."""
    return _each(text, _endpoint)


def _endpoint(line: str) -> dict[str, str]:
    head, _, rest = line.partition(" ")
    method, (url, _, name) = (head, rest.strip().partition(" ")) if head in METHODS else ("", line.partition(" "))
    if not url or not name.strip():
        raise _Fault(f"“{line}” is not an endpoint: write method, URL and name, such as GET /picture Take a picture.")
    return {"method": method, "url": url, "name": name.strip()}


def write_endpoints(endpoints: Iterable[Mapping[str, str]]) -> str:
    return "\n".join(f"{entry['method']} {entry['url']} {entry['name']}".strip() for entry in endpoints)


def read_config(text: str) -> dict[str, Any]:
    """A JSON object; nothing at all is an empty one."""
    try:
        value = json.loads(text or "{}", parse_constant=_refuse_constant)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise ValidationError(f"Line {line}: this is not JSON. Check quotes, commas and brackets.") from None
    if not isinstance(value, dict):
        raise ValidationError('This is not a JSON object, such as {"level": 3}.')
    return value


def _refuse_constant(name: str) -> None:
    """NaN and Infinity are not JSON, and PostgreSQL would refuse them."""
    raise ValueError(name)


def write_config(config: Mapping[str, Any]) -> str:
    return json.dumps(config, indent=2, ensure_ascii=False) if config else ""
