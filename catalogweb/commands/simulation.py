"""A fleet of simulated agents that speaks to a server over real HTTP. The same seed gives the same fleet."""

import heapq
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from catalogweb.agents.models import Agent
from catalogweb.agents.services import create_agent, issue_provisioning_key
from catalogweb.core.architectures import Architecture
from catalogweb.core.rights import Actor
from catalogweb.edge.agent import EdgeAgent
from catalogweb.edge.client import ControllerClient
from catalogweb.edge.engine import Behaviour, SimulatedEngine
from catalogweb.edge.provisioning import provision
from catalogweb.edge.settings import Options
from catalogweb.edge.state import State

TAG = "simulated"
THREADS = 16


def make_agents(*, by: Actor, count: int, seed: int) -> list[Agent]:
    """The rows of the fleet; those of an earlier run with this seed are taken up again."""
    choose = random.Random(seed)  # noqa: S311
    agents = []
    for number in range(1, count + 1):
        name, architecture = f"simulated-{seed}-{number}", choose.choice(Architecture.values)
        agent = Agent.objects.filter(name=name).first()
        agents.append(agent or create_agent(by=by, name=name, architecture=architecture, tags=[TAG]))
    return agents


def bring_up(agents: Sequence[Agent], *, by: Actor, url: str, seed: int, interval: float) -> list[EdgeAgent]:
    """Provision each over HTTP; what they keep lives in memory only."""
    return [_bring_up(agent, by, url, random.Random(f"{seed} {agent.name}"), interval) for agent in agents]  # noqa: S311


def _bring_up(agent: Agent, by: Actor, url: str, choose: random.Random, interval: float) -> EdgeAgent:
    key, _ = issue_provisioning_key(by=by, agent=agent)
    state = State()
    provision(url, key, state, architecture=agent.architecture)
    client = ControllerClient(url, state.load("credentials")["token"])
    engine = SimulatedEngine(Behaviour(seed=choose.randrange(2**32)))
    return EdgeAgent(client, engine, state, Options(interval=interval), facts=_machine(choose))


def _machine(choose: random.Random) -> Callable[[], dict[str, Any]]:
    """A made-up machine whose load wavers."""
    disk, memory, address = choose.randint(8, 512), choose.randint(1, 32), choose.randint(1, 254)

    def facts() -> dict[str, Any]:
        return {
            "memoryUsage": choose.uniform(20, 60),
            "diskUsage": 0.0,
            "cpuUsage": choose.uniform(0.1, 3),
            "systemAvailableDisk": disk * 10**9,
            "systemAvailableMemory": memory * 10**9,
            "systemTotalCpu": choose.uniform(1, 60),
            "ipAddress": f"192.0.2.{address}",
        }

    return facts


def live(agents: Sequence[EdgeAgent], stopped: threading.Event, *, interval: float) -> None:
    """Step every agent when it is due, until `stopped`; then each says goodbye. A few threads share them."""
    shares = [share for share in (agents[start::THREADS] for start in range(THREADS)) if share]
    threads = [threading.Thread(target=_live, args=(share, stopped, interval)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _live(agents: Sequence[EdgeAgent], stopped: threading.Event, interval: float) -> None:
    now = time.monotonic()
    # Spread over one interval, as agents that were started by hand would be.
    due = [(now + interval * place / len(agents), place) for place in range(len(agents))]
    while due and not stopped.wait(max(due[0][0] - time.monotonic(), 0)):
        _, place = heapq.heappop(due)
        pause = agents[place].step()
        if not agents[place].deleted:
            heapq.heappush(due, (time.monotonic() + pause, place))
    for _, place in due:
        agents[place].stop()
