"""Volume mounts over REST, and as their agents fetch them."""

import base64
from typing import Any

import pytest
from cryptography.fernet import Fernet

from catalogweb.agents.models import Agent, ChangeFlags
from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from tests.api.conftest import WireClient, fault_of
from tests.factories import AgentFactory, ConfigMapFactory, SecretFactory, VolumeMountFactory

pytestmark = pytest.mark.django_db
KEYS = {"uuid", "name", "secretName", "configMapName", "version", "createdAt", "updatedAt"}
YAML = "kind: VolumeMount\nmetadata: {name: certs}\nspec: {secretName: tls}\n"


@pytest.fixture(autouse=True)
def sources() -> tuple[Secret, ConfigMap]:
    secret = SecretFactory(name="tls", data={"ca.crt": "certificate", "keys/own": "ä"})
    return secret, ConfigMapFactory(name="shop", data={"level": 3})


def raised() -> set[str]:
    return ChangeFlags.objects.get().raised


@pytest.mark.parametrize("source", ["secretName", "configMapName"])
def test_create_answers_the_mount(operator: WireClient, source: str) -> None:
    name = {"secretName": "tls", "configMapName": "shop"}[source]

    reply = operator.call("POST", "/volumeMounts", {"name": "certs", source: name})

    body = reply.json()
    assert (reply.status_code, body.keys()) == (200, KEYS)
    assert (body["name"], body["version"], body[source]) == ("certs", 1, name)
    assert body["uuid"] == VolumeMount.objects.get().uuid


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"secretName": "tls"}, 400, "Required field 'name'"),
        ({"name": "No", "secretName": "tls"}, 400, "Invalid format for field 'name'"),
        ({"name": "certs"}, 400, "either a secret or a config map"),
        ({"name": "certs", "secretName": "tls", "configMapName": "shop"}, 400, "either a secret or a config map"),
        ({"name": "certs", "secretName": "no"}, 404, 'Secret with name "no" not found'),
        ({"name": "certs", "configMapName": "no"}, 404, "ConfigMap with name no not found"),
        ({"name": "taken", "secretName": "tls"}, 400, "Duplicate name 'taken'"),
    ],
)
def test_create_refuses(operator: WireClient, body: dict[str, Any], status: int, words: str) -> None:
    VolumeMountFactory(name="taken")

    reply = operator.call("POST", "/volumeMounts", body)

    assert fault_of(reply) == (status, {400: "ValidationError", 404: "NotFoundError"}[status])
    assert words in reply.json()["message"]


def test_list_is_bare_and_takes_one_statement(viewer: WireClient, django_assert_num_queries: Any) -> None:
    VolumeMountFactory()
    viewer.call("GET", "/volumeMounts")
    VolumeMountFactory(config_map=ConfigMapFactory())
    with django_assert_num_queries(2):
        mounts = viewer.call("GET", "/volumeMounts").json()

    assert [mount.keys() for mount in mounts] == [KEYS, KEYS]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/link"), ("POST", "/link"), ("DELETE", "/link")],
)
def test_an_unknown_mount_is_not_found(operator: WireClient, agent: Agent, method: str, path: str) -> None:
    reply = operator.call(method, f"/volumeMounts/certs{path}", {"secretName": "tls", "fogUuids": [agent.uuid]})

    assert fault_of(reply) == (404, "NotFoundError")
    assert reply.json()["message"].startswith("Volume mount with name certs not found")


def test_edit_replaces_the_source_and_counts_the_version(operator: WireClient, agent: Agent) -> None:
    VolumeMountFactory(name="certs", agents=[agent])

    reply = operator.call("PATCH", "/volumeMounts/certs", {"configMapName": "shop"})

    body = reply.json()
    assert (reply.status_code, body["version"]) == (200, 2)
    assert (body["secretName"], body["configMapName"]) == (None, "shop")
    assert raised() == {"volume_mounts"}


def test_edit_refuses_two_sources(operator: WireClient) -> None:
    VolumeMountFactory(name="certs")

    for body in ({}, {"secretName": "tls", "configMapName": "shop"}):
        assert fault_of(operator.call("PATCH", "/volumeMounts/certs", body)) == (400, "ValidationError")


def test_delete_answers_accepted(operator: WireClient, agent: Agent) -> None:
    VolumeMountFactory(name="certs", agents=[agent])

    reply = operator.call("DELETE", "/volumeMounts/certs")

    assert (reply.status_code, reply.json()) == (202, {})
    assert raised() == {"volume_mounts"}


