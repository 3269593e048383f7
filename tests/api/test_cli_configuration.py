"""The calls of the CLIs' commands on edge resources, templates, secrets and the like, with what they print."""

from typing import Any

import pytest

from catalogweb.agents.models import Agent
from catalogweb.configuration.models import Secret
from tests.api.cli import Cli
from tests.api.conftest import WireClient
from tests.factories import (
    ConfigMapFactory,
    EdgeResourceFactory,
    MicroserviceFactory,
    SecretFactory,
    UserFactory,
    VolumeMountFactory,
)

CAMERA = {
    "name": "cam", "version": "v1.0.0", "description": "Films", "interfaceProtocol": "https",
    "interface": {"endpoints": [{"name": "picture", "method": "GET", "url": "/picture"}]},
    "display": {"name": "Camera", "icon": "cam", "color": "#fefefe"}, "orchestrationTags": ["fast"],
    "custom": {"lens": 2.5},
}  # fmt: skip
TEMPLATE = """\
kind: ApplicationTemplate
metadata: {name: shop, namespace: ""}
spec:
  description: A shop
  variables: [{key: port, defaultValue: 5080}]
  application:
    microservices:
    - {name: web, agent: {name: north-1}, images: {x86: "team/web:1"}, container: {ports: [{internal: 80, external: "{{port}}"}]}}
    routes: []
"""


@pytest.fixture
def cli(operator: WireClient, agent: Agent) -> Cli:
    return Cli(operator)


# --- edge resources and templates -----------------------------------------------------------------------


def test_get_edge_resources_prints_the_versions_of_each(cli: Cli) -> None:
    for version in ("v1.0.0", "v1.1.0"):
        EdgeResourceFactory(name="cam", version=version)
    assert cli.can("edgeResources")

    rows = cli("GET", "/edgeResources")["edgeResources"]

    assert {row["name"] for row in rows} == {"cam"}
    assert ",".join(row["version"] for row in rows) == "v1.0.0,v1.1.0"
    assert all(row["interfaceProtocol"] == "https" for row in rows)


def test_deploy_edge_resource_puts_it_and_describe_shows_it(cli: Cli) -> None:
    assert cli.can("edgeResources")
    assert cli("PUT", "/edgeResource/cam/v1.0.0", CAMERA)["name"] == "cam"
    assert cli("PUT", "/edgeResource/cam/v1.0.0", CAMERA | {"description": "Films the door"}) == {}

    seen = cli("GET", "/edgeResource/cam/v1.0.0")

    assert (seen["description"], seen["custom"], seen["orchestrationTags"]) == (
        "Films the door",
        {"lens": 2.5},
        ["fast"],
    )
    assert seen["interface"]["endpoints"][0]["url"] == "/picture"


def test_rename_edge_resource_puts_the_whole_under_its_new_name(cli: Cli) -> None:
    EdgeResourceFactory(name="cam")
    listed = cli("GET", "/edgeResources")["edgeResources"]
    seen = cli("GET", f"/edgeResource/cam/{listed[0]['version']}")

    cli("PUT", "/edgeResource/cam/v1.0.0", seen | {"name": "camera"})

    assert cli("GET", "/edgeResource/cam/v1.0.0") is None
    assert cli("GET", "/edgeResource/camera/v1.0.0")["id"] == seen["id"]


def test_delete_edge_resource(cli: Cli) -> None:
    EdgeResourceFactory(name="cam")
    assert cli.can("edgeResources")

    assert cli("DELETE", "/edgeResource/cam/v1.0.0") == {}
    assert cli("DELETE", "/edgeResource/cam/v1.0.0") is None


