"""The agent over real HTTP, with a simulated engine and a clock in the test's hand."""

import json

import pytest

from catalogweb.edge.agent import EdgeAgent
from catalogweb.edge.engine import Behaviour, EngineGone, SimulatedEngine
from catalogweb.edge.engine.base import Container
from catalogweb.edge.settings import Options
from tests.edge.controller import TOKEN, item

CHANGES = "agent/config/changes"


def names(engine, agent="agent-1"):
    return sorted(c.microservice for c in engine.containers(agent) if c.is_up)


def test_a_microservice_goes_from_queued_to_running(agent, controller, live):
    controller.order(item())

    live(15)

    assert controller.statuses("m1") == ["PULLING", "STARTING", "RUNNING"]
    percentages = [i["percentage"] for i in controller.items("m1")]
    assert percentages == sorted(percentages)
    assert percentages[-1] == 100
    assert len(set(percentages)) > 3


def test_at_most_three_pulls_run_and_the_others_are_queued(agent, controller, live):
    controller.order(*(item(f"m{n}") for n in range(5)))

    agent.step()

    states = [i["status"] for n in range(5) for i in controller.items(f"m{n}")]
    assert sorted(states) == ["PULLING"] * 3 + ["QUEUED"] * 2
    live(25)
    assert all(controller.statuses(f"m{n}")[-1] == "RUNNING" for n in range(5))


def test_every_request_carries_the_token(agent, controller, live):
    live(6)

    assert set(controller.authorizations) == {TOKEN}


def test_lists_are_acknowledged_only_after_they_were_kept(agent, controller, state, live):
    controller.order(item())
    controller.answers["GET", "agent/microservices"] = (500, None)
    live(6)
    assert controller.sent("PATCH", CHANGES) == []

    del controller.answers["GET", "agent/microservices"]
    live(5)

    assert controller.sent("PATCH", CHANGES) == [{"lastUpdated": "000000000001"}]
    assert [entry["uuid"] for entry in state.load("microservices")] == ["m1"]


@pytest.mark.parametrize(
    "answer", [{}, {"microservices": None}, {"microservices": {}}, {"microservices": [item(imageId=None)]}]
)
def test_an_unreadable_list_changes_nothing_and_is_not_acknowledged(agent, controller, engine, live, answer):
    controller.order(item())
    live(10)
    acknowledged = len(controller.sent("PATCH", CHANGES))

    controller.answers["GET", "agent/microservices"] = (200, answer)
    controller.raise_flags("microserviceList")
    live(10)

    assert names(engine) == ["m1"]
    assert len(controller.sent("PATCH", CHANGES)) == acknowledged


def test_without_flags_nothing_is_fetched_again(agent, controller, live):
    live(30)

    assert len(controller.sent("GET", "agent/microservices")) == 1
    assert len(controller.sent("GET", CHANGES)) >= 6


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_no_refusal_makes_it_remove_anything(agent, controller, engine, state, live, status):
    controller.order(item())
    live(10)

    for request in [("GET", CHANGES), ("PUT", "agent/status"), ("GET", "agent/microservices")]:
        controller.answers[request] = (status, {"message": "no"})
    live(30)

    assert names(engine) == ["m1"]
    assert state.load("credentials")


def test_a_start_without_controller_continues_from_the_cache(controller, client, state, clock):
    state.save("registries", controller.registries)
    state.save("microservices", [item()])
    controller.answers["GET", CHANGES] = (503, None)
    engine = SimulatedEngine(Behaviour(pull_seconds=0, start_seconds=0), clock=clock)
    agent = EdgeAgent(client, engine, state, clock=clock)

    for _ in range(4):
        clock.now += 1
        agent.step()

    assert names(engine) == ["m1"]


def test_a_start_without_controller_and_cache_touches_nothing(controller, client, state, clock, engine):
    engine._containers["x"] = Container("x", "x", "agent-1", "m1", "old", "running")
    controller.answers["GET", CHANGES] = (503, None)

    EdgeAgent(client, engine, state, clock=clock).step()

    assert names(engine) == ["m1"]


def test_unlisted_containers_go_and_their_end_is_told(agent, controller, engine, live):
    controller.order(item("m1"), item("m2"))
    live(15)

    controller.order(item("m2"))
    live(6)

    assert names(engine) == ["m2"]
    assert controller.statuses("m1")[-2:] == ["STOPPING", "DELETED"]


def test_containers_of_another_agent_stay(agent, controller, engine, live):
    engine._containers["x"] = Container("x", "x", "agent-2", "m9", "s", "running")
    controller.order()

    live(6)

    assert names(engine, "agent-2") == ["m9"]


def test_a_new_generation_makes_a_new_container(agent, controller, live):
    controller.order(item(generation=1))
    live(15)
    before = controller.items("m1")[-1]["containerId"]

    controller.order(item(generation=2))
    live(15)

    assert controller.items("m1")[-1]["containerId"] != before
    assert "UPDATING" in controller.statuses("m1")


