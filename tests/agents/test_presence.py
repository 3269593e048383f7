from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from catalogweb.agents.models import Agent
from catalogweb.agents.presence import Presence, late_after, offline_after, presence
from tests.factories import AgentFactory

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def seen(interval, seconds_later):
    return presence(
        NOW, NOW + late_after(interval), NOW + offline_after(interval), NOW + timedelta(seconds=seconds_later)
    )


@pytest.mark.parametrize(
    ("interval", "late", "offline"),
    [
        (-5, 40, 110),
        (0, 40, 110),
        (1, 40, 110),
        (5, 40, 110),
        (9, 40, 110),
        (10, 40, 110),
        (30, 80, 210),
        (300, 620, 1560),
    ],
)
def test_presence_turns_late_and_offline_at_the_second(interval, late, offline):
    words = [seen(interval, at) for at in (0, late - 1, late, offline - 1, offline, 10**9)]

    online, tardy, gone = Presence.ONLINE, Presence.LATE, Presence.OFFLINE
    assert words == [online, online, tardy, tardy, gone, gone]


@pytest.mark.parametrize("times", [(None, None, None), (None, NOW, NOW), (NOW, None, None), (NOW, NOW, None)])
def test_agent_without_a_report_never_connected(times):
    assert presence(*times, NOW) == Presence.NEVER


def fleet():
    now, minute = timezone.now(), timedelta(minutes=1)
    times = {"online": (minute, 2 * minute), "late": (-minute, minute), "offline": (-2 * minute, -minute)}
    for name, (late, offline) in times.items():
        AgentFactory(name=name, status__reported_at=now, status__late_at=now + late, status__offline_at=now + offline)
    AgentFactory(name="never")


@pytest.mark.django_db
@pytest.mark.parametrize("word", Presence.values)
def test_database_and_property_agree_on_presence(word):
    fleet()

    assert [agent.name for agent in Agent.objects.in_presence(word)] == [word]
    assert Agent.objects.get(name=word).presence == word


@pytest.mark.django_db
def test_counts_of_presence_take_one_statement(django_assert_num_queries):
    fleet()

    with django_assert_num_queries(1):
        assert Agent.objects.count_presences() == {"online": 1, "late": 1, "offline": 1, "never": 1}


@pytest.mark.django_db
def test_agent_that_deprovisioned_before_any_report_still_never_connected():
    agent = AgentFactory(status__late_at=timezone.now(), status__offline_at=timezone.now())

    assert agent.presence == Presence.NEVER
    assert list(Agent.objects.in_presence("never")) == [agent]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("word", "reachable"), [("online", True), ("late", True), ("offline", False), ("never", False)]
)
def test_online_and_late_agents_are_reachable(word, reachable):
    fleet()

    assert Agent.objects.get(name=word).is_reachable == reachable
