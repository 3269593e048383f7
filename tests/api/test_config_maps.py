"""Config maps over REST."""

from typing import Any

import pytest

from catalogweb.agents.models import Agent, ChangeFlags
from catalogweb.configuration.models import ConfigMap
from tests.api.conftest import WireClient, fault_of
from tests.factories import ConfigMapFactory, VolumeMountFactory

pytestmark = pytest.mark.django_db
NEW = {"name": "shop", "data": {"level": 3, "mode": "fast", "list": [1, {"a": True}]}}
YAML = "kind: ConfigMap\nmetadata: {name: shop}\nspec: {immutable: false}\ndata: {level: 03, list: [no, {a: 1}]}\n"


def test_create_keeps_values_of_any_type(operator: WireClient) -> None:
    reply = operator.call("POST", "/configmaps", NEW)

    pk = ConfigMap.objects.get().pk
    entry = {"id": pk, "name": "shop", "immutable": False, "useVault": True}
    assert (reply.status_code, reply.json()) == (201, entry)
    assert operator.call("GET", "/configmaps/shop").json() == entry | {"data": NEW["data"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": None}, "Required field 'name' is missing"),
        ({"data": None}, "Required field 'data' is missing"),
        ({"data": "x"}, "Field 'data' is not of a type(s) object"),
        ({"immutable": "no"}, "Field 'immutable' is not of a type(s) boolean"),
        ({"useVault": 1}, "Field 'useVault' is not of a type(s) boolean"),
    ],
)
def test_create_refuses(operator: WireClient, change: dict[str, Any], message: str) -> None:
    reply = operator.call("POST", "/configmaps", NEW | change)

    assert fault_of(reply) == (400, "ValidationError")
    assert reply.json()["message"] == message


def test_create_refuses_a_taken_name(operator: WireClient) -> None:
    ConfigMapFactory(name="shop")

    reply = operator.call("POST", "/configmaps", NEW)

    assert fault_of(reply) == (409, "ConflictError")
    assert reply.json()["message"] == "ConfigMap with name shop already exists"


def test_list_names_config_maps_without_data(viewer: WireClient, django_assert_num_queries: Any) -> None:
    ConfigMapFactory(name="one")
    viewer.call("GET", "/configmaps")
    ConfigMapFactory(name="two", immutable=True, use_vault=False)
    with django_assert_num_queries(2):
        [one, two] = viewer.call("GET", "/configmaps").json()["configMaps"]

    assert one.keys() == {"id", "name", "immutable", "useVault"}
    assert (two["immutable"], two["useVault"]) == (True, False)


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_unknown_config_map_is_not_found(operator: WireClient, method: str) -> None:
    reply = operator.call(method, "/configmaps/shop", {"data": {}})

    assert fault_of(reply) == (404, "NotFoundError")
    assert reply.json()["message"].startswith("ConfigMap with name shop not found")


def test_edit_without_immutable_keeps_it(operator: WireClient, agent: Agent) -> None:
    VolumeMountFactory(config_map=ConfigMapFactory(name="shop", use_vault=False), agents=[agent])

    reply = operator.call("PATCH", "/configmaps/shop", {"name": "shop", "data": {"mode": "slow"}})

    assert reply.status_code == 200
    assert (reply.json()["immutable"], reply.json()["useVault"]) == (False, False)
    assert ConfigMap.objects.get().data == {"mode": "slow"}
    assert ChangeFlags.objects.get().raised == {"volume_mounts"}


def test_an_immutable_one_is_not_edited(operator: WireClient) -> None:
    ConfigMapFactory(name="shop", immutable=True)

    reply = operator.call("PATCH", "/configmaps/shop", {"data": {}})

    assert fault_of(reply) == (400, "ValidationError")
    assert reply.json()["message"].startswith("Configmap shop is immutable and cannot be updated")


def test_delete_answers_an_empty_object(operator: WireClient) -> None:
    ConfigMapFactory(name="shop")

    reply = operator.call("DELETE", "/configmaps/shop")

    assert (reply.status_code, reply.json()) == (200, {})
    assert not ConfigMap.objects.exists()


def test_an_upload_creates_a_config_map_of_the_texts_as_written(operator: WireClient) -> None:
    reply = operator.upload("POST", "/configmaps/yaml", "configMap", YAML)

    assert (reply.status_code, reply.json()["name"]) == (201, "shop")
    assert ConfigMap.objects.get().data == {"level": "03", "list": ["no", {"a": 1}]}


def test_an_upload_edits_a_config_map(operator: WireClient) -> None:
    ConfigMapFactory(name="shop", data={"level": 3})

    text = YAML.replace("false", "true").replace("03", "3")
    reply = operator.upload("PATCH", "/configmaps/yaml/shop", "configMap", text)

    assert (reply.status_code, reply.json()["immutable"]) == (200, True)
    assert ConfigMap.objects.get().data["level"] == 3


def test_an_upload_for_another_path_is_refused(operator: WireClient) -> None:
    ConfigMapFactory(name="other")

    reply = operator.upload("PATCH", "/configmaps/yaml/other", "configMap", YAML)

    assert reply.json()["message"] == "ConfigMap name in YAML (shop) doesn't match endpoint path (other)"
