"""Editing one microservice: its agent, its image, its settings."""

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.html import format_html

from catalogweb.agents.services import agent_named
from catalogweb.catalog.models import Revision
from catalogweb.core.errors import Refusal
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.wishes import Wish
from catalogweb.web.forms.images import ImagesForm

OWN = "own"
MOST_REVISIONS = 50


class MicroserviceForm(ImagesForm):
    name = forms.CharField(max_length=200)
    agent = forms.CharField(
        max_length=100,
        widget=forms.TextInput(attrs={"list": "agents", "autocomplete": "off"}),
        help_text="Another agent moves it there.",
    )
    source = forms.ChoiceField(
        label="What it runs", widget=forms.RadioSelect, help_text="Another image makes a new container."
    )
    is_activated = forms.BooleanField(label="Started", required=False)
    rebuild = forms.BooleanField(
        label="Rebuild", required=False, help_text="Pull again and make a new container, even if nothing else changes."
    )
    field_order = ("name", "agent", "source", "x86", "arm", "registry")

    def __init__(self, microservice: Microservice, data: Any = None) -> None:
        revision = microservice.revision
        initial = {
            "name": microservice.name,
            "agent": microservice.agent.name,
            "source": str(revision.pk) if revision.item_id else OWN,
            "is_activated": microservice.is_activated,
            "registry": revision.registry_id,
        }
        if not revision.item_id:
            initial |= revision.by_architecture
        super().__init__(data, initial=initial | self.initial_of(microservice.container))
        self.kept = microservice.container
        self.revisions = _revisions_of(microservice)
        choices = [(str(pk), _label(revision)) for pk, revision in self.revisions.items()]
        self.fields["source"].choices = [*choices, (OWN, "Images of its own")]  # type: ignore[attr-defined]

    def clean_agent(self) -> Any:
        try:
            return agent_named(self.cleaned_data["agent"])
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("source") == OWN:
            self.require_images()
        return given

    def arguments(self) -> dict[str, Any]:
        given = {name: self.cleaned_data[name] for name in ("name", "is_activated", "rebuild")}
        source = self.cleaned_data["source"]
        chosen = self.chosen_images() if source == OWN else {"revision": self.revisions[int(source)]}
        return {"wish": Wish(agents=[self.cleaned_data["agent"]], container=self.container, **given, **chosen)}


def _revisions_of(microservice: Microservice) -> dict[int, Revision]:
    """The item's latest revisions, and the one it has."""
    now = microservice.revision
    if now.item_id is None:
        return {}
    rows = Revision.objects.filter(item=now.item_id).select_related("item", "registry").prefetch_related("images")
    return {revision.pk: revision for revision in rows[:MOST_REVISIONS]} | {now.pk: now}


def _label(revision: Revision) -> str:
    is_current = revision.item is not None and revision.item.current_id == revision.pk
    images = render_to_string("components/images.html", {"images": revision.by_architecture})
    return format_html("<span>{}{}{}</span>", revision, " (current)" if is_current else "", images)
