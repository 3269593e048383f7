"""Variables from secrets and config maps over REST: as references in, resolved out, in clear for the agent alone."""

import json
from typing import Any

import pytest

from catalogweb.agents.flags import acknowledge
from catalogweb.agents.models import Agent, ChangeFlags
from catalogweb.deployments.models import Microservice
from tests.api.conftest import WireClient, fault_of
from tests.factories import ApplicationFactory, ConfigMapFactory, SecretFactory, VolumeMountFactory

pytestmark = pytest.mark.django_db
ENV = [
    {"key": "A", "value": "1"},
    {"key": "PASSWORD", "valueFromSecret": "db/password"},
    {"key": "LEVEL", "valueFromConfigMap": "shop/level"},
]


@pytest.fixture(autouse=True)
def sources() -> None:
    SecretFactory(name="db", data={"password": "hunter2"})
    ConfigMapFactory(name="shop", data={"level": 3})
    ApplicationFactory(name="shop")


@pytest.fixture
def body(agent: Agent) -> dict[str, Any]:
    images = [{"containerImage": "team/web:1", "fogTypeId": 1}]
    return {"name": "web", "application": "shop", "iofogUuid": agent.uuid, "images": images, "env": ENV}


def described(client: WireClient) -> dict[str, Any]:
    return client.call("GET", "/microservices").json()["microservices"][0]


def test_answers_show_the_value_of_a_config_map_and_hide_that_of_a_secret(
    operator: WireClient, viewer: WireClient, body: dict[str, Any]
) -> None:
    assert operator.call("POST", "/microservices", body).status_code == 201

    expected = [
        {"key": "A", "value": "1", "valueFromSecret": None, "valueFromConfigMap": None},
        {"key": "PASSWORD", "value": "", "valueFromSecret": "db/password", "valueFromConfigMap": None},
        {"key": "LEVEL", "value": "3", "valueFromSecret": None, "valueFromConfigMap": "shop/level"},
    ]
    assert described(viewer)["env"] == expected
    assert viewer.call("GET", "/application/shop").json()["microservices"][0]["env"] == expected
    assert viewer.call("GET", f"/microservices/{Microservice.objects.get().uuid}").json()["env"] == expected


def test_the_agent_gets_every_value_as_text(operator: WireClient, edge: WireClient, body: dict[str, Any]) -> None:
    operator.call("POST", "/microservices", body)

    [item] = edge.call("GET", "/agent/microservices").json()["microservices"]

    assert item["env"] == [
        {"key": "A", "value": "1"},
        {"key": "PASSWORD", "value": "hunter2"},
        {"key": "LEVEL", "value": "3"},
    ]


def test_what_was_shown_of_a_secret_can_be_sent_back(operator: WireClient, body: dict[str, Any]) -> None:
    operator.call("POST", "/microservices", body)
    uuid, shown = Microservice.objects.get().uuid, described(operator)["env"]
    shown[2]["value"] = ""

    assert operator.call("PATCH", f"/microservices/{uuid}", {"env": shown}).status_code == 204
    assert Microservice.objects.get().env[1] == ["PASSWORD", {"secret": "db/password"}]


@pytest.mark.parametrize(
    ("variable", "status", "message"),
    [
        ({"key": "A"}, 400, "Required field 'env[0].value' is missing"),
        ({"key": "A", "value": None, "valueFromSecret": ""}, 400, "Required field 'env[0].value' is missing"),
        ({"key": "A", "value": "1", "valueFromSecret": "db/password"}, 400, "more than one of value"),
        ({"key": "A", "valueFromConfigMap": "shop/level", "valueFromSecret": "db/password"}, 400, "more than one of"),
        ({"key": "A", "valueFromSecret": 5}, 400, "Field 'env[0].valueFromSecret' is not of a type(s) string"),
        ({"key": "A", "valueFromSecret": "db"}, 400, "Invalid secret reference: db"),
        ({"key": "A", "valueFromConfigMap": "/x"}, 400, "Invalid config map reference: /x"),
        ({"key": "A", "valueFromSecret": "no/key"}, 404, 'Secret with name "no" not found'),
        ({"key": "A", "valueFromSecret": "db/no"}, 400, "Secret key no not found in secret db"),
    ],
)
def test_a_variable_has_exactly_one_source_that_exists(
    operator: WireClient, body: dict[str, Any], variable: dict[str, Any], status: int, message: str
) -> None:
    reply = operator.call("POST", "/microservices", body | {"env": [variable]})

    assert fault_of(reply) == (status, {400: "ValidationError", 404: "NotFoundError"}[status])
    assert message in reply.json()["message"]
    assert not Microservice.objects.exists()


def test_a_changed_secret_reaches_the_agent(
    operator: WireClient, edge: WireClient, body: dict[str, Any], agent: Agent
) -> None:
    operator.call("POST", "/microservices", body)
    acknowledge(agent.pk, ChangeFlags.objects.get().counter)

    operator.call("PATCH", "/secrets/db", {"data": {"password": "new"}})

    assert ChangeFlags.objects.get().raised == {"microservice_list", "microservice_config"}
    [item] = edge.call("GET", "/agent/microservices").json()["microservices"]
    assert (item["env"][1]["value"], item["generation"]) == ("new", 2)


def test_a_secret_in_use_is_not_deleted(operator: WireClient, body: dict[str, Any]) -> None:
    operator.call("POST", "/microservices", body)

    reply = operator.call("DELETE", "/secrets/db")

    assert fault_of(reply) == (400, "ValidationError")
    assert reply.json()["users"] == ["microservice shop/web on north-1"]


def test_a_mounted_volume_needs_a_volume_mount(operator: WireClient, edge: WireClient, body: dict[str, Any]) -> None:
    volume = {"hostDestination": "certs", "containerDestination": "/c", "accessMode": "ro", "type": "volumeMount"}
    assert operator.call("POST", "/microservices", body | {"volumeMappings": [volume]}).status_code == 404
    VolumeMountFactory(name="certs")

    assert operator.call("POST", "/microservices", body | {"volumeMappings": [volume]}).status_code == 201

    [item] = edge.call("GET", "/agent/microservices").json()["microservices"]
    assert item["volumeMappings"] == [volume]
    assert described(operator)["warnings"] == [
        "Volume mount certs is not linked to north-1: its files are missing there."
    ]


def test_variables_cost_the_same_for_any_number(
    operator: WireClient, body: dict[str, Any], django_assert_num_queries: Any
) -> None:
    operator.call("POST", "/microservices", body)
    with django_assert_num_queries(10):
        assert len(operator.call("GET", "/microservices").json()["microservices"]) == 1
    for number in range(5):
        operator.call("POST", "/microservices", body | {"name": f"web-{number}"})
    with django_assert_num_queries(10):
        assert len(json.loads(operator.call("GET", "/microservices").content)["microservices"]) == 6
