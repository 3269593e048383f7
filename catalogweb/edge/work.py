"""One round of work: look, reconcile, carry out, remember how it went."""

import logging
import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from catalogweb.edge.engine.base import Container, Engine, EngineError, EngineGone, ImageMissing
from catalogweb.edge.history import History
from catalogweb.edge.items import Microservice
from catalogweb.edge.orders import Orders
from catalogweb.edge.pulls import Refused, decide
from catalogweb.edge.reconcile import Action, Hold, Pull, Remove, Restart, Start, reconcile

log = logging.getLogger("catalogweb.edge")


class Worker:
    """Works on one engine for one agent. An engine that fails as a whole ends the round with an EngineError.

    For the report it shows what it `observed`, what is `changing` this moment and what has `departed`.
    """

    def __init__(self, agent: str, name: str, engine: Engine, history: History, parallel_pulls: int = 3) -> None:
        self.agent, self.name, self.engine, self.history = agent, name, engine, history
        self.observed: Sequence[Container] = ()
        self.changing: dict[str, str] = {}
        self.departed: dict[str, str] = {}
        self._parallel_pulls = parallel_pulls

    def round(self, orders: Orders, now: float, announce: Callable[[], object]) -> None:
        """`announce` is called before anything stops or starts, for that may take seconds."""
        wanted = orders.microservices or ()
        self.history.settle(now)
        self.history.keep(wanted)
        self._observe(wanted, now)
        actions = reconcile(self.agent, wanted, self.observed, self.history.known(now))
        self._hold(actions)
        self._pull(actions, orders, now)
        leaving = [action for action in actions if isinstance(action, Remove)]
        if leaving or any(isinstance(action, Start | Restart) for action in actions):
            self._mark(actions, leaving, wanted)
            announce()
            self._change(actions, leaving, now)
            self._observe(wanted, now)

    def pause(self, now: float, soon: float) -> float:
        """How long nothing will change by itself: `soon` while something moves, else until a rest is over."""
        records, seen = self.history.records, {c.spec for c in self.observed}
        moves = [spec for spec, r in records.items() if r.pulling or r.hold]
        ready = [spec for spec, r in records.items() if r.image and r.rest_until <= now and spec not in seen]
        if moves or ready or any(c.state == "starting" for c in self.observed):
            return soon
        rests = [r.rest_until - now for r in records.values() if r.rest_until > now and not r.stuck]
        return min(rests, default=math.inf)

    def remove_all(self) -> None:
        if not self._remove(self.engine.containers(self.agent)):
            raise EngineError("Not every container could be removed.")

    def _observe(self, wanted: Sequence[Microservice], now: float) -> None:
        self.observed = self.engine.containers(self.agent)
        self.history.note_containers(wanted, self.observed, now)

    def _hold(self, actions: Iterable[Action]) -> None:
        for record in self.history.records.values():
            record.hold = ""
        for action in actions:
            if isinstance(action, Hold):
                self.history.of(action.microservice).hold = action.sentence

    def _pull(self, actions: Iterable[Action], orders: Orders, now: float) -> None:
        free = self._parallel_pulls - len(self.history.known(now).pulling)
        for action in actions:
            if isinstance(action, Pull) and free > 0:
                free -= self._begin_pull(action.microservice, orders, now)

    def _begin_pull(self, microservice: Microservice, orders: Orders, now: float) -> bool:
        record = self.history.of(microservice)
        try:
            fetch = decide(microservice, orders.registries)
        except Refused as error:
            record.fail(str(error), now)
            return False
        if fetch.only_local:
            record.image = self.engine.find_image(fetch.reference)
            if not record.image:
                record.fail(f"{fetch.reference} is not present on agent {self.name}.", now)
            return False
        log.info("pulling %s for %s", fetch.reference, microservice.name)
        platform = microservice.wire.get("platform") or ""
        record.begin_pull(fetch, self.engine.pull(fetch.reference, fetch.credentials, platform))
        return True

    def _mark(self, actions: Iterable[Action], leaving: Sequence[Remove], wanted: Sequence[Microservice]) -> None:
        replaced = {removal.container.microservice for removal in leaving if removal.replaced}
        starting = [action.microservice.uuid for action in actions if isinstance(action, Start)]
        self.changing = {uuid: "UPDATING" if uuid in replaced else "STARTING" for uuid in starting}
        unlisted = {removal.container.microservice for removal in leaving} - {m.uuid for m in wanted}
        self.departed |= dict.fromkeys(unlisted, "STOPPING")

    def _change(self, actions: Sequence[Action], leaving: Sequence[Remove], now: float) -> None:
        """Nothing starts in a round in which something could not be removed: it may hold a port or a name."""
        try:
            if self._remove([removal.container for removal in leaving]):
                self.departed = dict.fromkeys(self.departed, "DELETED")
                self._start(actions, now)
        finally:
            self.changing = {}

    def _remove(self, containers: Sequence[Container]) -> bool:
        """Side by side, for each may take seconds to stop; False if one is still there."""
        if self.engine.simulated or len(containers) < 2:
            removed = [self._remove_one(container) for container in containers]
        else:
            with ThreadPoolExecutor(8) as pool:
                removed = list(pool.map(self._remove_one, containers))
        return all(removed)

    def _remove_one(self, container: Container) -> bool:
        try:
            self.engine.remove(container)
        except EngineGone:
            raise
        except EngineError as error:
            log.warning("could not remove %s: %s", container.name, error)
            return False
        log.info("removed %s", container.name)
        return True

    def _start(self, actions: Iterable[Action], now: float) -> None:
        for action in actions:
            if isinstance(action, Restart):
                self._try(action.microservice, partial(self.engine.restart, action.container), now)
            elif isinstance(action, Start):
                image = self.history.of(action.microservice).image
                start = partial(self.engine.start, self.agent, action.microservice, image)
                self._try(action.microservice, start, now)

    def _try(self, microservice: Microservice, act: Callable[[], None], now: float) -> None:
        record = self.history.of(microservice)
        try:
            act()
        except EngineGone:
            raise
        except ImageMissing:
            record.image = ""  # somebody removed it: it is fetched again
        except EngineError as error:
            record.fail(f"{microservice.name} could not be started: {error}", now)
        else:
            log.info("started %s (%s)", microservice.name, microservice.image)