def test_rebuild_without_generation_happens_once_per_list(agent, controller, live):
    plain = {key: value for key, value in item().items() if key != "generation"}
    controller.order(plain)
    live(15)
    first = controller.items("m1")[-1]["containerId"]

    controller.order(plain | {"rebuild": True})
    live(15)
    second = controller.items("m1")[-1]["containerId"]
    controller.order(plain)
    live(15)

    assert first != second == controller.items("m1")[-1]["containerId"]


def test_a_failed_pull_is_told_and_retried_when_the_registries_change(controller, client, state, clock):
    behaviour = Behaviour(pull_seconds=0, start_seconds=0, pull_failures=1)
    engine = SimulatedEngine(behaviour, clock=clock)
    agent = EdgeAgent(client, engine, state, Options(interval=1), clock=clock)
    controller.order(item())
    for _ in range(20):
        clock.now += 1
        agent.step()
    assert controller.items("m1")[-1]["errorMessage"] == (
        "pull of docker.io/library/alpine:3 failed: simulated failure"
    )
    assert controller.statuses("m1")[-1] == "FAILED"

    engine.behaviour = Behaviour(pull_seconds=0, start_seconds=0)
    controller.raise_flags("registries")
    for _ in range(4):
        clock.now += 1
        agent.step()

    assert controller.statuses("m1")[-1] == "RUNNING"


def test_a_pull_that_is_tried_again_stays_failed_until_it_gets_on(controller, client, state, clock):
    engine = SimulatedEngine(Behaviour(pull_seconds=0, start_seconds=0, pull_failures=1), clock=clock)
    agent = EdgeAgent(client, engine, state, Options(interval=1), clock=clock)
    controller.order(item())
    for _ in range(3):
        clock.now += 1
        agent.step()
    # What fails stands still at 0 % for half of its time.
    engine.behaviour = Behaviour(pull_seconds=10, start_seconds=0, pull_failures=1)
    for _ in range(6):
        clock.now += 1
        agent.step()

    last = controller.items("m1")[-1]
    assert (last["status"], last["errorMessage"]) == (
        "FAILED", "pull of docker.io/library/alpine:3 failed: simulated failure",
    )  # fmt: skip
    engine.behaviour = Behaviour(pull_seconds=4, start_seconds=0)
    for _ in range(30):
        clock.now += 1
        agent.step()
    assert controller.statuses("m1")[-3:] == ["PULLING", "STARTING", "RUNNING"]


def test_a_container_that_keeps_exiting_gets_stuck_until_the_list_is_loaded(agent, controller, engine, live, clock):
    controller.order(item())
    live(10)

    engine.behaviour = Behaviour(start_seconds=0, crashes_per_hour=1e9)
    live(300)
    assert controller.statuses("m1")[-1] == "STUCK_IN_RESTART"
    assert "RESTARTING" in controller.statuses("m1")

    engine.behaviour = Behaviour()
    controller.raise_flags("microserviceList")
    live(10)
    assert controller.statuses("m1")[-1] == "RUNNING"


def test_an_image_that_is_not_on_the_agent_fails_with_the_agents_name(agent, controller, live):
    controller.registries = [{"id": 1, "url": "from_cache", "isPublic": True}]
    controller.order(item())

    live(3)

    assert controller.items("m1")[-1]["errorMessage"] == ("docker.io/library/alpine:3 is not present on agent horse-1.")


def test_config_is_sent_once_with_every_key(agent, controller, live):
    live(30)

    [config] = controller.sent("PATCH", "agent/config")
    assert config["statusFrequency"] == config["changeFrequency"] == 5
    assert {
        "networkInterface", "dockerUrl", "diskLimit", "diskDirectory", "memoryLimit", "cpuLimit", "logLimit",
        "logDirectory", "logFileCount", "statusFrequency", "changeFrequency", "deviceScanFrequency",
        "watchdogEnabled", "gpsMode", "latitude", "longitude", "logLevel", "availableDiskThreshold",
        "dockerPruningFrequency", "readyToUpgradeScanFrequency", "gpsDevice", "gpsScanFrequency",
        "edgeGuardFrequency",
    } == set(config)  # fmt: skip


def test_config_flag_applies_what_can_be_followed(agent, controller, live):
    live(6)
    controller.raise_flags("config")

    live(6)

    config = controller.sent("PATCH", "agent/config")[-1]
    assert (config["memoryLimit"], config["latitude"], config["cpuLimit"]) == (512, 46.2, 80)


