"""Secrets over REST: values go in, keys come out."""

from typing import Any

import pytest

from catalogweb.agents.models import Agent, ChangeFlags
from catalogweb.configuration.models import Secret
from tests.api.conftest import WireClient, fault_of
from tests.factories import ConfigMapFactory, SecretFactory, VolumeMountFactory

pytestmark = pytest.mark.django_db
NEW = {"name": "db", "type": "Opaque", "data": {"user": "ann", "password": "hunter2"}}
YAML = "kind: Secret\nmetadata: {name: db}\nspec: {type: Opaque}\ntype: Opaque\ndata: {pin: 0123, user: ann}\n"


def test_create_answers_without_the_values(operator: WireClient) -> None:
    reply = operator.call("POST", "/secrets", NEW)

    secret = Secret.objects.get()
    assert (reply.status_code, reply.json()) == (201, {"id": secret.pk, "name": "db", "type": "Opaque"})
    assert secret.data == NEW["data"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": None}, "Required field 'name' is missing"),
        ({"name": ""}, "Field name does not meet minimum length of 1"),
        ({"name": "n" * 256}, "Field name does not meet maximum length of 255"),
        ({"type": None}, "Required field 'type' is missing"),
        ({"type": "basic"}, "Field type is not one of enum values: Opaque,tls"),
        ({"data": None}, "Required field 'data' is missing"),
        ({"data": []}, "Field 'data' is not of a type(s) object"),
        ({"data": {"crt": "?"}, "type": "tls"}, "Invalid base64 encoding for keys: crt"),
    ],
)
def test_create_refuses(operator: WireClient, change: dict[str, Any], message: str) -> None:
    reply = operator.call("POST", "/secrets", NEW | change)

    assert fault_of(reply) == (400, "ValidationError")
    assert reply.json()["message"] == message


def test_create_refuses_a_taken_name(operator: WireClient) -> None:
    operator.call("POST", "/secrets", NEW)

    reply = operator.call("POST", "/secrets", NEW)

    assert fault_of(reply) == (409, "ConflictError")
    assert reply.json()["message"] == 'Secret with name "db" already exists'


def test_list_names_secrets_in_one_statement_however_many(viewer: WireClient, django_assert_num_queries: Any) -> None:
    SecretFactory(name="one")
    viewer.call("GET", "/secrets")
    SecretFactory(name="two")
    with django_assert_num_queries(2):
        reply = viewer.call("GET", "/secrets")

    assert [entry.keys() for entry in reply.json()["secrets"]] == [{"id", "name", "type"}] * 2


def test_get_shows_the_keys_with_empty_values(viewer: WireClient) -> None:
    secret = SecretFactory(name="db", data={"user": "ann", "password": "hunter2"})

    reply = viewer.call("GET", "/secrets/db").json()

    assert reply == {"id": secret.pk, "name": "db", "type": "Opaque", "data": {"user": "", "password": ""}}


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_unknown_secret_is_not_found(operator: WireClient, method: str) -> None:
    reply = operator.call(method, "/secrets/db", {"data": {}})

    assert fault_of(reply) == (404, "NotFoundError")
    assert reply.json()["message"].startswith('Secret with name "db" not found')


def test_edit_without_a_type_keeps_what_comes_back_empty(operator: WireClient, agent: Agent) -> None:
    secret = SecretFactory(name="db", data={"user": "ann", "password": "hunter2"})
    VolumeMountFactory(secret=secret, agents=[agent])

    reply = operator.call("PATCH", "/secrets/db", {"name": "db", "data": {"user": "", "password": "new"}})

    assert (reply.status_code, reply.json()["name"]) == (200, "db")
    assert Secret.objects.get().data == {"user": "ann", "password": "new"}
    assert ChangeFlags.objects.get().raised == {"volume_mounts"}


def test_edit_refuses_another_type(operator: WireClient) -> None:
    SecretFactory(name="db")

    reply = operator.call("PATCH", "/secrets/db", {"type": "tls", "data": {}})

    assert fault_of(reply) == (400, "ValidationError")
    assert reply.json()["message"].startswith("Secret type mismatch. Secret db is of type Opaque")


def test_delete_answers_an_empty_object(operator: WireClient) -> None:
    SecretFactory(name="a name")

    reply = operator.call("DELETE", "/secrets/a%20name")

    assert (reply.status_code, reply.json()) == (200, {})
    assert not Secret.objects.exists()


# --- YAML -----------------------------------------------------------------------------------------------


def test_an_upload_creates_a_secret_of_the_texts_as_written(operator: WireClient) -> None:
    reply = operator.upload("POST", "/secrets/yaml", "secret", YAML)

    assert (reply.status_code, reply.json()["name"]) == (201, "db")
    assert Secret.objects.get().data == {"pin": "0123", "user": "ann"}


def test_an_upload_edits_a_secret(operator: WireClient) -> None:
    SecretFactory(name="db", data={"user": "bob", "pin": "1"})

    reply = operator.upload("PATCH", "/secrets/yaml/db", "secret", YAML.replace("user: ann", "user: ''"))

    assert reply.status_code == 200
    assert Secret.objects.get().data == {"pin": "0123", "user": "bob"}


@pytest.mark.parametrize(
    ("text", "part", "words"),
    [
        (YAML, "other", "Secret file missing"),
        (YAML.replace("Secret", "ConfigMap"), "secret", "Invalid kind ConfigMap"),
        (YAML.replace("spec: {type: Opaque}\n", ""), "secret", "Invalid YAML format: spec"),
        (YAML.replace("name: db", ""), "secret", "Required field 'name'"),
        ("a: [hunter2hunter2", "secret", "This is not YAML"),
    ],
)
def test_an_upload_is_refused(operator: WireClient, text: str, part: str, words: str) -> None:
    reply = operator.upload("POST", "/secrets/yaml", part, text)

    assert fault_of(reply) == (400, "ValidationError")
    assert words in reply.json()["message"]
    assert "hunter2" not in reply.content.decode()


def test_an_upload_for_another_path_is_refused(operator: WireClient) -> None:
    SecretFactory(name="other")

    reply = operator.upload("PATCH", "/secrets/yaml/other", "secret", YAML)

    assert reply.json()["message"] == "Secret name in YAML (db) doesn't match endpoint path (other)"


def test_json_where_a_file_belongs_is_refused(operator: WireClient) -> None:
    assert fault_of(operator.call("POST", "/secrets/yaml", NEW)) == (400, "ValidationError")


# --- rights ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/secrets"), ("PATCH", "/secrets/db"), ("DELETE", "/secrets/db"),
        ("POST", "/configmaps"), ("PATCH", "/configmaps/db"), ("DELETE", "/configmaps/db"),
        ("POST", "/volumeMounts"), ("PATCH", "/volumeMounts/db"), ("DELETE", "/volumeMounts/db"),
        ("POST", "/volumeMounts/db/link"), ("DELETE", "/volumeMounts/db/link"),
    ],
)  # fmt: skip
def test_a_viewer_changes_nothing(viewer: WireClient, agent: Agent, method: str, path: str) -> None:
    secret = SecretFactory(name="db")
    VolumeMountFactory(name="db", secret=secret, config_map=None)
    ConfigMapFactory(name="db")

    reply = viewer.call(method, path, NEW | {"name": "new", "secretName": "db", "fogUuids": [agent.uuid]})

    assert fault_of(reply) == (403, "ForbiddenError")
