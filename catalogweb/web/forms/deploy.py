"""The deploy form: one item, or own images, on one or many agents; filled in step by step, or all at once."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.forms.utils import ErrorDict

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import CatalogItem, Revision
from catalogweb.core.drafts import tried
from catalogweb.core.errors import Refusal, Refusals
from catalogweb.core.names import slug
from catalogweb.core.text import as_id
from catalogweb.deployments.container import risks
from catalogweb.deployments.fitting import Need
from catalogweb.deployments.models import Application
from catalogweb.deployments.placing import PATTERN, names_on
from catalogweb.deployments.wishes import Wish
from catalogweb.web.forms.container import ContainerForm
from catalogweb.web.forms.images import ImagesForm

# step -> (what people call it, its fields)
STEPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "what": ("What", ("item", "revision", "x86", "arm", "registry")),
    "where": ("Where", ("agents",)),
    "how": ("How", ("application", "name", "pattern", *ContainerForm.SHOWN)),
    "plan": ("Plan", ()),
}


class ItemField(forms.ModelChoiceField):
    """A choice that is made in any case: none of the items is one."""

    def clean(self, value: Any) -> CatalogItem | None:
        return None if value in self.empty_values else super().clean(value)


class RevisionField(forms.ModelChoiceField):
    """One of the item's; what was chosen of another item before counts for nothing."""

    def clean(self, value: Any) -> Revision | None:
        try:
            return super().clean(value)
        except forms.ValidationError:
            return None


