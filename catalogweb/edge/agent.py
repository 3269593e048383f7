"""The edge agent itself: asks the controller, works, reports. One thread, one `step` at a time."""

import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from catalogweb.edge.client import ControllerClient
from catalogweb.edge.engine.base import Engine, EngineError
from catalogweb.edge.history import History
from catalogweb.edge.machine import Machine
from catalogweb.edge.orders import LIST_FLAGS, Orders
from catalogweb.edge.provisioning import NotProvisioned
from catalogweb.edge.reporter import Reporter
from catalogweb.edge.settings import Options, reported
from catalogweb.edge.state import State
from catalogweb.edge.troubles import Troubles
from catalogweb.edge.work import Worker

log = logging.getLogger("catalogweb.edge")


class EdgeAgent:
    """What runs keeps running when the controller or the engine fails: `step()` logs that and tries again.

    `facts` replaces the numbers about this machine, `clock` its time: a simulated fleet has its own.
    """

    def __init__(
        self,
        client: ControllerClient,
        engine: Engine,
        state: State,
        options: Options | None = None,
        *,
        problem: str = "",
        clock: Callable[[], float] = time.time,
        facts: Callable[[], Mapping[str, Any]] | None = None,
    ) -> None:
        credentials = state.load("credentials")
        if not credentials:
            raise NotProvisioned("This agent has no credentials: run `provision` first.")
        self.uuid = str(credentials["uuid"])
        self.name = str(credentials.get("name") or self.uuid)
        self.deleted = False
        self._client, self._state, self._options, self._clock = client, state, options or Options(), clock
        self._orders = Orders(state, self._options)
        self._reporter = Reporter(
            client, self._orders, self._told(facts or Machine(client.url).facts), self._options.interval, clock()
        )
        self._reporter.problem = problem
        self._images: dict[str, str] = state.load("images", {})
        self._worker = self._new_worker(engine, History(self._images))
        self._troubles = Troubles()
        self._first, self._config_sent, self._next_poll = True, False, 0.0

    def step(self) -> float:
        """Do what is due, and return the seconds until there may be more to do."""
        if self._clock() >= self._next_poll:
            self._next_poll = self._clock() + self._options.interval
            self._troubles.attempt("controller", self._poll)
        if self.deleted:
            return 0.0
        if self._orders.microservices is not None:  # else nothing was ever ordered, not even an empty list
            self._work()
        self._report(self._reporter.report_if_due)
        now = self._clock()
        return max(0.0, min(self._next_poll - now, self._worker.pause(now, self._options.busy_interval)))

    @property
    def engine(self) -> Engine:
        return self._worker.engine

    @property
    def engine_gone(self) -> bool:
        return self._reporter.blind

    @property
    def engine_problem(self) -> str:
        return self._reporter.problem

    @engine_problem.setter
    def engine_problem(self, sentence: str) -> None:
        self._reporter.problem = sentence

    def use(self, engine: Engine) -> None:
        """Go on with another engine; what the former one had pulled does not count."""
        log.info("engine: %s", engine.description)
        self.engine.close()
        self._worker = self._new_worker(engine, History())
        self._reporter.problem, self._reporter.blind, self._config_sent = "", False, False

    def stop(self, *, keep_containers: bool = False) -> bool:
        """Say goodbye; every container of ours goes unless it is to be kept. True if all are gone."""
        stopped = not keep_containers and self._troubles.attempt("engine", self._worker.remove_all)
        self._report(partial(self._reporter.say_goodbye, stopped=stopped))
        return stopped

    def _new_worker(self, engine: Engine, history: History) -> Worker:
        return Worker(self.uuid, self.name, engine, history, self._options.parallel_pulls)

    def _poll(self) -> None:
        if not self._config_sent:
            self._send_config()
        changes = self._client.call("GET", "agent/config/changes")
        flagged = {flag for flag, raised in changes.items() if raised is True}
        if "deleteNode" in flagged:
            self._leave()
            return
        self._follow(flagged)
        if (self._first or flagged) and isinstance(changes.get("lastUpdated"), str):
            self._client.call("PATCH", "agent/config/changes", {"lastUpdated": changes["lastUpdated"]})
        self._first = False

    def _follow(self, flagged: set[str]) -> None:
        """Raises ControllerError, so that nothing is acknowledged, unless all of it could be loaded."""
        registries = self._first or "registries" in flagged
        microservices = self._first or not flagged.isdisjoint(LIST_FLAGS)
        if registries or microservices:
            self._orders.load(self._client, registries=registries, microservices=microservices)
            self._worker.history.retry_everything()
            log.info("to run here: %s", self._orders)
        if "config" in flagged:
            self._orders.load_config(self._client)
            self._send_config()
        if "prune" in flagged:
            self._prune()

    def _send_config(self) -> None:
        config = reported(self._options, self._orders.config, self.engine.url)
        self._client.call("PATCH", "agent/config", config)
        self._config_sent = True

    def _prune(self) -> None:
        pulled, used = set(self._state.load("pulled", [])), set(self._worker.history.images().values())
        try:
            gone = self.engine.prune(pulled - used)
        except EngineError as error:
            log.warning("unused images could not be removed: %s", error)
        else:
            self._state.save("pulled", sorted(pulled - gone))
            log.info("unused images removed: %d", len(gone))

    def _leave(self) -> None:
        self._worker.remove_all()
        self._client.call("DELETE", "agent/delete-node")
        self._state.forget()
        self.deleted = True

    def _work(self) -> None:
        announce = partial(self._report, self._reporter.report)
        works = self._troubles.attempt("engine", lambda: self._worker.round(self._orders, self._clock(), announce))
        if works and self._reporter.blind:
            self._reporter.blind, self._reporter.problem = False, ""
        elif not works and not self._reporter.blind:
            self._reporter.blind, self._reporter.problem = True, self._troubles.current["engine"]
        self._troubles.attempt("state folder", self._remember_images)

    def _remember_images(self) -> None:
        """So that after a restart without a registry the very images that were pulled can start."""
        images = self._worker.history.images()
        if not self.engine.simulated and images != self._images:
            self._state.save("images", images)
            self._state.save("pulled", sorted({*self._state.load("pulled", []), *images.values()}))
            self._images = images

    def _told(self, facts: Callable[[], Mapping[str, Any]]) -> Callable[[], Mapping[str, Any]]:
        """The machine's facts, and where its containers' ports open: only this process knows."""
        return lambda: {**facts(), "publishAddress": self._options.publish_address}

    def _report(self, send: Callable[[Worker, float], None]) -> None:
        self._troubles.attempt("report", lambda: send(self._worker, self._clock()))
