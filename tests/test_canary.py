"""Markers go into a secret, into a registry's password and into one that is kept elsewhere, through every door. They are
used, and then any eight characters of them are looked for everywhere: they come out in what the agent fetches, and
nowhere else.
"""

import base64
import html
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
from catalogweb.catalog.models import CatalogItem, Delivery, Registry
from catalogweb.configuration.models import Secret, VolumeMount
from catalogweb.core.rights import Role
from catalogweb.core.secrets import digest
from catalogweb.deployments.manifests import export
from catalogweb.deployments.models import Microservice
from catalogweb.jobs.models import Job
from catalogweb.jobs.services import note_jobs, run_due
from tests.factories import AgentFactory, CatalogItemFactory, UserFactory

pytestmark = pytest.mark.django_db
MARKER = "MARKER-q1u45ic9kst563art"
CODED = base64.b64encode(MARKER.encode()).decode()
PASSWORD, KEPT = "Zx7~wQ!rG4%kB9^tH", "Vn3=yS*pJ6+mD8@fL"
NAME = "CATALOGWEB_REGISTRY_CANARY"
PIECE = 8
MOST_PAGES = 1000


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
def used(pages, rest, caplog, monkeypatch):
    """Made on a page, changed by manifest, by REST and at the admin; then used by a variable and by a mount."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(NAME, KEPT)
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
    replies += registries(pages, rest, agent)
    deployment = {
        "item": CatalogItem.objects.get(name="web").pk, "agents": [agent.uuid], "application": "shop", "name": "web",
        "env": "PASSWORD=${secret:db/password}", "volumes": "certs:/certs:volumeMount", "log_size": "1",
    }  # fmt: skip
    replies.append(pages.post("/deploy/", deployment))
    assert Secret.objects.get().data == {"password": MARKER, "other": "x"}
    assert Microservice.objects.get(name="web").uses.count() == 2
    assert [row.password for row in Registry.objects.filter(is_private=True)] == [PASSWORD, KEPT]
    assert not [reply for reply in replies if reply.status_code >= 400 or found_in(reply.content)]


def registries(pages, rest, agent):
    """A password made on a page, changed by manifest, by REST and at the admin, rotated; another by reference."""
    form = {"url": "r.example.org", "username": "john"}
    replies = [pages.post("/registries/add/", form | {"password": PASSWORD + "-1"})]
    stored = Registry.objects.get(url="r.example.org")
    for do in ("plan", "apply"):
        text = f"apiVersion: iofog.org/v3\nkind: Registry\nspec: {{id: {stored.pk}, password: '{PASSWORD}-2'}}\n"
        replies.append(pages.post("/manifests/", {"text": text, "do": do}))
    replies.append(send(rest, "PATCH", f"/registries/{stored.pk}", {"password": PASSWORD + "-3"}))
    change = reverse("admin:catalog_registry_change", args=[stored.pk])
    replies.append(pages.post(change, form | {"password": PASSWORD + "-4", "is_private": "on", "is_secure": "on"}
                              | {"check_concurrency": 4, "check_rate": 120}))  # fmt: skip
    replies.append(pages.post(f"/registries/{stored.pk}/rotate/", {"username": "john", "password": PASSWORD + "-5"}))
    replies.append(send(rest, "POST", f"/registries/{stored.pk}/rotate", {"password": PASSWORD}))
    kept = {"url": "k.example.org", "username": "ann", "secret_reference": f"env:{NAME}"}
    replies.append(pages.post("/registries/add/", kept))
    for number, registry in enumerate(Registry.objects.filter(is_private=True)):
        image = f"{registry.url}/team/own:1"
        own = {"x86": image, "registry": registry.pk, "agents": [agent.uuid], "application": "shop", "log_size": "1"}
        replies.append(pages.post("/deploy/", own | {"name": f"own-{number}", "item": ""}))
    assert stored.deliveries.count() == 0
    assert Microservice.objects.count() == 2
    return replies


def pieces(secret):
    return {secret[start : start + PIECE] for start in range(len(secret) - PIECE + 1)}


NOWHERE = pieces(PASSWORD) | pieces(KEPT) | pieces(MARKER) | pieces(CODED)


def found_in(content):
    text = content if isinstance(content, str) else content.decode(errors="replace")
    # A page writes some characters in its own way.
    text += html.unescape(text)
    return [word for word in {*NOWHERE, *seals()} if word in text]


def seals():
    return [Secret.objects.get().data_sealed, Registry.objects.get(url="r.example.org").password_sealed]


def test_the_agent_gets_it():
    agent = Microservice.objects.get(name="web").agent
    Credential.objects.create(agent=agent, token_digest=digest("token"))
    edge = Client(headers={"Authorization": "token"})

    assert MARKER in edge.get("/api/v3/agent/microservices").text
    assert CODED in edge.get("/api/v3/agent/volumeMounts").text
    given = {row["url"]: row["password"] for row in edge.get("/api/v3/agent/registries").json()["registries"]}
    assert (given["r.example.org"], given["k.example.org"]) == (PASSWORD, KEPT)
    assert Delivery.objects.count() == 2
    others = ("config", "config/changes", "edgeResources")
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

    secret, mount, web = Secret.objects.get(), VolumeMount.objects.get(), Microservice.objects.get(name="web")
    stored = Registry.objects.get(url="r.example.org")
    assert {f"/secrets/{secret.pk}/edit/", f"/volume-mounts/{mount.uuid}/", f"/microservices/{web.uuid}/edit/",
            f"/admin/configuration/secret/{secret.pk}/change/", "/changes/",
            f"/registries/{stored.pk}/", f"/registries/{stored.pk}/edit/", f"/registries/{stored.pk}/rotate/",
            f"/admin/catalog/registry/{stored.pk}/change/"} <= seen  # fmt: skip


def test_no_answer_shows_it(rest):
    web = Microservice.objects.get(name="web")
    ids = ["1", str(web.application_id), *map(str, Registry.objects.values_list("pk", flat=True))]
    known = {"name": ["db", "certs", "shop"], "uuid": [web.uuid, web.agent.uuid], "id": ids}
    answered = set()
    for route in [route for table in TABLES for route in table.ROUTES if route.method == "GET"]:
        parameter = re.search(r"<\w+:(\w+)>", route.path)
        for value in known.get(parameter[1], ["1"]) if parameter else [""]:
            reply = rest.get("/api/v3" + re.sub(r"<.*?>", value, route.path))
            assert not found_in(reply.content), route.path
            answered |= {route.path} if reply.status_code == 200 else set()

    assert {"/secrets", "/secrets/<str:name>", "/microservices", "/microservices/<str:uuid>", "/application",
            "/volumeMounts/<str:name>", "/registries", "/registries/<str:id>", "/registries/<str:id>/deliveries"} <= answered  # fmt: skip


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
        ("POST", "/registries", {"url": "x.example.org", "username": "j", "password": PASSWORD, "isPublic": False}),
        (
            "POST",
            "/registries",
            {
                "url": f"https://john:{PASSWORD}@x.example.org",
                "username": "j",
                "password": "",
                "email": "j@example.org",
                "isPublic": False,
            },
        ),
        ("PATCH", "/registries/1", {"password": PASSWORD}),
        ("POST", "/registries/1/rotate", {"password": PASSWORD}),
        ("PATCH", "/registries/1", {"secretReference": PASSWORD}),
        ("POST", "/registries/none/rotate", {"password": PASSWORD}),
        ("POST", "/manifests", {"manifest": f"kind: Registry\nspec: {{password: {PASSWORD}}}\n"}),
        ("POST", "/manifests", {"manifest": f"kind: Secret\ndata: {{a: '{MARKER}\n"}),
    ],
)
def test_no_refusal_repeats_it(rest, method, path, body):
    reply = send(rest, method, path, body)

    assert reply.status_code in (400, 403, 404, 409)
    assert not found_in(reply.text)


def test_no_export_shows_it():
    web = Microservice.objects.detailed().get(name="web")
    exported = [
        *Registry.objects.all(),
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

    assert not [name for name, text in rows.items() if [word for word in found_in(text) if word not in seals()]]
    assert not [name for name, text in rows.items() if name not in ("Secret", "Registry") and found_in(text)]
    assert "data.password" in rows["Entry"]


def test_no_byte_of_the_database_file_holds_it():
    if connection.vendor != "sqlite":
        pytest.skip("looks into SQLite's file")
    stored = connection.connection.serialize()

    assert b"data.password" in stored
    assert not [word for word in NOWHERE if word.encode() in stored]


def test_no_background_job_tells_it(caplog):
    """Neither in what it logs nor in its row, which superusers read; also while the password cannot be had."""
    Registry.objects.filter(url="k.example.org").update(secret_reference=f"env:{NAME}_GONE")
    note_jobs()
    ran = run_due()

    assert "deployments.offer_again" in ran
    assert not found_in(caplog.text + str(list(Job.objects.values())))


def test_no_log_line_holds_it(rest, caplog, monkeypatch):
    """With every logger at its most talkative, and when something breaks half-way."""

    def fail(source):
        raise RuntimeError("a bug")

    monkeypatch.setattr("catalogweb.configuration.secrets.renew_mounts", fail)
    monkeypatch.setattr("catalogweb.deployments.sources.agents_using_registry", fail)
    reply = send(rest, "PATCH", "/secrets/db", {"data": {"password": MARKER + "-4", "other": ""}})
    stored = Registry.objects.get(url="r.example.org")
    broken = send(rest, "POST", f"/registries/{stored.pk}/rotate", {"password": PASSWORD + "-6"})

    logged = caplog.text + str([record.getMessage() for record in caplog.get_records("setup")])
    assert (reply.status_code, broken.status_code) == (500, 500)
    assert "a bug" in logged
    assert not found_in(reply.text + broken.text + logged)
