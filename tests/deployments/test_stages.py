"""How far a microservice has come: the times that reports leave, and the stages that people read."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.deployments.desired import note_served, wanted_on
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.reports import take_report
from catalogweb.deployments.stages import stages_of
from tests.factories import MicroserviceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    soon = timezone.now() + timedelta(minutes=5)
    status = {"agent__status__reported_at": timezone.now(), "agent__status__late_at": soon}
    return MicroserviceFactory(**status, agent__status__offline_at=soon)


def fetch(row):
    note_served(wanted_on(row.agent_id))


def report(row, state, **more):
    items = [{"id": row.uuid, "status": state, **more}]
    take_report(agent_id=row.agent_id, interval=10, status={}, rest={}, items=items)
    row.status.refresh_from_db()
    return row.status


def marks(row):
    stages = stages_of(Microservice.objects.detailed().get(pk=row.pk))
    return {stage.word: stage.mark for stage in stages}


def test_each_stage_gets_its_time_once(row):
    fetch(row)
    assert report(row, "PULLING", percentage=40).pulled_at is None
    assert row.status.acknowledged_at
    assert report(row, "CREATING").pulled_at
    assert row.status.running_at is None

    first = report(row, "RUNNING", containerId="c1")
    since = first.running_at
    assert (first.healthy_at, since > first.pulled_at >= first.acknowledged_at) == (None, True)

    second = report(row, "RUNNING", containerId="c1", healthStatus="healthy")
    assert second.running_at == since
    assert second.healthy_at


def test_running_and_healthy_end_with_the_container(row):
    fetch(row)
    report(row, "RUNNING", containerId="c1", healthStatus="healthy")

    assert report(row, "RUNNING", containerId="c1", healthStatus="unhealthy").healthy_at is None
    ended = report(row, "FAILED", errorMessage="exit 1")
    assert (ended.running_at, ended.pulled_at is None) == (None, False)


def test_an_older_container_is_no_stage_of_what_was_fetched_since(row):
    fetch(row)
    report(row, "RUNNING", containerId="c1")
    Microservice.objects.update(generation=2)

    fetch(row)

    assert report(row, "RUNNING", containerId="c1").running_at is None
    assert row.status.pulled_at is None
    assert report(row, "RUNNING", containerId="c2").running_at


def test_stages_say_what_is_done_what_is_next_and_what_is_ahead(row):
    assert marks(row) == {"Ordered": "done", "Acknowledged": "now", "Pulled": "ahead", "Running": "ahead"}

    fetch(row)
    report(row, "PULLING", percentage=40)
    stages = stages_of(Microservice.objects.detailed().get(pk=row.pk))
    assert [(stage.word, stage.mark, stage.detail) for stage in stages][2:] == [
        ("Pulled", "now", "40 %"),
        ("Running", "ahead", ""),
    ]

    report(row, "FAILED", errorMessage="unauthorized")
    assert marks(row)["Pulled"] == "failed"

    report(row, "RUNNING", containerId="c1", healthStatus="healthy")
    assert set(marks(row).values()) == {"done"}
    assert "Healthy" in marks(row)


def test_what_runs_on_an_offline_agent_is_unknown(row):
    fetch(row)
    report(row, "RUNNING", containerId="c1")
    past = timezone.now() - timedelta(minutes=1)
    type(row.agent.status).objects.update(late_at=past, offline_at=past)

    assert marks(row) == {"Ordered": "done", "Acknowledged": "done", "Pulled": "done", "Running": "unknown"}


def test_what_is_to_be_stopped_has_no_stages(row):
    Microservice.objects.update(is_activated=False)

    assert marks(row) == {}
