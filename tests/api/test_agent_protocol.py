"""What agents ask for and report."""

import json
from typing import Any

import pytest
from django.db import DatabaseError

from catalogweb.agents.flags import raise_flags
from catalogweb.agents.models import Agent, AgentStatus, Credential, Flag, Tombstone
from catalogweb.agents.services import issue_provisioning_key
from catalogweb.api.agent import views
from catalogweb.core.rights import System
from catalogweb.deployments.agents import delete_agent
from catalogweb.deployments.desired import Wanted
from catalogweb.deployments.models import MicroserviceStatus
from catalogweb.deployments.rebuilding import rebuild
from tests.api.conftest import WireClient, client_with, token_of
from tests.factories import AgentFactory, MicroserviceFactory, PrivateRegistryFactory

ALL_FLAGS = {
    "config", "version", "reboot", "deleteNode", "microserviceList", "microserviceConfig", "routing", "registries",
    "tunnel", "diagnostics", "isImageSnapshot", "prune", "routerChanged", "linkedEdgeResources", "volumeMounts",
    "execSessions", "microserviceLogs", "fogLogs",
}  # fmt: skip
CONFIG_KEYS = {
    "networkInterface", "dockerUrl", "diskLimit", "diskDirectory", "memoryLimit", "cpuLimit", "logLimit",
    "logDirectory", "logFileCount", "statusFrequency", "changeFrequency", "deviceScanFrequency", "watchdogEnabled",
    "latitude", "longitude", "logLevel", "dockerPruningFrequency", "availableDiskThreshold",
    "readyToUpgradeScanFrequency", "timeZone", "routerHost", "routerPort", "gpsMode", "gpsDevice",
    "gpsScanFrequency", "edgeGuardFrequency",
}  # fmt: skip
REPORT = {
    "daemonStatus": "RUNNING", "daemonOperatingDuration": 5000, "memoryUsage": 21.5, "version": "3.1.0",
    "ipAddress": "10.1.2.3", "tunnelStatus": "{}", "isReadyToUpgrade": False, "microserviceStatus": "[]",
}  # fmt: skip


def item_of(uuid: str, status: str = "RUNNING", **more: Any) -> dict[str, Any]:
    return {"id": uuid, "status": status, "percentage": 100.0, "containerId": "c1", **more}


# --- provisioning ---------------------------------------------------------------------------------------


def test_provision_answers_texts_and_starts_a_credential(stranger: WireClient, agent: Agent) -> None:
    key, _ = issue_provisioning_key(by=System(), agent=agent)

    reply = stranger.call("POST", "/agent/provision", {"key": key, "type": 2})

    answer = reply.json()
    assert reply.status_code == 200
    assert all(isinstance(value, str) and value for value in answer.values())
    assert (answer["uuid"], answer["namespace"]) == (agent.uuid, "default")
    agent.refresh_from_db()
    assert agent.architecture == "arm"
    assert client_with(answer["token"]).call("GET", "/agent/config/changes").json()["registries"] is True


def test_provision_uses_a_key_up(stranger: WireClient, agent: Agent) -> None:
    key, _ = issue_provisioning_key(by=System(), agent=agent)
    stranger.call("POST", "/agent/provision", {"key": key, "type": 1})

    reply = stranger.call("POST", "/agent/provision", {"key": key, "type": 1})

    assert reply.status_code == 404
    assert reply.json() == {"name": "NotFoundError", "message": "Invalid provisioning key"}


def test_provision_refuses_an_expired_key(stranger: WireClient, agent: Agent) -> None:
    key, _ = issue_provisioning_key(by=System(), agent=agent)
    agent.provisioning_key.__class__.objects.update(expires_at="2020-01-01T00:00Z")

    reply = stranger.call("POST", "/agent/provision", {"key": key, "type": 1})

    assert (reply.status_code, reply.json()["message"]) == (401, "Expired provisioning key")


@pytest.mark.parametrize(
    "body", [{}, {"key": "k"}, {"key": "k", "type": 0}, {"key": 5, "type": 1}, {"key": "k", "type": True}]
)
def test_provision_refuses_an_incomplete_body(stranger: WireClient, body: dict[str, Any]) -> None:
    assert stranger.call("POST", "/agent/provision", body).status_code == 400


