"""The deploy form: one item, or own images, on one or many agents."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.forms.utils import ErrorDict

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import CatalogItem
from catalogweb.core.drafts import tried
from catalogweb.core.errors import Refusal
from catalogweb.core.text import as_id
from catalogweb.deployments.container import risks
from catalogweb.deployments.models import Application
from catalogweb.deployments.placing import PATTERN, names_on
from catalogweb.deployments.wishes import Wish
from catalogweb.web.forms.images import ImagesForm

MOST_SHOWN = 200


class ItemField(forms.ModelChoiceField):
    """A choice that is made in any case: none of the items is one."""

    def clean(self, value: Any) -> CatalogItem | None:
        return None if value in self.empty_values else super().clean(value)


class DeployForm(ImagesForm):
    item = ItemField(
        CatalogItem.objects.with_images().order_by("name"),
        label="Catalog item",
        empty_label="None: images of its own",
    )
    agents = forms.ModelMultipleChoiceField(
        Agent.objects.with_status(),
        to_field_name="uuid",
        error_messages={"required": "Choose at least one agent."},
    )
    application = forms.CharField(
        max_length=200,
        widget=forms.TextInput(attrs={"list": "applications", "autocomplete": "off"}),
        help_text="One that exists, or a new name: it is then created too.",
    )
    name = forms.CharField(
        label="Microservice name",
        max_length=200,
        help_text="Lower-case letters, digits, dots and inner hyphens, such as heart-rate.",
    )
    pattern = forms.CharField(
        label="Name pattern for several agents",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": PATTERN, "class": "mono"}),
        help_text="{name} and {agent} are filled in per agent.",
    )
    places: ClassVar[dict[str, str]] = {"agent": "agents", "images": "agents"}
    field_order = ("item", "x86", "arm", "registry", "agents", "application", "name", "pattern")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.understood: dict[str, Any] = {}
        # Whether it was checked, and nothing stood in the way.
        self.is_fine = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("item") and not self.has_error("item"):
            self.require_images("item", "Choose a catalog item, or give images of its own.")
        # A refusal takes its field out of the cleaned data; what would be made is shown beside it all the same.
        self.understood = dict(given)
        return given

    def arguments(self) -> dict[str, Any]:
        given = {name: self._so_far(name) for name in ("agents", "name", "pattern")}
        source = {"item": self._so_far("item")} if self._so_far("item") else self.chosen_images()
        wish = Wish(container=self.container, **given, **source)
        return {"application": self._so_far("application"), "wish": wish}

    def submit(self, service: Callable[..., Any], **kwargs: Any) -> bool:
        """Where a field cannot even be read, what is wrong with the others is said along with it."""
        if self.is_bound and not self.is_valid() and self._can_be_tried:
            try:
                tried(lambda: service(**kwargs | self.arguments()))
            except Refusal as refusal:
                self.refuse(refusal)
        return super().submit(service, **kwargs)

    @property
    def _can_be_tried(self) -> bool:
        has_source = self._so_far("item") or self.images
        return bool(has_source) and all(self._so_far(name) for name in ("agents", "application", "name"))

    def check(self, service: Callable[..., Any], **kwargs: Any) -> bool:
        self.is_fine = super().check(service, **kwargs)
        return self.is_fine

    def look(self) -> None:
        """Read what is typed so far, without a word about what is missing."""
        self.full_clean()
        self._errors = ErrorDict()

    @property
    def typed_images(self) -> dict[str, str]:
        """Image by architecture, as far as something is chosen."""
        item = self._so_far("item") if self.is_bound else self.initial.get("item")
        if isinstance(item, CatalogItem):
            return item.images
        return self.images if self.is_bound and hasattr(self, "cleaned_data") else {}

    def _so_far(self, name: str) -> Any:
        return self.understood.get(name)

    def chosen_uuids(self) -> set[str]:
        return set(self["agents"].value() or ())

    @property
    def placements(self) -> list[tuple[str, Agent, str]]:
        """(name, agent, image) of each microservice this would make; empty until enough is chosen."""
        agents, name = self._so_far("agents"), self._so_far("name")
        if not agents:
            return []
        try:
            names = names_on(list(agents), name or "…", self._so_far("pattern") or "")
        except Refusal:
            return []
        return [(name, agent, self.typed_images.get(agent.architecture, "")) for name, agent in names.items()]

    @property
    def risks(self) -> list[str]:
        return risks(self.container) if hasattr(self, "cleaned_data") else []

    @property
    def makes_application(self) -> str:
        """The name of the application that would be made along."""
        name = self._so_far("application") or ""
        return name if name and not Application.objects.filter(name=name).exists() else ""


def agent_choices(form: DeployForm, query: str) -> tuple[list[tuple[Agent, str, bool]], int]:
    """(agent, its image, chosen): all that are chosen, then those that match; and how many more match."""
    chosen, images = form.chosen_uuids(), form.typed_images
    agents = Agent.objects.with_status().order_by("name")
    found = agents.matching(query).exclude(uuid__in=chosen)
    rows = [*(agents.filter(uuid__in=chosen) if chosen else ()), *found[:MOST_SHOWN]]
    more = max(0, found.count() - MOST_SHOWN) if len(rows) >= MOST_SHOWN else 0
    return [(agent, images.get(agent.architecture, ""), agent.uuid in chosen) for agent in rows], more


def initial_from(query: Any) -> dict[str, Any]:
    """What a link to the form may fill in: ?item=ID, ?agent=UUID, ?application=NAME."""
    item = CatalogItem.objects.with_images().filter(pk=as_id(query.get("item", ""))).first()
    initial: dict[str, Any] = {"application": query.get("application", ""), "agents": query.getlist("agent")}
    if item:
        initial |= {"item": item, "config": "" if item.config_example == "{}" else item.config_example}
    return initial
