"""Sends the status: every interval, and at once when something worth telling has changed."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from catalogweb.edge.client import ControllerClient
from catalogweb.edge.engine.base import EngineError, Usage
from catalogweb.edge.orders import Orders
from catalogweb.edge.report import agent_report, bare_report, microservice_report, without_figures
from catalogweb.edge.settings import DEFAULTS
from catalogweb.edge.work import Worker


class Reporter:
    """`problem` is the sentence about the engine, empty while all is well; `blind`: it does not answer."""

    def __init__(
        self,
        client: ControllerClient,
        orders: Orders,
        facts: Callable[[], Mapping[str, Any]],
        interval: float,
        now: float,
    ) -> None:
        self._client, self._orders, self._facts = client, orders, facts
        self._interval, self._started_at = interval, now
        self._usage: dict[str, Usage] = {}
        self._due_at = 0.0
        self._last_sent = ""
        self.problem = ""
        self.blind = False

    def report_if_due(self, worker: Worker, now: float) -> None:
        if now >= self._due_at:
            self._measure(worker)
            self._due_at = now + self._interval
            self.report(worker, now)
        elif without_figures(self._items(worker, now)) != self._last_sent:
            self.report(worker, now)

    def report(self, worker: Worker, now: float) -> None:
        items = self._items(worker, now)
        self._send(items, worker, now, "WARNING" if self.problem else "RUNNING")
        self._last_sent = without_figures(items)
        worker.departed = {uuid: state for uuid, state in worker.departed.items() if state != "DELETED"}

    def say_goodbye(self, worker: Worker, now: float, *, stopped: bool) -> None:
        wanted = self._orders.microservices or ()
        items = [bare_report(m.uuid, "STOPPED") for m in wanted] if stopped else []
        self._send(items, worker, now, "STOPPED")

    def _items(self, worker: Worker, now: float) -> list[dict[str, Any]]:
        wanted = self._orders.microservices or ()
        if self.blind:
            return [bare_report(m.uuid, "UNKNOWN", self.problem) for m in wanted]
        seen, history = worker.observed, worker.history
        items = [microservice_report(m, seen, history.of(m), self._usage, now) for m in wanted]
        for item in items:
            item["status"] = worker.changing.get(item["id"], item["status"])
        return items + [bare_report(uuid, state) for uuid, state in worker.departed.items()]

    def _measure(self, worker: Worker) -> None:
        self._usage = {}
        for container in worker.observed if not self.blind else ():
            try:
                if container.state == "running":
                    self._usage[container.id] = worker.engine.usage(container)
            except EngineError:
                continue  # it has just stopped; the next round sees that

    def _send(self, items: list[dict[str, Any]], worker: Worker, now: float, state: str) -> None:
        limits = {**DEFAULTS, **self._orders.config}
        report = agent_report(started_at=self._started_at, now=now, facts=self._facts(), limits=limits)
        report |= {
            "daemonStatus": state,
            "warningMessage": self.problem,
            "microserviceStatus": json.dumps(items),
            "repositoryCount": len(self._orders.registries),
            "simulated": worker.engine.simulated,
            "engine": worker.engine.description,
            "engineProblem": self.problem,
        }
        self._client.call("PUT", "agent/status", report)
