"""What the agent asks of a container engine, real or simulated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from catalogweb.edge.items import Microservice
from catalogweb.edge.references import Reference

AGENT_LABEL = "org.catalogweb.agent"
MICROSERVICE_LABEL = "org.catalogweb.microservice"
SPEC_LABEL = "org.catalogweb.spec"

UP = {"running", "starting"}
STOPPED = {"exited", "created", "stopped", "configured", "initialized"}


class EngineError(Exception):
    """The engine refused; the text is a sentence for people."""


class EngineGone(EngineError):
    """The engine does not answer at all."""


class ImageMissing(EngineError):
    """The image is not here (any more)."""


@dataclass(frozen=True)
class Container:
    """A container as observed. `state` is the engine's own word, or `starting`."""

    id: str
    name: str
    agent: str
    microservice: str
    spec: str
    state: str
    claims: frozenset[tuple[int, str]] = frozenset()
    image: str = ""
    digest: str = ""
    started_at: float = 0.0
    address: str = ""
    health: str = ""
    exit_code: int = 0

    @property
    def is_up(self) -> bool:
        return self.state in UP

    @property
    def is_usable(self) -> bool:
        """Runs, or would run after a plain start; a paused or dead one is replaced."""
        return self.is_up or self.state in STOPPED


@dataclass(frozen=True)
class Usage:
    """Share of all processors of the machine (0 to 1) and bytes of memory."""

    cpu: float = 0.0
    memory: int = 0


class Pulling:
    """A pull under way. Written by one thread, read by another."""

    def __init__(self) -> None:
        self._percentage = 0.0
        self._image = ""
        self._error = ""
        self._done = False

    @property
    def percentage(self) -> float:
        return self._percentage

    @property
    def done(self) -> bool:
        return self._done

    @property
    def image(self) -> str:
        """The id of the image, once the pull has succeeded."""
        return self._image

    @property
    def error(self) -> str:
        """What the engine said, unpolished; empty when all is well."""
        return self._error

    def advance(self, percentage: float) -> None:
        self._percentage = max(self._percentage, min(max(percentage, 0.0), 100.0))

    def succeed(self, image: str) -> None:
        self.advance(100.0)
        self._image, self._done = image, True

    def fail(self, error: str) -> None:
        self._error, self._done = error or "unknown cause", True


class Engine(Protocol):
    """Every call may raise EngineError; `pull` never blocks and never raises."""

    simulated: bool
    description: str
    url: str

    def containers(self, agent: str) -> list[Container]:
        """All containers that carry the label of this agent, whatever their state."""

    def usage(self, container: Container) -> Usage: ...

    def find_image(self, reference: Reference) -> str:
        """The id of a local image, or an empty text."""

    def pull(self, reference: Reference, credentials: Mapping[str, str] | None, platform: str) -> Pulling: ...

    def start(self, agent: str, microservice: Microservice, image: str) -> None:
        """Create and start; leaves nothing behind when it fails."""

    def restart(self, container: Container) -> None: ...

    def remove(self, container: Container) -> None: ...

    def prune(self, images: set[str]) -> set[str]:
        """Remove those of `images` that have no name and no container; the ids that are gone."""

    def close(self) -> None: ...
