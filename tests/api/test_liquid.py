"""Liquid in request bodies: on which paths, what texts see, and what is never rendered."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalogweb.agents.models import Agent
from catalogweb.api.urls import TABLES
from catalogweb.catalog.models import CatalogItem, Registry
from catalogweb.changelog.models import Entry
from catalogweb.deployments.models import Application, Microservice
from tests.api.conftest import WireClient, fault_of
from tests.factories import (
    AgentFactory,
    ApplicationFactory,
    CatalogItemFactory,
    EdgeResourceFactory,
    MicroserviceFactory,
)

RENDERED = {
    ("POST", "/catalog/microservices"),
    ("PATCH", "/catalog/microservices/<str:id>"),
    ("POST", "/registries"),
    ("PATCH", "/registries/<str:id>"),
    ("POST", "/application"),
    ("PATCH", "/application/<str:name>"),
    ("PUT", "/application/<str:name>"),
    ("POST", "/microservices"),
    ("PATCH", "/microservices/<str:uuid>"),
    ("POST", "/iofog"),
    ("PATCH", "/iofog/<str:uuid>"),
    ("PUT", "/router"),
    ("PUT", "/config"),
    ("POST", "/edgeResource"),
    ("PUT", "/edgeResource/<str:name>/<str:version>"),
}
NEVER = ("/flow", "/applicationTemplate", "/user", "/secrets", "/configmaps", "/deployments", "/manifests")


def test_bodies_are_rendered_where_the_wire_says_so() -> None:
    renders = {(route.method, route.path) for table in TABLES for route in table.ROUTES if route.renders}

    assert renders >= RENDERED
    assert not [path for _, path in renders if path.startswith(NEVER)]


def registry(**values: str) -> dict[str, object]:
    body = {
        "url": "r.example.org",
        "isPublic": False,
        "username": "john",
        "password": "q1u45ic9",
        "email": "j@example.org",
    }
    return body | values


def test_a_text_sees_the_body_as_it_was_sent(operator: WireClient) -> None:
    body = registry(username="{{ self.url | split: '.' | first }}-{{ self.username | size }}")

    assert operator.call("POST", "/registries", body).status_code == 201
    assert Registry.objects.latest("pk").username == f"r-{len(body['username'])}"


def test_a_password_is_never_rendered(operator: WireClient) -> None:
    operator.call("POST", "/registries", registry(password="{{ self.url }}{%"))

    assert Registry.objects.latest("pk").password == "{{ self.url }}{%"


def test_no_text_sees_the_password(operator: WireClient) -> None:
    operator.call("POST", "/registries", registry(username="x{{ self.password }}{{ self | toString }}"))

    made = Registry.objects.latest("pk")
    assert made.username.startswith('x{"url"')
    assert "q1u45ic9" not in made.username
    assert "q1u45ic9" not in str(list(Entry.objects.values()))


def test_a_fault_is_told_with_its_field_and_nothing_is_stored(operator: WireClient) -> None:
    body = {
        "name": "web", "registryId": 1, "images": [{"containerImage": "{{ 'x' | nothing }}", "fogTypeId": 1}],
    }  # fmt: skip

    reply = operator.call("POST", "/catalog/microservices", body)

    assert fault_of(reply) == (400, "ValidationError")
    assert "Field 'images[0].containerImage': There is no filter “nothing”" in reply.json()["message"]
    assert not CatalogItem.objects.filter(name="web").exists()


def test_a_whole_output_keeps_the_type_that_its_field_asks_for(operator: WireClient) -> None:
    AgentFactory(name="north-1")
    ApplicationFactory(name="shop")
    body = {
        "name": "web", "application": "shop", "agentName": "{{ 'north-1' | findAgent | map: 'name' | first }}",
        "images": [{"containerImage": "a:{{ 1 }}", "fogTypeId": 1}],
        "ports": [{"internal": 80, "external": "{{ '5000' | toNumber }}"}],
        "logSize": "{{ nothing }}", "config": '{"port": "{{ self.ports[0].internal }}"}',
        "isPrivileged": "{{ 'true' | toBoolean }}",
    }  # fmt: skip

    assert operator.call("POST", "/microservices", body).status_code == 201
    microservice = Microservice.objects.detailed().get()
    assert microservice.port_list == ["5000:80/tcp"]
    assert (microservice.log_size, microservice.config, microservice.privileged) == (1, {"port": "80"}, True)


def test_a_text_finds_applications_and_the_agents_of_their_microservices(operator: WireClient) -> None:
    row = MicroserviceFactory(application__name="rules", name="redis", agent__name="south-1")
    row.agent.configuration = {"host": "10.0.0.7"}
    row.agent.save()
    found = (
        '{% assign redis = "rules" | findApplication | map: "microservices" | first | where: "name", "redis" | first %}'
    )

    reply = operator.call(
        "PATCH",
        f"/iofog/{row.agent.uuid}",
        {
            "description": found + "{{ redis | findMicroserviceAgent | map: 'host' }}",
            "location": f"{{{{ '{row.uuid}' | findMicroserviceAgent | map: 'name' }}}}",
        },
    )

    assert reply.status_code == 204, reply.content
    agent = Agent.objects.get()
    assert (agent.description, agent.location) == ("10.0.0.7", "south-1")


def test_a_text_finds_edge_resources(operator: WireClient) -> None:
    EdgeResourceFactory(name="camera", version="v1", description="Over the gate")

    reply = operator.call(
        "PUT", "/config", {"key": "a", "value": "{{ 'camera' | findEdgeResource: 'v1' | map: 'description' }}"}
    )

    assert reply.json()["value"] == "Over the gate"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ 'nort-1' | findAgent }}", "There is no agent “nort-1”. Did you mean “north-1”?"),
        ("{{ 'sho' | findApplication }}", "Did you mean “shop”?"),
        ("{{ 'system' | findApplication }}", "no application “system” for people"),
        ("{{ 'x' | findMicroserviceAgent }}", "no microservice with the uuid “x”"),
        ("{{ nothing | findAgent }}", "findAgent needs a name"),
        ("{{ 'camera' | findEdgeResource: 'v9' }}", "Could not find resource camera version v9"),
        ("{{ 'camera' | findEdgeResource }}", "findEdgeResource needs a version"),
    ],
)
def test_what_is_not_found_is_refused_with_its_name(operator: WireClient, text: str, words: str) -> None:
    AgentFactory(name="north-1")
    ApplicationFactory(name="shop")
    ApplicationFactory(name="system", is_system=True)

    reply = operator.call("PATCH", "/application/shop", {"description": text})

    assert fault_of(reply) == (400, "ValidationError")
    assert words in reply.json()["message"]
    assert reply.json()["message"].startswith("Field 'description': ")


def test_the_same_agent_in_many_texts_is_looked_up_once(operator: WireClient) -> None:
    AgentFactory(name="north-1")
    CatalogItemFactory(name="web")
    item = f"/catalog/microservices/{CatalogItem.objects.get(name='web').pk}"
    text = "{{ 'north-1' | findAgent | map: 'name' }}"
    operator.call("PATCH", item, {"description": text, "publisher": "x"})

    with CaptureQueriesContext(connection) as one:
        operator.call("PATCH", item, {"description": text + "1"})
    with CaptureQueriesContext(connection) as many:
        operator.call("PATCH", item, {"description": text * 9 + "2", "publisher": text, "category": text})

    assert len(many) == len(one)
    assert CatalogItem.objects.get(name="web").category == "north-1"


def test_a_viewer_who_may_read_still_changes_nothing(viewer: WireClient) -> None:
    ApplicationFactory(name="shop")

    reply = viewer.call("PATCH", "/application/shop", {"description": "{{ 'shop' | findApplication | map: 'name' }}"})

    assert fault_of(reply) == (403, "ForbiddenError")
    assert Application.objects.get().description == ""


@pytest.mark.parametrize("depth", [100, 400, 900])
def test_a_body_that_is_nested_deeply_is_no_failure_of_ours(operator: WireClient, depth: int) -> None:
    text = '{"name": "x", "more": ' + '{"a": ' * depth + '"{{ a }}"' + "}" * depth + "}"

    reply = operator.generic("POST", "/api/v3/application", text, content_type="application/json")

    assert fault_of(reply) == (400, "ValidationError")
    assert "nested" in reply.json()["message"]
