"""What happened to each wanted container so far: pulls, failures, exits, and how long it has to rest."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from catalogweb.edge.engine.base import Container, Pulling
from catalogweb.edge.items import Microservice
from catalogweb.edge.pulls import Fetch
from catalogweb.edge.reconcile import Known

log = logging.getLogger("catalogweb.edge")

FIRST_RETRY, LAST_RETRY = 5.0, 300.0
LAST_RESTART = 30.0
EXIT_WINDOW, EXIT_LIMIT = 600.0, 10


@dataclass
class Record:
    """The story of one spec; another spec starts without a past."""

    image: str = ""
    pulling: Pulling | None = None
    fetch: Fetch | None = None
    failed: bool = False
    failures: int = 0
    error: str = ""
    hold: str = ""
    rest_until: float = 0.0
    exits: list[float] = field(default_factory=list)
    last_exit: str = ""
    stuck: bool = False

    def fail(self, sentence: str, now: float) -> None:
        """Rest 5 seconds, then twice as long each time, up to 5 minutes; said once for the same trouble."""
        if sentence != self.error:
            log.warning(sentence)
        self.rest_until = now + min(FIRST_RETRY * 2**self.failures, LAST_RETRY)
        self.failures, self.failed, self.error = min(self.failures + 1, 20), True, sentence

    def begin_pull(self, fetch: Fetch, pulling: Pulling) -> None:
        self.fetch, self.pulling, self.image = fetch, pulling, ""

    def succeed(self) -> None:
        self.failures, self.failed, self.error = 0, False, ""

    def note_exit(self, container: Container, now: float) -> None:
        """Ten exits within ten minutes are enough: then it is left alone."""
        moment = f"{container.id} {container.started_at}"
        if moment == self.last_exit:
            return
        self.last_exit = moment
        self.exits = [t for t in self.exits if t > now - EXIT_WINDOW] + [now]
        self.stuck = len(self.exits) >= EXIT_LIMIT
        self.rest_until = now + min(2.0 ** (len(self.exits) - 1), LAST_RESTART)
        self.error = f"The container exited with code {container.exit_code}."


class History:
    """One record per spec."""

    def __init__(self, images: Mapping[str, str] | None = None) -> None:
        self.records = {spec: Record(image=image) for spec, image in (images or {}).items()}

    def of(self, microservice: Microservice) -> Record:
        return self.records.setdefault(microservice.spec, Record())

    def settle(self, now: float) -> None:
        """Take in the pulls that have ended."""
        for record in self.records.values():
            if record.pulling and record.pulling.done:
                pulling, record.pulling = record.pulling, None
                record.image = pulling.image
                if pulling.error and record.fetch:
                    record.fail(record.fetch.explain(pulling.error), now)
                else:
                    record.succeed()

    def note_containers(self, desired: Iterable[Microservice], observed: Iterable[Container], now: float) -> None:
        wanted = {m.spec for m in desired}
        for container in observed:
            if container.spec not in wanted:
                continue
            record = self.records.setdefault(container.spec, Record())
            if container.is_up:
                record.succeed()
            elif container.is_usable and container.state != "created":
                record.note_exit(container, now)

    def known(self, now: float) -> Known:
        records = self.records.items()
        return Known(
            pulled={spec for spec, r in records if r.image},
            pulling={spec for spec, r in records if r.pulling},
            resting={spec for spec, r in records if r.stuck or r.rest_until > now},
        )

    def retry_everything(self) -> None:
        """The lists were loaded again: whatever failed or got stuck deserves another try at once."""
        for record in self.records.values():
            record.rest_until, record.failures, record.stuck = 0.0, 0, False
            record.exits.clear()

    def keep(self, desired: Iterable[Microservice]) -> None:
        specs = {m.spec for m in desired}
        self.records = {spec: record for spec, record in self.records.items() if spec in specs}

    def images(self) -> dict[str, str]:
        return {spec: record.image for spec, record in self.records.items() if record.image}
