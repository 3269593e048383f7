"""The traps of the protocol, by their number, that no other file here is about.

4, 8 and 10 are in `test_outlasting_flags.py` and `test_withholding.py`, 16 is in `test_readers.py`.
"""

import json
import time
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.test import Client

from catalogweb.agents.configuration import DEFAULTS
from catalogweb.agents.models import Agent, AgentStatus
from catalogweb.commands.server import arguments
from catalogweb.core.errors import Forbidden
from catalogweb.core.rights import System
from catalogweb.deployments.models import MicroserviceStatus
from catalogweb.deployments.rebuilding import rebuild
from catalogweb.deployments.services import edit_microservice
from tests.agent_protocol.conftest import Newer, Older
from tests.api.conftest import API, WireClient, client_with
from tests.factories import MicroserviceFactory, RevisionFactory

READS = ("config/changes", "config", "microservices", "registries", "volumeMounts", "edgeResources", "tunnel",
         "strace", "version", "image-snapshot")  # fmt: skip
WRITES = (("PUT", "status"), ("PATCH", "config"), ("PATCH", "config/gps"), ("PATCH", "config/changes"),
          ("PUT", "strace"), ("PUT", "hal/hw"), ("PUT", "hal/usb"))  # fmt: skip


# --- 1: an agent wipes itself on a 401, or on a 403 to its status -------------------------------------------


@pytest.mark.parametrize("error", [PermissionDenied(), Forbidden("no"), OperationalError("locked"), KeyError("x")])
@pytest.mark.parametrize("path", ["status", "config/changes"])
def test_trap_1_whatever_goes_wrong_is_no_401_and_no_403(
    program: Older, monkeypatch: pytest.MonkeyPatch, error: Exception, path: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("catalogweb.api.agent.views.take_report", fail)
    monkeypatch.setattr("catalogweb.api.agent.views.acknowledge", fail)
    body = {"lastUpdated": "1"}

    assert program.call("PUT" if path == "status" else "PATCH", path, body).status_code >= 500


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_trap_1_no_write_needs_a_csrf_token(program: Older, method: str, path: str) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"Authorization": program.authorization()})

    reply = strict.generic(method, f"{API}/agent/{path}", b"{}", content_type="application/json")

    assert reply.status_code not in (401, 403)


@pytest.mark.parametrize("path", READS)
def test_trap_1_strangers_are_refused_quietly_and_cheaply(db: None, path: str, django_assert_num_queries: Any) -> None:
    """Trap 6, too: an agent without a router asks for its config every two seconds, before it is anybody's."""
    with django_assert_num_queries(0):
        reply = client_with("").call("GET", f"/agent/{path}")

    assert (reply.status_code, reply.json()["name"]) == (401, "AuthenticationError")


# --- 2: repeated requests and wrong clocks ------------------------------------------------------------------


def test_trap_2_a_request_that_is_sent_again_is_answered_again(newer: Newer) -> None:
    client = client_with(newer.authorization(jti="the same"))

    assert {client.call("GET", "/agent/config/changes").status_code for _ in range(4)} == {200}


@pytest.mark.parametrize("behind", [400, 86_400, 20 * 365 * 86_400])
def test_trap_2_a_clock_in_the_past_is_no_refusal(newer: Newer, behind: int) -> None:
    now = int(time.time())

    assert newer.call("GET", "config", iat=now - behind, exp=600 - behind - 600).status_code == 409


@pytest.mark.parametrize("ahead", [60, 86_400, 20 * 365 * 86_400])
def test_trap_2_a_clock_in_the_future_does_not_matter(newer: Newer, ahead: int) -> None:
    """What signs and checks elsewhere refuses an `iat` that has not come yet."""
    assert newer.call("GET", "config", iat=int(time.time()) + ahead, exp=ahead + 600).status_code == 200


@pytest.mark.parametrize("claims", [{"iat": "x"}, {"iat": None}, {"jti": 5}, {"nbf": 9_999_999_999}, {"aud": "x"}])
def test_trap_2_an_odd_claim_is_no_refusal(newer: Newer, claims: dict[str, Any]) -> None:
    assert newer.call("GET", "config", **claims).status_code in (200, 409)


# --- 3: keys that have to be there --------------------------------------------------------------------------


def test_trap_3_keys_are_there_when_nothing_is_set(program: Older, agent: Agent) -> None:
    MicroserviceFactory(agent=agent)

    [item] = program.call("GET", "microservices").json()["microservices"]

    unset = {"runAsUser", "platform", "runtime", "annotations", "pidMode", "ipcMode", "cpuSetCpus"}
    assert {name: item[name] for name in unset} == dict.fromkeys(unset)
    assert (item["portMappings"], item["volumeMappings"]) == ([], [])