def test_status_holds_every_field_of_both_dialects_and_ours(agent, controller, live):
    live(1)

    report = controller.reports[-1]
    assert {
        "daemonStatus", "warningMessage", "daemonOperatingDuration", "daemonLastStart", "memoryUsage",
        "diskUsage", "cpuUsage", "memoryViolation", "diskViolation", "cpuViolation", "systemAvailableDisk",
        "systemAvailableMemory", "systemTotalCpu", "microserviceStatus", "repositoryCount",
        "repositoryStatus", "systemTime", "lastStatusTime", "ipAddress", "ipAddressExternal", "processedMessages",
        "microserviceMessageCounts", "messageSpeed", "lastCommandTime", "tunnelStatus", "version",
        "isReadyToUpgrade", "isReadyToRollback", "activeVolumeMounts", "volumeMountLastUpdate", "gpsStatus",
        "simulated", "engine", "engineProblem", "publishAddress", "pullsAnyReference",
    } == set(report)  # fmt: skip
    assert (report["simulated"], report["engine"], report["engineProblem"]) == (True, "simulated", "")
    assert (report["ipAddress"], report["publishAddress"]) == ("127.0.0.1", "127.0.0.1")
    assert report["systemAvailableMemory"] > 0


def test_figures_are_texts_as_the_protocol_wants_them(agent, controller, live):
    controller.order(item())
    live(20)

    seen = controller.items("m1")[-1]
    assert float(seen["cpuUsage"]) > 0
    assert int(seen["memoryUsage"]) > 0
    assert seen["operatingDuration"] > 0


def test_quiet_times_bring_one_report_per_interval(agent, controller, live):
    controller.order(item())
    live(20)
    before = len(controller.reports)

    live(50)

    assert 10 <= len(controller.reports) - before <= 11


def test_deletion_cleans_up_confirms_and_forgets(agent, controller, engine, state, live):
    controller.order(item())
    live(15)

    controller.raise_flags("deleteNode")
    live(6)

    assert agent.deleted
    assert names(engine) == []
    assert state.load("credentials") is None
    assert len(controller.sent("DELETE", "agent/delete-node")) == 1


def test_an_unconfirmed_deletion_is_tried_again(agent, controller, state, live):
    controller.answers["DELETE", "agent/delete-node"] = (500, None)
    controller.raise_flags("deleteNode")
    live(6)
    assert not agent.deleted
    assert state.load("credentials")

    del controller.answers["DELETE", "agent/delete-node"]
    live(6)
    assert agent.deleted


def test_stop_removes_the_containers_and_says_so(agent, controller, engine, live):
    controller.order(item())
    live(15)

    agent.stop()

    assert names(engine) == []
    assert controller.reports[-1]["daemonStatus"] == "STOPPED"
    assert controller.statuses("m1")[-1] == "STOPPED"


def test_stop_can_keep_the_containers(agent, controller, engine, live):
    controller.order(item())
    live(15)

    agent.stop(keep_containers=True)

    assert names(engine) == ["m1"]
    assert json.loads(controller.reports[-1]["microserviceStatus"]) == []


def test_a_gone_engine_is_told_and_its_return_too(agent, controller, engine, live, monkeypatch):
    controller.order(item())
    live(15)

    def gone(_):
        raise EngineGone("Podman 4.3.1 does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "containers", gone)
        live(6)
        assert controller.reports[-1]["engineProblem"] == "Podman 4.3.1 does not answer."
        assert controller.statuses("m1")[-1] == "UNKNOWN"
        assert agent.engine_gone

    live(6)
    assert controller.reports[-1]["engineProblem"] == ""
    assert controller.statuses("m1")[-1] == "RUNNING"


def test_another_engine_takes_over_without_a_new_provisioning(agent, controller, clock, live):
    agent.engine_problem = "No container engine is installed."
    controller.order(item())
    live(15)

    better = SimulatedEngine(Behaviour(pull_seconds=0), clock=clock)
    agent.use(better)
    live(10)

    assert names(better) == ["m1"]
    assert controller.statuses("m1")[-1] == "RUNNING"
    assert controller.reports[-1]["engineProblem"] == ""
    assert len(controller.sent("POST", "agent/provision")) == 0


def test_a_full_disk_stops_no_work_and_acknowledges_nothing(agent, controller, engine, state, live, monkeypatch):
    def full(name, value):
        raise OSError(28, "No space left on device")

    controller.order(item())
    live(15)
    acknowledged = len(controller.sent("PATCH", CHANGES))
    monkeypatch.setattr(state, "save", full)
    controller.raise_flags("microserviceList")
    live(10)

    assert names(engine) == ["m1"]
    assert len(controller.sent("PATCH", CHANGES)) == acknowledged
    assert controller.statuses("m1")[-1] == "RUNNING"


def test_troubles_are_logged_once_and_without_secrets(agent, controller, live, caplog):
    caplog.set_level("INFO")
    controller.answers["GET", CHANGES] = (503, {"message": "Back soon."})

    live(30)

    assert caplog.text.count("Back soon.") == 1
    assert TOKEN not in caplog.text
