"""The container section of a microservice, read into a Container."""

from typing import Any

from catalogweb.core.errors import Refusal
from catalogweb.core.names import camel
from catalogweb.deployments.container import CONFIG_MAP, SECRET, Container, Env, Port, Source, Volume
from catalogweb.deployments.manifests.fields import Fields
from catalogweb.deployments.options import OPTIONS


def read_container(fields: Fields, config: dict[str, Any], schedule: int) -> Container:
    options = {camel(name): name for name in OPTIONS}
    fields.known(
        ["env", "ports", "volumes", "commands", "extraHosts", "hostNetworkMode", "isPrivileged", "rootHostAccess",
         "logSize", *options],
    )  # fmt: skip
    root_access = fields.boolean("rootHostAccess")
    return Container(
        env=_env(fields),
        ports=tuple(_ports(fields)),
        volumes=tuple(_volumes(fields)),
        commands=tuple(fields.texts("commands")),
        extra_hosts=tuple(_extra_hosts(fields)),
        config=config,
        host_network=fields.boolean("hostNetworkMode") or root_access,
        privileged=fields.boolean("isPrivileged") or root_access,
        log_size=fields.integer("logSize", 1),
        schedule=schedule,
        options={
            name: value for key, name in options.items() if (value := fields.plain(key)) not in (None, "", [], {})
        },
    )


def root_access_in(fields: Fields) -> bool | None:
    """The older line's one word for host network and privileged, where neither of these is written."""
    value = fields.plain("rootHostAccess")
    is_alone = isinstance(value, bool) and not (fields.has("hostNetworkMode") or fields.has("isPrivileged"))
    return value if is_alone else None


def _env(fields: Fields) -> Env:
    env: Env = {}
    for entry in fields.sections("env") or []:
        entry.known(["key", "value", *SOURCES])
        env[entry.text("key", required=True)] = _source(entry) or entry.text("value")
    return env


SOURCES = {"valueFromSecret": SECRET, "valueFromConfigMap": CONFIG_MAP}


def _source(entry: Fields) -> Source | None:
    """An empty value beside a source is how the controller shows it."""
    given = [key for key in ("value", *SOURCES) if entry.text(key)]
    if len(given) > 1:
        entry.fault(given[1], f"A variable has one of {' and '.join(given)}, not both.")
    for key, kind in SOURCES.items():
        if key in given:
            try:
                return Source.read(kind, entry.text(key))
            except Refusal as refusal:
                entry.fault(key, refusal.message)
    return None


def _ports(fields: Fields) -> list[Port]:
    ports = []
    for entry in fields.sections("ports") or []:
        entry.known(["internal", "external", "protocol"], ignored=["public", "proxy", "host"])
        protocol = entry.text("protocol", "tcp").lower() or "tcp"
        ports.append(Port(entry.integer("internal", required=True), entry.integer("external", required=True), protocol))
    return ports


def _volumes(fields: Fields) -> list[Volume]:
    volumes = []
    for entry in fields.sections("volumes") or []:
        entry.known(["hostDestination", "containerDestination", "accessMode", "type"], ignored=["id"])
        volumes.append(
            Volume(
                entry.text("hostDestination", required=True),
                entry.text("containerDestination", required=True),
                entry.text("accessMode", "rw") or "rw",
                entry.text("type", "bind") or "bind",
            )
        )
    return volumes


def _extra_hosts(fields: Fields) -> list[tuple[str, str]]:
    hosts = []
    for entry in fields.sections("extraHosts") or []:
        entry.known(["name", "address"], ignored=["value"])
        hosts.append((entry.text("name", required=True), entry.text("address", required=True)))
    return hosts
