"""An engine that only pretends, and says so: for machines without one, and for simulated fleets."""

import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from catalogweb.edge.engine.base import Container, ImageMissing, Pulling, Usage
from catalogweb.edge.engine.creation import container_name
from catalogweb.edge.items import Microservice
from catalogweb.edge.references import Reference


@dataclass(frozen=True)
class Behaviour:
    """How the pretended machine behaves. The same seed gives the same story."""

    seed: int = 0
    pull_seconds: float = 2.0
    start_seconds: float = 0.5
    pull_failures: float = 0.0
    crashes_per_hour: float = 0.0


class SimulatedPull(Pulling):
    """Advances by the clock alone: no thread, whatever the number of agents."""

    def __init__(self, image: str, seconds: float, fails: bool, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock, self._began, self._seconds, self._fails = clock, clock(), seconds, fails
        self._target = image

    def _passed(self) -> float:
        return 1.0 if self._seconds <= 0 else min((self._clock() - self._began) / self._seconds, 1.0)

    @property
    def percentage(self) -> float:
        return 100.0 * max(self._passed() - (0.5 if self._fails else 0.0), 0.0)

    @property
    def done(self) -> bool:
        return self._passed() >= 1.0

    @property
    def image(self) -> str:
        return self._target if self.done and not self._fails else ""

    @property
    def error(self) -> str:
        return "simulated failure" if self.done and self._fails else ""


class SimulatedEngine:
    """Keeps its containers in memory only."""

    simulated = True
    description = "simulated"
    url = ""

    def __init__(self, behaviour: Behaviour | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self.behaviour = behaviour or Behaviour()
        self._clock = clock
        self._random = random.Random(self.behaviour.seed)  # noqa: S311
        self._containers: dict[str, Container] = {}
        self._images: dict[str, str] = {}
        self._pulls: list[tuple[str, Pulling]] = []
        self._looked_at = clock()

    def containers(self, agent: str) -> list[Container]:
        self._let_time_pass()
        return [c for c in self._containers.values() if c.agent == agent]

    def _let_time_pass(self) -> None:
        now = self._clock()
        hours, self._looked_at = (now - self._looked_at) / 3600, now
        for container in list(self._containers.values()):
            if container.state == "starting" and now >= container.started_at:
                self._containers[container.id] = replace(container, state="running")
            elif container.is_up and self._random.random() < self.behaviour.crashes_per_hour * hours:
                self._containers[container.id] = replace(container, state="exited", exit_code=1)

    def usage(self, container: Container) -> Usage:
        cpu, memory = self._random.uniform(0.001, 0.03), self._random.randrange(8_000_000, 64_000_000)
        return Usage(cpu, memory)

    def find_image(self, reference: Reference) -> str:
        self._settle_pulls()
        return self._images.get(str(reference), "")

    def _settle_pulls(self) -> None:
        self._images |= {name: pull.image for name, pull in self._pulls if pull.image}
        self._pulls = [(name, pull) for name, pull in self._pulls if not pull.done]

    def pull(self, reference: Reference, credentials: Mapping[str, str] | None, platform: str) -> Pulling:
        fails = self._random.random() < self.behaviour.pull_failures
        seconds = self.behaviour.pull_seconds * self._random.uniform(0.5, 1.5)
        image = f"simulated:{uuid.uuid5(uuid.NAMESPACE_URL, f'{reference} {platform}').hex}"
        pulling = SimulatedPull(image, seconds, fails, self._clock)
        self._settle_pulls()
        self._pulls.append((str(reference), pulling))
        return pulling

    def start(self, agent: str, microservice: Microservice, image: str) -> None:
        if not image.startswith("simulated:"):
            raise ImageMissing(f"{microservice.image} was never pulled by the simulated engine.")
        container = Container(
            id=f"{self._random.getrandbits(256):064x}",
            name=container_name(microservice),
            agent=agent,
            microservice=microservice.uuid,
            spec=microservice.spec,
            state="starting",
            claims=microservice.claims,
            image=image,
            started_at=self._clock() + self.behaviour.start_seconds,
        )
        self._containers[container.id] = container

    def restart(self, container: Container) -> None:
        started_at = self._clock() + self.behaviour.start_seconds
        self._containers[container.id] = replace(container, state="starting", started_at=started_at)

    def remove(self, container: Container) -> None:
        self._containers.pop(container.id, None)

    def prune(self, images: set[str]) -> set[str]:
        return set()

    def close(self) -> None:
        """Nothing is open."""
