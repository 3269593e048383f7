"""As test_doors.py, for application templates: however one is written or deployed, the same remains."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.urls import reverse

from catalogweb.accounts.models import AccessToken
from catalogweb.accounts.services import issue_token
from catalogweb.application_templates.models import ApplicationTemplate, Variable
from catalogweb.changelog.models import Entry
from catalogweb.core.rights import Role
from catalogweb.deployments.manifests import application_from, apply
from tests.factories import AgentFactory, UserFactory
from tests.test_doors import columns, remains

pytestmark = pytest.mark.django_db

APPLICATION = {
    "microservices": [
        {
            "name": "web",
            "agent": {"name": "{{ agent }}"},
            "images": {"x86": "team/web:{{ tag }}", "arm": "team/web-arm:1", "registry": "remote"},
            "container": {
                "env": [{"key": "LEVEL", "value": "{{ level }}"}],
                "ports": [{"internal": 80, "external": "{{ port }}", "protocol": "tcp"}],
                "volumes": [{"hostDestination": "/srv", "containerDestination": "/data", "accessMode": "ro", "type": "bind"}],
                "commands": ["--fast"],
                "isPrivileged": True,
            },
            "config": {"level": 3},
        }
    ],
    "routes": [],
}  # fmt: skip
ON_THE_WIRE = {
    "microservices": [
        {
            "name": "web",
            "agentName": "{{ agent }}",
            "images": [
                {"containerImage": "team/web:{{ tag }}", "fogTypeId": 1},
                {"containerImage": "team/web-arm:1", "fogTypeId": 2},
            ],
            "registryId": 1,
            "env": [{"key": "LEVEL", "value": "{{ level }}"}],
            "ports": [{"internal": 80, "external": "{{ port }}", "protocol": "tcp"}],
            "volumeMappings": [
                {"hostDestination": "/srv", "containerDestination": "/data", "accessMode": "ro", "type": "bind"}
            ],
            "cmd": ["--fast"],
            "isPrivileged": True,
            "config": '{"level": 3}',
        }
    ],
    "routes": [],
}
VARIABLES = [
    {"key": "agent", "description": "Where", "defaultValue": "north"},
    {"key": "port", "defaultValue": 8080},
    {"key": "tag", "defaultValue": "1"},
    {"key": "level"},
]
GIVEN = {"port": 9090, "level": "high"}


def document(name):
    """JSON is YAML."""
    spec = {"description": "A shop", "variables": VARIABLES, "application": APPLICATION}
    head = {"apiVersion": "iofog.org/v3", "kind": "ApplicationTemplate", "metadata": {"name": name}}
    return json.dumps(head | {"spec": spec})


class Web:
    """The pages: a text for a template, a form for an application."""

    def __init__(self, user):
        self.client = Client()
        self.client.force_login(user)

    def create(self, name):
        response = self.client.post(reverse("web:template-create"), {"text": document(name)})
        return [fault.message for fault in response.context["faults"]] if response.status_code == 422 else []

    def delete(self, name):
        self.client.post(reverse("web:template-delete", args=[ApplicationTemplate.objects.get(name=name).pk]))

    def deploy(self, name):
        template = ApplicationTemplate.objects.get(name=name)
        values = {"variable-agent": "north", "variable-tag": "1", "variable-port": "9090", "variable-level": "high"}
        fields = values | {"application": "one", "do": "apply"}
        assert self.client.post(reverse("web:template-deploy", args=[template.pk]), fields).status_code == 302


class Admin(Web):
    """Django admin; it deploys nothing."""

    deploy = None

    def create(self, name):
        variables = [
            {"key": v["key"], "description": v.get("description", ""), "default": v.get("defaultValue")}
            for v in VARIABLES
        ]
        fields = {
            "name": name, "description": "A shop", "application": json.dumps(APPLICATION),
            "variable_list": json.dumps(variables),
        }  # fmt: skip
        response = self.client.post(reverse("admin:application_templates_applicationtemplate_add"), fields)
        if response.status_code == 302:
            return []
        return [text for texts in response.context["adminform"].form.errors.values() for text in texts]

    def delete(self, name):
        pk = ApplicationTemplate.objects.get(name=name).pk
        self.client.post(reverse("admin:application_templates_applicationtemplate_delete", args=[pk]), {"post": "yes"})


class Rest:
    """Bodies in the contract's shapes."""

    def __init__(self, user):
        token = issue_token(user=user, kind=AccessToken.Kind.SESSION)[1]
        self.client = Client(headers={"Authorization": token})

    def create(self, name):
        body = {"name": name, "description": "A shop", "variables": VARIABLES, "application": ON_THE_WIRE}
        return self.send("post", "/applicationTemplate", json.dumps(body))

    def delete(self, name):
        self.send("delete", f"/applicationTemplate/{name}", "{}")

    def deploy(self, name):
        variables = [{"key": key, "value": value} for key, value in GIVEN.items()]
        body = {"name": "one", "isActivated": True, "template": {"name": name, "variables": variables}}
        assert self.send("post", "/application", json.dumps(body)) == []

    def send(self, method, path, text, content_type="application/json"):
        response = getattr(self.client, method)(f"/api/v3{path}", text, content_type=content_type)
        return [response.json()["message"]] if response.status_code >= 300 else []


