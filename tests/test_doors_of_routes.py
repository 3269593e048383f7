"""As test_doors.py, for routes."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from catalogweb.accounts.models import AccessToken
from catalogweb.accounts.services import issue_token
from catalogweb.agents.models import ChangeFlags
from catalogweb.changelog.models import Entry
from catalogweb.core.rights import Role
from catalogweb.deployments.models import Microservice, Route
from tests.factories import AgentFactory, ApplicationFactory, MicroserviceFactory, UserFactory
from tests.test_doors import HEAD, columns, settle

pytestmark = pytest.mark.django_db


class Web:
    """The operators' pages. Each door says what it was refused, or nothing."""

    def __init__(self, user):
        self.client = Client()
        self.client.force_login(user)

    def create(self, source, destination):
        fields = {"source": source, "destination": destination, "name": "beat"}
        return self._send("web:route-create", ["shop"], fields)

    def delete(self):
        return self._send("web:route-delete", ["shop", "beat"], {})

    def _send(self, name, arguments, fields):
        response = self.client.post(reverse(name, args=arguments), fields)
        return "" if response.status_code == 302 else response.text


class Admin(Web):
    """Django admin."""

    def create(self, source, destination):
        ends = {
            "source": Microservice.objects.get(name=source),
            "destination": Microservice.objects.get(name=destination),
        }
        fields = {"application": ends["source"].application_id, "name": "beat"} | {n: row.pk for n, row in ends.items()}
        return self._send("admin:deployments_route_add", [], fields)

    def delete(self):
        return self._send("admin:deployments_route_delete", [Route.objects.get().pk], {"post": "yes"})


class Rest:
    """The REST door, in the contract's shapes."""

    def __init__(self, user):
        token = issue_token(user=user, kind=AccessToken.Kind.SESSION)[1]
        self.client = Client(headers={"Authorization": token})

    def create(self, source, destination):
        body = {"name": "beat", "application": "shop", "from": source, "to": destination}
        return self._send("post", "routes", json.dumps(body), "application/json")

    def delete(self):
        return self._send("delete", "routes/shop/beat", "", "application/json")

    def _send(self, method, path, text, content_type):
        response = getattr(self.client, method)(f"/api/v3/{path}", text, content_type=content_type)
        return "" if response.status_code < 300 else response.json()["message"]


class Manifest(Rest):
    """A document of the route, and the application's list to remove it."""

    def create(self, source, destination):
        return self._apply(
            f"{HEAD}kind: Route\nmetadata: {{name: shop/beat}}\nspec: {{from: {source}, to: {destination}}}\n"
        )

    def delete(self):
        return self._apply(f"{HEAD}kind: Application\nmetadata: {{name: shop}}\nspec: {{routes: []}}\n")

    def _apply(self, text):
        return self._send("post", "manifests", text, "application/yaml")


class Upload(Rest):
    """The application's file, as the CLI uploads it."""

    def create(self, source, destination):
        return self._put(f"[{{name: beat, from: {source}, to: {destination}}}]")

    def delete(self):
        return self._put("[]")

    def _put(self, routes):
        text = f"kind: Application\nmetadata: {{name: shop}}\nspec: {{routes: {routes}}}\n"
        return self._send("put", "application/yaml/shop", text, "application/yaml")


@pytest.fixture(params=[Web, Rest, Manifest, Upload, Admin], ids=lambda door: door.__name__)
def door(request):
    return request.param(UserFactory(email="ann@example.org", role=Role.SUPERUSER))


@pytest.fixture(autouse=True)
def place():
    application = ApplicationFactory(name="shop")
    for name in ("web", "till"):
        MicroserviceFactory(name=name, application=application, agent=AgentFactory(name=f"agent-of-{name}"))


def remains():
    entries = Entry.objects.filter(object_type="route").order_by("id")
    return {
        "routes": columns(Route, "name"),
        "flags": {flags.agent.name: sorted(flags.raised) for flags in ChangeFlags.objects.select_related("agent")},
        "log": [(e.actor, e.action, e.object_label, e.before, e.after) for e in entries],
    }


@pytest.fixture(scope="module")
def golden():
    """What the first door left, which every other must leave too."""
    first = {}
    return lambda name, found: first.setdefault(name, found)


@pytest.mark.parametrize("act", ["create", "delete"])
def test_every_door_leaves_the_same_of_a_route(door, act, golden):
    assert door.create("web", "till") == ""
    if act == "delete":
        settle()
        assert door.delete() == ""

    found = remains()
    assert found["log"][-1][1] == act
    assert found == golden(act, found)


@pytest.mark.parametrize("kind", [Web, Rest, Manifest, Admin])
def test_every_door_says_the_same_of_ends_that_are_taken(kind):
    """But for a file's list, which means all of them: there the first one goes."""
    door = kind(UserFactory(role=Role.SUPERUSER))
    door.create("web", "till")
    Route.objects.update(name="first")

    assert "route already exists: the messages of web go to till already." in door.create("web", "till")
    assert Route.objects.get().name == "first"