class AgentsWidget(forms.SelectMultiple):
    """Agents that are ticked, and in one field those that were chosen before and are not on the page."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        ticked = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        return list(dict.fromkeys([*ticked, *data.get(f"{name}_chosen", "").split()]))


class DeployForm(ImagesForm):
    item = ItemField(
        CatalogItem.objects.with_images().order_by("name"),
        label="Catalog item",
        empty_label="None: images of its own",
    )
    revision = RevisionField(
        Revision.objects.none(), required=False, empty_label="The current one", help_text="An older one takes it back."
    )
    agents = forms.ModelMultipleChoiceField(
        Agent.objects.with_status(),
        to_field_name="uuid",
        widget=AgentsWidget,
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
    field_order = ("item", "revision", "x86", "arm", "registry", "agents", "application", "name", "pattern")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.understood: dict[str, Any] = {}
        # What stands in the way on single agents, and whether anything does besides.
        self.obstacles: defaultdict[int, list[str]] = defaultdict(list)
        self.has_other_faults = False
        revisions = Revision.objects.filter(item=as_id(str(self._item_typed or ""))).select_related("item", "registry")
        self.fields["revision"].queryset = revisions.prefetch_related("images")  # type: ignore[attr-defined]

    @property
    def _item_typed(self) -> Any:
        item = self.data.get("item") if self.is_bound else self.initial.get("item")
        return getattr(item, "pk", item)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("item") and not self.has_error("item"):
            self.require_images("item", "Choose a catalog item, or give images of its own.")
        # A refusal takes its field out of the cleaned data; what would be made is shown beside it all the same.
        self.understood = dict(given)
        return given

    def arguments(self) -> dict[str, Any]:
        given = {name: self._so_far(name) for name in ("agents", "name", "pattern")}
        wish = Wish(container=self.container, **given, **self._source())
        return {"application": self._so_far("application"), "wish": wish}

    def arguments_for_one(self) -> dict[str, Any]:
        """The same for the first agent that it fits on."""
        given = self.arguments()
        agents = [agent for agent in given["wish"].agents if agent.pk not in self.obstacles]
        return given | {"wish": replace(given["wish"], agents=agents[:1])}

    def _source(self) -> dict[str, Any]:
        item, revision = self._so_far("item"), self._so_far("revision")
        if not item:
            return self.chosen_images()
        return {"revision": revision} if revision and revision.pk != item.current_id else {"item": item}

    def submit(self, service: Callable[..., Any], **kwargs: Any) -> bool:
        """Where a field cannot even be read, what is wrong with the others is said along with it."""
        if self.is_bound and not self.is_valid():
            self.has_other_faults = True
            if self.can_be_tried:
                try:
                    tried(lambda: service(**kwargs | self.arguments()))
                except Refusal as refusal:
                    self.refuse(refusal)
        return super().submit(service, **kwargs)

    def refuse(self, refusal: Refusal) -> None:
        for one in refusal.refusals if isinstance(refusal, Refusals) else [refusal]:
            if isinstance(one.subject, Agent):
                self.obstacles[one.subject.pk].append(one.message)
            elif not isinstance(one, Refusals):
                self.has_other_faults = True
        super().refuse(refusal)

    @property
    def can_be_tried(self) -> bool:
        has_source = self._so_far("item") or self.images
        return bool(has_source) and all(self._so_far(name) for name in ("agents", "application", "name"))

    def look(self) -> None:
        """Read what is typed so far, without a word about what is missing."""
        self.full_clean()
        self._errors = ErrorDict()

    def start_again(self) -> None:
        """Forget what was refused, for another try."""
        self.obstacles.clear()
        self.has_other_faults, self.refusal = False, None
        self._errors = None  # type: ignore[assignment]

    def faulty_step(self, before: str = "") -> str:
        """The first step with a refused field; of those before one, what is refused later is not told yet."""
        names = list(STEPS)
        steps = names[: names.index(before)] if before else names
        fields = {field for step in steps for field in STEPS[step][1]}
        if before:
            for name in [name for name in self.errors if name not in fields]:
                del self.errors[name]
        return next((step for step in steps if any(field in self.errors for field in STEPS[step][1])), "")

    def propose(self) -> None:
        """A name and a config to start from, taken from the item, where nothing is typed."""
        item = self._so_far("item")
        if not item or self.data.get("name"):
            return
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["name"] = slug(item.name)  # type: ignore[index]
        if not self.data.get("config"):
            self.data["config"] = example_of(item)  # type: ignore[index]
        self.look()

    @property
    def typed_images(self) -> dict[str, str]:
        """Image by architecture, as far as something is chosen."""
        item = self._so_far("item") if self.is_bound else self.initial.get("item")
        revision = self._so_far("revision")
        if isinstance(item, CatalogItem):
            return revision.by_architecture if revision else item.images
        return self.images if self.is_bound and hasattr(self, "cleaned_data") else {}

    @property
    def source_said(self) -> str:
        """What was chosen, in a few words."""
        item = self._so_far("item") if self.is_bound else self.initial.get("item")
        if isinstance(item, CatalogItem):
            return str(self._so_far("revision") or item.name)
        return "images of its own" if self.typed_images else ""

    @property
    def named(self) -> str:
        given = [self[name].value() or "" for name in ("application", "name")]
        return "/".join(given) if all(given) else ""

    @property
    def need(self) -> Need:
        is_read = hasattr(self, "cleaned_data")
        ports = [port.external for port in self.cleaned_data.get("ports") or ()] if is_read else []
        return Need(tuple(self.typed_images), tuple(ports))

    def _so_far(self, name: str) -> Any:
        return self.understood.get(name)

    def chosen_uuids(self) -> list[str]:
        return list(self["agents"].value() or ())

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


def example_of(item: CatalogItem) -> str:
    return "" if item.config_example == "{}" else item.config_example


def initial_from(query: Any) -> dict[str, Any]:
    """What a link to the form may fill in: ?item=ID, ?agent=UUID, ?application=NAME."""
    item = CatalogItem.objects.with_images().filter(pk=as_id(query.get("item", ""))).first()
    initial: dict[str, Any] = {"application": query.get("application", ""), "agents": query.getlist("agent")}
    if item:
        initial |= {"item": item, "config": example_of(item), "name": slug(item.name)}
    return initial
