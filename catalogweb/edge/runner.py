"""The process around the agent: chooses the engine, keeps looking for a better one, ends on a signal."""

import logging
import signal
import threading
import time
from dataclasses import dataclass, field

from catalogweb.edge.agent import EdgeAgent
from catalogweb.edge.client import ControllerClient
from catalogweb.edge.engine import Detection, SimulatedEngine, detect
from catalogweb.edge.engine.base import Engine
from catalogweb.edge.provisioning import NotProvisioned
from catalogweb.edge.settings import Options
from catalogweb.edge.state import StateFolder

log = logging.getLogger("catalogweb.edge")
LOOK_AGAIN = 30.0  # seconds


@dataclass
class EngineChoice:
    """`auto` takes a real engine whenever there is one, and a simulated one for want of it."""

    kind: str = "auto"
    url: str = ""
    publish_address: str = "127.0.0.1"
    look_again: float = LOOK_AGAIN
    _looked_at: float = field(default=0.0, init=False)

    def first(self) -> tuple[Engine, str]:
        """The engine to begin with, and why it is not a real one."""
        if self.kind == "simulated":
            return SimulatedEngine(), ""
        found = self._detect()
        log.info(str(found))
        if found.engine:
            return found.engine, ""
        log.warning("containers are only simulated until an engine appears")
        return SimulatedEngine(), str(found.problem)

    def improve(self, agent: EdgeAgent) -> None:
        """Look again for a real engine while there is none, or while the one in use does not answer."""
        lacking = agent.engine.simulated or agent.engine_gone
        if self.kind == "simulated" or not lacking or time.monotonic() < self._looked_at + self.look_again:
            return
        found = self._detect()
        if found.engine is None:
            agent.engine_problem = str(found.problem)
        elif found.engine.url != agent.engine.url:
            agent.use(found.engine)
        else:
            found.engine.close()  # the one in use is back, and its next step will notice

    def _detect(self) -> Detection:
        self._looked_at = time.monotonic()
        return detect(self.url, publish_address=self.publish_address)


def run(state: StateFolder, options: Options, choice: EngineChoice, *, keep_containers: bool = False) -> str:
    """Work until a signal comes or the controller deletes this agent; returns a closing sentence."""
    credentials = state.load("credentials")
    if not credentials:
        raise NotProvisioned(f"There are no credentials in {state.folder}: run `provision` first.")
    stopped, lock = _stop_on_signal(), state.lock()
    engine, problem = choice.first()
    client = ControllerClient(credentials["url"], credentials["token"])
    agent = EdgeAgent(client, engine, state, options, problem=problem)
    while not stopped.is_set() and not agent.deleted:
        pause = _step(agent, options.interval)
        choice.improve(agent)
        stopped.wait(pause)
    if agent.deleted:
        return "The controller deleted this agent: its containers and its credentials are gone."
    removed = agent.stop(keep_containers=keep_containers)
    agent.engine.close()
    lock.close()
    return "Stopped; its containers " + ("are removed." if removed else "go on.")


def _step(agent: EdgeAgent, interval: float) -> float:
    try:
        return agent.step()
    except Exception:
        log.exception("unexpected trouble; the agent goes on")
        return interval


def _stop_on_signal() -> threading.Event:
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    return stopped