class Upload(Rest):
    """A YAML file sent to the REST door."""

    deploy = None

    def create(self, name):
        file = SimpleUploadedFile("x.yaml", document(name).encode())
        return self.send("post", "/applicationTemplate/yaml", {"template": file}, MULTIPART_CONTENT)


class Manifest(Rest):
    """Documents, as they are."""

    def create(self, name):
        response = self.client.post("/api/v3/manifests", document(name), content_type="application/yaml")
        return [fault["message"] for fault in response.json().get("faults", [])]

    def deploy(self, name):
        text = application_from(ApplicationTemplate.objects.get(name=name), "one", GIVEN)
        assert self.client.post("/api/v3/manifests", text, content_type="application/yaml").status_code == 200


DOORS = [Web, Admin, Rest, Upload, Manifest]


@pytest.fixture(params=DOORS, ids=lambda door: door.__name__)
def door(request):
    AgentFactory(name="north")
    return request.param(UserFactory(email="ann@example.org", role=Role.SUPERUSER))


@pytest.fixture(scope="module")
def golden():
    """What the first door left, which every other must leave too."""
    first = {}
    return lambda name, found: first.setdefault(name, found)


def left():
    entries = Entry.objects.filter(object_type="application template").order_by("id")
    return {
        "templates": list(ApplicationTemplate.objects.values("name", "description", "schema_version", "application")),
        "variables": columns(Variable, "id"),
        "log": [(e.actor, e.action, e.object_label, e.before, e.after) for e in entries],
    }


def test_every_door_writes_the_same_template(door, golden):
    assert door.create("shop") == []

    assert left() == golden("created", left())
    door.delete("shop")
    assert left() == golden("deleted", left())
    assert not ApplicationTemplate.objects.exists()


def test_every_door_says_the_same_of_a_name_that_cannot_be(door):
    said = door.create("A shop")

    assert said == [
        "Invalid format for field 'name': “A shop”. Use lower-case letters, digits, dots and inner hyphens, such as "
        "heart-rate-2."
    ]
    assert not ApplicationTemplate.objects.exists()


@pytest.mark.parametrize("door", [Web, Rest, Manifest], indirect=True, ids=lambda door: door.__name__)
def test_every_door_deploys_the_same(door, golden):
    apply(document("shop"), by=UserFactory(role=Role.SUPERUSER))

    door.deploy("shop")

    assert remains() == golden("deployed", remains())
    assert remains()["microservices"][0]["env"] == "[['LEVEL', 'high']]"
