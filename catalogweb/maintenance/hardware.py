"""The hardware that agents find, and for how large a list of it there is room."""

from django.conf import settings
from django.utils import timezone

from catalogweb.agents.models import Agent
from catalogweb.core.errors import Invalid
from catalogweb.core.text import storable
from catalogweb.maintenance.models import Hardware


def take_hardware(*, agent_id: int, kind: str, info: str) -> None:
    """Keep what the agent found last; it looks every minute, so nothing is logged."""
    if len(info.encode(errors="replace")) > settings.HARDWARE_MAX_BYTES:
        raise Invalid(f"The hardware's description is larger than {settings.HARDWARE_MAX_BYTES:,} bytes.", field="info")
    values = {"info": storable(info), "reported_at": timezone.now()}
    if not Hardware.objects.filter(agent_id=agent_id, kind=kind).update(**values):
        Hardware.objects.update_or_create(agent_id=agent_id, kind=kind, defaults=values)


def hardware_of(agent: Agent, kind: str) -> Hardware | None:
    return Hardware.objects.filter(agent=agent, kind=kind).first()