# --- 5: an empty list removes everything --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "source"),
    [("microservices", "wanted_on"), ("registries", "registries_of"), ("volumeMounts", "mounts_on")],
)
@pytest.mark.parametrize("error", [OperationalError("gone"), RuntimeError("odd")])
def test_trap_5_a_list_that_fails_is_no_empty_list(
    program: Older, monkeypatch: pytest.MonkeyPatch, path: str, source: str, error: Exception
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(f"catalogweb.api.agent.views.{source}", fail)

    reply = program.call("GET", path)
    assert reply.status_code >= 500
    assert path not in reply.json()


# --- 6: no router -------------------------------------------------------------------------------------------


def test_trap_6_routers_never_change(program: Older, agent: Agent, operator: WireClient) -> None:
    reply = operator.call(
        "PATCH", f"/iofog/{agent.uuid}",
        {"routerMode": "interior", "host": "h", "messagingPort": 1, "interRouterPort": 2, "edgeRouterPort": 3},
    )  # fmt: skip
    assert reply.status_code < 300

    changes = program.call("GET", "config/changes").json()
    assert (changes["config"], changes["routing"], changes["routerChanged"]) == (True, False, False)


# --- 7: config ----------------------------------------------------------------------------------------------


def test_trap_7_what_an_agent_reports_is_echoed_without_a_flag(program: Older) -> None:
    """Floats of 32 bits and all."""
    reported = {
        "diskLimit": 80.0999984741211, "memoryLimit": 4096.0, "cpuLimit": 80.5, "logLimit": 10.0,
        "dockerUrl": "tcp://10.0.0.1:2375", "diskDirectory": "/data/", "statusFrequency": 1, "gpsMode": "auto",
    }  # fmt: skip
    program.poll()

    assert program.call("PATCH", "config", reported).status_code == 204
    assert program.call("PATCH", "config/gps", {"latitude": 0, "longitude": 0}).status_code == 204
    answer = program.call("GET", "config").json()
    assert {name: answer[name] for name in reported} == reported
    assert program.poll() == set()


# --- 9: rebuild, exactly once -------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["image", "command", "volume", "rebuild"])
def test_trap_9_a_rebuild_is_told_until_another_container_is_seen(program: Older, agent: Agent, change: str) -> None:
    web = MicroserviceFactory(agent=agent)

    def fetch() -> bool:
        [item] = program.call("GET", "microservices").json()["microservices"]
        return bool(item["rebuild"])

    def report(container: str) -> None:
        item = {"id": web.uuid, "status": "RUNNING", "percentage": 100.0, "containerId": container}
        program.call("PUT", "status", {"microserviceStatus": json.dumps([item])})

    assert fetch() is False
    report("c1")
    container = web.container
    if change == "rebuild":
        rebuild(by=System(), microservices=[web])
    elif change == "image":
        edit_microservice(by=System(), microservice=web, revision=RevisionFactory(images={"x86": "team/web:2"}))
    else:
        volume = {"host": "/a", "container": "/b"}
        more = {"commands": ("x",)} if change == "command" else {"volumes": (_volume(**volume),)}
        edit_microservice(by=System(), microservice=web, container=container.with_changes(more))

    assert [fetch(), fetch()] == [True, True]
    report("c1")
    assert fetch() is True
    report("c2")
    assert [fetch(), fetch()] == [False, False]


def _volume(**given: str) -> Any:
    from catalogweb.deployments.container import Volume

    return Volume(**given)


# --- 11: FAILED is final without a rebuild ------------------------------------------------------------------


def test_trap_11_what_failed_is_told_to_be_rebuilt_once_something_changed(program: Older, agent: Agent) -> None:
    """A container of an older generation is there, and its pull failed."""
    web = MicroserviceFactory(
        agent=agent, status__state="FAILED", status__container_id="c1", status__served_generation=1,
        status__built_generation=1, status__served_container="c1",
    )  # fmt: skip
    edit_microservice(by=System(), microservice=web, revision=RevisionFactory(images={"x86": "team/web:2"}))

    [item] = program.call("GET", "microservices").json()["microservices"]
    assert item["rebuild"] is True


# --- 12: a heartbeat a second, with rubbish in it -----------------------------------------------------------


def test_trap_12_ids_of_nobody_cost_nothing(program: Older, agent: Agent, django_assert_num_queries: Any) -> None:
    web = MicroserviceFactory(agent=agent)
    ids = ["UNKNOWN", "nginx:latest", "f" * 64, "", web.uuid.upper() + "x"]
    items = [{"id": name, "status": "RUNNING", "percentage": float(place)} for place, name in enumerate(ids)]
    program.call("GET", "config/changes")

    with django_assert_num_queries(3):
        reply = program.call("PUT", "status", {"microserviceStatus": json.dumps(items)})

    assert reply.status_code == 204
    assert MicroserviceStatus.objects.get(pk=web.pk).state == "QUEUED"


# --- 13: the watchdog removes foreign containers ------------------------------------------------------------


def test_trap_13_the_watchdog_sleeps_unless_somebody_wakes_it(program: Older) -> None:
    assert DEFAULTS["watchdog_enabled"] is False
    assert program.call("GET", "config").json()["watchdogEnabled"] is False


# --- 14: agents need a port in the URL ----------------------------------------------------------------------


def test_trap_14_an_agent_without_an_address_is_taken_as_it_is(program: Older, agent: Agent) -> None:
    """It found no interface: nothing of its report may be refused for that."""
    assert program.call("PUT", "status", {"ipAddress": "", "ipAddressExternal": ""}).status_code == 204
    assert program.call("PATCH", "config", {"networkInterface": "UNKNOWN"}).status_code == 204
    assert AgentStatus.objects.get(agent=agent).ip_address == ""


# --- 15: redirects, slashes, idle connections ---------------------------------------------------------------


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize(("method", "path"), [*WRITES, *(("GET", path) for path in READS)])
def test_trap_15_nothing_is_redirected(program: Older, method: str, path: str, secure: bool) -> None:
    client = client_with(program.authorization())
    for slash in ("", "/"):
        reply = client.generic(method, f"{API}/agent/{path}{slash}", b"{}", "application/json", secure=secure)

        assert not 300 <= reply.status_code < 400


def test_trap_15_idle_connections_are_closed_soon() -> None:
    """An agent opens one a request and closes none."""
    given = dict(zip(arguments("127.0.0.1", 1, 1), arguments("127.0.0.1", 1, 1)[1:], strict=False))

    assert int(given["--http1-header-read-timeout"]) <= 30_000
