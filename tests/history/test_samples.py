"""Samples: what is kept, of whom, in how many statements, for how long."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.agents.models import Agent, AgentStatus
from catalogweb.history.models import AgentSample, FleetSample
from catalogweb.history.services import forget_old_samples, take_samples
from catalogweb.jobs.registry import JOBS
from tests.factories import AgentFactory, MicroserviceFactory

pytestmark = pytest.mark.django_db
REPORT = {"systemTotalCpu": "12.5", "systemAvailableMemory": 3_000_000_000, "systemAvailableDisk": "44000000000.0"}


def agent(left=5, **report):
    now = timezone.now()
    times = {"reported_at": now, "late_at": now, "offline_at": now + timedelta(minutes=left)}
    return AgentFactory(**{f"status__{name}": value for name, value in times.items()}, status__report=report)


def test_a_sample_holds_what_the_last_report_said_of_the_machine():
    row = agent(systemTotalCpu="12.5", systemAvailableMemory=3_000_000_000, systemAvailableDisk="44,000,000,000.0")

    assert take_samples() == 1

    sample = row.samples.get()
    assert (sample.cpu, sample.memory_free, sample.disk_free) == (12.5, 3_000_000_000, 44_000_000_000)
    assert timezone.now() - sample.at < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("report", "kept"),
    [
        ({}, (None, None, None)),
        ({"systemTotalCpu": 0, "systemAvailableMemory": 0, "systemAvailableDisk": -5}, (0, None, None)),
        ({"systemTotalCpu": 1e9, "systemAvailableMemory": "NaN", "systemAvailableDisk": [1]}, (100, None, None)),
    ],
    ids=["nothing", "zeros", "rubbish"],
)
def test_what_an_agent_does_not_know_is_not_made_up(report, kept):
    row = agent(**report)

    take_samples()

    sample = row.samples.get()
    assert (sample.cpu, sample.memory_free, sample.disk_free) == kept


def test_an_offline_agent_leaves_a_gap():
    agent(left=-1)
    AgentFactory()

    assert take_samples() == 0
    assert not AgentSample.objects.exists()


def test_the_fleet_is_counted_by_presence_and_by_group():
    MicroserviceFactory(agent=agent(), status__state="RUNNING")
    AgentFactory()

    take_samples()

    sample = FleetSample.objects.get()
    assert sample.agents == {"online": 0, "late": 1, "offline": 0, "never": 1}
    assert sample.microservices["running"] == 1
    assert sum(sample.microservices.values()) == 1


def test_ten_thousand_agents_take_as_many_statements_as_one(django_assert_num_queries):
    now = timezone.now()
    agents = Agent.objects.bulk_create(Agent(name=f"north-{n}", architecture="x86") for n in range(10_000))
    times = {"reported_at": now, "late_at": now, "offline_at": now + timedelta(minutes=5)}
    AgentStatus.objects.bulk_create(AgentStatus(agent=row, report=REPORT, **times) for row in agents)

    with django_assert_num_queries(5):
        assert take_samples() == 10_000

    assert AgentSample.objects.count() == 10_000


def test_samples_are_forgotten_after_the_hours_that_were_set(settings, django_assert_num_queries):
    settings.SAMPLE_HOURS = 2
    row, now = agent(), timezone.now()
    for hours in (1, 3):
        AgentSample.objects.create(agent=row, at=now - timedelta(hours=hours))
        FleetSample.objects.create(at=now - timedelta(hours=hours))

    with django_assert_num_queries(2):
        forget_old_samples()

    assert (AgentSample.objects.count(), FleetSample.objects.count()) == (1, 1)


def test_samples_go_with_their_agent():
    row = agent()
    take_samples()

    Agent.objects.filter(pk=row.pk).delete()

    assert not AgentSample.objects.exists()


def test_background_work_samples_every_five_minutes():
    assert JOBS["history.take_samples"].interval == timedelta(minutes=5)
    assert "history.forget_old_samples" in JOBS
