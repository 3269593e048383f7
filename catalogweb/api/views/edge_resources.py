"""Edge resources, and the agents that they are linked to."""

from typing import TypedDict

from catalogweb.agents.models import Agent
from catalogweb.api.routes import Call, Route
from catalogweb.api.shapes.edge_resources import (
    EdgeResourceChange,
    EdgeResourceCreation,
    EdgeResourceReply,
    Link,
    edge_resource_reply,
    fields_in,
)
from catalogweb.api.views.agents import agent_with
from catalogweb.edge_resources import services
from catalogweb.edge_resources.models import EdgeResource
from catalogweb.edge_resources.services import find_edge_resource


class EdgeResourceList(TypedDict):
    edgeResources: list[EdgeResourceReply]


def resource_list(call: Call) -> EdgeResourceList:
    return {"edgeResources": [edge_resource_reply(resource) for resource in EdgeResource.objects.order_by("pk")]}


def resource_versions(call: Call, name: str) -> EdgeResourceList:
    """All versions of one edge resource."""
    versions = EdgeResource.objects.filter(name=name).order_by("pk")
    return {"edgeResources": [edge_resource_reply(resource) for resource in versions]}


def resource_get(call: Call, name: str, version: str) -> EdgeResourceReply:
    return edge_resource_reply(find_edge_resource(name, version))


def resource_create(call: Call) -> EdgeResourceReply:
    return edge_resource_reply(services.create_edge_resource(by=call.by, **fields_in(call.given)))


def resource_put(call: Call, name: str, version: str) -> EdgeResourceReply | None:
    """Make it, and answer what was made; or change what is given, and answer nothing."""
    fields = fields_in(call.given)
    resource = EdgeResource.objects.filter(name=name, version=version).first()
    if resource is None:
        made = services.create_edge_resource(by=call.by, **{"name": name, "version": version} | fields)
        return edge_resource_reply(made)
    services.edit_edge_resource(by=call.by, resource=resource, **fields)
    return None


def resource_delete(call: Call, name: str, version: str) -> None:
    services.delete_edge_resource(by=call.by, resource=find_edge_resource(name, version))


def resource_link(call: Call, name: str, version: str) -> None:
    """Tell an agent's containers of it; the agent gets its tags."""
    services.link_agent(by=call.by, resource=find_edge_resource(name, version), agent=_agent(call))


def resource_unlink(call: Call, name: str, version: str) -> None:
    services.unlink_agent(by=call.by, resource=find_edge_resource(name, version), agent=_agent(call))


def _agent(call: Call) -> Agent:
    return agent_with(call.given["uuid"])


ONE = "/edgeResource/<str:name>/<str:version>"
ROUTES = [
    Route("GET", "/edgeResources", resource_list, gives=EdgeResourceList),
    Route("POST", "/edgeResource", resource_create, takes=EdgeResourceCreation, gives=EdgeResourceReply, renders=True),
    Route("GET", "/edgeResource/<str:name>", resource_versions, gives=EdgeResourceList),
    Route("GET", ONE, resource_get, gives=EdgeResourceReply),
    Route("PUT", ONE, resource_put, takes=EdgeResourceChange, gives=EdgeResourceReply, renders=True),
    Route("DELETE", ONE, resource_delete, 202),
    Route("POST", f"{ONE}/link", resource_link, takes=Link),
    Route("DELETE", f"{ONE}/link", resource_unlink, takes=Link),
]