def test_provision_is_throttled_per_address(stranger: WireClient, agent: Agent) -> None:
    for _ in range(10):
        stranger.call("POST", "/agent/provision", {"key": "wrong", "type": 1})

    reply = stranger.call("POST", "/agent/provision", {"key": "wrong", "type": 1})

    assert reply.status_code == 429
    assert int(reply.headers["Retry-After"]) > 0


def test_deprovision_ends_the_credential(edge: WireClient) -> None:
    assert edge.call("POST", "/agent/deprovision", {"microserviceUuids": []}).status_code == 204
    assert edge.call("GET", "/agent/config/changes").status_code == 401


# --- who is calling -------------------------------------------------------------------------------------


@pytest.mark.parametrize("authorization", ["", "unknown", "Bearer unknown", "Bearer a.b.c"])
def test_an_unknown_credential_is_refused_on_purpose(db: None, authorization: str) -> None:
    reply = client_with(authorization).call("GET", "/agent/microservices")

    assert (reply.status_code, reply.json()["name"]) == (401, "AuthenticationError")


def test_a_token_counts_with_and_without_bearer(agent: Agent) -> None:
    token = token_of(agent)

    assert client_with(f"Bearer {token}").call("GET", "/agent/config").status_code == 200
    assert client_with(f"bearer  {token}").call("GET", "/agent/config").status_code == 200