def test_the_commands_on_application_templates(cli: Cli) -> None:
    assert cli.can("applicationTemplates")
    assert cli("GET", "/applicationTemplate/shop") is None
    assert cli.upload("POST", "/applicationTemplate/yaml", "template", TEMPLATE)["name"] == "shop"
    assert cli.upload("PUT", "/applicationTemplate/yaml/shop", "template", TEMPLATE)["name"] == "shop"

    [row] = cli("GET", "/applicationTemplates")["applicationTemplates"]
    one = cli("GET", "/applicationTemplate/shop")

    assert (row["name"], row["description"]) == ("shop", "A shop")
    assert [len(row["application"][part]) for part in ("microservices", "routes")] == [1, 0]
    assert [variable["defaultValue"] for variable in row["variables"] + one["variables"]] == ["5080", 5080]
    assert one["application"]["microservices"][0]["agentName"] == "north-1"
    assert cli("DELETE", "/applicationTemplate/shop") == {}


# --- what microservices read ----------------------------------------------------------------------------


def deploy(cli: Cli, path: str, name: str, body: dict[str, Any], change: dict[str, Any]) -> Any:
    """As the newer client deploys: what cannot be read is made, the rest is read once more and changed."""
    if cli("GET", f"{path}/{name}") is None:
        return cli("POST", path, {"name": name} | body)
    cli("GET", f"{path}/{name}")
    return cli("PATCH", f"{path}/{name}", {"name": name} | change)


def test_get_and_describe_secrets_tell_keys_and_no_value(cli: Cli) -> None:
    SecretFactory(name="db", data={"password": "hunter2"})

    [row] = cli("GET", "/secrets")["secrets"]

    assert (row["name"], row["type"]) == ("db", "Opaque")
    assert cli("GET", "/secrets/db") == row | {"data": {"password": ""}}


def test_deploy_secret_makes_it_and_changes_it_without_its_type(cli: Cli) -> None:
    for value in ("one", "two"):
        data = {"password": value}
        deploy(cli, "/secrets", "db", {"type": "Opaque", "data": data}, {"data": data})

        assert Secret.objects.get().data == data


def test_deploy_secret_that_sends_back_what_was_described_keeps_the_values(cli: Cli) -> None:
    SecretFactory(name="db", data={"password": "hunter2"})

    cli("PATCH", "/secrets/db", {"name": "db", "data": cli("GET", "/secrets/db")["data"]})

    assert Secret.objects.get().data == {"password": "hunter2"}


def test_deploy_and_get_config_maps_without_naming_immutable(cli: Cli) -> None:
    for level in ("3", "4"):
        data = {"level": level}
        deploy(cli, "/configmaps", "shop", {"data": data, "immutable": False}, {"data": data})

    [row] = cli("GET", "/configmaps")["configMaps"]
    assert (row["name"], row["immutable"]) == ("shop", False)
    assert cli("GET", "/configmaps/shop")["data"] == {"level": "4"}


def test_deploy_and_get_volume_mounts(cli: Cli) -> None:
    SecretFactory(name="db")
    ConfigMapFactory(name="shop")
    for source in ({"secretName": "db"}, {"configMapName": "shop"}):
        deploy(cli, "/volumeMounts", "files", source, source)

    [row] = cli("GET", "/volumeMounts")

    assert (row["name"], row["secretName"], row["configMapName"]) == ("files", None, "shop")
    assert type(row["version"]) is int


def test_attach_and_detach_volume_mount(cli: Cli) -> None:
    VolumeMountFactory(name="files")
    uuid = cli.agent("north-1")["uuid"]

    cli("POST", "/volumeMounts/files/link", {"name": "files", "fogUuids": [uuid]})
    assert [mount["name"] for mount in cli.agent("north-1")["volumeMounts"]] == ["files"]
    cli("DELETE", "/volumeMounts/files/link", {"fogUuids": [uuid]})

    assert cli("GET", "/volumeMounts/files/link") == {"fogUuids": []}


@pytest.mark.parametrize(
    ("path", "make"),
    [
        ("/secrets/db", lambda: SecretFactory(name="db")),
        ("/configmaps/shop", lambda: ConfigMapFactory(name="shop")),
        ("/volumeMounts/files", lambda: VolumeMountFactory(name="files")),
    ],
    ids=["secret", "config map", "volume mount"],
)
def test_delete_takes_it_once(cli: Cli, path: str, make: Any) -> None:
    make()

    assert cli("DELETE", path) == {}
    assert cli("DELETE", path) is None


