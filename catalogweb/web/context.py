"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from catalogweb.agents.models import AgentStatus


def product(request: HttpRequest) -> dict[str, Any]:
    """`simulated` asks the database only where a page reads it: never in fragments."""
    return {"simulated": _simulated, "signup_open": settings.SIGNUP_OPEN}


def _simulated() -> list[AgentStatus]:
    """The agents that only pretend; one more than the notice names, so that it knows of others."""
    return list(AgentStatus.objects.filter(simulated=True).select_related("agent").order_by("agent__name")[:4])