def test_trouble_with_the_database_is_never_a_refusal(edge: WireClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise DatabaseError("the disk holds the password hunter2")

    monkeypatch.setattr("catalogweb.api.agent.door.caller_of", fail)

    reply = edge.call("GET", "/agent/microservices")

    assert reply.status_code == 500
    assert reply.json()["name"] == "InternalError"
    assert "hunter2" not in reply.content.decode()


@pytest.mark.parametrize("body", ["{", "[]", '"text"', "\xff"])
@pytest.mark.parametrize(("method", "path"), [("PUT", "/agent/status"), ("PATCH", "/agent/config/changes")])
def test_a_malformed_body_is_refused_in_json(edge: WireClient, method: str, path: str, body: str) -> None:
    reply = edge.generic(method, f"/api/v3{path}", body.encode("latin-1"), content_type="application/json")

    assert reply.status_code == 400
    assert reply.json()["name"] == "ValidationError"


# --- changes --------------------------------------------------------------------------------------------


def test_changes_name_every_flag_and_count_as_text(edge: WireClient, agent: Agent) -> None:
    raise_flags([agent.pk], Flag.IMAGE_SNAPSHOT)

    answer = edge.call("GET", "/agent/config/changes").json()

    assert answer.pop("lastUpdated") == "000000000001"
    assert answer.keys() == ALL_FLAGS
    assert {name for name, is_raised in answer.items() if is_raised} == {"isImageSnapshot"}


def test_an_acknowledgement_leaves_what_came_after_it(edge: WireClient, agent: Agent) -> None:
    raise_flags([agent.pk], Flag.REGISTRIES, Flag.CONFIG)
    seen = edge.call("GET", "/agent/config/changes").json()["lastUpdated"]
    raise_flags([agent.pk], Flag.CONFIG)

    reply = edge.call("PATCH", "/agent/config/changes", {"lastUpdated": seen})

    answer = edge.call("GET", "/agent/config/changes").json()
    assert reply.status_code == 200
    assert (answer["registries"], answer["config"]) == (False, True)


@pytest.mark.parametrize("stamp", [None, 5, "", "x", "9" * 30])
def test_an_odd_acknowledgement_is_refused(edge: WireClient, stamp: Any) -> None:
    assert edge.call("PATCH", "/agent/config/changes", {"lastUpdated": stamp}).status_code == 400


def test_changes_cost_two_statements(edge: WireClient, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(2):
        edge.call("GET", "/agent/config/changes")
    with django_assert_max_num_queries(2):
        edge.call("PATCH", "/agent/config/changes", {"lastUpdated": "000000000001"})


# --- reports --------------------------------------------------------------------------------------------


def test_a_report_is_kept(edge: WireClient, agent: Agent) -> None:
    reply = edge.call(
        "PUT", "/agent/status", REPORT | {"simulated": True, "engine": "none", "engineProblem": "no socket"}
    )

    status = AgentStatus.objects.get(agent=agent)
    assert (reply.status_code, reply.content) == (204, b"")
    assert (status.daemon_status, status.version, status.ip_address) == ("RUNNING", "3.1.0", "10.1.2.3")
    assert (status.simulated, status.engine, status.engine_problem) == (True, "none", "no socket")
    assert status.report == {
        "daemonOperatingDuration": 5000, "memoryUsage": 21.5, "tunnelStatus": "{}", "isReadyToUpgrade": False,
    }  # fmt: skip
    assert agent.presence == "never"
    assert Agent.objects.get(pk=agent.pk).presence == "online"


def test_a_report_says_late_and_offline_by_the_wanted_interval(edge: WireClient, agent: Agent) -> None:
    Agent.objects.filter(pk=agent.pk).update(configuration={"status_frequency": 100})

    edge.call("PUT", "/agent/status", REPORT)

    status = AgentStatus.objects.get(agent=agent)
    assert (status.late_at - status.reported_at).seconds == 220
    assert (status.offline_at - status.reported_at).seconds == 560


def test_a_report_moves_the_microservices_of_its_agent_only(edge: WireClient, agent: Agent) -> None:
    own, foreign = MicroserviceFactory(agent=agent), MicroserviceFactory()
    items = [item_of(own.uuid, cpuUsage="1,234.5", memoryUsage="2048"), item_of(foreign.uuid), item_of("UNKNOWN"), 7]

    edge.call("PUT", "/agent/status", REPORT | {"microserviceStatus": json.dumps(items)})

    own.status.refresh_from_db()
    foreign.status.refresh_from_db()
    assert (own.status.state, own.status.cpu_usage, own.status.memory_usage) == ("RUNNING", 123.45, 2048)
    assert foreign.status.state == "QUEUED"


@pytest.mark.parametrize("rubbish", ["", "{", '{"status": "UNKNOWN"}', "[1, null, {}]", None, 5, {"status": "UNKNOWN"}])
def test_a_report_with_rubbish_for_microservices_still_counts(edge: WireClient, agent: Agent, rubbish: Any) -> None:
    reply = edge.call("PUT", "/agent/status", REPORT | {"microserviceStatus": rubbish})

    assert reply.status_code == 204
    assert AgentStatus.objects.get(agent=agent).reported_at


def test_a_report_with_numbers_that_are_none_still_counts(edge: WireClient, agent: Agent) -> None:
    text = b'{"daemonStatus": "RUN\\u0000NING", "memoryUsage": NaN, "cpuUsage": 1e999, "diskUsage": 2.5}'

    reply = edge.generic("PUT", "/api/v3/agent/status", text, content_type="application/json")

    status = AgentStatus.objects.get(agent=agent)
    assert reply.status_code == 204
    assert (status.daemon_status, status.report) == ("RUNNING", {"diskUsage": 2.5})


@pytest.mark.parametrize(("microservices", "statements"), [(0, 2), (1, 4), (300, 4)])
def test_a_report_costs_the_same_for_any_number_of_microservices(
    edge: WireClient, agent: Agent, microservices: int, statements: int, django_assert_num_queries: Any
) -> None:
    rows = MicroserviceFactory.create_batch(microservices, agent=agent)
    report = REPORT | {"microserviceStatus": json.dumps([item_of(row.uuid) for row in rows])}

    with django_assert_num_queries(statements):
        edge.call("PUT", "/agent/status", report)

    assert MicroserviceStatus.objects.filter(state="RUNNING").count() == microservices


# --- configuration --------------------------------------------------------------------------------------


def test_config_has_every_key_and_no_null(edge: WireClient) -> None:
    answer = edge.call("GET", "/agent/config").json()

    assert answer.keys() >= CONFIG_KEYS
    assert None not in answer.values()


def test_config_echoes_the_agent_unless_an_operator_set_a_value(edge: WireClient, agent: Agent) -> None:
    Agent.objects.filter(pk=agent.pk).update(configuration={"cpu_limit": 70}, latitude=46.5)
    reported = {"dockerUrl": "tcp://host:1", "cpuLimit": 10.0, "diskLimit": 80.5, "latitude": 1, "longitude": 2,
                "timeZone": None, "logLevel": 5, "watchdogEnabled": 1}  # fmt: skip

    reply = edge.call("PATCH", "/agent/config", reported)

    answer = edge.call("GET", "/agent/config").json()
    assert reply.status_code == 204
    assert (answer["dockerUrl"], answer["cpuLimit"], answer["diskLimit"]) == ("tcp://host:1", 70, 80.5)
    assert (answer["latitude"], answer["longitude"]) == (46.5, 2)
    assert (answer["timeZone"], answer["logLevel"], answer["watchdogEnabled"]) == ("Etc/UTC", "INFO", False)


def test_a_reported_config_raises_no_flag(edge: WireClient) -> None:
    edge.call("PATCH", "/agent/config", {"cpuLimit": 10.0})
    edge.call("PATCH", "/agent/config/gps", {"latitude": 1.5, "longitude": 2.5})

    answer = edge.call("GET", "/agent/config/changes").json()

    assert not any(answer[flag] for flag in ALL_FLAGS)
    assert edge.call("GET", "/agent/config").json()["longitude"] == 2.5


# --- lists ----------------------------------------------------------------------------------------------


def test_microservices_have_the_shape_of_both_lines(edge: WireClient, agent: Agent) -> None:
    row = MicroserviceFactory(
        agent=agent,
        env=[["LEVEL", "3"]],
        volumes=[{"host": "/srv", "container": "/data", "access": "rw", "type": "bind"}],
        extra_hosts=[["db", "10.0.0.5"]],
        options={"annotations": {"a": "b"}, "memory_limit": 64},
    )
    row.ports.create(agent=agent, internal=53, external=5053, protocol="udp")

    reply = edge.call("GET", "/agent/microservices")

    [item] = reply.json()["microservices"]
    assert reply.headers["Cache-Control"] == "no-store"
    assert item["imageId"] == "team/web:1"
    assert item["application"] == row.application.name
    assert item["portMappings"] == [{"portExternal": 5053, "portInternal": 53, "isUdp": True}]
    assert item["env"] == [{"key": "LEVEL", "value": "3"}]
    assert item["extraHosts"] == ["db:10.0.0.5"]
    assert item["volumeMappings"][0]["hostDestination"] == "/srv"
    assert (item["annotations"], item["memoryLimit"], item["runAsUser"]) == ('{"a": "b"}', 64, None)
    assert (item["generation"], item["rebuild"]) == (1, False)


def test_microservices_are_noted_as_served(edge: WireClient, agent: Agent) -> None:
    row = MicroserviceFactory(agent=agent, generation=4)

    edge.call("GET", "/agent/microservices")

    row.status.refresh_from_db()
    assert row.status.served_generation == 4


@pytest.mark.parametrize("size", [1, 30])
def test_microservices_cost_the_same_for_any_number(
    edge: WireClient, agent: Agent, django_assert_num_queries: Any, size: int
) -> None:
    for generation in range(1, size + 1):
        MicroserviceFactory(agent=agent, generation=generation)

    with django_assert_num_queries(7):
        edge.call("GET", "/agent/microservices")
    # What was noted as served, and kept as delivered, is not written again.
    with django_assert_num_queries(5):
        edge.call("GET", "/agent/microservices")


def test_rebuild_while_the_list_is_being_sent_is_told_by_the_next(
    edge: WireClient, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = MicroserviceFactory(agent=agent, status__container_id="c1", status__built_generation=1)
    note = views.note_served

    def interrupted(served: list[Wanted]) -> None:
        rebuild(by=System(), microservices=[row])
        note(served)

    monkeypatch.setattr(views, "note_served", interrupted)
    [sent] = edge.call("GET", "/agent/microservices").json()["microservices"]
    monkeypatch.undo()
    items = json.dumps([{"id": row.uuid, "status": "RUNNING", "containerId": "c2"}])
    edge.call("PUT", "/agent/status", REPORT | {"microserviceStatus": items})

    [told] = edge.call("GET", "/agent/microservices").json()["microservices"]
    assert (sent["generation"], told["generation"], told["rebuild"]) == (1, 2, True)


def test_an_agent_sees_only_what_is_its_own(edge: WireClient) -> None:
    MicroserviceFactory(revision__registry_id=PrivateRegistryFactory().pk)

    assert edge.call("GET", "/agent/microservices").json() == {"microservices": []}
    assert [r["id"] for r in edge.call("GET", "/agent/registries").json()["registries"]] == [1, 2]


def test_registries_carry_their_secret_to_the_agent_that_pulls(edge: WireClient, agent: Agent) -> None:
    registry = PrivateRegistryFactory(email="john@example.org")
    MicroserviceFactory(agent=agent, revision__registry_id=registry.pk)

    registries = edge.call("GET", "/agent/registries").json()["registries"]

    assert registries[-1] == {
        "id": registry.pk, "url": registry.url, "isPublic": False, "username": "john",
        "password": "q1u45ic9kst563art", "userEmail": "john@example.org",
    }  # fmt: skip
    assert all(isinstance(registries[0][name], str) for name in ("username", "password", "userEmail"))


@pytest.mark.parametrize("name", ["volumeMounts", "edgeResources"])
def test_lists_that_are_always_empty(edge: WireClient, name: str) -> None:
    assert edge.call("GET", f"/agent/{name}").json() == {name: []}


# --- deletion -------------------------------------------------------------------------------------------


def test_a_deleted_agent_hears_of_it_until_it_confirms(edge: WireClient, agent: Agent) -> None:
    delete_agent(by=System(), agent=agent)

    answer = edge.call("GET", "/agent/config/changes").json()
    raised = {name for name in ALL_FLAGS if answer[name]}
    statuses = [
        edge.call("PUT", "/agent/status", REPORT).status_code,
        edge.call("PATCH", "/agent/config", {}).status_code,
        edge.call("PATCH", "/agent/config/changes", {"lastUpdated": answer["lastUpdated"]}).status_code,
        edge.call("GET", "/agent/microservices").status_code,
        edge.call("DELETE", "/agent/delete-node").status_code,
        edge.call("GET", "/agent/config/changes").status_code,
    ]

    assert raised == {"deleteNode"}
    assert statuses == [204, 204, 200, 200, 204, 401]
    assert not Tombstone.objects.exists()


def test_a_living_agent_cannot_delete_itself(edge: WireClient, agent: Agent) -> None:
    assert edge.call("DELETE", "/agent/delete-node").status_code == 409
    assert Credential.objects.filter(agent=agent).exists()


# --- paths ----------------------------------------------------------------------------------------------


def test_status_is_open_to_everybody(stranger: WireClient) -> None:
    answer = stranger.call("GET", "/status", authorization="").json()

    assert answer["status"] == "online"
    assert answer["versions"] == {"controller": "3.7.3"}
    assert stranger.call("HEAD", "/status").status_code == 200


@pytest.mark.parametrize("path", ["/agent/config/", "/AGENT/Config", "/agent/volumemounts/"])
def test_paths_match_in_any_case_with_or_without_a_slash(edge: WireClient, path: str) -> None:
    assert edge.call("GET", path).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/agent//config"), ("GET", "/agent/none"), ("DELETE", "/agent/status"), ("POST", "/status")],
)
def test_unknown_paths_and_methods_are_not_found_in_json(edge: WireClient, method: str, path: str) -> None:
    reply = edge.call(method, path)

    assert reply.status_code == 404
    assert reply.json()["name"] == "NotFoundError"


def test_deletion_of_an_agent_is_not_told_to_another(edge: WireClient) -> None:
    other = AgentFactory()
    delete_agent(by=System(), agent=other)

    assert edge.call("GET", "/agent/config/changes").json()["deleteNode"] is False


def test_a_report_with_a_number_beyond_all_bounds_is_taken_without_it(edge: WireClient, agent: Agent) -> None:
    assert edge.call("PUT", "/agent/status", {"memoryUsage": 10**400, "version": "3.7.0"}).status_code == 204

    agent.status.refresh_from_db()
    assert (agent.status.version, "memoryUsage" in agent.status.report) == ("3.7.0", False)


@pytest.mark.parametrize(
    "said",
    [
        {"routerMode": "xyz"},
        {"dockerUrl": "x" * 5000},
        {"upstreamRouters": [["deep"]]},
        {"upstreamRouters": ["x" * 5000]},
    ],
)
def test_what_an_agent_says_of_itself_spoils_no_list(edge: WireClient, operator: WireClient, said: Any) -> None:
    before = operator.call("GET", "/iofog-list").json()

    reply = edge.call("PATCH", "/agent/config", said)

    assert reply.status_code == 204
    assert len(operator.call("GET", "/iofog-list").content) < len(str(before)) + 500
