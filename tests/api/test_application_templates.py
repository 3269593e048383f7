"""Application templates on the wire: JSON and YAML, both ways, and applications made from them."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogweb.accounts.models import User
from catalogweb.agents.models import ChangeFlags
from catalogweb.application_templates.models import ApplicationTemplate
from catalogweb.catalog.models import CatalogItem
from catalogweb.changelog.models import Entry
from catalogweb.deployments.models import Application, Microservice
from tests.api.conftest import API, WireClient, fault_of
from tests.factories import AgentFactory, CatalogItemFactory, MicroserviceFactory

MICROSERVICE = {
    "name": "web",
    "agentName": "{{ agent }}",
    "images": [{"containerImage": "team/web:{{ tag }}", "fogTypeId": 1}, {"containerImage": "team/web-arm", "fogTypeId": 2}],
    "registryId": 1,
    "config": '{"level": 3}',
    "annotations": '{"team": "a"}',
    "env": [{"key": "LEVEL", "value": "{{ level }}"}],
    "ports": [{"internal": 80, "external": "{{ ext-port }}", "protocol": "tcp"}],
    "volumeMappings": [
        {"hostDestination": "/srv", "containerDestination": "/data", "accessMode": "rw", "type": "bind"}
    ],
    "cmd": ["--level", "{{ level }}"],
    "extraHosts": [{"name": "db", "address": "10.0.0.5"}],
    "rootHostAccess": False,
    "logSize": "{{ log }}",
    "schedule": 40,
}  # fmt: skip
BODY: dict[str, Any] = {
    "name": "shop",
    "description": "A shop",
    "schemaVersion": "1",
    "variables": [
        {"key": "agent", "description": "Where", "defaultValue": "north-1"},
        {"key": "ext-port", "defaultValue": 5000},
        {"key": "tag", "defaultValue": "1"},
        {"key": "level"},
        {"key": "log", "defaultValue": 2},
    ],
    "application": {"microservices": [MICROSERVICE], "routes": [{"name": "r", "from": "web", "to": "web"}]},
}

FILE = """
apiVersion: iofog.org/v3
kind: ApplicationTemplate
metadata: {name: shop, namespace: ""}
spec:
  description: A shop
  variables:
    - {key: agent, description: Where, defaultValue: north-1}
    - {key: ext-port, defaultValue: 5000}
    - {key: item, defaultValue: "{{ '%s' | toNumber }}"}
  application:
    microservices:
      - name: web
        agent: {name: "{{agent}}"}
        images: {catalogId: "{{item}}"}
        container:
          ports: [{internal: 80, external: '{{ext-port}}'}]
        config: {level: "{{ nothing }}"}
        unknown: {to: us}
    routes: []
