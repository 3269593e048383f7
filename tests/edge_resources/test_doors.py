"""Whichever door an edge resource is made, changed or deleted through, the same rows, flags and log remain."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from catalogweb.accounts.models import AccessToken
from catalogweb.accounts.services import issue_token
from catalogweb.agents.models import ChangeFlags
from catalogweb.changelog.models import Entry
from catalogweb.core.rights import Role
from catalogweb.edge_resources.models import EdgeResource
from tests.factories import AgentFactory, EdgeResourceFactory, UserFactory

pytestmark = pytest.mark.django_db
PLAIN = {"name": "cam", "version": "v1.0.0", "description": "Films"}
ENDPOINT = {"name": "picture", "method": "GET", "url": "/picture"}


class Web:
    """Pages and admin take the same plain fields, and write lists in their own way."""

    namespace, add, change, delete = "web", "edge-resource-create", "edge-resource-edit", "edge-resource-delete"
    lists = {"endpoints": "GET /picture picture", "orchestration_tags": "fast", "custom": '{"a": 1}'}

    def __init__(self, user):
        self.client = Client()
        self.client.force_login(user)

    def send(self, action, *arguments, **changes):
        fields = PLAIN | {"protocol": "https"} | self.lists | changes | {"post": "yes"}
        response = self.client.post(reverse(f"{self.namespace}:{getattr(self, action)}", args=arguments), fields)
        return "" if response.status_code == 302 else response.text


class Admin(Web):
    namespace = "admin"
    add, change, delete = (f"edge_resources_edgeresource_{action}" for action in ("add", "change", "delete"))
    lists = {"endpoints": json.dumps([ENDPOINT]), "orchestration_tags": '["fast"]', "custom": '{"a": 1}'}


class Rest:
    def __init__(self, user):
        self.client = Client(headers={"Authorization": issue_token(user=user, kind=AccessToken.Kind.SESSION)[1]})

    def send(self, action, *arguments, **changes):
        body = PLAIN | {
            "interfaceProtocol": "https", "interface": {"endpoints": [ENDPOINT]}, "orchestrationTags": ["fast"],
            "custom": {"a": 1},
        } | changes  # fmt: skip
        method, path = {"add": ("post", ""), "change": ("put", "/cam/v1.0.0"), "delete": ("delete", "/cam/v1.0.0")}[
            action
        ]
        response = getattr(self.client, method)(
            f"/api/v3/edgeResource{path}", json.dumps(body), content_type="application/json"
        )
        return "" if response.status_code < 300 else response.json()["message"]


@pytest.fixture(params=[Web, Rest, Admin], ids=lambda door: door.__name__)
def door(request):
    return request.param(UserFactory(email="ann@example.org", role=Role.SUPERUSER))


@pytest.fixture(scope="module")
def golden():
    """What the first door left, which every other must leave too."""
    first = {}
    return lambda name, found: first.setdefault(name, found)


def remains():
    unlike = {"id", "created_at", "updated_at"}
    return {
        "rows": [{k: v for k, v in row.items() if k not in unlike} for row in EdgeResource.objects.values()],
        "flags": {row.agent.name: sorted(row.raised) for row in ChangeFlags.objects.select_related("agent")},
        "tags": {row.agent.name: row.agent.tag_names for row in ChangeFlags.objects.select_related("agent")},
        "log": [(e.actor, e.action, e.object_label, e.before, e.after) for e in Entry.objects.order_by("id")],
    }


def test_every_door_creates_the_same(door, golden):
    assert door.send("add") == ""

    assert remains() == golden("create", remains())


@pytest.mark.parametrize("action", ["change", "delete"])
def test_every_door_changes_and_deletes_the_same(door, golden, action):
    resource = EdgeResourceFactory(name="cam")
    resource.agents.add(AgentFactory(name="north"))
    AgentFactory(name="south")

    assert door.send(action, resource.pk) == ""

    assert remains()["flags"] == {"north": ["linked_edge_resources"], "south": []}
    assert remains() == golden(action, remains())


def test_every_door_refuses_with_the_same_words(door):
    EdgeResourceFactory(name="cam")

    assert "Duplicate edge resource: cam v1.0.0 is there already." in door.send("add")
    assert "Use three numbers with dots" in door.send("add", version="one")
    assert EdgeResource.objects.count() == 1
