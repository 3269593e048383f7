"""A container's settings as people type them, one entry a line, and back. A fault names its line."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from catalogweb.core.errors import Refusal
from catalogweb.deployments.container import (
    ACCESS_MODES,
    CONFIG_MAP,
    SECRET,
    VOLUME_TYPES,
    Container,
    Env,
    Port,
    Source,
    Volume,
)

Entry = TypeVar("Entry")

MARKS = frozenset({*ACCESS_MODES, *VOLUME_TYPES})
KINDS = {"secret": SECRET, "config-map": CONFIG_MAP}
SOURCE = re.compile(r"\$\{(secret|config-map):(.*)\}")


class LineFault(Refusal):
    """What is wrong with one line."""


def each_line(text: str, read: Callable[[str], Entry]) -> list[Entry]:
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
    except (ValueError, RecursionError):
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
            raise LineFault(f"“{key}” needs a value: write KEY=value.")
        if key.strip() in env:
            raise LineFault(f"{key.strip()} is given twice.")
        env[key.strip()] = _source(value.strip()) or _unquoted(value.strip())

    each_line(text, read)
    return env


def _source(text: str) -> Source | None:
    found = SOURCE.fullmatch(text)
    try:
        return Source.read(KINDS[found[1]], found[2]) if found else None
    except Refusal as refusal:
        raise LineFault(refusal.message) from None


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
    return tuple(each_line(text, Port.read))


def write_ports(ports: Iterable[Port]) -> str:
    return "\n".join(str(port).removesuffix("/tcp") for port in ports)


def read_volumes(text: str) -> tuple[Volume, ...]:
    """`host:container` a line, with `:ro` when it is read-only. A host without a slash is a named volume.

    `:volumeMount` says that it is the name of a volume mount, or name/key.
    """
    return tuple(each_line(text, _volume))


def _volume(line: str) -> Volume:
    parts = line.split(":")
    marks = parts.pop().split(",") if len(parts) > 2 and set(parts[-1].split(",")) <= MARKS else []
    host, container = ":".join(parts[:-1]), parts[-1]
    if not host or not container:
        raise LineFault(f"“{line}” is not a volume: write host:container, such as /srv/data:/data, or add :ro.")
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
    return tuple(each_line(text, _unquoted))


def write_commands(commands: Iterable[str]) -> str:
    return "\n".join(_quoted(command) for command in commands)


def read_hosts(text: str) -> tuple[tuple[str, str], ...]:
    """`name:address` a line."""
    return tuple(each_line(text, _host))


def _host(line: str) -> tuple[str, str]:
    name, _, address = (part.strip() for part in line.partition(":"))
    if not name or not address:
        raise LineFault(f"“{line}” is not a host: write name:address, such as broker:10.0.0.5.")
    return name, address


def write_hosts(hosts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{name}:{address}" for name, address in hosts)


def read_config(text: str) -> dict[str, Any]:
    """A JSON object; nothing at all is an empty one."""
    try:
        value = json.loads(text or "{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
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


class LinesField(forms.CharField):
    """A text of lines that becomes a value by `read`."""

    def __init__(self, read: Callable[[str], Any], *, rows: int = 3, example: str = "", **kwargs: Any) -> None:
        attrs = {"class": "mono", "rows": rows, "spellcheck": "false", "autocapitalize": "off", "placeholder": example}
        super().__init__(required=False, widget=forms.Textarea(attrs=attrs), **kwargs)
        self._read = read

    def clean(self, value: Any) -> Any:
        return self._read(super().clean(value))


def ports_field() -> LinesField:
    help_text = "external:internal, one a line; add /udp if it is not tcp."
    return LinesField(read_ports, example="8080:80", label="Ports", help_text=help_text)


def env_field() -> LinesField:
    return LinesField(
        read_env,
        example="LEVEL=3",
        label="Environment variables",
        help_text="KEY=value, one a line. Everyone here can read them; KEY=${secret:name/key} takes a value that nobody "
        "can, ${config-map:name/key} one of a config map.",
    )


def volumes_field() -> LinesField:
    return LinesField(
        read_volumes,
        example="/srv/data:/data:ro",
        help_text="host:container, one a line; add :ro for read-only. A name instead of a path is a named volume; "
        "add :volumeMount if it is that of a volume mount.",
    )


def commands_field() -> LinesField:
    return LinesField(read_commands, example="--verbose", help_text="One argument a line.")


def hosts_field() -> LinesField:
    return LinesField(read_hosts, example="broker:10.0.0.5", help_text="name:address, one a line.")


def config_field() -> LinesField:
    help_text = "A JSON object that the container reads from its agent. Changing it restarts nothing."
    return LinesField(read_config, rows=4, example='{"level": 3}', help_text=help_text)


def written(container: Container) -> dict[str, str]:
    """What these fields show of a container."""
    return {
        "ports": write_ports(container.ports),
        "env": write_env(container.env),
        "volumes": write_volumes(container.volumes),
        "commands": write_commands(container.commands),
        "extra_hosts": write_hosts(container.extra_hosts),
        "config": write_config(container.config),
    }