"""


def upload(client: WireClient, method: str, path: str, text: str, field: str = "template") -> Any:
    data = encode_multipart(BOUNDARY, {field: SimpleUploadedFile("application.yaml", text.encode())})
    return client.generic(method, API + path, data, content_type=MULTIPART_CONTENT)


@pytest.fixture
def shop(operator: WireClient) -> ApplicationTemplate:
    AgentFactory(name="north-1")
    AgentFactory(name="south-1", architecture="arm")
    assert operator.call("POST", "/applicationTemplate", BODY).status_code == 201
    return ApplicationTemplate.objects.get()


# --- written and read -----------------------------------------------------------------------------------


def test_a_template_comes_back_as_it_was_sent(operator: WireClient, shop: ApplicationTemplate) -> None:
    seen = operator.call("GET", "/applicationTemplate/shop").json()

    assert (seen["id"], seen["description"], seen["schemaVersion"], seen["userId"]) == (shop.pk, "A shop", "1", None)
    assert seen["application"] == BODY["application"]
    assert {row["key"]: row["defaultValue"] for row in seen["variables"]} == {
        "agent": "north-1", "ext-port": 5000, "tag": "1", "level": None, "log": 2,
    }  # fmt: skip
    assert {row["applicationTemplateId"] for row in seen["variables"]} == {shop.pk}
    assert seen["createdAt"].endswith("Z")


def test_a_list_has_default_values_as_json_texts(viewer: WireClient, shop: ApplicationTemplate) -> None:
    [seen] = viewer.call("GET", "/applicationTemplates").json()["applicationTemplates"]

    assert [row["defaultValue"] for row in seen["variables"]] == ['"north-1"', "5000", '"1"', None, "2"]
    assert seen["application"] == BODY["application"]


def test_a_template_needs_only_a_name(operator: WireClient) -> None:
    made = operator.call("POST", "/applicationTemplate", {"name": "empty"})

    assert (made.status_code, made.json()["name"]) == (201, "empty")
    seen = operator.call("GET", "/applicationTemplate/empty").json()
    assert (seen["application"], seen["variables"]) == ({"microservices": [], "routes": []}, [])


def test_a_template_of_a_body_is_not_rendered(operator: WireClient) -> None:
    operator.call("POST", "/applicationTemplate", {"name": "x", "description": "{{ self.name }}"})

    assert ApplicationTemplate.objects.get().description == "{{ self.name }}"


def test_a_put_makes_what_is_missing_and_changes_what_is_there(operator: WireClient) -> None:
    first = operator.call("PUT", "/applicationTemplate/shop", {"application": BODY["application"]})
    second = operator.call("PUT", "/applicationTemplate/shop", {"name": "store", "variables": [{"key": "a"}]})

    assert [first.status_code, second.status_code] == [200, 200]
    template = ApplicationTemplate.objects.get()
    assert second.json() == {"id": template.pk, "name": "store"}
    assert template.microservices[0]["name"] == "web"
    assert [row.key for row in template.variables.all()] == ["a"]


def test_a_template_is_renamed_and_described(operator: WireClient, shop: ApplicationTemplate) -> None:
    assert operator.call("PATCH", "/applicationTemplate/shop", {"name": "store", "description": ""}).status_code == 204

    shop.refresh_from_db()
    assert (shop.name, shop.description, shop.schema_version) == ("store", "", "1")


def test_a_template_goes_and_an_unknown_one_silently(operator: WireClient, shop: ApplicationTemplate) -> None:
    assert [operator.call("DELETE", "/applicationTemplate/shop").status_code for _ in range(2)] == [204, 204]
    assert not ApplicationTemplate.objects.exists()


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_an_unknown_template_is_not_found(operator: WireClient, shop: ApplicationTemplate, method: str) -> None:
    reply = operator.call(method, "/applicationTemplate/shp", {})

    assert fault_of(reply) == (404, "NotFoundError")
    assert reply.json()["message"] == "Could not find Application Template shp. Did you mean “shop”?"


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"name": None}, 400, "Required field 'name' is missing"),
        ({"name": "Shop!"}, 400, "Invalid format for field 'name'"),
        ({"variables": [{"description": "x"}]}, 400, "Required field 'variables[0].key' is missing"),
        ({"variables": [{"key": "a"}, {"key": "a"}]}, 400, "Two variables have the key a"),
        ({"variables": [{"key": "a b"}]}, 400, "“a b” cannot be a variable's key"),
        ({"variables": [{"key": "self"}]}, 400, "choose another key"),
        ({"application": []}, 400, "Field 'application' is not of a type(s) object"),
        ({"application": {"microservices": "web"}}, 400, "Field 'application.microservices' is not"),
        ({"application": {"microservices": ["web"]}}, 400, "Field 'application.microservices' is not"),
        ({"application": {"microservices": [{"name": "{{ a"}]}}, 400, "Field 'microservices[0].name': "),
        ({"application": {"microservices": [{"images": [{"fogTypeId": 3}]}]}}, 400, "fogTypeId"),
        ({"application": {"microservices": [{"name": "a"}, {"name": "a"}]}}, 400, "Two microservices have the name a"),
        ({"schemaVersion": 5}, 400, "Field 'schemaVersion' is not of a type(s) string"),
        ({"name": "shop"}, 409, "Duplicate name 'shop'"),
    ],
)
def test_a_faulty_template_is_refused(
    operator: WireClient, shop: ApplicationTemplate, change: dict[str, Any], status: int, words: str
) -> None:
    reply = operator.call("POST", "/applicationTemplate", BODY | {"name": "fresh"} | change)

    assert reply.status_code == status
    assert words in reply.json()["message"]
    assert ApplicationTemplate.objects.count() == 1


@pytest.mark.parametrize(
    ("method", "path"), [("POST", ""), ("PUT", "/shop"), ("PATCH", "/shop"), ("DELETE", "/shop"), ("DELETE", "/none")]
)
def test_a_viewer_changes_no_template(viewer: WireClient, shop: ApplicationTemplate, method: str, path: str) -> None:
    before = Entry.objects.count()

    assert fault_of(viewer.call(method, f"/applicationTemplate{path}", BODY)) == (403, "ForbiddenError")
    assert Entry.objects.count() == before


def test_changes_of_a_template_are_logged(operator: WireClient, shop: ApplicationTemplate) -> None:
    operator.call("PUT", "/applicationTemplate/shop", {"variables": [{"key": "a", "defaultValue": True}]})
    operator.call("DELETE", "/applicationTemplate/shop")

    entries = Entry.objects.filter(object_type="application template").order_by("id")
    assert [(entry.action, entry.actor, entry.door) for entry in entries] == [
        (action, "ann@example.org", "api") for action in ("create", "update", "delete")
    ]
    assert entries[1].after == {"defaults": {"a": "true"}}


def test_listing_templates_costs_the_same_for_any_number(viewer: WireClient, django_assert_num_queries: Any) -> None:
    def make(*numbers: int) -> None:
        for number in numbers:
            template = ApplicationTemplate.objects.create(name=f"t-{number}")
            template.variables.create(key="a")

    viewer.call("GET", "/user/profile")
    make(1, 2)
    with django_assert_num_queries(3):
        viewer.call("GET", "/applicationTemplates")
    make(*range(10, 30))
    with django_assert_num_queries(3):
        assert len(viewer.call("GET", "/applicationTemplates").json()["applicationTemplates"]) == 22


PIECES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 70_000)
    | st.sampled_from(["", "web", "{{ a }}", "{{ a", "[1]", "{}", "remote"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "key", "fogTypeId", "a"]), inner)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from([*MICROSERVICE, "catalogItemId", "healthCheck", "agents", "iofogUuid", "rebuild"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(entries=st.lists(st.dictionaries(KEYS, PIECES, max_size=6) | PIECES, max_size=3), default=PIECES)
def test_whatever_is_sent_is_stored_or_refused_and_its_pages_open(
    operator: WireClient, client: Client, entries: list[Any], default: Any
) -> None:
    ApplicationTemplate.objects.all().delete()
    body = {
        "name": "x",
        "variables": [{"key": "a", "defaultValue": default}],
        "application": {"microservices": entries},
    }

    reply = operator.call("POST", "/applicationTemplate", body)

    assert reply.status_code in (201, 400), reply.content
    if reply.status_code == 201:
        assert operator.call("GET", "/applicationTemplate/x").status_code == 200
        assert operator.call("GET", "/applicationTemplates").status_code == 200
        deployed = operator.call("POST", "/application", {"name": "one", "template": {"name": "x"}})
        assert deployed.status_code < 500
        Application.objects.all().delete()
        client.force_login(User.objects.get(email="ann@example.org"))
        pk = reply.json()["id"]
        for act in ("", "edit/", "deploy/"):
            assert client.get(f"/templates/{pk}/{act}").status_code == 200


# --- YAML -----------------------------------------------------------------------------------------------


def test_a_file_makes_a_template_and_only_its_variables_are_rendered(operator: WireClient) -> None:
    item = CatalogItemFactory(name="web")

    made = upload(operator, "POST", "/applicationTemplate/yaml", FILE % item.pk)

    assert (made.status_code, made.json()["name"]) == (201, "shop")
    seen = operator.call("GET", "/applicationTemplate/shop").json()
    assert [row["defaultValue"] for row in seen["variables"]] == ["north-1", 5000, item.pk]
    assert seen["application"] == {
        "microservices": [
            {
                "name": "web", "agentName": "{{agent}}", "catalogItemId": "{{item}}", "config": '{"level": "{{ nothing }}"}',
                "ports": [{"internal": 80, "external": "{{ext-port}}"}],
            }
        ],
        "routes": [],
    }  # fmt: skip


def test_a_file_with_fields_of_other_clients_makes_an_application_all_the_same(operator: WireClient) -> None:
    item = CatalogItemFactory(name="web")
    AgentFactory(name="north-1")
    upload(operator, "POST", "/applicationTemplate/yaml", FILE % item.pk)

    assert operator.call("POST", "/application", {"name": "one", "template": {"name": "shop"}}).status_code == 201
    made = Microservice.objects.detailed().get()
    assert (made.revision.item, made.port_list, made.config) == (item, ["5000:80/tcp"], {"level": None})


def test_a_file_replaces_a_template_renames_it_or_makes_it(operator: WireClient, shop: ApplicationTemplate) -> None:
    text = "kind: ApplicationTemplate\nmetadata: {name: %s}\nspec: {application: {microservices: [{name: db}]}}\n"

    replies = [upload(operator, "PUT", f"/applicationTemplate/yaml/{path}", text % name) for path, name in (
        ("shop", "store"), ("fresh", "fresh"),
    )]  # fmt: skip

    assert [reply.status_code for reply in replies] == [200, 200]
    assert replies[0].json() == {"id": shop.pk, "name": "store"}
    templates = ApplicationTemplate.objects.all()
    assert [(t.name, t.description, t.microservices, t.variables.count()) for t in templates] == [
        ("fresh", "", [{"name": "db"}], 0),
        ("store", "", [{"name": "db"}], 0),
    ]


def test_the_calls_of_the_cli_deploy_describe_list_and_delete_a_template(operator: WireClient) -> None:
    one, item = "/applicationTemplate/shop", CatalogItemFactory().pk
    calls = [
        lambda: operator.call("GET", one),
        lambda: upload(operator, "POST", "/applicationTemplate/yaml", FILE % item),
        lambda: operator.call("GET", one),
        lambda: upload(operator, "PUT", "/applicationTemplate/yaml/shop", FILE % item),
        lambda: operator.call("GET", one),
        lambda: operator.call("GET", "/applicationTemplates"),
        lambda: operator.call("DELETE", one),
    ]

    replies = [call() for call in calls]

    assert [reply.status_code for reply in replies] == [404, 201, 200, 200, 200, 200, 204]
    [row] = replies[5].json()["applicationTemplates"]
    columns = (
        row["name"],
        row["description"],
        len(row["application"]["microservices"]),
        len(row["application"]["routes"]),
    )
    assert columns == ("shop", "A shop", 1, 0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind: Application\nmetadata: {name: a}\nspec: {}\n", "Invalid kind Application"),
        ("kind: ApplicationTemplate\nspec: {}\n", "Invalid YAML format"),
        ("kind: ApplicationTemplate\nmetadata: {}\nspec: {}\n", "Required field 'metadata.name' is missing"),
        ("kind: ApplicationTemplate\nmetadata: {name: a}\nspec: {application: text}\n", "spec.application"),
        (
            "kind: ApplicationTemplate\nmetadata: {name: a}\nspec: {variables: [{defaultValue: 5}]}\n",
            "variables[0].key",
        ),
        (
            "kind: ApplicationTemplate\nmetadata: {name: a}\nspec: {variables: [{key: a, defaultValue: '{{'}]}\n",
            "closed",
        ),
        ("a: [", "not YAML"),
        ("", "0 documents"),
    ],
)
def test_a_faulty_file_is_refused(operator: WireClient, text: str, words: str) -> None:
    reply = upload(operator, "POST", "/applicationTemplate/yaml", text)

    assert fault_of(reply) == (400, "ValidationError")
    assert words in reply.json()["message"]


def test_a_missing_file_is_said(operator: WireClient) -> None:
    reply = upload(operator, "POST", "/applicationTemplate/yaml", FILE, field="application")

    assert fault_of(reply) == (400, "ValidationError")
    assert "Template file missing" in reply.json()["message"]


# --- applications made from one -------------------------------------------------------------------------


def test_an_application_is_made_from_a_template(operator: WireClient, shop: ApplicationTemplate) -> None:
    given = [{"key": "level", "value": "high"}, {"key": "ext-port", "value": "{{ 8000 | plus: 80 }}"}]

    reply = operator.call("POST", "/application", {"name": "one", "template": {"name": "shop", "variables": given}})

    assert (reply.status_code, reply.json()["name"]) == (201, "one")
    made = Microservice.objects.detailed().get()
    assert (made.full_name, made.agent.name, made.image) == ("one/web", "north-1", "team/web:1")
    assert (made.port_list, made.log_size, made.schedule) == (["8080:80/tcp"], 2, 40)
    assert (made.env, made.commands) == ([["LEVEL", "high"]], ["--level", "high"])
    assert (made.config, made.options) == ({"level": 3}, {"annotations": {"team": "a"}})
    assert made.receivers == [made.uuid]
    assert not Application.objects.get().is_activated
    assert {flags.agent.name: "microservice_list" in flags.raised for flags in ChangeFlags.objects.all()} == {
        "north-1": True, "south-1": False,
    }  # fmt: skip


def test_what_the_body_names_itself_replaces_what_the_template_makes(
    operator: WireClient, shop: ApplicationTemplate
) -> None:
    own = {"agentName": "south-1", "images": [{"containerImage": "other:1", "fogTypeId": 2}]}
    body = {
        "name": "one", "description": "Mine", "isActivated": True, "template": {"name": "shop"},
        "microservices": [own | {"name": "web"}, own | {"name": "more"}],
    }  # fmt: skip

    assert operator.call("POST", "/application", body).status_code == 201

    assert [(m.name, m.image) for m in Microservice.objects.detailed()] == [("more", "other:1"), ("web", "other:1")]
    application = Application.objects.get()
    assert (application.description, application.is_activated) == ("Mine", True)


def test_a_put_makes_an_application_what_the_template_says(operator: WireClient, shop: ApplicationTemplate) -> None:
    kept = MicroserviceFactory(application__name="one", name="web", env=[["OLD", "1"]], options={"platform": "x"})
    MicroserviceFactory(application=kept.application, name="old")

    reply = operator.call("PUT", "/application/one", {"template": {"name": "shop", "variables": []}})

    assert reply.status_code == 204, reply.content
    made = Microservice.objects.get()
    assert (made.uuid, made.env, made.options) == (
        kept.uuid, [["LEVEL", ""]], {"annotations": {"team": "a"}},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("template", "status", "words"),
    [
        ({"name": "shp"}, 404, "Could not find Application Template shp. Did you mean “shop”?"),
        ({"name": "shop", "variables": [{"key": "ext-prt", "value": 1}]}, 400, "no variable “ext-prt”. Did you mean “ext-port”?"),
        ({"name": "shop", "variables": [{"value": 1}]}, 400, "Required field 'template.variables[0].key' is missing"),
        ({}, 400, "Required field 'template.name' is missing"),
        ({"name": "shop", "variables": [{"key": "ext-port", "value": "many"}]}, 400, "ports[0].external: “many” is not a whole number"),
        ({"name": "shop", "variables": [{"key": "agent", "value": "nort-1"}]}, 400, "“nort-1”"),
    ],
)  # fmt: skip
def test_what_a_template_cannot_make_is_said_and_nothing_remains(
    operator: WireClient, shop: ApplicationTemplate, template: dict[str, Any], status: int, words: str
) -> None:
    reply = operator.call("POST", "/application", {"name": "one", "template": template})

    assert reply.status_code == status
    assert words in reply.json()["message"]
    assert not Application.objects.exists()


def test_a_template_may_pin_a_revision_and_name_several_agents(operator: WireClient) -> None:
    for name in ("north-1", "north-2"):
        AgentFactory(name=name)
    item = CatalogItemFactory(name="web", images={"x86": "team/web:1"})
    operator.call(
        "PATCH", f"/catalog/microservices/{item.pk}", {"images": [{"containerImage": "team/web:2", "fogTypeId": 1}]}
    )
    ApplicationTemplate.objects.create(
        name="fleet",
        application={
            "microservices": [
                {"name": "web", "agents": ["north-1", "north-2"], "images": {"catalogId": item.pk, "revision": 1}}
            ]
        },
    )

    assert operator.call("POST", "/application", {"name": "one", "template": {"name": "fleet"}}).status_code == 201
    made = Microservice.objects.detailed().order_by("name")
    assert [(m.name, m.image) for m in made] == [("web-north-1", "team/web:1"), ("web-north-2", "team/web:1")]
    assert CatalogItem.objects.get(pk=item.pk).current.number == 2


def test_the_schema_and_the_answers_are_json_for_clients_of_go(operator: WireClient, shop: ApplicationTemplate) -> None:
    """No float where an integer is read, and `application` never null."""
    text = operator.call("GET", "/applicationTemplates").content.decode()

    assert isinstance(json.loads(text, parse_float=pytest.fail), dict)
    assert '"application":null' not in text
