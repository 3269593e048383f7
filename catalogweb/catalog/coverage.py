"""How many agents of which architecture can run a revision, as far as it is known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count

from catalogweb.agents.models import Agent
from catalogweb.catalog.fitting import ImageState, states_of
from catalogweb.catalog.models import Revision
from catalogweb.core.architectures import Architecture
from catalogweb.core.text import counted

# What agents call ARM is one of these, and they do not say which.
ARM_WIDTHS = ("arm", "arm64")


@dataclass(frozen=True)
class Row:
    """The agents of one architecture: `can` run it, `cannot`, or nobody knows; `why` says what is missing."""

    architecture: str
    agents: int
    verdict: str
    why: str = ""

    @property
    def label(self) -> str:
        return str(Architecture(self.architecture).label)

    @property
    def can(self) -> int:
        return self.agents if self.verdict == "can" else 0

    @property
    def unknown(self) -> int:
        return self.agents if self.verdict == "unknown" else 0

    @property
    def cannot(self) -> int:
        return self.agents if self.verdict == "cannot" else 0


@dataclass(frozen=True)
class Coverage:
    rows: list[Row]

    @property
    def can(self) -> int:
        return sum(row.can for row in self.rows)

    @property
    def unknown(self) -> int:
        return sum(row.unknown for row in self.rows)

    @property
    def cannot(self) -> int:
        return sum(row.cannot for row in self.rows)

    @property
    def agents(self) -> int:
        return sum(row.agents for row in self.rows)

    @property
    def number(self) -> str:
        return f"{self.can} of {counted(self.agents, 'agent')}"

    @property
    def rest(self) -> str:
        """What the number leaves open."""
        parts = [(self.unknown, "unknown"), (self.cannot, "cannot")]
        return ", ".join(f"{number} {what}" for number, what in parts if number)

    @property
    def tone(self) -> str:
        """Good only when all can run it for certain."""
        if not self.agents:
            return "idle"
        return "good" if self.can == self.agents else "bad" if self.cannot else "late"


def fleet() -> dict[str, int]:
    """How many agents have each architecture there is, "" for those that have not said; one statement."""
    return dict(Agent.objects.order_by().values_list("architecture").annotate(Count("pk")))


def coverage_of(
    revisions: Iterable[Revision],
    agents: Mapping[str, int] | None = None,
    states: Mapping[int, list[ImageState]] | None = None,
) -> dict[int, Coverage]:
    """By the revisions' ids, over all agents or those given by architecture; three statements for any number."""
    listed = list(revisions)
    counts = fleet() if agents is None else agents
    known = states_of(listed) if states is None else states
    return {revision.pk: Coverage(_rows(known[revision.pk], counts)) for revision in listed}


def _rows(states: list[ImageState], agents: Mapping[str, int]) -> list[Row]:
    images = {state.architecture: state for state in states}
    return [_row(name, agents.get(name, 0), images.get(name)) for name in Architecture.values]


def _row(architecture: str, agents: int, image: ImageState | None) -> Row:
    if image is None:
        return Row(architecture, agents, "cannot", "no image")
    if image.status == "verified" and image.check:
        widths = {platform.architecture for platform in image.check.platforms_for(architecture)}
        if architecture == Architecture.ARM and widths != set(ARM_WIDTHS):
            return Row(
                architecture,
                agents,
                "unknown",
                f"made for {_said(widths)} alone, and agents do not say which they are",
            )
        return Row(architecture, agents, "can")
    if image.status in ("wrong", "missing"):
        return Row(architecture, agents, "cannot", image.word.lower())
    return Row(architecture, agents, "unknown", "must be on the agent" if image.is_local else "unverified")


def _said(widths: Iterable[str]) -> str:
    return " and ".join("32 bit" if width == "arm" else "64 bit" for width in sorted(widths))
