"""Answers that never change, which clients ask for all the same."""

from typing import TypedDict

from catalogweb.api.routes import Call, Route


class AgentType(TypedDict):
    id: int
    name: str
    image: str
    description: str


class AgentTypes(TypedDict):
    fogTypes: list[AgentType]


class EmailActivation(TypedDict):
    isEmailActivationEnabled: bool


def _type(number: int, name: str, description: str) -> AgentType:
    return {"id": number, "name": name, "image": "", "description": description}


TYPES = [
    _type(0, "Unspecified", "Not known until the agent is provisioned."),
    _type(1, "Standard Linux (x86)", "Linux on an x86 processor."),
    _type(2, "ARM Linux", "Linux on an ARM processor."),
]


def agent_types(call: Call) -> AgentTypes:
    return {"fogTypes": TYPES}


def email_activation(call: Call) -> EmailActivation:
    return {"isEmailActivationEnabled": False}


class NoRoutes(TypedDict):
    routes: list[str]


def message_routes(call: Call) -> NoRoutes:
    """Message routes are no part of this controller; older clients cannot do without the list."""
    return {"routes": []}


ROUTES = [
    Route("GET", "/fog-types", agent_types, gives=AgentTypes, is_open=True),
    Route("GET", "/email-activation", email_activation, gives=EmailActivation, is_open=True),
    Route("GET", "/routes", message_routes, gives=NoRoutes),
]
