"""A marker goes into a secret through every door, is used by a variable and by a volume mount, and is looked for
everywhere: it comes out in what the agent fetches, and nowhere else.
"""

import base64
import json
import logging
import re

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from catalogweb.accounts.models import AccessToken
from catalogweb.accounts.services import issue_token
from catalogweb.agents.models import Credential
from catalogweb.api.urls import TABLES
from catalogweb.catalog.models import CatalogItem
from catalogweb.configuration.models import Secret, VolumeMount
from catalogweb.core.rights import Role
from catalogweb.core.secrets import digest
from catalogweb.deployments.manifests import export
from catalogweb.deployments.models import Microservice
from tests.factories import AgentFactory, CatalogItemFactory, UserFactory

pytestmark = pytest.mark.django_db
MARKER = "MARKER-q1u45ic9kst563art"
CODED = base64.b64encode(MARKER.encode()).decode()
MOST_PAGES = 250


@pytest.fixture
def sue():
    return UserFactory(email="sue@example.org", role=Role.SUPERUSER)


@pytest.fixture
def pages(sue):
    client = Client()
    client.force_login(sue)
    return client


@pytest.fixture
def rest(sue):
    token = issue_token(user=sue, kind=AccessToken.Kind.SESSION)[1]
    return Client(headers={"Authorization": token}, raise_request_exception=False)


def send(client, method, path, body):
    return client.generic(method, f"/api/v3{path}", json.dumps(body), content_type="application/json")


@pytest.fixture(autouse=True)
def used(pages, rest, caplog):
    """Made on a page, changed by manifest, by REST and at the admin; then used by a variable and by a mount."""
    caplog.set_level(logging.DEBUG)
    agent = AgentFactory(name="north")
    CatalogItemFactory(name="web")
    row = {"name": "db", "type": "Opaque", "key_0": "password", "value_0": MARKER + "-1", "key_1": "other"}
    replies = [pages.post("/secrets/add/", row)]
    head = "apiVersion: iofog.org/v3\nkind: Secret\nmetadata: {name: db}\n"
    for do in ("plan", "apply"):
        text = f"{head}data: {{password: {MARKER}-2, other: ''}}\n"
        replies.append(pages.post("/manifests/", {"text": text, "do": do}))
    replies.append(send(rest, "PATCH", "/secrets/db", {"data": {"password": MARKER + "-3", "other": ""}}))
    change = reverse("admin:configuration_secret_change", args=[Secret.objects.get().pk])
    replies.append(pages.post(change, {"values": json.dumps({"password": MARKER, "other": "x"})}))
    replies.append(pages.post("/volume-mounts/add/", {"name": "certs", "source": f"secret-{Secret.objects.get().pk}"}))
    link = f"/volume-mounts/{VolumeMount.objects.get().uuid}/agents/"
    replies.append(pages.post(link, {"shown": [agent.uuid], "agents": [agent.uuid]}))
    deployment = {
        "item": CatalogItem.objects.get(name="web").pk, "agents": [agent.uuid], "application": "shop", "name": "web",
        "env": "PASSWORD=${secret:db/password}", "volumes": "certs:/certs:volumeMount", "log_size": "1",
    }  # fmt: skip
    replies.append(pages.post("/deploy/", deployment))
    assert Secret.objects.get().data == {"password": MARKER, "other": "x"}
    assert Microservice.objects.get().uses.count() == 2
    assert not [reply for reply in replies if reply.status_code >= 400 or found_in(reply.content)]


def found_in(content):
    text = content if isinstance(content, str) else content.decode(errors="replace")
    return MARKER in text or CODED in text or Secret.objects.get().data_sealed in text


def test_the_agent_gets_it():
    agent = Microservice.objects.get().agent
    Credential.objects.create(agent=agent, token_digest=digest("token"))
    edge = Client(headers={"Authorization": "token"})

    assert MARKER in edge.get("/api/v3/agent/microservices").text
    assert CODED in edge.get("/api/v3/agent/volumeMounts").text
    others = ("config", "config/changes", "registries", "edgeResources")
    assert not [path for path in others if found_in(edge.get(f"/api/v3/agent/{path}").content)]


