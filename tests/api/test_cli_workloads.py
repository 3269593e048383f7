"""The calls of the CLIs' commands on applications, microservices and routes, in their order, with what they print."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from catalogweb.agents.models import Agent
from catalogweb.deployments.models import Application, Microservice, MicroserviceStatus, Route
from tests.api.cli import Cli
from tests.api.conftest import WireClient
from tests.factories import AgentFactory

APPLICATION = """\
apiVersion: iofog.org/v3
kind: Application
metadata: {name: shop, namespace: ""}
spec:
  microservices:
  - name: web
    agent: {name: north-1}
    images: {x86: "team/web:1", registry: remote}
    container:
      ports: [{internal: 80, external: 5080}]
      volumes: [{hostDestination: /srv, containerDestination: /data, accessMode: rw}]
  - {name: till, agent: {name: north-1}, images: {catalogId: 4}, container: {ports: []}}
  routes:
  - {name: sale, from: web, to: till}
"""
MICROSERVICE = """\
kind: Microservice
metadata: {name: shop/extra, namespace: ""}
spec:
  agent: {name: north-1}
  images: {x86: "team/extra:1", registry: local}
  container: {ports: [{internal: 81, external: 5081}]}
"""


class Workloads(Cli):
    """Commands on applications and microservices."""

    def deploy_application(self, text: str = APPLICATION) -> dict[str, Any]:
        if self("GET", "/application/shop") is None:
            assert self.upload("POST", "/application/yaml", "application", text)["name"] == "shop"
        else:
            self.upload("PUT", "/application/yaml/shop", "application", text)
        self("GET", "/application/shop")
        self("PATCH", "/application/shop", {"isActivated": True})
        return self("GET", "/application/shop")

    def microservice(self, name: str) -> dict[str, Any] | None:
        listed = self("GET", "/microservices?application=shop")["microservices"]
        return next((row for row in listed if row["name"] == name), None)

    def deploy_microservice(self, text: str = MICROSERVICE) -> dict[str, Any]:
        if found := self.microservice("extra"):
            self.upload("PATCH", f"/microservices/yaml/{found['uuid']}", "microservice", text)
            uuid = found["uuid"]
        else:
            uuid = self.upload("POST", "/microservices/yaml", "microservice", text)["uuid"]
        return self("GET", f"/microservices/{uuid}")

    def flow(self, name: str) -> int:
        return next(flow["id"] for flow in self("GET", "/flow")["flows"] if flow["name"] == name)


@pytest.fixture
def cli(operator: WireClient, agent: Agent) -> Workloads:
    return Workloads(operator)


@pytest.fixture
def shop(cli: Workloads) -> dict[str, Any]:
    return cli.deploy_application()


def test_deploy_application_makes_it_and_then_leaves_it(cli: Workloads) -> None:
    first, second = cli.deploy_application(), cli.deploy_application()

    assert [m["name"] for m in first["microservices"]] == ["till", "web"]
    assert first["isActivated"] is True
    for seen in (first, second, *first["microservices"], *second["microservices"]):
        del seen["updatedAt"]
    assert first == second


def test_deploy_application_drops_what_the_file_drops(cli: Workloads, shop: dict[str, Any]) -> None:
    seen = cli.deploy_application(APPLICATION.split("  - {name: till")[0] + "  routes: []\n")

    assert ([m["name"] for m in seen["microservices"]], seen["routes"]) == (["web"], [])


def test_get_applications_counts_what_runs(cli: Workloads, shop: dict[str, Any]) -> None:
    [row] = cli("GET", "/application")["applications"]
    listed = cli("GET", f"/microservices?application={row['name']}")["microservices"]

    running = sum(m["status"]["status"] == "RUNNING" for m in listed)
    assert (row["name"], f"{running}/{len(listed)}", ", ".join(m["name"] for m in listed)) == (
        "shop",
        "0/2",
        "till, web",
    )


def test_get_microservices_prints_status_agent_volumes_and_ports(cli: Workloads, shop: dict[str, Any]) -> None:
    MicroserviceStatus.objects.update(state="PULLING", percentage=12.5)
    web = cli("GET", "/microservices")["microservices"][1]
    agents = {agent["uuid"]: agent["name"] for agent in cli("GET", "/iofog-list?system=false")["fogs"]}

    assert (web["name"], agents[web["iofogUuid"]]) == ("web", "north-1")
    assert [f"{v['hostDestination']}:{v['containerDestination']}" for v in web["volumeMappings"]] == ["/srv:/data"]
    assert [f"{p['external']}:{p['internal']}" for p in web["ports"]] == ["5080:80"]
    assert web["status"]["percentage"] == 12.5


def test_get_and_describe_routes_look_both_ends_up(cli: Workloads, shop: dict[str, Any]) -> None:
    [row] = cli("GET", "/routes")["routes"]
    one = cli("GET", "/routes/shop/sale")

    assert one == row
    ends = [
        cli("GET", f"/microservices/{row[end]}")["name"] for end in ("sourceMicroserviceUuid", "destMicroserviceUuid")
    ]
    assert (row["name"], ends) == ("sale", ["web", "till"])


def test_describe_microservice_follows_agent_and_item(cli: Workloads, shop: dict[str, Any]) -> None:
    till = cli.microservice("till")

    assert till
    assert cli("GET", f"/iofog/{till['iofogUuid']}")["name"] == "north-1"
    item = cli("GET", f"/catalog/microservices/{till['catalogItemId']}")
    assert (item["registryId"], [image["fogTypeId"] for image in item["images"]]) == (1, [1, 2])
    assert isinstance(json.loads(till["config"]), dict)
    assert isinstance(json.loads(till["annotations"]), dict)


def test_describe_application_follows_all_of_it(cli: Workloads, shop: dict[str, Any]) -> None:
    routes = [route for route in cli("GET", "/routes")["routes"] if route["application"] == "shop"]
    described = cli("GET", "/application/shop")

    assert [(route["name"], route["from"], route["to"]) for route in routes] == [("sale", "web", "till")]
    assert described["microservices"] == cli("GET", "/microservices?application=shop")["microservices"]


def test_describe_of_an_unknown_application_falls_back_to_the_older_list(cli: Workloads) -> None:
    assert cli("GET", "/application/none") is None
    assert cli("GET", "/flow") == {"flows": []}


def test_deploy_microservice_makes_it_and_then_leaves_it(cli: Workloads, shop: dict[str, Any]) -> None:
    first, second = cli.deploy_microservice(), cli.deploy_microservice()

    assert (first["name"], first["application"], first["registryId"]) == ("extra", "shop", 2)
    assert (second["uuid"], second["generation"]) == (first["uuid"], 1)


def described(seen: dict[str, Any], name: str, agent: str) -> str:
    """What the CLI uploads to move or rename: all that it was told."""
    images = {
        "catalogId": seen["catalogItemId"] or 0,
        "registry": {1: "remote", 2: "local"}.get(seen["registryId"], ""),
    }
    images |= {{1: "x86", 2: "arm"}[image["fogTypeId"]]: image["containerImage"] for image in seen["images"]}
    container = {
        "rootHostAccess": seen["rootHostAccess"], "ports": seen["ports"], "volumes": seen["volumeMappings"],
        "env": seen["env"], "commands": seen["cmd"], "extraHosts": seen["extraHosts"],
    }  # fmt: skip
    spec = {
        "uuid": seen["uuid"], "name": name, "agent": {"name": agent}, "images": images, "container": container,
        "config": json.loads(seen["config"]), "application": seen["application"], "flow": seen["flowId"],
    }  # fmt: skip
    # JSON is YAML.
    return json.dumps({"kind": "Microservice", "metadata": {"name": f"{seen['application']}/{name}"}, "spec": spec})


@pytest.mark.parametrize("name", ["web", "till"])
def test_move_microservice_uploads_all_that_was_told(cli: Workloads, shop: dict[str, Any], name: str) -> None:
    south = AgentFactory(name="south-1")
    seen = cli.microservice(name)
    assert seen

    cli.upload("PATCH", f"/microservices/yaml/{seen['uuid']}", "microservice", described(seen, name, "south-1"))

    after = cli("GET", f"/microservices/{seen['uuid']}")
    assert after["iofogUuid"] == south.uuid
    changing = {"iofogUuid", "generation", "updatedAt"}
    assert {k: v for k, v in after.items() if k not in changing} == {k: v for k, v in seen.items() if k not in changing}


def test_rename_microservice_keeps_its_routes(cli: Workloads, shop: dict[str, Any]) -> None:
    seen = cli.microservice("web")
    assert seen

    cli.upload("PATCH", f"/microservices/yaml/{seen['uuid']}", "microservice", described(seen, "front", "north-1"))

    assert cli("GET", f"/microservices/{seen['uuid']}")["name"] == "front"
    assert cli("GET", "/routes/shop/sale")["from"] == "front"


@pytest.mark.parametrize("change", [{"isActivated": False}, {"isActivated": True}, {"name": "store"}])
def test_start_stop_and_rename_application_go_through_the_older_paths(
    cli: Workloads, shop: dict[str, Any], change: dict[str, Any]
) -> None:
    number = cli.flow("shop")

    cli("PATCH", f"/flow/{number}", change)

    seen = cli("GET", f"/flow/{number}")
    assert change.items() <= seen.items()


def test_deploy_route_makes_it_and_then_changes_it(cli: Workloads, shop: dict[str, Any]) -> None:
    body = {"name": "back", "application": "shop", "from": "till", "to": "web"}
    for ends in ({}, {"from": "web", "to": "web"}):
        if cli("GET", "/routes/shop/back") is None:
            cli("POST", "/routes", body | ends)
        else:
            cli("PATCH", "/routes/shop/back", body | ends)

    assert (cli("GET", "/routes/shop/back")["from"], Route.objects.count()) == ("web", 2)


def test_rename_route_gets_it_first(cli: Workloads, shop: dict[str, Any]) -> None:
    route = cli("GET", "/routes/shop/sale")

    cli("PATCH", "/routes/shop/sale", route | {"name": "deal"})

    assert cli("GET", "/routes/shop/sale") is None
    assert cli("GET", "/routes/shop/deal")["to"] == "till"


@pytest.mark.parametrize(
    "act",
    [
        lambda cli: cli("DELETE", "/routes/shop/sale"),
        lambda cli: cli("DELETE", f"/microservices/{cli.microservice('web')['uuid']}"),
        lambda cli: cli("DELETE", "/application/shop"),
    ],
    ids=["route", "microservice", "application"],
)
def test_delete_takes_what_hangs_on_it(cli: Workloads, shop: dict[str, Any], act: Callable[[Workloads], Any]) -> None:
    assert act(cli) == {}
    assert not Route.objects.exists()


def test_delete_of_an_application_that_is_gone_is_none_of_its_business(cli: Workloads, shop: dict[str, Any]) -> None:
    cli("DELETE", "/application/shop")

    assert cli("DELETE", "/application/shop") == {}
    assert (Application.objects.exists(), Microservice.objects.exists()) == (False, False)


@pytest.mark.parametrize(("act", "expected"), [("stop", (False, 1)), ("start", (True, 1)), ("rebuild", (True, 2))])
def test_the_newer_cli_starts_stops_and_rebuilds_microservices(
    cli: Workloads, shop: dict[str, Any], act: str, expected: tuple[bool, int]
) -> None:
    seen = cli.microservice("web")
    assert seen

    cli("PATCH", f"/microservices/{seen['uuid']}/{act}")

    after = cli("GET", f"/microservices/{seen['uuid']}")
    assert (after["isActivated"], after["generation"]) == expected


def test_get_all_of_the_newer_cli_reads_system_things_too(cli: Workloads, shop: dict[str, Any]) -> None:
    assert cli("GET", "/application/system") == {"applications": []}
    assert cli("GET", "/microservices/system") == {"microservices": []}
