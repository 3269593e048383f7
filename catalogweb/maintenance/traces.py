"""Traces: switched on and off by operators, sent piece by piece by agents. Only the end of a long one is kept."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalogweb.agents.flags import raise_flags
from catalogweb.agents.models import Flag
from catalogweb.changelog.services import record
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.text import storable
from catalogweb.deployments.models import Microservice
from catalogweb.maintenance.models import Trace


@transaction.atomic
def set_tracing(*, by: Actor, microservice: Microservice, is_enabled: bool) -> Trace:
    """Have the agent send the microservice's system calls, or no more of them. A new trace begins empty."""
    require(by, Right.CHANGE)
    trace, _ = Trace.objects.select_for_update().get_or_create(microservice=microservice)
    if is_enabled and not trace.is_enabled:
        trace.text, trace.reported_at = "", None
    trace.is_enabled = is_enabled
    trace.save()
    raise_flags([microservice.agent_id], Flag.DIAGNOSTICS)
    record(by=by, action="start trace" if is_enabled else "stop trace", obj=microservice, after={})
    return trace


def tracing_on(agent_id: int) -> dict[str, bool]:
    """Whether to trace, by uuid of each microservice of the agent that ever was to be traced."""
    rows = Trace.objects.filter(microservice__agent_id=agent_id).order_by("pk")
    return dict(rows.values_list("microservice__uuid", "is_enabled"))


@transaction.atomic
def add_to_traces(*, agent_id: int, pieces: Mapping[str, str]) -> None:
    """Keep what the agent traced, by uuid; what is not its own, or never was to be traced, is left out."""
    rows = Trace.objects.select_for_update(of=("self",)).filter(microservice__agent_id=agent_id)
    for trace in rows.filter(microservice__uuid__in=list(pieces)).select_related("microservice"):
        whole = trace.text + storable(pieces[trace.microservice.uuid])
        trace.text, trace.reported_at = whole[-settings.TRACE_MAX_CHARACTERS :], timezone.now()
        trace.save(update_fields=["text", "reported_at"])


def read_trace(*, by: Actor, microservice: Microservice) -> Trace:
    """What was traced; it may show anything that the program handled, so it is not for everybody."""
    require(by, Right.CHANGE)
    return Trace.objects.filter(microservice=microservice).first() or Trace(microservice=microservice)