def test_no_page_shows_it(pages):
    """Every page that links lead to, the admin's too."""
    waiting, seen = ["/"], set()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        seen.add(path)
        page = pages.get(path, follow=True).text
        assert not found_in(page), path
        for found in re.findall(r'href="(/[^"?#]*)', page):
            if found not in seen and found not in waiting and not found.startswith(("/static/", "/admin/jsi18n")):
                waiting.append(found)

    secret, mount, web = Secret.objects.get(), VolumeMount.objects.get(), Microservice.objects.get()
    assert {f"/secrets/{secret.pk}/edit/", f"/volume-mounts/{mount.uuid}/", f"/microservices/{web.uuid}/edit/",
            f"/admin/configuration/secret/{secret.pk}/change/", "/changes/"} <= seen  # fmt: skip


def test_no_answer_shows_it(rest):
    web = Microservice.objects.get()
    known = {"name": ["db", "certs", "shop"], "uuid": [web.uuid, web.agent.uuid], "id": ["1", str(web.application_id)]}
    answered = set()
    for route in [route for table in TABLES for route in table.ROUTES if route.method == "GET"]:
        parameter = re.search(r"<\w+:(\w+)>", route.path)
        for value in known.get(parameter[1], ["1"]) if parameter else [""]:
            reply = rest.get("/api/v3" + re.sub(r"<.*?>", value, route.path))
            assert not found_in(reply.content), route.path
            answered |= {route.path} if reply.status_code == 200 else set()

    assert {"/secrets", "/secrets/<str:name>", "/microservices", "/microservices/<str:uuid>", "/application",
            "/volumeMounts/<str:name>"} <= answered  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/secrets", {"name": "db", "type": "Opaque", "data": {"password": MARKER}}),
        ("POST", "/secrets", {"name": "new", "type": "tls", "data": {"password": MARKER}}),
        ("POST", "/secrets", {"name": "new", "type": "Opaque", "data": {"password": [MARKER]}}),
        ("POST", "/secrets", {"name": "new", "type": "Opaque", "data": MARKER}),
        ("POST", "/secrets", {"name": "new", "type": "Opaque", "data": {"../x": MARKER}}),
        ("PATCH", "/secrets/db", {"data": {"other": MARKER}}),
        ("PATCH", "/secrets/none", {"data": {"other": MARKER}}),
        ("DELETE", "/secrets/db", None),
        ("POST", "/manifests", {"manifest": f"kind: Secret\ndata: {MARKER}\n"}),
        ("POST", "/manifests", {"manifest": f"kind: Secret\ndata: {{a: '{MARKER}\n"}),
    ],
)
def test_no_refusal_repeats_it(rest, method, path, body):
    reply = send(rest, method, path, body)

    assert reply.status_code in (400, 404, 409)
    assert MARKER not in reply.text


def test_no_export_shows_it():
    web = Microservice.objects.detailed().get()
    exported = [
        Secret.objects.get(),
        VolumeMount.objects.get(),
        web,
        web.application,
        CatalogItem.objects.get(name="web"),
    ]

    assert not [thing for thing in exported if found_in(export(thing))]


def test_no_row_holds_it():
    """The sealed text alone stands where it belongs; the change log has neither."""
    rows = {model.__name__: str(list(model.objects.values())) for model in apps.get_models()}

    assert not [name for name, text in rows.items() if MARKER in text or CODED in text]
    assert not [name for name, text in rows.items() if name != "Secret" and found_in(text)]
    assert "data.password" in rows["Entry"]


def test_no_byte_of_the_database_file_holds_it():
    if connection.vendor != "sqlite":
        pytest.skip("looks into SQLite's file")
    stored = connection.connection.serialize()

    assert b"data.password" in stored
    assert not [word for word in (MARKER, CODED) if word.encode() in stored]


def test_no_log_line_holds_it(rest, caplog, monkeypatch):
    """With every logger at its most talkative, and when something breaks half-way."""

    def fail(source):
        raise RuntimeError("a bug")

    monkeypatch.setattr("catalogweb.configuration.secrets.renew_mounts", fail)
    reply = send(rest, "PATCH", "/secrets/db", {"data": {"password": MARKER + "-4", "other": ""}})

    logged = caplog.text + str([record.getMessage() for record in caplog.get_records("setup")])
    assert reply.status_code == 500
    assert "a bug" in logged
    assert not found_in(reply.text + logged)
