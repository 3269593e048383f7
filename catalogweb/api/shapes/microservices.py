"""A microservice in a request: its shape, and what it says in the product's words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError

from catalogweb.agents.models import Agent
from catalogweb.agents.services import agent_named, known_agents
from catalogweb.api.fields import Choice, Flag, NameOrNumber, ObjectText, Shape, Text, Texts, Whole
from catalogweb.api.shapes.catalog import ImageEntry
from catalogweb.api.wire import images_of
from catalogweb.catalog.models import CatalogItem, Revision
from catalogweb.catalog.registries import find_registry, known_registries
from catalogweb.catalog.revisions import item_revisions, no_revision
from catalogweb.catalog.services import find_item, known_items
from catalogweb.core.errors import Invalid, NotFound, Refusal, refuse_all
from catalogweb.core.text import number_in
from catalogweb.deployments.container import PROTOCOLS, VOLUME_TYPES, Port, Source, Volume
from catalogweb.deployments.manifests.containers import SOURCES
from catalogweb.deployments.wishes import Wish


class Variable(Shape):
    """One of a value and two sources, `name/key` each. An empty value beside a source is how answers show it."""

    key = Text(required=True, min_length=1)
    value = Text()
    valueFromSecret = Text()
    valueFromConfigMap = Text()

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        sources = {kind: given[name] for name, kind in SOURCES.items() if given.get(name)}
        if not sources and "value" not in given:
            raise ValidationError({"value": ErrorDetail("This is missing.", code="required")})
        if len(sources) + bool(given.get("value")) > 1:
            raise ValidationError("Field '$path' has more than one of value, valueFromSecret, valueFromConfigMap")
        return {"key": given["key"], "value": Source.read(*next(iter(sources.items()))) if sources else given["value"]}


class PortEntry(Shape):
    internal = Whole(required=True)
    external = Whole(required=True)
    protocol = Choice(list(PROTOCOLS))


class VolumeEntry(Shape):
    hostDestination = Text(required=True, source="host")
    containerDestination = Text(required=True, source="container")
    accessMode = Text(required=True, source="access")
    type = Choice(list(VOLUME_TYPES))


class ExtraHost(Shape):
    name = Text(required=True)
    address = Text(required=True)


class HealthCheck(Shape):
    test = Texts()
    interval = Whole()
    timeout = Whole()
    startPeriod = Whole()
    startInterval = Whole()
    retries = Whole()


class MicroserviceChange(Shape):
    """What is absent stays; a list that is given replaces the one before."""

    name = Text(min_length=1, max_length=200)
    iofogUuid = Text()
    agentName = Text()
    catalogItemId = NameOrNumber()
    catalogItemRevision = Whole()
    images = ImageEntry.listed(max_length=2)
    registryId = NameOrNumber()
    config = ObjectText()
    env = Variable.listed()
    ports = PortEntry.listed()
    volumeMappings = VolumeEntry.listed(source="volumes")
    cmd = Texts(source="commands")
    extraHosts = ExtraHost.listed(source="extra_hosts")
    logSize = Whole(source="log_size")
    schedule = Whole(max_value=100)
    rootHostAccess = Flag(source="root_access")
    hostNetworkMode = Flag(source="host_network")
    isPrivileged = Flag(source="privileged")
    annotations = ObjectText(source="options.annotations")
    runAsUser = Text(source="options.run_as_user")
    platform = Text(source="options.platform")
    runtime = Text(source="options.runtime")
    pidMode = Text(source="options.pid_mode")
    ipcMode = Text(source="options.ipc_mode")
    cpuSetCpus = Text(source="options.cpu_set_cpus")
    memoryLimit = Whole(source="options.memory_limit", max_value=2**53)
    cdiDevices = Texts(source="options.cdi_devices")
    capAdd = Texts(source="options.cap_add")
    capDrop = Texts(source="options.cap_drop")
    healthCheck = HealthCheck(required=False, source="options.health_check")
    isActivated = Flag(source="is_activated")
    rebuild = Flag()


class ApplicationMicroservice(MicroserviceChange):
    name = Text(required=True, min_length=1, max_length=200)


class MicroserviceCreation(ApplicationMicroservice):
    application = NameOrNumber()
    flowId = Whole()


class DeploymentCreation(MicroserviceCreation):
    """One microservice on each of `agents`, by name or uuid; `pattern` makes its names, such as {name}-{agent}."""

    agents = Texts(required=True, allow_empty=False)
    pattern = Text()


CONTAINER = ("host_network", "privileged", "log_size", "schedule", "config", "options")


@contextmanager
def agents_as_clients_name_them() -> Iterator[None]:
    """The same for agents that a file or a template names: to clients an unknown one is a bad request."""
    try:
        yield
    except NotFound as refusal:
        if refusal.field != "agent":
            raise
        invalid = Invalid(f"Invalid ioFog UUID: {refusal.message}", field="agent")
        invalid.path = refusal.path
        raise invalid from None


def wish_in(given: dict[str, Any]) -> Wish:
    return wishes_in([given])[0]


def wishes_in(entries: Sequence[dict[str, Any]]) -> list[Wish]:
    """What all of them name is looked up together, and only what is missing once more.

    An item decides image and registry, whatever images stand beside it: the revision of it that is given, else the
    one that runs, else its newest. The number 0 is none.
    """
    agents = known_agents({name for given in entries for name in _agent_names(given)})
    items = known_items({name for given in entries if (name := _name_in(given, "catalogItemId"))})
    numbers = [(items.get(_name_in(given, "catalogItemId")), _revision_number(given)) for given in entries]
    revisions = item_revisions([(item, number) for item, number in numbers if item])
    registries = known_registries({name for given in entries if (name := _name_in(given, "registryId"))})
    wishes = []
    for given in entries:
        item, registry = _name_in(given, "catalogItemId"), _name_in(given, "registryId")
        found = (items.get(item) or find_item(item)) if item else None
        wishes.append(
            Wish(
                name=given.get("name", ""),
                agents=agents_in(_agent_names(given), agents),
                pattern=given.get("pattern", ""),
                item=found,
                revision=_revision_in(given, found, revisions),
                images=images_of(given.get("images", [])) if not item else None,
                registry=(registries.get(registry) or find_registry(registry)) if registry else None,
                as_sent=True,
                container=container_in(given),
                root_access=root_access_in(given),
                is_activated=given.get("is_activated"),
                rebuild=given.get("rebuild", False),
            )
        )
    return wishes


def _revision_number(given: dict[str, Any]) -> int:
    return given.get("catalogItemRevision", 0)


def _revision_in(
    given: dict[str, Any], item: CatalogItem | None, known: Mapping[tuple[int, int], Revision]
) -> Revision | None:
    """The one of its item that is asked for by number; the number 0 is none."""
    number = _revision_number(given)
    if not number:
        return None
    if item is None:
        raise Invalid("Name the catalog item that catalogItemRevision is of.", field="catalogItemId")
    if (item.pk, number) not in known:
        raise no_revision(item, number)
    return known[item.pk, number]


def _name_in(given: dict[str, Any], key: str) -> str:
    text = given.get(key, "").strip()
    return "" if number_in(text) == 0 else text


def _agent_names(given: dict[str, Any]) -> list[str]:
    return given.get("agents") or [name for name in (given.get("iofogUuid") or given.get("agentName"),) if name]


def agents_in(names: Iterable[str], known: Mapping[str, Agent]) -> list[Agent]:
    """The agents of these names or uuids, each once; every unknown one is refused."""
    found: dict[int, Agent] = {}
    faults: list[Refusal] = []
    for name in dict.fromkeys(names):
        try:
            agent = known.get(name) or agent_named(name)
            found[agent.pk] = agent
        except NotFound as refusal:
            faults.append(Invalid(f"Invalid ioFog UUID '{name}': {refusal.message}", field="agent"))
    refuse_all(faults)
    return list(found.values())


def container_in(given: dict[str, Any]) -> dict[str, Any]:
    """What is given of the container, and nothing else."""
    changes = {name: given[name] for name in CONTAINER if name in given}
    if "commands" in given:
        changes["commands"] = tuple(given["commands"])
    if "env" in given:
        changes["env"] = {variable["key"]: variable["value"] for variable in given["env"]}
    if "ports" in given:
        changes["ports"] = tuple(Port(**port) for port in given["ports"])
    if "volumes" in given:
        changes["volumes"] = tuple(Volume(**volume) for volume in given["volumes"])
    if "extra_hosts" in given:
        changes["extra_hosts"] = tuple((host["name"], host["address"]) for host in given["extra_hosts"])
    return changes


def root_access_in(given: dict[str, Any]) -> bool | None:
    """The older line's one word for host network and privileged counts where neither of these is given."""
    return None if {"host_network", "privileged"} & given.keys() else given.get("root_access")