def test_links_are_added_read_and_removed(operator: WireClient, agent: Agent) -> None:
    VolumeMountFactory(name="certs")

    linked = operator.call("POST", "/volumeMounts/certs/link", {"name": "certs", "fogUuids": [agent.uuid]})
    assert (linked.status_code, linked.json()["name"]) == (200, "certs")
    assert raised() == {"volume_mounts"}
    assert operator.call("GET", "/volumeMounts/certs/link").json() == {"fogUuids": [agent.uuid]}
    [mount] = operator.call("GET", f"/iofog/{agent.uuid}").json()["volumeMounts"]
    assert mount.keys() == {"name", "version", "configMapName", "secretName"}

    removed = operator.call("DELETE", "/volumeMounts/certs/link", {"fogUuids": [agent.uuid]})
    assert (removed.status_code, removed.json()) == (200, {})
    assert operator.call("GET", "/volumeMounts/certs/link").json() == {"fogUuids": []}


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize(("uuids", "status"), [(["unknown"], 404), ([], 400), (None, 400), ("text", 400), ([5], 400)])
def test_links_refuse(operator: WireClient, agent: Agent, method: str, uuids: Any, status: int) -> None:
    mount = VolumeMountFactory(name="certs")

    reply = operator.call(method, "/volumeMounts/certs/link", {"fogUuids": uuids})

    assert reply.status_code == status
    assert not mount.agents.exists()


def test_an_upload_creates_and_edits(operator: WireClient) -> None:
    created = operator.upload("POST", "/volumeMounts/yaml", "volumeMount", YAML)
    assert (created.status_code, created.json()["secretName"]) == (200, "tls")

    text = YAML.replace("secretName: tls", "configMapName: shop")
    edited = operator.upload("PATCH", "/volumeMounts/yaml/certs", "volumeMount", text)
    assert (edited.status_code, edited.json()["configMapName"], edited.json()["version"]) == (200, "shop", 2)

    wrong = operator.upload("PATCH", "/volumeMounts/yaml/certs", "volumeMount", text.replace("certs", "other"))
    assert wrong.json()["message"] == "VolumeMount name in YAML (other) doesn't match endpoint path (certs)"


@pytest.mark.parametrize(
    "body", [{"name": "{{ 'CERTS' | downcase }}", "secretName": "{{ self.wanted }}", "wanted": "tls"}]
)
def test_liquid_is_rendered_in_bodies_and_in_uploads(operator: WireClient, body: dict[str, Any]) -> None:
    assert operator.call("POST", "/volumeMounts", body).json()["name"] == "certs"
    text = YAML.replace("certs", "more").replace("tls", "'{{ self.metadata.of }}'").replace("more}", "more, of: tls}")

    assert operator.upload("POST", "/volumeMounts/yaml", "volumeMount", text).json()["secretName"] == "tls"


# --- what agents fetch ----------------------------------------------------------------------------------


def fetched(edge: WireClient) -> list[dict[str, Any]]:
    return edge.call("GET", "/agent/volumeMounts").json()["volumeMounts"]


def clear(item: dict[str, Any]) -> dict[str, str]:
    return {name: base64.b64decode(content, validate=True).decode() for name, content in item["data"].items()}


def test_an_agent_fetches_the_files_of_its_mounts_alone(edge: WireClient, agent: Agent, sources: Any) -> None:
    secret = VolumeMountFactory(name="a", secret=sources[0], agents=[agent])
    VolumeMountFactory(name="b", config_map=sources[1], agents=[agent], version=7)
    VolumeMountFactory(name="c", agents=[AgentFactory()])

    first, second = fetched(edge)

    assert first.keys() == {"uuid", "name", "version", "type", "data"}
    assert (first["uuid"], first["version"], first["type"]) == (secret.uuid, 1, "secret")
    assert clear(first) == {"ca.crt": "certificate", "keys/own": "ä"}
    assert (second["name"], second["version"], second["type"]) == ("b", 7, "configMap")
    assert clear(second) == {"level": "3"}


def test_the_mounts_take_one_statement_however_many(
    edge: WireClient, agent: Agent, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        VolumeMountFactory(agents=[agent])

    with django_assert_num_queries(2):
        assert len(fetched(edge)) == 3


def test_what_cannot_be_read_leaves_the_agent_what_it_has(
    edge: WireClient, agent: Agent, sources: Any, settings: Any
) -> None:
    VolumeMountFactory(name="a", secret=sources[0], agents=[agent], version=7)
    VolumeMountFactory(name="b", config_map=sources[1], agents=[agent])
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    lost, whole = fetched(edge)

    assert (lost["name"], lost["version"], lost["data"]) == ("a", 0, {})
    assert clear(whole) == {"level": "3"}


def test_a_mount_of_nothing_is_an_empty_folder(edge: WireClient, agent: Agent) -> None:
    VolumeMountFactory(secret=SecretFactory(data={}), agents=[agent])

    assert fetched(edge)[0]["data"] == {}
