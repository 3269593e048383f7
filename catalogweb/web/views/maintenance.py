"""Looking after agents and microservices: orders to an agent, traces and image snapshots of a microservice."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogweb.agents.models import Agent
from catalogweb.core.rights import Right, require
from catalogweb.deployments.models import Microservice
from catalogweb.maintenance.models import Snapshot
from catalogweb.maintenance.orders import ROLLBACK, UPGRADE, order_version, prune, reboot
from catalogweb.maintenance.snapshots import ask_for_snapshot, snapshot_file
from catalogweb.maintenance.traces import read_trace, set_tracing
from catalogweb.maintenance.tunnels import close_tunnel, open_tunnel
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.requests import PageRequest, posted

NEW_VERSION = (
    "The agent fetches this order and a new provisioning key at its next poll, replaces itself by its own script and "
    "connects again. What runs on it may stop meanwhile."
)


@dataclass(frozen=True)
class Order:
    """One order, and what people are told before and after they give it."""

    label: str
    title: str
    text: str
    give: Callable[..., Any]


ORDERS = {
    "reboot": Order(
        "Reboot",
        "Restart this agent's machine?",
        "The machine restarts at the agent's next poll. All that runs on it stops, and comes back with the agent. "
        "An agent in a container, and catalogweb's own edge agent, leave the machine as it is.",
        reboot,
    ),
    "prune": Order(
        "Prune",
        "Remove unused images?",
        "At its next poll the agent removes the images that none of its containers uses. What is needed again later "
        "is pulled again.",
        prune,
    ),
    "upgrade": Order("Upgrade", "Install the next version?", NEW_VERSION, partial(order_version, command=UPGRADE)),
    "rollback": Order(
        "Roll back", "Return to the version before?", NEW_VERSION, partial(order_version, command=ROLLBACK)
    ),
    "open-tunnel": Order(
        "Open a tunnel",
        "Open a tunnel to this machine?",
        "At its next poll the agent fetches the SSH server's account from here and makes its own SSH port reachable there. "
        "Whoever can sign in to that server and to the machine gets a shell.",
        open_tunnel,
    ),
    "close-tunnel": Order(
        "Close the tunnel",
        "Close the tunnel?",
        "The agent ends it at its next poll. Open shells end too.",
        close_tunnel,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def agent_order(request: PageRequest, uuid: str, order: str) -> HttpResponse:
    """Says what will happen; a POST gives the order."""
    require(request.user, Right.CHANGE)
    if order not in ORDERS:
        raise Http404
    agent, asked, form = get_object_or_404(Agent, uuid=uuid), ORDERS[order], ServiceForm(posted(request))
    if form.submit(asked.give, by=request.user, agent=agent):
        messages.success(request, f"{asked.label} is ordered. {agent.name} hears of it at its next poll.")
        return redirect("web:agent-detail", uuid)
    running = agent.microservices.filter(status__state="RUNNING").count()
    return render(request, "agents/order.html", {"agent": agent, "order": asked, "form": form, "running": running})


def _microservice(request: PageRequest, uuid: str) -> Microservice:
    require(request.user, Right.CHANGE)
    return get_object_or_404(Microservice.objects.detailed(), uuid=uuid)


@require_safe
def microservice_diagnostics(request: PageRequest, uuid: str) -> HttpResponse:
    microservice = _microservice(request, uuid)
    context = {
        "microservice": microservice,
        "trace": read_trace(by=request.user, microservice=microservice),
        "snapshot": Snapshot.objects.filter(microservice=microservice).first(),
    }
    return render(request, "microservices/diagnostics.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def microservice_snapshot(request: PageRequest, uuid: str) -> HttpResponseBase:
    """The file; a POST asks the agent for a new one."""
    microservice = _microservice(request, uuid)
    if request.method == "POST":
        ask_for_snapshot(by=request.user, microservice=microservice)
        messages.success(request, f"{microservice.agent.name} is asked for the image. It may take a while to come.")
        return redirect("web:microservice-diagnostics", uuid)
    path = snapshot_file(by=request.user, microservice=microservice)
    name = f"{microservice.application.name}-{microservice.name}.tar.gz"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/gzip")


@require_POST
def microservice_trace(request: PageRequest, uuid: str) -> HttpResponse:
    microservice, is_enabled = _microservice(request, uuid), request.POST.get("enable") == "1"
    set_tracing(by=request.user, microservice=microservice, is_enabled=is_enabled)
    messages.success(request, f"The trace is to {'start' if is_enabled else 'stop'}.")
    return redirect("web:microservice-diagnostics", uuid)
