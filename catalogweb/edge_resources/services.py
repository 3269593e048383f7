"""Edge resources: described, changed, linked to agents. Exactly the linked agents hear of it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from catalogweb.agents.flags import raise_flags
from catalogweb.agents.models import Agent, Flag
from catalogweb.agents.services import edit_agent_row
from catalogweb.changelog.services import record, snapshot
from catalogweb.core.errors import Duplicate, Invalid, NotFound, Refusal, refuse_all
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.storing import check_columns, contested, locked
from catalogweb.edge_resources.models import EdgeResource, Protocol

ENDPOINT_FIELDS = (
    "name", "description", "method", "url", "request_type", "response_type", "request_payload_example",
    "response_payload_example",
)  # fmt: skip
METHODS = ("HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def find_edge_resource(name: str, version: str) -> EdgeResource:
    resource = EdgeResource.objects.filter(name=name, version=version).first()
    if resource is None:
        raise NotFound(f"Could not find resource {name} version {version}")
    return resource


@transaction.atomic
def create_edge_resource(*, by: Actor, **fields: Any) -> EdgeResource:
    """A new version of an edge resource, linked to no agent yet."""
    require(by, Right.CHANGE)
    resource = EdgeResource()
    _set_checked(resource, fields)
    with contested("version"):
        resource.save()
    record(by=by, action="create", obj=resource)
    return resource


@transaction.atomic
def edit_edge_resource(*, by: Actor, resource: EdgeResource, **fields: Any) -> EdgeResource:
    """Change what is given; linked agents fetch it again and get the tags that are new."""
    require(by, Right.CHANGE)
    resource = locked(EdgeResource.objects.all(), resource.pk)
    before = snapshot(resource)
    _set_checked(resource, fields)
    with contested("version"):
        resource.save()
    if record(by=by, action="update", obj=resource, before=before):
        agents = list(resource.agents.prefetch_related("tags"))
        if resource.orchestration_tags != before["orchestration_tags"]:
            for agent in agents:
                _give_tags(by, agent, resource)
        raise_flags([agent.pk for agent in agents], Flag.LINKED_EDGE_RESOURCES)
    return resource


@transaction.atomic
def delete_edge_resource(*, by: Actor, resource: EdgeResource) -> None:
    require(by, Right.CHANGE)
    resource = locked(EdgeResource.objects.all(), resource.pk)
    raise_flags(list(resource.agents.values_list("pk", flat=True)), Flag.LINKED_EDGE_RESOURCES)
    record(by=by, action="delete", obj=resource, before=snapshot(resource))
    resource.delete()


@transaction.atomic
def link_agent(*, by: Actor, resource: EdgeResource, agent: Agent) -> None:
    """The agent's containers are told of the resource, and the agent gets its tags; twice is once."""
    require(by, Right.CHANGE)
    resource = locked(EdgeResource.objects.all(), resource.pk)
    if resource.agents.filter(pk=agent.pk).exists():
        return
    resource.agents.add(agent)
    _give_tags(by, agent, resource)
    raise_flags([agent.pk], Flag.LINKED_EDGE_RESOURCES)
    record(by=by, action="link", obj=resource, after={"agent": agent.name})


@transaction.atomic
def unlink_agent(*, by: Actor, resource: EdgeResource, agent: Agent) -> None:
    """The agent's containers hear no more of the resource. Tags stay: nobody knows who else counts on them."""
    require(by, Right.CHANGE)
    resource = locked(EdgeResource.objects.all(), resource.pk)
    if not resource.agents.filter(pk=agent.pk).exists():
        return
    resource.agents.remove(agent)
    raise_flags([agent.pk], Flag.LINKED_EDGE_RESOURCES)
    record(by=by, action="unlink", obj=resource, before={"agent": agent.name}, after={})


def _give_tags(by: Actor, agent: Agent, resource: EdgeResource) -> None:
    known = agent.tag_names
    if set(resource.orchestration_tags) - set(known):
        edit_agent_row(by=by, agent=agent, tags=[*known, *resource.orchestration_tags])


def _set_checked(resource: EdgeResource, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(resource, name, value.strip() if isinstance(value, str) else value)
    _refuse_shapes(resource)
    resource.endpoints = [_endpoint(endpoint) for endpoint in resource.endpoints]
    tags = (str(tag).strip() for tag in resource.orchestration_tags)
    resource.orchestration_tags = list(dict.fromkeys(filter(None, tags)))
    check_columns(resource)
    refuse_all([*_faults(resource)])
    others = EdgeResource.objects.filter(name=resource.name, version=resource.version).exclude(pk=resource.pk)
    if others.exists():
        raise Duplicate(f"Duplicate edge resource: {resource} is there already.", field="version")


def _refuse_shapes(resource: EdgeResource) -> None:
    """What a door lets people write as free JSON may be anything."""
    if not isinstance(resource.custom, dict):
        raise Invalid('The custom part is a JSON object, such as {"model": "x"}.', field="custom")
    if not isinstance(resource.orchestration_tags, list):
        raise Invalid('Tags are a JSON list, such as ["camera"].', field="orchestration_tags")
    if not isinstance(resource.endpoints, list) or not all(isinstance(one, Mapping) for one in resource.endpoints):
        raise Invalid("Endpoints are a JSON list of objects with name, method and url.", field="endpoints")


def _endpoint(given: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(given.get(name) or "") for name in ENDPOINT_FIELDS}


def _faults(resource: EdgeResource) -> list[Refusal]:
    faults: list[Refusal] = [
        Invalid(f"Give the edge resource a {name}.", field=name)
        for name in ("name", "version")
        if not getattr(resource, name)
    ]
    if resource.protocol not in Protocol.values:
        faults.append(Invalid(f"A protocol is one of {', '.join(Protocol.values)}.", field="protocol"))
    if any(len(tag) > 100 for tag in resource.orchestration_tags):
        faults.append(Invalid("A tag has at most 100 characters.", field="orchestration_tags"))
    asks_by_method = resource.protocol in (Protocol.HTTP, Protocol.HTTPS)
    for number, endpoint in enumerate(resource.endpoints, start=1):
        if not endpoint["name"] or not endpoint["url"] or (asks_by_method and not endpoint["method"]):
            what = "a name, a method and a URL" if asks_by_method else "a name and a URL"
            faults.append(Invalid(f"Endpoint {number} needs {what}.", field="endpoints"))
        elif endpoint["method"] and endpoint["method"].upper() not in METHODS:
            faults.append(Invalid(f"Endpoint {number}: a method is one of {', '.join(METHODS)}.", field="endpoints"))
    return faults
