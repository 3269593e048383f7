"""The installation's default router, the values clients keep here, and what this controller is capable of."""

from typing import TypedDict

from catalogweb.agents.configuration import DEFAULT_ROUTER
from catalogweb.api.fields import Shape, Text, Whole
from catalogweb.api.routes import Call, Route
from catalogweb.api.wire import iso
from catalogweb.controller import services
from catalogweb.controller.models import Value
from catalogweb.core.errors import NotFound


class RouterPlace(Shape):
    host = Text(required=True, min_length=1, max_length=253)
    messagingPort = Whole(source="messaging_port", min_value=1, max_value=65535)
    edgeRouterPort = Whole(source="edge_router_port", min_value=1, max_value=65535)
    interRouterPort = Whole(source="inter_router_port", min_value=1, max_value=65535)


class KeyAndValue(Shape):
    key = Text(required=True, min_length=1, max_length=200)
    value = Text(required=True)


class RouterReply(TypedDict):
    host: str
    messagingPort: int
    edgeRouterPort: int
    interRouterPort: int


class ValueEntry(TypedDict):
    key: str
    value: str


class ValueList(TypedDict):
    config: list[ValueEntry]


class ValueRow(ValueEntry):
    id: int
    createdAt: str
    updatedAt: str


def router_get(call: Call) -> RouterReply:
    router = services.default_router()
    if router is None:
        raise NotFound(f"Invalid router '{DEFAULT_ROUTER}'")
    return {
        "host": router.host,
        "messagingPort": router.messaging_port,
        "edgeRouterPort": router.edge_router_port,
        "interRouterPort": router.inter_router_port,
    }


def router_set(call: Call) -> None:
    """Say where the default router is. Agents are not told: one without a router would wait for it."""
    services.set_default_router(by=call.by, **call.given)


def value_list(call: Call) -> ValueList:
    return {"config": [{"key": row.key, "value": row.value} for row in Value.objects.all()]}


def value_get(call: Call, key: str) -> ValueEntry:
    row = services.find_value(key)
    return {"key": row.key, "value": row.value}


def value_set(call: Call) -> ValueRow:
    row = services.set_value(by=call.by, **call.given)
    return {
        "id": row.pk,
        "key": row.key,
        "value": row.value,
        "createdAt": iso(row.created_at),
        "updatedAt": iso(row.updated_at),
    }


def capability(call: Call) -> None:
    """Clients ask by HEAD whether there is such a thing; 404 says that there is not."""


ROUTES = [
    Route("GET", "/router", router_get, gives=RouterReply),
    Route("PUT", "/router", router_set, takes=RouterPlace, renders=True),
    Route("GET", "/config", value_list, gives=ValueList),
    Route("PUT", "/config", value_set, takes=KeyAndValue, gives=ValueRow, renders=True),
    Route("GET", "/config/<str:key>", value_get, gives=ValueEntry),
    Route("HEAD", "/capabilities/edgeResources", capability, 204, is_open=True),
    Route("HEAD", "/capabilities/applicationTemplates", capability, 204, is_open=True),
]
