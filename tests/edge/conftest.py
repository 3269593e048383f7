"""A controller, and an agent whose time the test moves."""

from collections.abc import Callable, Iterator

import pytest

from catalogweb.edge.agent import EdgeAgent
from catalogweb.edge.client import ControllerClient
from catalogweb.edge.engine import Behaviour, SimulatedEngine
from catalogweb.edge.settings import Options
from catalogweb.edge.state import State
from tests.edge.controller import TOKEN, Controller


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def controller() -> Iterator[Controller]:
    running = Controller()
    yield running
    running.close()


@pytest.fixture
def state(controller: Controller) -> State:
    state = State()
    state.save("credentials", {"url": controller.url, "uuid": "agent-1", "token": TOKEN, "name": "horse-1"})
    return state


@pytest.fixture
def engine(clock: Clock) -> SimulatedEngine:
    return SimulatedEngine(Behaviour(pull_seconds=4, start_seconds=1), clock=clock)


@pytest.fixture
def client(controller: Controller) -> Iterator[ControllerClient]:
    client = ControllerClient(controller.url, TOKEN)
    yield client
    client.close()


@pytest.fixture
def agent(client: ControllerClient, engine: SimulatedEngine, state: State, clock: Clock) -> EdgeAgent:
    return EdgeAgent(client, engine, state, Options(interval=5, busy_interval=1), clock=clock)


@pytest.fixture
def live(agent: EdgeAgent, clock: Clock) -> Callable[[float], None]:
    """Let the agent live for some seconds."""

    def live(seconds: float) -> None:
        end = clock.now + seconds
        while clock.now < end:
            clock.now += max(agent.step(), 0.1)
        agent.step()

    return live
