"""One rule, every door: whichever door a microservice is made, edited, moved or deleted through, the same remains.

The same rows (every column but ids and times), flags, change-log entries, and sentences of refusal.
"""

import contextlib
import io
import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from catalogweb.accounts.models import AccessToken
from catalogweb.accounts.services import issue_token
from catalogweb.agents.flags import acknowledge
from catalogweb.agents.models import Agent, ChangeFlags
from catalogweb.catalog.models import CatalogItem
from catalogweb.changelog.models import Entry
from catalogweb.core.rights import Role
from catalogweb.deployments.models import Application, Deployment, Microservice, MicroserviceStatus, PortMapping
from tests.factories import AgentFactory, ApplicationFactory, CatalogItemFactory, MicroserviceFactory, UserFactory

pytestmark = pytest.mark.django_db

HEAD = "apiVersion: iofog.org/v3\n"


class Web:
    """The operators' pages. Each door says what it was refused, or nothing."""

    def __init__(self, user):
        self.client = Client()
        self.client.force_login(user)

    def create(self, *, agent, external):
        item = CatalogItem.objects.get(name="web")
        fields = {
            "item": item.pk,
            "agents": [Agent.objects.get(name=agent).uuid],
            "application": "shop",
            "name": "front",
        }
        return self._send("web:deploy", (), fields | {"ports": f"{external}:80", "env": "LEVEL=3", "log_size": "1"})

    def edit(self, *, agent, external):
        microservice = Microservice.objects.get(name="front")
        fields = {
            "name": "front", "agent": agent, "source": microservice.revision_id, "is_activated": "on",
            "ports": f"{external}:80", "env": "LEVEL=3", "log_size": "1",
        }  # fmt: skip
        return self._send("web:microservice-edit", (microservice.uuid,), fields)

    def delete(self):
        return self._send("web:microservice-delete", (Microservice.objects.get(name="front").uuid,), {})

    def _send(self, name, arguments, fields):
        response = self.client.post(reverse(name, args=arguments), fields)
        if response.status_code == 302:
            return []
        return [text for errors in response.context["form"].errors.values() for text in errors]


class Rest:
    """The REST door, in the contract's shapes."""

    def __init__(self, user):
        token = issue_token(user=user, kind=AccessToken.Kind.SESSION)[1]
        self.client = Client(headers={"Authorization": token})

    def create(self, *, agent, external):
        item = CatalogItem.objects.get(name="web")
        body = {"name": "front", "application": "shop", "agentName": agent, "catalogItemId": item.pk}
        return self._send("post", "", body | self._settings(external))

    def edit(self, *, agent, external):
        uuid = Microservice.objects.get(name="front").uuid
        return self._send("patch", f"/{uuid}", {"agentName": agent, **self._settings(external)})

    def delete(self):
        return self._send("delete", f"/{Microservice.objects.get(name='front').uuid}", {})

    def _settings(self, external):
        return {"ports": [{"internal": 80, "external": external}], "env": [{"key": "LEVEL", "value": "3"}]}

    def _send(self, method, path, body):
        send = getattr(self.client, method)
        response = send(f"/api/v3/microservices{path}", json.dumps(body), content_type="application/json")
        return [] if response.status_code < 300 else response.json().get("messages", [response.json()["message"]])


class Manifest(Rest):
    """A manifest sent to the REST door."""

    def create(self, *, agent, external):
        return self.apply(self._microservice(agent, external))

    def edit(self, *, agent, external):
        return self.create(agent=agent, external=external)

    def delete(self):
        return self.apply(f"{HEAD}kind: Application\nmetadata:\n  name: shop\nspec:\n  microservices: []\n")

    def _microservice(self, agent, external):
        return (
            f"{HEAD}kind: Microservice\nmetadata:\n  name: shop/front\nspec:\n  agent:\n    name: {agent}\n"
            f"  images:\n    catalogId: web\n  container:\n    ports:\n      - internal: 80\n        external: {external}\n"
            f"    env:\n      - key: LEVEL\n        value: 3\n"
        )

    def apply(self, text):
        response = self.client.post("/api/v3/manifests", text, content_type="application/yaml")
        return [fault["message"] for fault in response.json().get("faults", [])]


class Upload(Manifest):
    """The same document as the file that the CLIs upload."""

    def edit(self, *, agent, external):
        uuid = Microservice.objects.get(name="front").uuid
        return self._put("patch", f"microservices/yaml/{uuid}", self._microservice(agent, external))

    def apply(self, text):
        is_application = "kind: Application" in text
        method, path = ("put", "application/yaml/shop") if is_application else ("post", "microservices/yaml")
        return self._put(method, path, text)

    def _put(self, method, path, text):
        response = getattr(self.client, method)(f"/api/v3/{path}", text, content_type="application/yaml")
        return [] if response.status_code < 300 else [fault["message"] for fault in response.json()["faults"]]


class ManifestPage(Manifest):
    """The same text on the manifests page."""

    def __init__(self, user):
        self.client = Client()
        self.client.force_login(user)

    def apply(self, text):
        response = self.client.post(reverse("web:manifests"), {"text": text, "do": "apply"})
        return [fault.message for fault in response.context.get("faults") or []]


class Command(Manifest):
    """The same text given to `manage.py apply`."""

    def __init__(self, user):
        self.user = user

    def apply(self, text):
        with contextlib.redirect_stdout(io.StringIO()), pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
            errors = io.StringIO()
            try:
                call_command("apply", "-f", "-", "--as", self.user.email, stdout=io.StringIO(), stderr=errors)
            except (CommandError, SystemExit) as refused:
                lines = (errors.getvalue() + str(refused)).splitlines()
                return [
                    re.sub(r"^\S+: document \d+ \w+ [\w.]+: ", "", line)
                    for line in lines
                    if "Microservice" in line[:40]
                ]
        return []


