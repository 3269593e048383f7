"""Events over REST: what is kept of requests, and who may read and delete it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from catalogweb.agents.models import Agent
from catalogweb.changelog.models import Entry, Event
from tests.api.conftest import WireClient, fault_of
from tests.factories import EventFactory


def events(client: WireClient, query: str = "") -> Any:
    return client.call("GET", f"/events{query}").json()


# --- what is kept -----------------------------------------------------------------------------------------


def test_a_change_is_one_event_with_the_id_of_its_changes(operator: WireClient, agent: Agent) -> None:
    operator.call("PATCH", f"/iofog/{agent.uuid}?token=hunter2", {"location": "barn"})

    event = Event.objects.get()
    assert (event.actor, event.method, event.path) == ("ann@example.org", "PATCH", f"/api/v3/iofog/{agent.uuid}")
    assert (event.subject, event.subject_id, event.status_code) == ("agent", agent.uuid, 204)
    assert (event.address, event.message) == ("127.0.0.1", "")
    assert event.request_id == Entry.objects.get().request_id


def test_what_is_made_is_named_by_the_answer(operator: WireClient) -> None:
    uuid = operator.call("POST", "/iofog", {"name": "edge-2", "fogType": 1}).json()["uuid"]

    assert Event.objects.get().subject_id == uuid


def test_a_refusal_is_an_event_with_its_name(viewer: WireClient, agent: Agent) -> None:
    viewer.call("DELETE", f"/iofog/{agent.uuid}")

    event = Event.objects.get()
    assert (event.status_code, event.succeeded) == (403, False)
    assert event.message == "ForbiddenError"


def test_a_failure_is_an_event_without_its_inside(
    operator: WireClient, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr("catalogweb.api.views.agents.delete_agent", fail)
    operator.call("DELETE", f"/iofog/{agent.uuid}")

    assert Event.objects.get().status_code == 500
    assert Event.objects.get().message == "InternalError"


def test_no_body_and_no_secret_is_kept(operator: WireClient) -> None:
    body = {"url": "r.example.org", "isPublic": False, "username": "john", "password": "hunter2", "email": "a@b.org"}
    operator.call("POST", "/registries", body)
    operator.call("POST", "/registries", body | {"email": "none"})
    # What is said here quotes what was sent.
    told = operator.call("POST", "/iofog", {"name": "{{ 'hunter2' | toNumber }}", "fogType": 1}).json()["message"]

    kept = str(list(Event.objects.values()))
    assert Event.objects.count() == 3
    assert "hunter2" in told
    assert "hunter2" not in kept
    assert "r.example.org" not in kept


def test_reading_strangers_and_agents_leave_no_event(
    operator: WireClient, stranger: WireClient, edge: WireClient
) -> None:
    operator.call("GET", "/registries")
    operator.call("HEAD", "/registries")
    operator.call("DELETE", "/nothing")
    stranger.call("DELETE", "/registries/1")
    stranger.call("POST", "/user/login", {"email": "a@b.org", "password": "wrong"})
    assert edge.call("PUT", "/agent/status", {"daemonStatus": "RUNNING"}).status_code == 204

    assert not Event.objects.exists()


def test_an_event_that_cannot_be_written_spoils_no_answer(
    operator: WireClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: Any) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr("catalogweb.api.audit.note_event", fail)

    assert operator.call("POST", "/iofog", {"name": "edge-2", "fogType": 1}).status_code == 201
    assert "could not be written" in caplog.text


def test_a_long_path_is_kept_as_far_as_it_fits(operator: WireClient) -> None:
    operator.call("DELETE", f"/application/{'a' * 600}")

    assert (len(Event.objects.get().path), len(Event.objects.get().subject_id)) == (500, 254)


# --- reading ----------------------------------------------------------------------------------------------


def test_an_event_has_the_shape_of_the_wire(superuser: WireClient) -> None:
    event = EventFactory(status_code=400, message="ValidationError")

    answer = events(superuser)

    assert {name: answer[name] for name in ("total", "limit", "offset")} == {"total": 1, "limit": 200, "offset": 0}
    [row] = answer["events"]
    assert isinstance(row.pop("timestamp"), int)
    assert row.pop("createdAt") == row.pop("updatedAt")
    assert row == {
        "id": event.pk, "eventType": "HTTP", "endpointType": "user", "actorId": "ann@example.org", "method": "PATCH",
        "resourceType": "agent", "resourceId": "u1", "endpointPath": "/api/v3/iofog/u1", "ipAddress": "192.0.2.1",
        "status": "FAILED", "statusCode": 400, "statusMessage": "ValidationError", "requestId": event.request_id,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?status=FAILED", [2]),
        ("?status=success", [3, 1]),
        ("?status=MAYBE", []),
        ("?method=DELETE", [2]),
        ("?method=DELETE&method=post", [3, 2]),
        ("?resourceType=configMap", [3]),
        ("?resourceType=catalog", [2]),
        ("?resourceType=nothing", []),
        ("?actorId=BOB@example.org", [2]),
        ("?eventType=HTTP", [3, 2, 1]),
        ("?eventType=WS_CONNECT", []),
        ("?endpointType=agent", []),
        ("?endpointType=user", [3, 2, 1]),
        ("?limit=1", [3]),
        ("?limit=1&offset=1", [2]),
        ("?offset=3", []),
    ],
)
def test_events_are_filtered_newest_first(superuser: WireClient, query: str, found: list[int]) -> None:
    EventFactory(request_id="1")
    EventFactory(request_id="2", method="DELETE", subject="catalog item", actor="bob@example.org", status_code=409)
    EventFactory(request_id="3", method="POST", subject="config map")

    assert [int(row["requestId"]) for row in events(superuser, query)["events"]] == found


def test_events_are_found_by_time(superuser: WireClient) -> None:
    for days in (1, 3):
        Event.objects.filter(pk=EventFactory(path=f"{days}").pk).update(at=timezone.now() - timedelta(days=days))
    then = timezone.now() - timedelta(days=2)
    milliseconds, text = int(then.timestamp() * 1000), then.strftime("%Y-%m-%dT%H:%M:%SZ")

    for moment in (milliseconds, text):
        assert [row["endpointPath"] for row in events(superuser, f"?startTime={moment}")["events"]] == ["1"]
        assert [row["endpointPath"] for row in events(superuser, f"?endTime={moment}")["events"]] == ["3"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=x", "offset=-1", "startTime=yesterday", "endTime=99999999999999999999"]
)
def test_a_filter_that_means_nothing_is_refused(superuser: WireClient, query: str) -> None:
    assert fault_of(superuser.call("GET", f"/events?{query}")) == (400, "ValidationError")


def test_events_are_for_superusers(operator: WireClient) -> None:
    assert fault_of(operator.call("GET", "/events")) == (403, "ForbiddenError")
    assert fault_of(operator.call("DELETE", "/events", {"days": 0})) == (403, "ForbiddenError")


def test_events_take_the_same_queries_for_more_rows(superuser: WireClient, django_assert_num_queries: Any) -> None:
    superuser.call("GET", "/events")
    with django_assert_num_queries(3):
        superuser.call("GET", "/events")
    EventFactory.create_batch(20)
    with django_assert_num_queries(3):
        superuser.call("GET", "/events")


# --- deleting ---------------------------------------------------------------------------------------------


def aged(days: int) -> None:
    event = EventFactory(path=f"{days}")
    Event.objects.filter(pk=event.pk).update(at=timezone.now() - timedelta(days=days))


def test_old_events_are_deleted_and_that_is_an_event(superuser: WireClient) -> None:
    for days in (5, 7):
        aged(days)

    answer = superuser.call("DELETE", "/events", {"days": 6}).json()

    assert (answer["deletedCount"], answer["deletedAll"]) == (1, False)
    assert answer["deletedBefore"] < answer["deletedAt"]
    assert [event.path for event in Event.objects.order_by("id")] == ["5", "/api/v3/events"]


def test_no_days_delete_all_events_and_the_change_log_keeps_that(superuser: WireClient) -> None:
    aged(0)
    aged(7)

    answer = superuser.call("DELETE", "/events", {"days": 0}).json()

    assert (answer["deletedCount"], answer["deletedBefore"], answer["deletedAll"]) == (2, None, True)
    assert Event.objects.get().path == "/api/v3/events"
    entry = Entry.objects.get()
    assert (entry.action, entry.object_type, entry.object_label) == ("delete", "event", "events of all times")
    assert entry.before == {"events": 2}


@pytest.mark.parametrize("body", [{}, {"days": -1}, {"days": 366}, {"days": "1"}, {"days": True}, {"days": None}])
def test_days_are_a_number_up_to_a_year(superuser: WireClient, body: Any) -> None:
    EventFactory()

    assert fault_of(superuser.call("DELETE", "/events", body)) == (400, "ValidationError")
    assert Event.objects.filter(path="/api/v3/iofog/u1").exists()
