"""What a microservice is doing, in the words of `core.states`: one table over the agents' states."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from catalogweb.agents.presence import Presence
from catalogweb.core.states import tone_of
from catalogweb.core.text import ago

if TYPE_CHECKING:
    from catalogweb.deployments.models import Microservice

# Agent's state -> our word while the microservice is to run.
WORDS = {
    "QUEUED": "Queued",
    "PULLING": "Pulling",
    "CREATING": "Starting",
    "CREATED": "Starting",
    "STARTING": "Starting",
    "RUNNING": "Running",
    "UPDATING": "Starting",
    "RESTARTING": "Starting",
    "EXITING": "Failed",
    "STUCK_IN_RESTART": "Failed",
    "FAILED": "Failed",
    "STOPPING": "Stopping",
    "STOPPED": "Starting",
    "MARKED_FOR_DELETION": "Removing",
    "DELETING": "Removing",
    "DELETED": "Starting",
    "UNKNOWN": "Unknown",
}
# States in which nothing of it is left on the agent.
GONE = frozenset({"QUEUED", "STOPPED", "DELETED", "FAILED", "UNKNOWN"})


@dataclass(frozen=True)
class Status:
    """A word, its tone (good, bad, busy, idle, late) and what to add for people."""

    word: str
    detail: str = ""
    since: datetime | None = None

    @property
    def tone(self) -> str:
        return tone_of(self.word)

    def __str__(self) -> str:
        return f"{self.word} {self.detail}".strip()


def status_of(microservice: "Microservice") -> Status:
    """Derived from what is wanted, what was reported, and whether the agent is still there."""
    observed, presence = microservice.status, microservice.agent.presence
    if presence in (Presence.OFFLINE, Presence.NEVER):
        return _out_of_reach(microservice, presence)
    if not microservice.is_wanted:
        word = "Stopped" if observed.state in GONE else "Stopping"
        return Status(word, since=observed.state_since)
    if observed.withheld:
        return Status("Held back", observed.withheld, observed.state_since)
    word = WORDS.get(observed.state, "Unknown")
    if word == "Queued" and observed.served_generation >= microservice.generation:
        word = "Acknowledged"
    if word == "Running" and observed.health.lower() == "healthy":
        word = "Healthy"
    if word in ("Running", "Healthy") and observed.runs_stale_image:
        word = "Stale image"
    detail = {"Pulling": f"{observed.percentage:.0f} %", "Failed": observed.error_message}.get(word, "")
    return Status(word, detail, observed.state_since)


def _out_of_reach(microservice: "Microservice", presence: Presence) -> Status:
    observed = microservice.status
    if not observed.reported_at or observed.state in GONE:
        if not microservice.is_wanted:
            return Status("Stopped", since=observed.state_since)
        return Status("Waiting", "(agent never connected)" if presence == Presence.NEVER else "(agent offline)")
    return Status("Unknown", f"(last seen {ago(observed.reported_at)})")
