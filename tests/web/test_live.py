"""Live parts: sent when they differ, made once for everybody of a role, and never in the way of who works there."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from catalogweb.agents.models import AgentStatus
from catalogweb.deployments.models import MicroserviceStatus
from catalogweb.web import live
from tests.factories import AgentFactory, MicroserviceFactory, VolumeMountFactory

pytestmark = pytest.mark.django_db
LIVE = {"HX-Request": "true", "Live": "1"}


@pytest.fixture(autouse=True)
def microservice(db, monkeypatch):
    """A microservice that runs; each part is made anew each time, unless a test says otherwise."""
    cache.clear()
    monkeypatch.setattr(live, "FRESH", 0)
    monkeypatch.setattr(live, "SHARE", 0)
    made = MicroserviceFactory(name="web", status__state="RUNNING", status__state_since=timezone.now())
    later = timezone.now() + timedelta(hours=1)
    AgentStatus.objects.update(reported_at=timezone.now(), late_at=later, offline_at=later)
    return made


def test_what_the_page_has_already_is_not_sent_again(operator):
    first = operator.get("/microservices/", headers=LIVE)
    again = operator.get("/microservices/", headers=LIVE | {"If-None-Match": first.headers["ETag"]})

    assert first.status_code == 200
    assert (again.status_code, again.content) == (304, b"")


def test_a_change_of_state_is_news(operator):
    first = operator.get("/microservices/", headers=LIVE)
    MicroserviceStatus.objects.update(state="PULLING", percentage=42)

    news = operator.get("/microservices/", headers=LIVE | {"If-None-Match": first.headers["ETag"]})

    assert "42 %" in news.text


def test_time_that_passes_is_no_news():
    cell = b'<td><time datetime="2026-01-01T10:00:00" title="x">%s</time></td>'

    assert live.etag_of(cell % b"3 s ago") == live.etag_of(cell % b"4 s ago")
    assert live.etag_of(cell % b"3 s ago") != live.etag_of(b"<th>" + cell % b"3 s ago")


def test_many_pages_of_one_role_cost_one(operator, superuser, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(live, "FRESH", 60)
    operator.get("/microservices/", headers=LIVE)

    with django_assert_max_num_queries(2):
        shared = operator.get("/microservices/", headers=LIVE)

    assert b"web" in shared.content


def test_nobody_sees_what_was_made_for_another_role(operator, viewer, client, monkeypatch):
    monkeypatch.setattr(live, "FRESH", 60)
    assert "Stop" in operator.get("/microservices/", headers=LIVE).text

    assert "Stop" not in viewer.get("/microservices/", headers=LIVE).text
    assert client.get("/microservices/", headers=LIVE).headers["HX-Redirect"].startswith("/sign-in/")


def test_filters_and_pages_are_parts_of_their_own(operator, monkeypatch):
    monkeypatch.setattr(live, "FRESH", 60)
    operator.get("/microservices/", headers=LIVE)

    assert "No microservices match" in operator.get("/microservices/?status=failed", headers=LIVE).text


def test_a_page_that_is_gone_says_so_each_time(operator, microservice, monkeypatch):
    monkeypatch.setattr(live, "FRESH", 60)
    gone = f"/microservices/{microservice.uuid}/"
    microservice.delete()

    assert [operator.get(gone, headers=LIVE).status_code for _ in range(2)] == [404, 404]


def test_a_whole_page_is_nobody_elses(operator, superuser, monkeypatch):
    monkeypatch.setattr(live, "FRESH", 60)
    whole = operator.get("/microservices/", headers={"Live": "1"})

    assert "olga@example.org" in whole.text
    assert "ETag" not in whole.headers
    assert "olga@example.org" not in operator.get("/microservices/", headers=LIVE).text


def test_what_holds_a_token_of_a_session_is_nobody_elses(operator, monkeypatch):
    monkeypatch.setattr(live, "FRESH", 60)
    address = f"/volume-mounts/{VolumeMountFactory().uuid}/agents/"
    AgentFactory()

    one, other = (operator.get(address, headers=LIVE) for _ in range(2))

    assert live.TOKEN in one.content
    assert one.content != other.content
    assert "ETag" not in one.headers
