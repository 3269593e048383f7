"""Events, for superusers: one for each request of a user that was to change something."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypedDict

from django.utils.dateparse import parse_datetime
from rest_framework.request import Request

from catalogweb.api.audit import SUBJECTS
from catalogweb.api.fields import Shape, Whole
from catalogweb.api.routes import Call, Route
from catalogweb.api.wire import iso, milliseconds
from catalogweb.changelog.events import LONGEST, forget_events
from catalogweb.changelog.models import Event, EventQuerySet
from catalogweb.core.errors import Invalid
from catalogweb.core.names import camel
from catalogweb.core.rights import Right, require

USUAL, MOST = 200, 1000
# All that is kept: requests of users, over HTTP.
EVENT_TYPE, ENDPOINT_TYPE = "HTTP", "user"
ODD_TYPES = {"catalog item": "catalog", "route": "routing", "setting": "config"}
TYPES = {subject: ODD_TYPES.get(subject, camel(subject.replace(" ", "_"))) for subject in SUBJECTS.values()}


class Record(TypedDict):
    id: int
    timestamp: int
    eventType: str
    endpointType: str
    actorId: str | None
    method: str | None
    resourceType: str | None
    resourceId: str | None
    endpointPath: str
    ipAddress: str | None
    status: str
    statusCode: int | None
    statusMessage: str | None
    requestId: str | None
    createdAt: str
    updatedAt: str


class Records(TypedDict):
    events: list[Record]
    total: int
    limit: int
    offset: int


class Forgetting(Shape):
    days = Whole(required=True, max_value=LONGEST)


class Forgotten(TypedDict):
    deletedCount: int
    deletedBefore: str | None
    deletedAt: str
    deletedAll: bool


def event_list(call: Call) -> Records:
    """Newest first. Times are ISO 8601 or milliseconds; `method` may be given several times."""
    require(call.by, Right.ADMINISTER)
    limit, offset = _number(call.query, "limit", USUAL, least=1, most=MOST), _number(call.query, "offset", 0)
    events = _filtered(call.request)
    rows = [_record(event) for event in events[offset : offset + limit]]
    return {"events": rows, "total": events.count(), "limit": limit, "offset": offset}


def _record(event: Event) -> Record:
    at = iso(event.at)
    return {
        "id": event.pk,
        "timestamp": milliseconds(event.at),
        "eventType": EVENT_TYPE,
        "endpointType": ENDPOINT_TYPE,
        "actorId": event.actor,
        "method": event.method,
        "resourceType": TYPES.get(event.subject, event.subject),
        "resourceId": event.subject_id or None,
        "endpointPath": event.path,
        "ipAddress": event.address or None,
        "status": "SUCCESS" if event.succeeded else "FAILED",
        "statusCode": event.status_code,
        "statusMessage": event.message or "Success",
        "requestId": event.request_id,
        "createdAt": at,
        "updatedAt": at,
    }


def _filtered(request: Request) -> EventQuerySet:
    query, events = request.query_params, Event.objects.all()
    if query.get("eventType", EVENT_TYPE) != EVENT_TYPE or query.get("endpointType", ENDPOINT_TYPE) != ENDPOINT_TYPE:
        return events.none()
    if methods := [method for given in query.getlist("method") for method in given.upper().split(",") if method]:
        events = events.filter(method__in=methods)
    if kind := query.get("resourceType"):
        events = events.filter(subject=next((ours for ours, theirs in TYPES.items() if theirs == kind), kind))
    if actor := query.get("actorId"):
        events = events.filter(actor__iexact=actor)
    if "startTime" in query:
        events = events.filter(at__gte=_moment(query, "startTime"))
    if "endTime" in query:
        events = events.filter(at__lte=_moment(query, "endTime"))
    status = query.get("status", "").upper()
    return {"SUCCESS": events.succeeded, "FAILED": events.failed}.get(
        status, events.all if not status else events.none
    )()


def _number(query: Mapping[str, str], name: str, usual: int, *, least: int = 0, most: int = 2**31 - 1) -> int:
    text = query.get(name, "") or str(usual)
    if not text.isdecimal() or not least <= (number := int(text[:12])) <= most:
        raise Invalid(f"Field '{name}' is a whole number from {least} to {most}.", field=name)
    return number


def _moment(query: Mapping[str, str], name: str) -> datetime:
    text = query[name].strip()
    try:
        moment = datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdecimal() else parse_datetime(text)
    except (ValueError, OverflowError, OSError):
        moment = None
    if moment is None:
        raise Invalid(f"Field '{name}' is a time such as 2026-11-24T08:00:00Z, or milliseconds.", field=name)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def event_delete(call: Call) -> Forgotten:
    """Delete events older than a number of days; 0 deletes all of them. This request becomes an event itself."""
    days = call.given["days"]
    number, before = forget_events(by=call.by, days=days)
    return {
        "deletedCount": number,
        "deletedBefore": iso(before) if before else None,
        "deletedAt": iso(datetime.now(UTC)),
        "deletedAll": days == 0,
    }


FILTERS = (
    "limit", "offset", "startTime", "endTime", "endpointType", "resourceType", "status", "method", "actorId",
    "eventType",
)  # fmt: skip
ROUTES = [
    Route("GET", "/events", event_list, gives=Records, query=FILTERS),
    Route("DELETE", "/events", event_delete, takes=Forgetting, gives=Forgotten),
]
