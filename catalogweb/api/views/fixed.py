"""Answers that never change, which clients ask for all the same."""

from typing import Any, TypedDict

from catalogweb.api.routes import Call, Route


class AgentType(TypedDict):
    id: int
    name: str
    image: str
    description: str


class AgentTypes(TypedDict):
    fogTypes: list[AgentType]


def _type(number: int, name: str, description: str) -> AgentType:
    return {"id": number, "name": name, "image": "", "description": description}


TYPES = [
    _type(0, "Unspecified", "Not known until the agent is provisioned."),
    _type(1, "Standard Linux (x86)", "Linux on an x86 processor."),
    _type(2, "ARM Linux", "Linux on an ARM processor."),
]


def agent_types(call: Call) -> AgentTypes:
    return {"fogTypes": TYPES}


# Families that are not built here: their lists are empty, the rest of their paths is told by `no_such`.
EMPTY = {
    "/services": "",
    "/certificates": "certificates",
    "/certificates/ca": "cas",
    "/certificates/expiring": "certificates",
    "/nats/accounts": "accounts",
    "/nats/users": "users",
    "/nats/account-rules": "rules",
    "/nats/user-rules": "rules",
    "/cluster/controllers": "",
}
Nothing = list[dict[str, Any]]


def _empty(path: str, key: str) -> Route:
    """A list of nothing: bare, or under its key."""

    def nothing(call: Call) -> dict[str, Nothing] | Nothing:
        return {key: []} if key else []

    nothing.__name__ = f"no{path.replace('/', '_').replace('-', '_')}"
    return Route("GET", path, nothing, gives=dict[str, Nothing] if key else Nothing)


ROUTES = [
    *[_empty(path, key) for path, key in EMPTY.items()],
    Route("GET", "/fog-types", agent_types, gives=AgentTypes, is_open=True),
]
