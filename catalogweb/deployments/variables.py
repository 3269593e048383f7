"""What variables hold in the end, and what stands in the way of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from catalogweb.configuration.models import VolumeMount
from catalogweb.core.secrets import Unreadable
from catalogweb.core.storing import batches
from catalogweb.deployments.container import CONFIG_MAP, SECRET, VOLUME_MOUNT, Source
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.uses import MODELS

Values = Mapping[Source, str]


def _sources(microservices: Iterable[Microservice]) -> dict[str, set[Source]]:
    """Those of all of them, by kind."""
    found: defaultdict[str, set[Source]] = defaultdict(set)
    for microservice in microservices:
        for source in microservice.sources:
            found[source.kind].add(source)
    return found


def _rows(kind: str, sources: Collection[Source]) -> Iterable[Any]:
    """The secrets, config maps or volume mounts that are named, a statement a batch."""
    for batch in batches(sorted({source.name for source in sources})):
        yield from MODELS[kind].objects.filter(name__in=batch)


def values_of(microservices: Iterable[Microservice]) -> Values:
    """The values behind the variables of all of them, secrets in clear: for the agent that runs them, and nobody else.

    What cannot be had is missing.
    """
    sources = _sources(microservices)
    return _values(SECRET, sources[SECRET]) | _values(CONFIG_MAP, sources[CONFIG_MAP])


def _values(kind: str, sources: Collection[Source]) -> dict[Source, str]:
    found: dict[str, dict[str, bytes]] = {}
    for row in _rows(kind, sources):
        try:
            found[row.name] = row.files
        except Unreadable:
            continue
    texts = ((source, found.get(source.name, {}).get(source.key)) for source in sources)
    return {source: text.decode(errors="replace") for source, text in texts if text is not None}


def env_of(microservice: Microservice, values: Values) -> list[tuple[str, str]] | None:
    """Its variables with their values; None when one is missing, since its container would not be what is wanted."""
    env = microservice.variables.items()
    if any(isinstance(value, Source) and value not in values for _, value in env):
        return None
    return [(key, values[value] if isinstance(value, Source) else value) for key, value in env]


@dataclass(frozen=True)
class Shown:
    """What people see behind the sources of some microservices: the values of config maps, and what is amiss."""

    values: Values = field(default_factory=dict)
    warnings: Mapping[int, list[str]] = field(default_factory=dict)


def shown_of(microservices: Iterable[Microservice]) -> Shown:
    """Costs nothing for microservices without sources, else a statement a kind."""
    rows = list(microservices)
    sources = _sources(rows)
    unreadable = {row.name for row in _rows(SECRET, sources[SECRET]) if not row.is_readable}
    linked = _linked(sources[VOLUME_MOUNT])
    warnings = {row.pk: [*_warnings(row, unreadable, linked)] for row in rows}
    return Shown(_values(CONFIG_MAP, sources[CONFIG_MAP]), warnings)


def _linked(mounts: Collection[Source]) -> set[tuple[str, int]]:
    """(volume mount, agent that has its files)."""
    links = VolumeMount.agents.through.objects
    pairs: set[tuple[str, int]] = set()
    for batch in batches(sorted({mount.name for mount in mounts})):
        pairs |= set(links.filter(volumemount__name__in=batch).values_list("volumemount__name", "agent_id"))
    return pairs


def _warnings(microservice: Microservice, unreadable: set[str], linked: set[tuple[str, int]]) -> Iterable[str]:
    for source in sorted(microservice.sources, key=str):
        if source.kind == SECRET and source.name in unreadable:
            yield f"Secret {source.name} cannot be read: enter its values again. Until then the agent hears nothing new."
        if source.kind == VOLUME_MOUNT and (source.name, microservice.agent_id) not in linked:
            yield f"Volume mount {source.name} is not linked to {microservice.agent.name}: its files are missing there."