# --- roles, and what is not built -----------------------------------------------------------------------


def test_get_roles_and_bindings_print_a_view_on_ours(superuser: WireClient) -> None:
    UserFactory(email="vera@example.org", role="viewer")
    cli = Cli(superuser)

    roles = {role["name"]: len(role["rules"]) for role in cli("GET", "/roles")["roles"]}
    bindings = cli("GET", "/rolebindings")["bindings"]

    assert roles == {"admin": 1, "sre": 2, "viewer": 1, "microservice": 0}
    assert {binding["roleRef"]["name"] for binding in bindings} == {"admin", "viewer"}
    assert cli("GET", "/roles/sre")["role"]["kind"] == "Role"


def test_get_service_accounts_prints_application_name_and_role(cli: Cli, agent: Agent) -> None:
    microservice = MicroserviceFactory(agent=agent)

    [row] = cli("GET", "/serviceaccounts")["serviceAccounts"]

    assert (row["name"], row["applicationName"]) == (microservice.name, microservice.application.name)
    assert row["roleRef"] == {"kind": "Role", "name": "microservice"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/roles", {"name": "cook", "rules": [{"apiGroups": [""], "resources": ["catalog"], "verbs": ["get"]}]}),
        ("/rolebindings", {"name": "cooks", "roleRef": {"kind": "Role", "name": "sre"}, "subjects": []}),
        ("/serviceaccounts", {"name": "a", "applicationName": "b", "roleRef": {"kind": "Role", "name": "sre"}}),
    ],
)
def test_deploy_of_roles_is_refused_with_a_sentence(superuser: WireClient, path: str, body: dict[str, Any]) -> None:
    status, words = Cli(superuser).refusal("POST", path, body)

    assert status == 400
    assert words


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/services", []), ("/certificates", {"certificates": []}), ("/certificates/ca", {"cas": []}),
        ("/nats/accounts", {"accounts": []}), ("/nats/users", {"users": []}), ("/nats/account-rules", {"rules": []}),
        ("/nats/user-rules", {"rules": []}),
    ],
)  # fmt: skip
def test_get_of_what_is_not_built_prints_empty_tables(cli: Cli, path: str, answer: Any) -> None:
    assert cli("GET", path) == answer


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/services/web"), ("POST", "/services"), ("GET", "/certificates/web"), ("POST", "/certificates/ca"),
        ("POST", "/certificates"), ("DELETE", "/certificates/ca/web"), ("PATCH", "/nats/account-rules/yaml/a"),
        ("POST", "/nats/user-rules/yaml"), ("GET", "/nats/operator"), ("GET", "/cluster/controllers/a"),
    ],
)  # fmt: skip
def test_commands_on_what_is_not_built_end_with_a_sentence(cli: Cli, method: str, path: str) -> None:
    status, words = cli.refusal(method, path, {})

    assert status == 404
    assert " here" in words


def test_exec_of_a_microservice_ends_with_a_sentence(cli: Cli, agent: Agent) -> None:
    path = f"/microservices/{MicroserviceFactory(agent=agent).uuid}/exec"

    for method in ("POST", "DELETE"):
        assert cli.refusal(method, path)[0] == 404


# --- everything at once ---------------------------------------------------------------------------------


def test_get_all_of_both_clients(cli: Cli, agent: Agent) -> None:
    MicroserviceFactory(agent=agent)
    EdgeResourceFactory()
    VolumeMountFactory()
    for feature, is_there in (("edgeResources", True), ("applicationTemplates", True), ("nats", False)):
        assert cli.can(feature) is is_there

    for path in ("/status", "/routes", "/iofog-list", "/edgeResources", "/application/system", "/microservices/system"):
        assert cli("GET", path) is not None, path
    [application] = cli("GET", "/application")["applications"]
    assert cli("GET", f"/microservices?application={application['name']}")["microservices"]
    assert [type(cli("GET", path)) for path in ("/services", "/volumeMounts")] == [list, list]
