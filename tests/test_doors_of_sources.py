"""As test_doors.py, for what microservices are made of: items, registries, agents and applications."""

import json

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from catalogweb.accounts.models import AccessToken
from catalogweb.accounts.services import issue_token
from catalogweb.agents.models import Agent
from catalogweb.catalog.models import CatalogItem, Image, Registry, Revision
from catalogweb.changelog.models import Entry
from catalogweb.core.rights import Role
from catalogweb.deployments.models import Application, Microservice
from tests.factories import AgentFactory, CatalogItemFactory, MicroserviceFactory, PrivateRegistryFactory, UserFactory
from tests.test_doors import HEAD, columns, settle

pytestmark = pytest.mark.django_db

MODELS = {"item": CatalogItem, "registry": Registry, "agent": Agent, "application": Application}
NEW = {
    "item": {"name": "camera", "description": "Films", "x86": "team/cam:1", "arm": "team/cam-arm:1"},
    "registry": {"url": "reg.example.net", "username": "ann", "password": "a long secret", "email": "a@example.net"},
    "agent": {"name": "west", "architecture": "arm", "description": "At the gate", "location": "Gate 3"},
    "application": {"name": "shop", "description": "Sells"},
}
# What becomes of the one that is there already, and that a microservice uses.
EDITED = {
    "item": {"name": "web", "description": "Shows", "x86": "team/web:2", "arm": "team/web-arm:2"},
    "registry": {"url": "reg.example.org", "username": "john", "password": "another secret", "email": "j@example.org"},
    "agent": {"name": "north", "architecture": "x86", "description": "Moved", "location": "Hall 2"},
    "application": {"name": "till", "description": "Takes money"},
}
REFUSED = {
    "item": ({"name": "Router"}, "Duplicate name 'Router'"),
    "registry": ({"email": "nobody"}, "Invalid format for field 'email'"),
    "agent": ({"name": "north"}, "Duplicate name 'north'"),
    "application": ({"name": "till"}, "Duplicate name 'till'"),
}


class Web:
    """The operators' pages."""

    NAMES = {"item": "catalog", "registry": "registry", "agent": "agent", "application": "application"}
    KEYS = {"item": "pk", "registry": "pk", "agent": "uuid", "application": "name"}

    def __init__(self, user):
        self.client = Client()
        self.client.force_login(user)

    def create(self, kind, fields):
        return self._send(f"web:{self.NAMES[kind]}-create", [], self._form(kind, fields))

    def edit(self, kind, row, fields):
        kept = {"move_running": "on"} if kind == "item" else {}
        return self._send(f"web:{self.NAMES[kind]}-edit", [self._key(kind, row)], self._form(kind, fields) | kept)

    def delete(self, kind, row):
        return self._send(f"web:{self.NAMES[kind]}-delete", [self._key(kind, row)], {"confirmed": "on", "name": row})

    def _key(self, kind, row):
        return getattr(row, self.KEYS[kind])

    def _form(self, kind, fields):
        more = {"item": {"registry": 1}, "application": {"is_activated": "on"}}
        return fields | more.get(kind, {})

    def _send(self, name, arguments, fields):
        response = self.client.post(reverse(name, args=arguments), fields)
        return "" if response.status_code == 302 else response.text


class Admin(Web):
    """Django admin."""

    def create(self, kind, fields):
        return self._send(self._name(kind, "add"), [], self._form(kind, fields))

    def edit(self, kind, row, fields):
        kept = {"move_running": "on"} if kind == "item" else {}
        return self._send(self._name(kind, "change"), [row.pk], self._form(kind, fields) | kept)

    def delete(self, kind, row):
        """A refusal is a message on the page that the answer leads to."""
        response = self.client.post(reverse(self._name(kind, "delete"), args=[row.pk]), {"post": "yes"}, follow=True)
        return "".join(str(message) for message in response.context["messages"] if message.level_tag == "error")

    def _name(self, kind, action):
        return f"admin:{MODELS[kind]._meta.app_label}_{MODELS[kind]._meta.model_name}_{action}"

    def _form(self, kind, fields):
        item = {"picture": "images/shared/default.png", "config_example": "{}", "ram_required": 0, "disk_required": 0}
        more = {"item": item, "agent": {"configuration": "{}"}, "registry": {"is_secure": "on"}}
        return super()._form(kind, fields) | more.get(kind, {})


class Rest:
    """The REST door, in the contract's shapes."""

    PATHS = {"item": "catalog/microservices", "registry": "registries", "agent": "iofog", "application": "application"}

    def __init__(self, user):
        token = issue_token(user=user, kind=AccessToken.Kind.SESSION)[1]
        self.client = Client(headers={"Authorization": token})

    def create(self, kind, fields):
        return self._send("post", self.PATHS[kind], self._body(kind, fields))

    def edit(self, kind, row, fields):
        return self._send("patch", self._one(kind, row), self._body(kind, fields))

    def delete(self, kind, row):
        return self._send("delete", self._one(kind, row), {})

    def _one(self, kind, row):
        return f"{self.PATHS[kind]}/{getattr(row, Web.KEYS[kind])}"

    def _body(self, kind, fields):
        body = dict(fields)
        if kind == "item":
            images = [(body.pop("x86"), 1), (body.pop("arm"), 2)]
            body["images"] = [{"containerImage": image, "fogTypeId": number} for image, number in images]
            body["registryId"] = 1
        if kind == "registry":
            body["isPublic"] = True
        if kind == "agent":
            body["fogType"] = {"x86": 1, "arm": 2}[body.pop("architecture")]
        if kind == "application":
            body["isActivated"] = True
        return body

    def _send(self, method, path, body):
        send = getattr(self.client, method)
        response = send(f"/api/v3/{path}", json.dumps(body), content_type="application/json")
        return "" if response.status_code < 300 else response.json()["message"]


