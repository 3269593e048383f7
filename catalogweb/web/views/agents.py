"""Agents: list, page, add, edit, key, delete."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalogweb.agents.configuration import SETTINGS
from catalogweb.agents.models import Agent, Credential, ProvisioningKey, Tag
from catalogweb.agents.presence import Presence
from catalogweb.agents.routers import by_name
from catalogweb.agents.services import create_agent, issue_provisioning_key
from catalogweb.changelog.services import entries_of
from catalogweb.changelog.words import label
from catalogweb.core.architectures import Architecture
from catalogweb.core.hosts import is_loopback
from catalogweb.core.names import slug
from catalogweb.core.rights import Right, require
from catalogweb.deployments.agents import delete_agent, edit_agent
from catalogweb.deployments.groups import counts_by, groups_with_any, in_group
from catalogweb.deployments.models import Microservice
from catalogweb.maintenance.models import Tunnel, VersionOrder
from catalogweb.web.forms.agents import AgentForm
from catalogweb.web.forms.confirm import ConfirmForm
from catalogweb.web.histories import machine_pictures
from catalogweb.web.lists import Filter, in_order, page_of
from catalogweb.web.reached import reached, reached_filters
from catalogweb.web.render import render_page
from catalogweb.web.reported import found_hardware, report_facts
from catalogweb.web.requests import PageRequest, posted, site_of

ORDERS = {
    "name": "name",
    "report": "status__reported_at",
    "architecture": "architecture",
    "version": "status__version",
    "location": "location",
}
ARCHITECTURES = [*Architecture.choices, ("none", "Not known yet")]
NOTHING = {"wanted": 0, "running": 0, "total": 0}
SHOWN = 100
BUSY_SHOWN = 5


@require_safe
def agent_list(request: PageRequest) -> HttpResponse:
    asked = {name: request.GET.get(name, "") for name in ("q", "presence", "architecture", "tag")}
    agents = reached(Agent.objects.with_status().matching(asked["q"]), request.GET, "agent")
    if asked["presence"] in Presence.values:
        agents = agents.in_presence(asked["presence"])
    if asked["architecture"]:
        agents = agents.filter(architecture="" if asked["architecture"] == "none" else asked["architecture"])
    if asked["tag"]:
        agents = agents.filter(tags__name=asked["tag"])
    agents, sort = in_order(request, agents, ORDERS, "name")
    page = page_of(request, agents)
    _count_microservices(page.object_list)
    context = {
        "page": page,
        "sort": sort,
        "query": asked["q"],
        "filters": [*_filters(asked), *reached_filters(request.GET)],
    }
    return render_page(request, "agents/list.html", context, partial="agents/_table.html")


def _count_microservices(agents: Any) -> None:
    counts = counts_by(Microservice.objects.filter(agent__in=[agent.pk for agent in agents]), "agent")
    for agent in agents:
        agent.counts = counts.get(agent.pk, NOTHING)


def _filters(asked: dict[str, str]) -> list[Filter]:
    """The tags are read only where a page shows them, not in fragments."""
    return [
        Filter("presence", "Presence", asked["presence"], Presence.choices),
        Filter("architecture", "Architecture", asked["architecture"], ARCHITECTURES),
        Filter("tag", "Tag", asked["tag"], lambda: [(tag.name, tag.name) for tag in Tag.objects.exclude(agents=None)]),
    ]


def _agent(uuid: str) -> Agent:
    return get_object_or_404(Agent.objects.with_status(), uuid=uuid)


@require_safe
def agent_detail(request: PageRequest, uuid: str) -> HttpResponse:
    agent = get_object_or_404(Agent.objects.with_status().select_related("flags"), uuid=uuid)
    microservices = Microservice.objects.detailed().filter(agent=agent).order_by("application__name", "name")
    context = {
        "agent": agent,
        **_answers(agent),
        "page": page_of(request, microservices),
        "report_facts": report_facts(agent.status.report),
        "configuration": _configuration(agent),
        "has_set_values": bool(agent.configuration),
        "edge_resources": lambda: list(agent.edge_resources.all()),
        "volume_mounts": lambda: list(agent.volume_mounts.all()),
        "upkeep": lambda: _upkeep(agent),
        "pictures": lambda: machine_pictures(agent),
        "entries": lambda: entries_of(agent)[:10],
        "key": lambda: ProvisioningKey.objects.filter(agent=agent).first(),
        "has_credential": lambda: Credential.objects.filter(agent=agent).exists(),
    }
    return render_page(request, "agents/detail.html", context, partial="agents/_live.html")


def _answers(agent: Agent) -> dict[str, Any]:
    """Whether it runs what it should, and what it is doing now; two statements."""
    own = Microservice.objects.filter(agent=agent)
    counts = counts_by(own, "agent").get(agent.pk, NOTHING)
    busy = in_group(own, "changing").select_related("application", "agent__status", "status").order_by("pk")
    unheard = [label(flag) for flag in sorted(agent.flags.raised)]
    return {"counts": counts, "groups": groups_with_any(counts), "busy": busy[:BUSY_SHOWN], "unheard": unheard}


def _upkeep(agent: Agent) -> dict[str, Any]:
    return {
        "order": VersionOrder.objects.filter(agent=agent).first(),
        "tunnel": Tunnel.objects.filter(agent=agent).first(),
        "hardware": found_hardware(agent),
    }


def _configuration(agent: Agent) -> list[tuple[str, Any, Any, bool]]:
    """(name, what an operator set, what applies, whether it is set)."""
    given, effective = by_name(agent.configuration), agent.effective_configuration
    return [(name, given.get(name), given.get(name, effective[name]), name in given) for name in SETTINGS]


@require_http_methods(["GET", "HEAD", "POST"])
def agent_create(request: PageRequest) -> HttpResponse:
    require(request.user, Right.CHANGE)
    form = AgentForm(None, posted(request))
    if form.submit(create_agent, by=request.user):
        messages.success(request, f"Agent {form.result.name} is added. Connect it next.")
        return redirect("web:agent-key", form.result.uuid)
    return render(request, "agents/form.html", {"form": form, "agent": None})


@require_http_methods(["GET", "HEAD", "POST"])
def agent_edit(request: PageRequest, uuid: str) -> HttpResponse:
    require(request.user, Right.CHANGE)
    agent = _agent(uuid)
    form = AgentForm(agent, posted(request)).watching(agent)
    if form.submit(edit_agent, by=request.user, agent=agent):
        messages.success(request, f"Agent {form.result.name} is saved.")
        return redirect("web:agent-detail", uuid)
    return render(request, "agents/form.html", {"form": form, "agent": agent}, status=form.status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def agent_key(request: PageRequest, uuid: str) -> HttpResponse:
    """A POST makes a key and shows it once: it is in this reply and nowhere else."""
    require(request.user, Right.CHANGE)
    agent, key, expires_at = _agent(uuid), "", None
    url = urlsplit(_controller_url(request))
    if request.method == "POST":
        key, expires_at = issue_provisioning_key(by=request.user, agent=agent)
    context = {
        "agent": agent,
        "key": key,
        "expires_at": expires_at,
        "pending": ProvisioningKey.objects.filter(agent=agent).first(),
        "has_credential": Credential.objects.filter(agent=agent).exists(),
        "url": url.geturl(),
        "is_only_here": is_loopback(url.hostname or ""),
        "is_plain": url.scheme == "http",
        "folder": f"~/.catalogweb-edge/{slug(agent.name)}",
    }
    return render_page(request, "agents/key.html", context, partial="agents/_connecting.html")


def _controller_url(request: PageRequest) -> str:
    return f"{site_of(request)}/api/v3/"


@require_http_methods(["GET", "HEAD", "POST"])
def agent_delete(request: PageRequest, uuid: str) -> HttpResponse:
    require(request.user, Right.CHANGE)
    agent = _agent(uuid)
    microservices = Microservice.objects.filter(agent=agent).select_related("application", "agent")
    number = microservices.count()
    form = ConfirmForm(agent.name, number, posted(request))
    if form.submit(delete_agent, by=request.user, agent=agent):
        messages.success(
            request, f"Agent {agent.name} is deleted. When it calls next, it will be told to remove itself."
        )
        return redirect("web:agent-list")
    context = {"agent": agent, "form": form, "microservices": microservices[:SHOWN], "number": number}
    return render(request, "agents/delete.html", context)
