"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from catalogweb.agents.models import AgentStatus
from catalogweb.web.places import PAGES, Place, open_to


def product(request: HttpRequest) -> dict[str, Any]:
    """`simulated` asks the database only where a page reads it: never in fragments."""
    return {"simulated": _simulated, "signup_open": settings.SIGNUP_OPEN, "places_by_key": lambda: _by_key(request)}


def _by_key(request: HttpRequest) -> list[Place]:
    """Where one key goes, for whoever is signed in."""
    user = getattr(request, "user", None)
    return [place for place in open_to(user, PAGES) if place.key] if user and user.is_authenticated else []


def _simulated() -> list[AgentStatus]:
    """The agents that only pretend; one more than the notice names, so that it knows of others."""
    return list(AgentStatus.objects.filter(simulated=True).select_related("agent").order_by("agent__name")[:4])
