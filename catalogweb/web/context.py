"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from catalogweb.agents.models import AgentStatus


def product(request: HttpRequest) -> dict[str, Any]:
    """`simulated` asks the database only where a page reads it: never in fragments."""
    return {"simulated": _any_simulated, "signup_open": settings.SIGNUP_OPEN}


def _any_simulated() -> bool:
    return AgentStatus.objects.filter(simulated=True).exists()