class Manifest(Rest):
    """Documents; agents and deletions have none."""

    def create(self, kind, fields):
        return self._apply(getattr(self, f"_{kind}")(dict(fields)))

    def edit(self, kind, row, fields):
        return self.create(kind, fields)

    def _item(self, fields):
        return ("CatalogItem", fields.pop("name"), fields | {"registry": "remote"})

    def _registry(self, fields):
        return ("Registry", "", fields | {"private": True})

    def _application(self, fields):
        return ("Application", fields.pop("name"), fields)

    def _apply(self, document):
        kind, name, spec = document
        text = f"{HEAD}kind: {kind}\nmetadata: {json.dumps({'name': name} if name else {})}\nspec: {json.dumps(spec)}\n"
        response = self.client.post("/api/v3/manifests", text, content_type="application/yaml")
        return "\n".join(fault["message"] for fault in response.json().get("faults", []))


def through(*doors, kinds=tuple(MODELS), but=()):
    """Each of these doors with each kind, but for the pairs that do not exist."""
    pairs = [(door, kind) for door in doors for kind in kinds if (door, kind) not in but]
    ids = [f"{door.__name__}-{kind}" for door, kind in pairs]
    return pytest.mark.parametrize(("door", "kind"), pairs, indirect=["door"], ids=ids)


@pytest.fixture
def door(request):
    return request.param(UserFactory(email="ann@example.org", role=Role.SUPERUSER))


@pytest.fixture(autouse=True)
def place():
    """One of each kind, all in use by a microservice that failed to pull."""
    registry = PrivateRegistryFactory(url="reg.example.org", username="john")
    north = AgentFactory(name="north", architecture="x86")
    item = CatalogItemFactory(name="web", images={"x86": "team/web:1", "arm": "team/web-arm:1"})
    web = MicroserviceFactory(name="web", agent=north, application__name="till", revision=item.current)
    own = MicroserviceFactory(
        name="own", agent=north, application=web.application, revision__registry=registry,
        revision__images={"x86": "reg.example.org/team/own:1"}, status__state="FAILED",
    )  # fmt: skip
    assert own.revision.item is None
    settle()


def existing(kind):
    return {
        "item": lambda: CatalogItem.objects.get(name="web"),
        "registry": lambda: Registry.objects.get(url="reg.example.org"),
        "agent": lambda: Agent.objects.get(name="north"),
        "application": lambda: Application.objects.get(name="till"),
    }[kind]()


def remains(kind):
    """Rows, flags and log. A seal differs each time that the same secret is sealed."""
    order = {"registry": "url"}.get(kind, "name")
    rows = columns(MODELS[kind], order)
    for row in rows:
        row.pop("password_sealed", None)
        row.pop("current", None)
    flags = apps.get_model("agents", "ChangeFlags").objects.select_related("agent")
    return {
        "rows": rows,
        "revisions": [{**r, "item": r["item"]} for r in columns(Revision, "pk")],
        "images": [row["reference"] for row in columns(Image, "pk")],
        "generations": sorted(Microservice.objects.values_list("name", "generation")),
        "flags": {row.agent.name: sorted(row.raised) for row in flags},
        "log": [
            (e.actor, e.action, e.object_type, e.object_label, e.before, e.after)
            for e in Entry.objects.exclude(door="system").order_by("id")
        ],
    }


@pytest.fixture(scope="module")
def golden():
    """What the first door left, which every other must leave too."""
    first = {}
    return lambda name, found: first.setdefault(name, found)


@through(Web, Rest, Admin, Manifest, but=[(Manifest, "agent")])
def test_every_door_creates_the_same(door, kind, golden):
    assert door.create(kind, NEW[kind]) == ""

    assert remains(kind) == golden(f"create {kind}", remains(kind))


@through(Web, Rest, Admin, Manifest, but=[(Manifest, "agent")])
def test_every_door_edits_the_same(door, kind, golden):
    assert door.edit(kind, existing(kind), EDITED[kind]) == ""

    assert remains(kind) == golden(f"edit {kind}", remains(kind))


@through(Web, Rest, Admin, kinds=["agent", "application"])
def test_every_door_deletes_the_same(door, kind, golden):
    assert door.delete(kind, existing(kind)) == ""

    assert remains(kind) == golden(f"delete {kind}", remains(kind))


@through(Web, Rest, Admin)
def test_every_door_refuses_with_the_same_words(door, kind):
    changes, sentence = REFUSED[kind]
    before = remains(kind)

    said = door.create(kind, NEW[kind] | changes).replace("&#x27;", "'")

    assert sentence in said
    assert remains(kind) == before


@through(Web, Rest, Admin, kinds=["item", "registry"])
def test_every_door_keeps_what_is_used(door, kind):
    said = door.delete(kind, existing(kind))

    assert "till" in said
    assert existing(kind)