class Admin:
    """Django admin."""

    def __init__(self, user):
        self.client = Client()
        self.client.force_login(user)

    def create(self, *, agent, external):
        return self._send("add", (), self._fields(agent, external))

    def edit(self, *, agent, external):
        return self._send("change", (Microservice.objects.get(name="front").pk,), self._fields(agent, external))

    def delete(self):
        return self._send("delete", (Microservice.objects.get(name="front").pk,), {"post": "yes"})

    def _fields(self, agent, external):
        item = CatalogItem.objects.get(name="web")
        return {
            "name": "front", "application": Application.objects.get(name="shop").pk,
            "agent": Agent.objects.get(name=agent).pk, "agents": [Agent.objects.get(name=agent).pk], "revision": item.current_id, "is_activated": "on",
            "port_lines": f"{external}:80/tcp", "env": "LEVEL=3", "options": "{}", "log_size": "1", "schedule": "50",
        }  # fmt: skip

    def _send(self, action, arguments, fields):
        response = self.client.post(reverse(f"admin:deployments_microservice_{action}", args=arguments), fields)
        if response.status_code == 302:
            return []
        form = response.context["adminform"].form
        return [text for errors in form.errors.values() for text in errors]


DOORS = [Web, Rest, Manifest, Upload, ManifestPage, Command, Admin]


@pytest.fixture(params=DOORS, ids=lambda door: door.__name__)
def door(request):
    return request.param(UserFactory(email="ann@example.org", role=Role.SUPERUSER))


@pytest.fixture(autouse=True)
def place():
    """Two agents of different architecture, an item for both, an application, and a port that is taken."""
    for name, architecture in (("north", "x86"), ("south", "arm")):
        AgentFactory(name=name, architecture=architecture)
    CatalogItemFactory(name="web", images={"x86": "team/web:1", "arm": "team/web-arm:1"})
    CatalogItemFactory(name="other")
    ApplicationFactory(name="shop")


UNLIKE = {"id", "uuid", "created_at", "updated_at", "state_since"}


def columns(model, order):
    """Every column but ids and times; a foreign key by what it names."""
    rows = []
    for row in model.objects.order_by(order):
        fields = [field for field in row._meta.concrete_fields if field.name not in UNLIKE]
        rows.append({field.name: str(getattr(row, field.name)) for field in fields})
    return rows


def remains():
    entries = Entry.objects.filter(object_type__in=["microservice", "deployment"]).order_by("id")
    return {
        "microservices": columns(Microservice, "name"),
        "statuses": columns(MicroserviceStatus, "pk"),
        "ports": columns(PortMapping, "external"),
        "deployments": columns(Deployment, "id"),
        "flags": {flags.agent.name: sorted(flags.raised) for flags in ChangeFlags.objects.select_related("agent")},
        "log": [(e.actor, e.action, e.object_type, e.object_label, e.before, e.after) for e in entries],
    }


def settle():
    for flags in ChangeFlags.objects.all():
        acknowledge(flags.agent_id, flags.counter)


def created(door):
    assert door.create(agent="north", external=8080) == []


def edited(door):
    created(door)
    settle()
    assert door.edit(agent="north", external=9090) == []


def moved(door):
    created(door)
    settle()
    assert door.edit(agent="south", external=8080) == []


def deleted(door):
    created(door)
    settle()
    assert door.delete() == []


@pytest.mark.parametrize("act", [created, edited, moved, deleted], ids=lambda act: act.__name__)
def test_every_door_leaves_the_same(door, act, golden):
    act(door)

    assert remains() == golden(act.__name__, remains())


@pytest.fixture(scope="module")
def golden():
    """What the first door left, which every other must leave too."""
    first = {}
    return lambda name, found: first.setdefault(name, found)


def test_every_door_says_the_same_of_a_port_that_is_taken(door):
    created(Rest(UserFactory(role=Role.OPERATOR)))
    Microservice.objects.update(name="first")

    said = door.create(agent="north", external=8080)

    assert said == ["Port '8080' is not available: on north it is taken by first."]
    assert Microservice.objects.count() == 1


def test_every_door_says_the_same_of_an_architecture_without_an_image(door):
    CatalogItem.objects.get(name="web").current.images.filter(architecture="arm").delete()

    said = door.create(agent="south", external=8080)

    assert said == [
        "Microservice front does not have a valid image for its Agent type: south is ARM, and there are images for "
        "x86 only."
    ]
    assert not Microservice.objects.exists()
    assert not Deployment.objects.exists()


@pytest.mark.parametrize("page", ["web", "admin"])
def test_pages_refuse_an_architecture_that_what_waits_there_has_no_image_for(page):
    microservice = MicroserviceFactory(revision__images={"x86": "team/web:1"})
    agent = microservice.agent
    client = Client()
    client.force_login(UserFactory(role=Role.SUPERUSER))
    url = {"web": ("web:agent-edit", agent.uuid), "admin": ("admin:agents_agent_change", agent.pk)}[page]

    response = client.post(
        reverse(url[0], args=[url[1]]), {"name": agent.name, "architecture": "arm", "configuration": "{}"}
    )

    assert "there are images for x86 only" in response.text
    agent.refresh_from_db()
    assert agent.architecture == "x86"
