"""From what is wanted and what is there to the steps between them. Pure: no clock, no engine, no network."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from catalogweb.edge.engine.base import Container
from catalogweb.edge.items import Microservice

Claim = tuple[int, str]


@dataclass(frozen=True)
class Pull:
    """Fetch the image; whatever runs keeps running."""

    microservice: Microservice


@dataclass(frozen=True)
class Remove:
    """Stop and remove a container of ours; `replaced` tells that a newer one takes its place."""

    container: Container
    replaced: bool = False


@dataclass(frozen=True)
class Start:
    """Create and start the container; its image is here."""

    microservice: Microservice


@dataclass(frozen=True)
class Restart:
    """Start the right container again, which has stopped."""

    microservice: Microservice
    container: Container


@dataclass(frozen=True)
class Hold:
    """Nothing can be done yet: `sentence` says what is in the way."""

    microservice: Microservice
    sentence: str


Action = Pull | Remove | Start | Restart | Hold


@dataclass(frozen=True)
class Known:
    """What was learnt before, as sets of specs: images that are here, pulls under way, what has to rest."""

    pulled: Collection[str] = field(default_factory=frozenset)
    pulling: Collection[str] = field(default_factory=frozenset)
    resting: Collection[str] = field(default_factory=frozenset)


def reconcile(agent: str, desired: Iterable[Microservice], observed: Sequence[Container], known: Known) -> list[Action]:
    """The next steps: pulls first, then every removal, then starts in order of schedule.

    Containers of other agents are only looked at for the ports they hold.
    """
    wanted = sorted({m.uuid: m for m in desired}.values(), key=lambda m: m.order)
    own = [c for c in observed if c.agent == agent]
    current = {m.uuid: _best(m, own) for m in wanted}
    missing = [m for m in wanted if current[m.uuid] is None and m.spec not in known.resting]

    pulls = [Pull(m) for m in missing if m.spec not in known.pulled and m.spec not in known.pulling]
    ready = [m for m in missing if m.spec in known.pulled]
    stopped = [m for m in wanted if (c := current[m.uuid]) and not c.is_up and m.spec not in known.resting]

    surplus = _surplus(wanted, current, own)
    able, holds = _fit_ports(sorted(ready + stopped, key=lambda m: m.order), current, surplus, observed, own)
    replaced = [c for c in own if c not in surplus and c.microservice in {m.uuid for m in able if m in ready}]

    removals = [Remove(c) for c in surplus] + [Remove(c, replaced=True) for c in replaced]
    starts = [_start(m, current[m.uuid]) for m in able]
    return [*pulls, *removals, *starts, *holds]


def _best(microservice: Microservice, own: Sequence[Container]) -> Container | None:
    """The container that already is what is wanted; a running one before a stopped one."""
    named = [c for c in own if c.microservice == microservice.uuid]
    fitting = [c for c in named if c.spec == microservice.spec and c.is_usable]
    return min(fitting, key=lambda c: (not c.is_up, c.id), default=None)


def _surplus(
    wanted: Sequence[Microservice], current: dict[str, Container | None], own: Sequence[Container]
) -> list[Container]:
    """Containers of ours that are not listed any more, or that stand beside the right one."""
    settled = {m.uuid for m in wanted if current[m.uuid] is not None}
    waiting = {m.uuid for m in wanted} - settled
    return [c for c in own if c.microservice not in waiting and c is not current.get(c.microservice)]


def _fit_ports(
    candidates: Sequence[Microservice],
    current: dict[str, Container | None],
    surplus: Sequence[Container],
    observed: Sequence[Container],
    own: Sequence[Container],
) -> tuple[list[Microservice], list[Hold]]:
    """Those whose ports are free once all that leaves has left, and why the others have to wait.

    Whoever has to wait keeps its old container, which may keep a port from another: hence the loop.
    """
    holds: dict[str, Hold] = {}
    while True:
        able = [m for m in candidates if m.uuid not in holds]
        leaving = {id(c) for c in surplus}
        leaving |= {id(c) for c in own if c.microservice in {m.uuid for m in able if current[m.uuid] is None}}
        holders = {claim: c.name for c in observed if id(c) not in leaving and c.is_up for claim in c.claims}
        blocked = _first_conflict(able, holders)
        if blocked is None:
            return able, list(holds.values())
        holds[blocked.microservice.uuid] = blocked


def _first_conflict(able: Sequence[Microservice], holders: dict[Claim, str]) -> Hold | None:
    taken = dict(holders)
    for microservice in able:
        for port, protocol in sorted(microservice.claims):
            if (port, protocol) in taken:
                return Hold(microservice, f"Port {port}/{protocol} is taken by {taken[port, protocol]}.")
        taken |= dict.fromkeys(microservice.claims, microservice.name)
    return None


def _start(microservice: Microservice, container: Container | None) -> Start | Restart:
    return Start(microservice) if container is None else Restart(microservice, container)
