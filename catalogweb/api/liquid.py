"""Liquid in request bodies: what its texts see, and filters that find agents, applications and more in the wire's shape.

The filters work in application templates too, whichever door deploys one.
"""

from typing import Any

from catalogweb.agents.models import Agent
from catalogweb.agents.services import agent_named
from catalogweb.api.shapes.agents import agent_reply
from catalogweb.api.shapes.edge_resources import edge_resource_reply
from catalogweb.api.shapes.replies import application_reply
from catalogweb.core.errors import Invalid, NotFound
from catalogweb.core.liquid import finder, has_liquid, render
from catalogweb.core.rights import Actor
from catalogweb.deployments.applications import find_application
from catalogweb.deployments.models import Microservice
from catalogweb.edge_resources.services import find_edge_resource

# A password may hold any characters: it is never rendered, and no text of the body sees it.
SECRETS = frozenset({"password", "secret", "token", "privatekey"})


def rendered(body: Any, *, by: Actor, within: Any = None) -> Any:
    """The body with its texts rendered; `self` in them is the body, or that which it lies `within`, as it was sent."""
    if not has_liquid(body):
        return body
    return render(body, by=by, names={"self": _open(within or body)}, verbatim=SECRETS)


def _open(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _open(inner) for key, inner in value.items() if key.lower() not in SECRETS}
    return [_open(inner) for inner in value] if isinstance(value, list) else value


@finder("findAgent")
def find_agent(name: Any, *, by: Actor) -> dict[str, Any]:
    """By name or uuid."""
    return agent_reply(agent_named(_text(name, "findAgent")))


@finder("findApplication")
def find_application_by_name(name: Any, *, by: Actor) -> dict[str, Any]:
    """With its microservices."""
    application = find_application(_text(name, "findApplication"))
    if application.is_system:
        raise NotFound(f"There is no application “{application.name}” for people to use.")
    rows = list(Microservice.objects.detailed().filter(application=application).order_by("name"))
    return dict(application_reply(application, rows))


@finder("findMicroserviceAgent")
def find_microservice_agent(microservice: Any, *, by: Actor) -> dict[str, Any]:
    """The agent of a microservice: of one that was found, one that the body describes, or one with this uuid."""
    if isinstance(microservice, dict):
        agent = microservice.get("agent")
        named = agent.get("name") if isinstance(agent, dict) else microservice.get("agentName")
        return find_agent(microservice.get("iofogUuid") or named, by=by)
    uuid = _text(microservice, "findMicroserviceAgent")
    found = Agent.objects.with_status().filter(microservices__uuid=uuid).first()
    if found is None:
        raise NotFound(f"There is no microservice with the uuid “{uuid}”.")
    return agent_reply(found)


@finder("findEdgeResource")
def find_edge_resource_of(name: Any, version: Any = "", *, by: Actor) -> dict[str, Any]:
    """By name and version."""
    resource = find_edge_resource(_text(name, "findEdgeResource"), _text(version, "findEdgeResource", "version"))
    return dict(edge_resource_reply(resource))


def _text(value: Any, filter_name: str, what: str = "name") -> str:
    if not isinstance(value, str) or not value:
        raise Invalid(f"{filter_name} needs a {what}.")
    return value
