"""What the steps of deploying show beside the form: agents that match, and what deploying to those chosen would come to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from catalogweb.agents.models import Agent, AgentQuerySet, Tag
from catalogweb.catalog.coverage import fleet
from catalogweb.core.architectures import Architecture
from catalogweb.core.drafts import tried
from catalogweb.core.errors import Refusal
from catalogweb.core.rights import Actor
from catalogweb.deployments.manifests import export
from catalogweb.deployments.models import Deployment
from catalogweb.deployments.wishes import launch
from catalogweb.web.forms.deploy import DeployForm

MOST_SHOWN, MOST_EXCLUDED, MOST_TAGS, MOST_PLANNED = 100, 50, 200, 200


@dataclass(frozen=True)
class Choices:
    """The agents of the step "where": chosen ones first, then those that match and fit, then those that do not fit."""

    chosen: Sequence[Agent]
    unseen: Sequence[str]
    fitting: Sequence[Agent]
    number_fitting: int
    excluded: Sequence[Agent]
    number_excluded: int
    images: dict[str, str]
    obstacles: dict[int, list[str]] = field(default_factory=dict)

    @property
    def more_fitting(self) -> int:
        return self.number_fitting - len(self.fitting)

    @property
    def more_excluded(self) -> int:
        return self.number_excluded - len(self.excluded)

    @property
    def number_chosen(self) -> int:
        return len(self.chosen) + len(self.unseen)

    @property
    def rows(self) -> list[tuple[Agent, str, list[str], bool]]:
        """(agent, its image, what keeps it from running there, whether it is chosen)"""
        listed = [(agent, True) for agent in self.chosen] + [(agent, False) for agent in self.fitting]
        return [self._row(agent, chosen) for agent, chosen in listed]

    @property
    def excluded_rows(self) -> list[tuple[Agent, str, list[str], bool]]:
        return [self._row(agent, False) for agent in self.excluded]

    def _row(self, agent: Agent, chosen: bool) -> tuple[Agent, str, list[str], bool]:
        return agent, self.images.get(agent.architecture, ""), self.obstacles.get(agent.pk, []), chosen


def matching(query: Any) -> AgentQuerySet:
    """Agents as the step's filters say."""
    agents = Agent.objects.matching(query.get("agent_query", ""))
    if query.get("agent_architecture") in Architecture.values:
        agents = agents.filter(architecture=query["agent_architecture"])
    if query.get("agent_tag"):
        agents = agents.filter(tags__name=query["agent_tag"])
    return agents


def choices_of(form: DeployForm, query: Any) -> Choices:
    """In statements that do not grow with the agents."""
    uuids, need = form.chosen_uuids(), form.need
    fits, others = need.split(matching(query).exclude(uuid__in=uuids))
    in_order = Agent.objects.with_status().order_by("name")
    chosen = list(in_order.filter(uuid__in=uuids)[:MOST_SHOWN]) if uuids else []
    seen = {agent.uuid for agent in chosen}
    fitting = list(fits.with_status().order_by("name")[:MOST_SHOWN])
    excluded = list(others.with_status().order_by("name")[:MOST_EXCLUDED])
    return Choices(
        chosen=chosen,
        unseen=[uuid for uuid in uuids if uuid not in seen],
        fitting=fitting,
        number_fitting=fits.count() if len(fitting) == MOST_SHOWN else len(fitting),
        excluded=excluded,
        number_excluded=others.count() if len(excluded) == MOST_EXCLUDED else len(excluded),
        images=form.typed_images,
        obstacles=need.obstacles([*chosen, *excluded]),
    )


def choose_all(form: DeployForm, query: Any) -> None:
    """Choose every agent that matches and that it fits on."""
    fits, _ = form.need.split(matching(query))
    _choose(form, [*form.chosen_uuids(), *fits.order_by("name").values_list("uuid", flat=True)])


def leave_out_blocked(form: DeployForm) -> None:
    blocked = {agent.uuid for agent in form.understood.get("agents") or () if agent.pk in form.obstacles}
    _choose(form, [uuid for uuid in form.chosen_uuids() if uuid not in blocked])


def _choose(form: DeployForm, uuids: Sequence[str]) -> None:
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    data.setlist("agents", [])
    data["agents_chosen"] = " ".join(dict.fromkeys(uuids))
    form.data = data
    form.look()


def tag_names() -> list[str]:
    return list(Tag.objects.values_list("name", flat=True)[:MOST_TAGS])


def coverage(images: dict[str, str]) -> list[tuple[str, str, int]]:
    """(architecture, image or nothing, number of agents) of each there are agents or images of; one statement."""
    agents = fleet()
    shown = [name for name in Architecture if name in agents or name in images]
    rows = [(str(name.label), images.get(name, ""), agents.get(name, 0)) for name in shown]
    return [*rows, ("not known yet", "", agents[""])] if "" in agents else rows


@dataclass(frozen=True)
class Placed:
    """One microservice of the plan."""

    name: str
    agent: Agent
    image: str
    faults: Sequence[str]

    @property
    def outcome(self) -> tuple[str, str]:
        """(word, tone)"""
        if self.faults:
            return "Blocked", "bad"
        return ("Create", "good") if self.agent.is_reachable else ("Create, waits", "late")

    @property
    def rank(self) -> int:
        return 0 if self.faults else 1 + self.agent.is_reachable


@dataclass(frozen=True)
class DeployPlan:
    """What deploying would come to, agent by agent: blocked ones first, then those that are away."""

    rows: Sequence[Placed]
    yaml: str = ""

    @property
    def blocked(self) -> int:
        return sum(bool(row.faults) for row in self.rows)

    @property
    def creates(self) -> int:
        return len(self.rows) - self.blocked

    @property
    def waiting(self) -> int:
        return sum(row.rank == 1 for row in self.rows)

    @property
    def shown(self) -> Sequence[Placed]:
        return self.rows[:MOST_PLANNED]

    @property
    def more(self) -> int:
        return len(self.rows) - len(self.shown)


def planned(form: DeployForm, by: Actor) -> DeployPlan | None:
    """Deploy it and take it back; None when something is wrong that no agent's absence would mend."""
    fine = form.check(_launched_with_yaml, by=by)
    if not fine and form.has_other_faults:
        return None
    rows = [Placed(name, agent, image, form.obstacles.get(agent.pk, ())) for name, agent, image in form.placements]
    return DeployPlan(sorted(rows, key=lambda row: (row.rank, row.name)), form.result if fine else yaml_of(form, by))


def yaml_of(form: DeployForm, by: Actor) -> str:
    """The manifest of the first of its microservices, as far as it can be made; the others differ in name and agent."""
    if not form.can_be_tried:
        return ""
    try:
        return tried(lambda: _launched_with_yaml(by=by, **form.arguments_for_one()))
    except Refusal:
        return ""


def _launched_with_yaml(**arguments: Any) -> str:
    deployment: Deployment = launch(**arguments)
    first = deployment.microservices.detailed().order_by("name").first()
    return export(first) if first else ""
