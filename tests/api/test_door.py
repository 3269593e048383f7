"""What holds for every path: roles, the envelope, leniency about headers and letters, the schema."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import CatalogItem
from catalogweb.changelog.models import Entry
from catalogweb.deployments.models import Application
from tests.api.conftest import API, WireClient, fault_of
from tests.factories import (
    AgentFactory,
    ApplicationFactory,
    CatalogItemFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
)

MANIFEST = """
apiVersion: iofog.org/v3
kind: Application
metadata: {name: shop}
spec: {}
"""
READ = [
    "/user/profile",
    "/catalog/microservices",
    "/registries",
    "/application",
    "/flow",
    "/microservices",
    "/iofog-list",
]


# --- roles ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", READ)
def test_a_viewer_reads(viewer: WireClient, path: str) -> None:
    assert viewer.call("GET", path).status_code == 200


def test_a_viewer_changes_nothing(viewer: WireClient) -> None:
    row, item, registry = MicroserviceFactory(), CatalogItemFactory(), PrivateRegistryFactory()
    microservice, agent, name = f"/microservices/{row.uuid}", f"/iofog/{row.agent.uuid}", row.application.name
    images = [{"containerImage": "a:1", "fogTypeId": 1}]
    new = {"name": "x", "application": name, "agentName": row.agent.name, "images": images}
    requests: list[tuple[str, str, Any]] = [
        ("POST", "/catalog/microservices", {"name": "x", "registryId": 1, "images": images}),
        ("PATCH", f"/catalog/microservices/{item.pk}", {"description": "x"}),
        ("DELETE", f"/catalog/microservices/{item.pk}", None),
        (
            "POST",
            "/registries",
            {"url": "r.org", "isPublic": True, "username": "a", "password": "", "email": "a@b.org"},
        ),
        ("PATCH", f"/registries/{registry.pk}", {"email": "a@b.org"}),
        ("DELETE", f"/registries/{registry.pk}", None),
        ("POST", "/application", {"name": "x"}),
        ("PATCH", f"/application/{name}", {"isActivated": False}),
        ("PUT", f"/application/{name}", {"microservices": []}),
        ("DELETE", f"/application/{name}", None),
        ("DELETE", "/application/none", None),
        ("PATCH", f"/flow/{row.application_id}", {"isActivated": False}),
        ("DELETE", f"/flow/{row.application_id}", None),
        ("POST", "/microservices", new),
        ("POST", "/deployments", new | {"agents": [row.agent.name]}),
        ("PATCH", microservice, {"rebuild": True}),
        ("DELETE", microservice, None),
        ("PATCH", f"{microservice}/start", None),
        ("PATCH", f"{microservice}/stop", None),
        ("PATCH", f"{microservice}/rebuild", None),
        ("POST", f"{microservice}/port-mapping", {"internal": 1, "external": 2}),
        ("PATCH", f"{microservice}/config", {"a": 1}),
        ("POST", "/iofog", {"name": "x", "fogType": 1}),
        ("PATCH", agent, {"cpuLimit": 70}),
        ("DELETE", agent, None),
        ("GET", f"{agent}/provisioning-key", None),
        ("POST", "/manifests", {"manifest": MANIFEST}),
        ("POST", "/manifests?dry_run=1", {"manifest": MANIFEST}),
    ]

    answers = {(method, path): fault_of(viewer.call(method, path, body)) for method, path, body in requests}

    assert {request for request, fault in answers.items() if fault != (403, "ForbiddenError")} == set()
    assert not Entry.objects.exists()


# --- the change log -------------------------------------------------------------------------------------


def test_changes_are_logged_with_their_door_and_one_request_id(operator: WireClient) -> None:
    AgentFactory(name="north-1")
    images = [{"containerImage": "a:1", "fogTypeId": 1}]
    body = {"name": "shop", "microservices": [{"name": "web", "agentName": "north-1", "images": images}]}

    operator.call("POST", "/application", body)

    entries = Entry.objects.all()
    assert len(entries) == 3
    assert {(entry.door, entry.actor) for entry in entries} == {("api", "ann@example.org")}
    assert len({entry.request_id for entry in entries}) == 1


# --- paths and headers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "",
        "/",
        "/registries//",
        "//registries",
        "/registries/1/2",
        "/a%0Ab",
        "/k8s/x",
        "/services/web",
        "/nats/hub",
        "/microservices/a%00b",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_an_unknown_path_is_not_found_in_json(operator: WireClient, method: str, path: str) -> None:
    reply = operator.call(method, path)

    assert reply.status_code == 404
    assert reply.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("client", ["operator", "stranger"])
@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/registries"), ("DELETE", "/status"), ("GET", "/user/login"), ("OPTIONS", "/iofog")]
)
def test_an_unsupported_method_is_not_found(
    request: pytest.FixtureRequest, client: str, method: str, path: str
) -> None:
    assert fault_of(request.getfixturevalue(client).call(method, path)) == (404, "NotFoundError")


@pytest.mark.parametrize(
    "path", ["/Registries", "/REGISTRIES/", "/registries/1/", "/Catalog/Microservices/", "/fog-types/"]
)
def test_a_path_matches_in_any_case_and_with_a_slash(operator: WireClient, path: str) -> None:
    assert operator.call("GET", path).status_code == 200


@pytest.mark.parametrize("path", ["/api/V3/status", "/API/v3/Status/", "/Api/V3/fog-types"])
def test_the_prefix_matches_in_any_case(stranger: WireClient, path: str) -> None:
    assert stranger.get(path).status_code == 200


@pytest.mark.parametrize("path", ["//api/v3/status", "/api//v3/status", "/api/v3//status", "/api/v3/status//", "/api",
                                  "/api/", "/api/v2/status", "/api/v3x", "/API/V3/nothing"])  # fmt: skip
def test_whatever_leads_nowhere_below_the_prefix_is_told_in_json(stranger: WireClient, path: str) -> None:
    assert fault_of(stranger.get("/", PATH_INFO=path)) == (404, "NotFoundError")


@pytest.mark.parametrize("path", ["/api/v3/status", "/api/v3/nothing", "/API/v3/registries"])
def test_a_strange_host_is_refused_in_json(stranger: WireClient, path: str) -> None:
    reply = stranger.get(path, headers={"Host": "evil.example.org"})

    assert fault_of(reply) == (400, "ValidationError")
    assert "Host header" in reply.json()["message"]


def test_a_strange_host_is_refused_on_a_page_elsewhere(stranger: WireClient) -> None:
    assert "<html" in stranger.get("/sign-in/", headers={"Host": "evil.example.org"}).text


def test_what_fails_around_a_view_is_told_in_json(stranger: WireClient, settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.api.conftest.broken_middleware"]

    reply = stranger.get("/api/v3/status")

    assert fault_of(reply) == (500, "InternalError")
    assert "hunter2" not in reply.text


@pytest.mark.parametrize("path", ["/fog-types/", "/email-activation", "/status", "/live"])
@pytest.mark.parametrize("authorization", ["", "Bearer", "rubbish", "Bearer rubbish"])
def test_an_open_path_ignores_the_authorization(stranger: WireClient, path: str, authorization: str) -> None:
    assert stranger.call("GET", path, authorization=authorization).status_code == 200


@pytest.mark.parametrize("accept", ["", "*/*", "text/html", "application/yaml", "nonsense"])
def test_an_answer_is_json_whatever_is_accepted(operator: WireClient, accept: str) -> None:
    reply = operator.call("GET", "/registries", accept=accept)

    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("text", ["name=edge-2&location=a+b%2Fc", "location=x&location=a%20b/c&name=edge-2&fogType="])
def test_a_form_is_a_body_of_texts(operator: WireClient, text: str) -> None:
    reply = operator.generic("PATCH", f"{API}/iofog/{AgentFactory().uuid}", text.removesuffix("&fogType="),
                             content_type="application/x-www-form-urlencoded; charset=utf-8")  # fmt: skip

    assert reply.status_code == 204
    assert Agent.objects.get(name="edge-2").location == "a b/c"


def test_json_that_is_called_a_form_is_json(operator: WireClient) -> None:
    reply = operator.generic("POST", f"{API}/iofog", '{"name": "edge-2", "fogType": 1}',
                             content_type="application/x-www-form-urlencoded")  # fmt: skip

    assert reply.status_code == 201


def test_a_number_in_a_form_is_a_text(operator: WireClient) -> None:
    reply = operator.generic(
        "POST", f"{API}/iofog", "name=edge-2&fogType=1", content_type="application/x-www-form-urlencoded"
    )

    assert fault_of(reply) == (400, "ValidationError")


@pytest.mark.parametrize("text", ["{", "[]", "null", '"x"', '{"name": NaN}', "[" * 100_000, "\xff"])
def test_a_body_that_is_no_json_object_is_refused(operator: WireClient, text: str) -> None:
    reply = operator.generic("POST", f"{API}/iofog", text.encode("latin-1"), content_type="application/json")

    assert fault_of(reply) == (400, "ValidationError")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"]
)
def test_an_empty_body_of_any_type_is_an_empty_object(operator: WireClient, content_type: str) -> None:
    reply = operator.generic("POST", f"{API}/iofog", b"", content_type=content_type)

    assert reply.json()["message"] == "Required field 'name' is missing"


def test_a_body_that_is_too_large_is_refused(operator: WireClient, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    assert fault_of(operator.call("POST", "/iofog", {"name": "x" * 200})) == (413, "ValidationError")


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_a_text_that_no_database_takes_is_refused(operator: WireClient, text: str) -> None:
    assert fault_of(operator.call("POST", "/iofog", {"name": text, "fogType": 1})) == (400, "ValidationError")


def test_what_nobody_foresaw_is_told_without_its_inside(
    operator: WireClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr("catalogweb.api.views.catalog.CatalogItem.objects.with_images", fail)

    reply = operator.call("GET", "/catalog/microservices/1")

    assert fault_of(reply) == (500, "InternalError")
    assert "hunter2" not in reply.content.decode()
    request_id = reply.json()["message"].split()[-1].rstrip(".")
    assert request_id in caplog.text


def test_answers_are_not_kept_by_caches(operator: WireClient) -> None:
    assert operator.call("GET", "/registries").headers["Cache-Control"] == "no-store"


# --- fixed answers --------------------------------------------------------------------------------------


def test_agent_types_are_three(stranger: WireClient) -> None:
    types = stranger.call("GET", "/fog-types").json()["fogTypes"]

    assert [(row["id"], row["name"]) for row in types] == [
        (0, "Unspecified"),
        (1, "Standard Linux (x86)"),
        (2, "ARM Linux"),
    ]


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/services", []),
        ("/certificates", {"certificates": []}),
        ("/certificates/ca", {"cas": []}),
        ("/certificates/expiring?days=30", {"certificates": []}),
        ("/nats/accounts", {"accounts": []}),
        ("/nats/users", {"users": []}),
        ("/nats/account-rules", {"rules": []}),
        ("/nats/user-rules", {"rules": []}),
        ("/cluster/controllers", []),
    ],
)
def test_lists_of_what_is_not_built_are_empty(viewer: WireClient, path: str, answer: Any) -> None:
    assert viewer.call("GET", path).json() == answer


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("GET", "/services/web", "Services are not built here"),
        ("POST", "/services", "Services are not built here"),
        ("POST", "/services/yaml", "Services are not built here"),
        ("POST", "/certificates/ca", "Certificates are not issued here"),
        ("GET", "/certificates/ca/mine", "Certificates are not issued here"),
        ("GET", "/nats/hub", "no NATS"),
        ("GET", "/Nats/Operator/", "no NATS"),
        ("PATCH", "/cluster/controllers/7", "no cluster"),
        ("GET", "/k8s/pods", "no virtual kubelet"),
        ("POST", "/iofog/7/exec", "Exec sessions"),
        ("GET", "/iofog/7/logs", "Log sessions"),
        ("GET", "/microservices/exec/7", "Exec sessions"),
        ("GET", "/microservices/system/7/logs", "Log sessions"),
    ],
)
def test_the_rest_of_what_is_not_built_says_so(viewer: WireClient, method: str, path: str, words: str) -> None:
    reply = viewer.call(method, path)

    assert fault_of(reply) == (404, "NotFoundError")
    assert words in reply.json()["message"]


@pytest.mark.parametrize("path", ["/api/v3/status", "/api/v3/live", "/live"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_controller_says_that_it_lives(stranger: WireClient, method: str, path: str) -> None:
    assert stranger.generic(method, path).status_code == 200


def test_the_status_has_a_version_that_clients_can_read(stranger: WireClient) -> None:
    status = stranger.call("GET", "/status").json()

    assert (status["status"], status["versions"]["controller"]) == ("online", "3.7.3")
    assert (type(status["timestamp"]), type(status["uptimeSec"])) == (int, float)


# --- manifests ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", ["text/yaml", "application/yaml", "application/x-www-form-urlencoded"])
def test_a_manifest_is_applied_as_it_is(operator: WireClient, content_type: str) -> None:
    reply = operator.generic("POST", f"{API}/manifests", MANIFEST, content_type=content_type)

    assert (reply.status_code, reply.json()["counts"]["create"]) == (200, 1)
    assert Application.objects.get().name == "shop"


@pytest.mark.parametrize(("query", "image"), [("", "team/web:2"), ("?stay=1", "team/web:1")])
def test_a_manifest_leaves_what_runs_on_its_revision_when_it_is_to_stay(
    operator: WireClient, query: str, image: str
) -> None:
    microservice = MicroserviceFactory(revision=CatalogItemFactory(name="demo").current)
    text = "apiVersion: iofog.org/v3\nkind: CatalogItem\nmetadata: {name: demo}\nspec: {x86: 'team/web:2'}\n"

    assert operator.call("POST", f"/manifests{query}", {"manifest": text}).status_code == 200
    assert operator.call("GET", f"/microservices/{microservice.uuid}").json()["image"] == image


def test_a_manifest_in_json_is_only_planned_in_a_dry_run(operator: WireClient) -> None:
    reply = operator.call("POST", "/manifests?dry_run=1", {"manifest": MANIFEST})

    assert reply.json()["changes"][0]["action"] == "create"
    assert not Application.objects.exists()


def test_a_faulty_manifest_is_refused_with_every_fault(operator: WireClient) -> None:
    text = (
        MANIFEST
        + "---\napiVersion: iofog.org/v3\nkind: CatalogItem\nmetadata: {nam: x}\nspec: {}\n---\nkind: Nothing\n"
    )

    reply = operator.generic("POST", f"{API}/manifests", text, content_type="text/yaml")

    assert fault_of(reply) == (400, "ValidationError")
    assert {fault["document"] for fault in reply.json()["faults"]} == {2, 3}
    assert not Application.objects.exists()
    assert CatalogItem.objects.count() == 5


def test_a_manifest_that_is_no_text_is_refused(operator: WireClient) -> None:
    reply = operator.generic("POST", f"{API}/manifests", b"\xff\xfe", content_type="text/yaml")

    assert fault_of(reply) == (400, "ValidationError")


# --- the schema -----------------------------------------------------------------------------------------


def test_the_schema_is_valid_and_complete() -> None:
    text = io.StringIO()

    call_command("spectacular", "--fail-on-warn", "--validate", "--format", "openapi-json", stdout=text)

    paths = json.loads(text.getvalue())["paths"]
    assert {"/api/v3/microservices/{uuid}", "/api/v3/catalog/microservices", "/api/v3/manifests"} <= paths.keys()
    assert paths["/api/v3/user/login"]["post"].get("security") in (None, [], [{}])
    assert paths["/api/v3/registries"]["get"]["security"] == [{"token": []}]


def test_the_schema_is_served(stranger: WireClient) -> None:
    assert stranger.call("GET", "/schema").status_code == 200


def test_an_application_of_the_same_name_is_one_on_every_path(operator: WireClient) -> None:
    application = ApplicationFactory(name="shop")

    assert operator.call("GET", "/application/shop").json() == operator.call("GET", f"/flow/{application.pk}").json()
