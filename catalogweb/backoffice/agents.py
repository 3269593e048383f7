"""Agents, and read-only what they report and have yet to hear."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from catalogweb.agents.configuration import SETTINGS
from catalogweb.agents.models import Agent, AgentStatus, ChangeFlags, ProvisioningKey, Tombstone
from catalogweb.agents.services import create_agent
from catalogweb.backoffice.base import ReadOnlyAdmin, ServiceAdmin, ServiceForm
from catalogweb.core.names import suggestion
from catalogweb.core.rights import Actor
from catalogweb.deployments.agents import delete_agent, edit_agent


class AgentForm(ServiceForm):
    tag_words = forms.CharField(label="Tags", required=False, help_text="Separated by commas.")
    places = dict.fromkeys(SETTINGS, "configuration")

    def initial_of(self, instance: Any) -> dict[str, Any]:
        return {"tag_words": ", ".join(instance.tag_names)}

    def clean_configuration(self) -> dict[str, Any]:
        given = self.cleaned_data["configuration"] or {}
        if not isinstance(given, dict):
            raise forms.ValidationError('Write a JSON object, such as {"status_frequency": 30}.')
        unknown = [name for name in given if name not in SETTINGS]
        if unknown:
            raise forms.ValidationError(f"“{unknown[0]}” is not a setting.{suggestion(unknown[0], SETTINGS)}")
        return given


AGENT_FIELDS = ["name", "architecture", "description", "location", "latitude", "longitude"]


@admin.register(Agent)
class AgentAdmin(ServiceAdmin):
    form = AgentForm
    fields = [*AGENT_FIELDS, "tag_words", "configuration", "identity", "presence", "reported_at"]
    readonly_fields = ["identity", "presence", "reported_at"]
    list_display = ["name", "architecture", "presence", "reported_at", "tag_list", "location"]
    list_filter = ["architecture", "tags"]
    search_fields = ["name", "description", "location", "tags__name", "uuid"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        return Agent.objects.with_status()

    @admin.display(description="UUID")
    def identity(self, agent: Agent) -> str:
        return agent.uuid if agent.pk else ""

    @admin.display
    def presence(self, agent: Agent) -> str:
        return str(agent.presence.label) if agent.pk else ""

    @admin.display(description="last report", ordering="status__reported_at")
    def reported_at(self, agent: Agent) -> Any:
        return agent.status.reported_at if agent.pk else None

    @admin.display(description="tags")
    def tag_list(self, agent: Agent) -> str:
        return ", ".join(agent.tag_names)

    def create(self, by: Actor, data: dict[str, Any]) -> Agent:
        fields = {name: data[name] for name in AGENT_FIELDS}
        return create_agent(by=by, tags=data["tag_words"].split(","), configuration=data["configuration"], **fields)

    def change(self, by: Actor, obj: Agent, data: dict[str, Any]) -> Agent:
        fields = {name: data[name] for name in AGENT_FIELDS}
        stored = Agent.objects.get(pk=obj.pk).configuration
        # What was taken out of the object is unset.
        configuration = dict.fromkeys(stored) | data["configuration"]
        return edit_agent(by=by, agent=obj, tags=data["tag_words"].split(","), configuration=configuration, **fields)

    def remove(self, by: Actor, obj: Agent) -> None:
        delete_agent(by=by, agent=obj)

    def goes_along(self, obj: Agent) -> Any:
        return obj.microservices.select_related("application", "agent")


@admin.register(AgentStatus)
class AgentStatusAdmin(ReadOnlyAdmin):
    list_display = ["agent", "daemon_status", "reported_at", "version", "engine", "simulated", "ip_address"]
    list_select_related = ["agent"]
    list_filter = ["simulated", "daemon_status"]
    search_fields = ["agent__name", "ip_address"]


@admin.register(ChangeFlags)
class ChangeFlagsAdmin(ReadOnlyAdmin):
    list_display = ["agent", "counter", "raised_flags"]
    list_select_related = ["agent"]
    search_fields = ["agent__name"]

    @admin.display(description="raised")
    def raised_flags(self, flags: ChangeFlags) -> str:
        return ", ".join(sorted(flags.raised))


@admin.register(ProvisioningKey)
class ProvisioningKeyAdmin(ReadOnlyAdmin):
    list_display = ["agent", "expires_at"]
    list_select_related = ["agent"]
    hidden = ["digest"]


@admin.register(Tombstone)
class TombstoneAdmin(ReadOnlyAdmin):
    list_display = ["name", "uuid", "deleted_at"]
    hidden = ["token_digest", "public_key"]
