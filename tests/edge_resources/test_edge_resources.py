"""Edge resources: made, changed, deleted, linked to agents."""

import pytest
from django.db import IntegrityError

from catalogweb.agents.models import Agent
from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Duplicate, Forbidden, Invalid, NotFound
from catalogweb.edge_resources.models import EdgeResource
from catalogweb.edge_resources.services import (
    create_edge_resource,
    delete_edge_resource,
    edit_edge_resource,
    find_edge_resource,
    link_agent,
    unlink_agent,
)
from tests.factories import AgentFactory, EdgeResourceFactory

pytestmark = pytest.mark.django_db
CAMERA = {
    "name": "com.example.cam", "version": "v1.0.0", "protocol": "https", "custom": {"model": "x"},
    "endpoints": [{"name": "picture", "method": "GET", "url": "/picture"}], "orchestration_tags": ["cam", " cam", ""],
}  # fmt: skip
LINKED = {"linked_edge_resources"}


def tags_of(agent):
    return Agent.objects.get(pk=agent.pk).tag_names


def test_edge_resource_is_kept_with_its_endpoints_and_tags(operator):
    resource = create_edge_resource(by=operator, **CAMERA)

    kept = find_edge_resource("com.example.cam", "v1.0.0")
    assert kept == resource
    assert (kept.endpoints[0]["url"], kept.endpoints[0]["description"]) == ("/picture", "")
    assert kept.orchestration_tags == ["cam"]
    assert Entry.objects.get().action == "create"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Cam_1"}, "name"),
        ({"name": "a" * 201}, "name"),
        ({"version": ""}, "version"),
        ({"version": "one"}, "version"),
        ({"version": "1.0"}, "version"),
        ({"protocol": "ftp"}, "protocol"),
        ({"custom": []}, "custom"),
        ({"custom": {"a": "\x00"}}, "custom"),
        ({"endpoints": [{"name": "a", "url": "/a"}]}, "endpoints"),
        ({"endpoints": [{"name": "a", "method": "GET"}]}, "endpoints"),
        ({"endpoints": [{"name": "a", "method": "LOOK", "url": "/a"}]}, "endpoints"),
        ({"endpoints": ["GET /a a"]}, "endpoints"),
        ({"endpoints": {"name": "a"}}, "endpoints"),
        ({"orchestration_tags": ["a" * 101]}, "orchestration_tags"),
        ({"orchestration_tags": "cam"}, "orchestration_tags"),
    ],
)
def test_edge_resource_is_refused_with_the_field_at_fault(operator, change, field):
    with pytest.raises(Invalid) as refused:
        create_edge_resource(by=operator, **CAMERA | change)

    assert refused.value.field == field
    assert not EdgeResource.objects.exists()


@pytest.mark.parametrize("version", ["v1.0.0", "1.0.0", "10.20.30", "v1.0.0-rc.1"])
def test_version_is_three_numbers(operator, version):
    assert create_edge_resource(by=operator, name="cam", version=version).version == version


def test_endpoint_of_a_web_socket_needs_no_method(operator):
    endpoints = [{"name": "stream", "url": "/stream"}]

    assert create_edge_resource(by=operator, name="cam", version="1.0.0", protocol="wss", endpoints=endpoints).pk


def test_version_is_there_once_and_others_beside_it(operator):
    EdgeResourceFactory(name="cam", version="v1.0.0")

    with pytest.raises(Duplicate):
        create_edge_resource(by=operator, name="cam", version="v1.0.0")
    create_edge_resource(by=operator, name="cam", version="v2.0.0")

    with pytest.raises(IntegrityError):
        EdgeResourceFactory(name="cam", version="v2.0.0")


def test_linked_agent_hears_of_it_and_gets_its_tags(operator, raised):
    agent, other = AgentFactory(name="north"), AgentFactory(name="south")
    resource = create_edge_resource(by=operator, **CAMERA)

    link_agent(by=operator, resource=resource, agent=agent)

    assert raised() == {"north": LINKED}
    assert (tags_of(agent), tags_of(other)) == (["cam"], [])
    assert list(resource.agents.all()) == [agent]
    assert Entry.objects.first().after == {"agent": "north"}


def test_linking_twice_is_linking_once(operator, raised):
    agent, resource = AgentFactory(), EdgeResourceFactory()
    link_agent(by=operator, resource=resource, agent=agent)
    entries = Entry.objects.count()
    agent.flags.__class__.objects.update(linked_edge_resources=0)

    link_agent(by=operator, resource=resource, agent=agent)

    assert raised() == {}
    assert Entry.objects.count() == entries


def test_unlinking_tells_the_agent_and_leaves_its_tags(operator, raised):
    agent, resource = AgentFactory(name="north"), create_edge_resource(by=operator, **CAMERA)
    link_agent(by=operator, resource=resource, agent=agent)
    agent.flags.__class__.objects.update(linked_edge_resources=0)

    unlink_agent(by=operator, resource=resource, agent=agent)
    unlink_agent(by=operator, resource=resource, agent=AgentFactory(name="south"))

    assert raised() == {"north": LINKED}
    assert tags_of(agent) == ["cam"]
    assert not resource.agents.exists()


def test_change_is_told_to_exactly_the_linked_agents(operator, raised):
    agent, resource = AgentFactory(name="north"), EdgeResourceFactory()
    resource.agents.add(agent)
    EdgeResourceFactory().agents.add(AgentFactory(name="south"))

    edit_edge_resource(by=operator, resource=resource, description="")
    assert raised() == {}
    edit_edge_resource(by=operator, resource=resource, description="new", orchestration_tags=["fast"])

    assert raised() == {"north": LINKED}
    assert tags_of(agent) == ["fast"]


def test_deletion_is_told_to_exactly_the_linked_agents(operator, raised):
    resource = EdgeResourceFactory()
    resource.agents.add(AgentFactory(name="north"))
    AgentFactory(name="south")

    delete_edge_resource(by=operator, resource=resource)

    assert raised() == {"north": LINKED}
    assert not EdgeResource.objects.exists()
    assert Entry.objects.get().action == "delete"


def test_unknown_version_is_not_found():
    EdgeResourceFactory(name="cam")

    with pytest.raises(NotFound, match="Could not find resource cam version v9.0.0"):
        find_edge_resource("cam", "v9.0.0")


def test_viewer_changes_nothing(viewer):
    agent, resource = AgentFactory(), EdgeResourceFactory()
    attempts = [
        lambda: create_edge_resource(by=viewer, name="cam", version="1.0.0"),
        lambda: edit_edge_resource(by=viewer, resource=resource, description="x"),
        lambda: delete_edge_resource(by=viewer, resource=resource),
        lambda: link_agent(by=viewer, resource=resource, agent=agent),
        lambda: unlink_agent(by=viewer, resource=resource, agent=agent),
    ]

    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()
