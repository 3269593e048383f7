"""Agents send rubbish of every kind; a report takes what is good in it and never fails."""

import math
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogweb.agents.models import AgentStatus
from catalogweb.deployments.models import MicroserviceStatus
from catalogweb.deployments.reports import number, take_report
from catalogweb.deployments.words import WORDS
from tests.factories import AgentFactory, MicroserviceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(agents):
    return MicroserviceFactory(name="web", agent=agents[0])


def report(agent, *items, interval=10, status=None, rest=None):
    take_report(agent_id=agent.pk, interval=interval, status=status or {}, rest=rest or {}, items=list(items))


def item(microservice, **values):
    return {"id": microservice.uuid, "status": "RUNNING"} | values


def stored(microservice):
    return MicroserviceStatus.objects.get(microservice=microservice)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (12.35, 12.35), ("12.35", 12.35), ("1,234.5", 1234.5), ("1,234,567.25", 1234567.25), ("-5", -5), (" 7 ", 7),
        ("NaN", 0), ("∞", 0), ("-∞", 0), ("Infinity", 0), (math.nan, 0), (math.inf, 0), (None, 0), ("", 0), ("a", 0),
        ({}, 0), ([], 0), ([1], 0), (10**400, 0), ("1" * 500, 0), (2**62, 0), (-(2**63), 0), ("\x00", 0), (True, 1),
    ],
)  # fmt: skip
def test_number_reads_what_agents_send(sent, meant):
    assert number(sent) == meant


def test_report_of_a_running_microservice_is_stored(web):
    report(
        web.agent,
        item(web, percentage=100.0, containerId="c1", startTime=1_700_000_000_000, operatingDuration=5000,
             cpuUsage="1,234.5", memoryUsage="12,345,678", ipAddress="10.88.0.4", healthStatus="healthy",
             errorMessage="", imageDigest="sha256:abc"),
    )  # fmt: skip

    seen = stored(web)
    assert (seen.state, seen.container_id, seen.cpu_usage, seen.memory_usage) == ("RUNNING", "c1", 123.45, 12345678)
    assert (seen.started_ms, seen.operating_ms, seen.ip_address) == (1_700_000_000_000, 5000, "10.88.0.4")
    assert (seen.health, seen.image_digest, seen.percentage) == ("healthy", "sha256:abc", 100)


@pytest.mark.parametrize(("sent", "kept"), [(-3, 0), (101, 100), ("NaN", 0), (42.5, 42.5), (None, 0)])
def test_percentage_stays_between_0_and_100(web, sent, kept):
    report(web.agent, item(web, percentage=sent))

    assert stored(web).percentage == kept


@pytest.mark.parametrize("state", [*WORDS, "DANCING", "", None, 7, {}, "running", "R" * 100, "\x00"])
def test_unknown_state_is_unknown_and_never_fails(web, state):
    report(web.agent, item(web, status=state))

    assert stored(web).state == (state if isinstance(state, str) and state in WORDS else "UNKNOWN")


@pytest.mark.parametrize("name", ["errorMessage", "containerId", "ipAddress", "healthStatus", "imageDigest"])
@pytest.mark.parametrize("value", [None, 7, [], {}, "x" * 5000, "a\x00b", "half \ud83d", "😀"])
def test_texts_are_cut_and_cleaned(web, name, value):
    report(web.agent, item(web, **{name: value}))

    assert stored(web).state == "RUNNING"


RUBBISH = [
    None,
    7,
    "x",
    [],
    [1],
    {},
    {"id": None},
    {"id": 7},
    {"id": ["a"]},
    {"id": "UNKNOWN"},
    {"id": "\x00"},
    {"id": {}},
]


@pytest.mark.parametrize("rubbish", RUBBISH, ids=repr)
def test_rubbish_among_the_items_does_not_hide_the_others(web, rubbish):
    report(web.agent, rubbish, item(web), rubbish)

    assert stored(web).state == "RUNNING"


def test_agent_reports_only_what_is_its_own(web, agents):
    report(agents[1], item(web, errorMessage="mine now"))

    assert (stored(web).state, stored(web).error_message, stored(web).reported_at) == ("QUEUED", "", None)


def test_item_that_is_absent_is_no_news(web):
    report(web.agent, item(web))
    report(web.agent)

    assert stored(web).state == "RUNNING"


def test_item_that_stands_twice_counts_as_it_stands_last(web):
    report(web.agent, item(web, status="PULLING"), item(web, status="RUNNING"))

    assert stored(web).state == "RUNNING"


def test_container_id_stays_while_reports_leave_it_out(web):
    report(web.agent, item(web, containerId="c1"))
    report(web.agent, item(web, status="STOPPING"))

    assert stored(web).container_id == "c1"


def test_time_of_a_state_is_when_it_began(web):
    report(web.agent, item(web))
    since = stored(web).state_since
    report(web.agent, item(web))
    assert stored(web).state_since == since

    report(web.agent, item(web, status="STOPPED"))
    assert stored(web).state_since > since


@pytest.mark.parametrize(("interval", "late", "offline"), [(5, 40, 110), (10, 40, 110), (30, 80, 210), (-1, 40, 110)])
def test_report_says_when_the_agent_will_be_late_and_offline(agents, interval, late, offline):
    report(agents[0], interval=interval)

    status = AgentStatus.objects.get(agent=agents[0])
    assert abs(status.reported_at - timezone.now()) < timedelta(seconds=10)
    assert status.late_at - status.reported_at == timedelta(seconds=late)
    assert status.offline_at - status.reported_at == timedelta(seconds=offline)


def test_report_keeps_columns_and_the_rest(agents):
    report(agents[0], status={"daemon_status": "RUNNING", "version": "3.7\x00"}, rest={"cpuUsage": 3.5, "x": "y"})

    status = AgentStatus.objects.get(agent=agents[0])
    assert (status.daemon_status, status.version, status.report) == ("RUNNING", "3.7", {"cpuUsage": 3.5, "x": "y"})


@pytest.mark.parametrize("value", [math.nan, math.inf, "\x00", "\ud83d", {"a": math.nan}])
def test_rest_that_cannot_be_stored_is_left_out(agents, value):
    report(agents[0], rest={"bad": value, "good": 1})

    assert AgentStatus.objects.get(agent=agents[0]).report == {"good": 1}


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=2)
NAMES = ["status", "percentage", "errorMessage", "containerId", "startTime", "operatingDuration", "cpuUsage",
         "memoryUsage", "ipAddress", "healthStatus", "imageDigest"]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(values=st.dictionaries(st.sampled_from(NAMES), ANYTHING))
def test_report_of_anything_is_taken_and_can_be_read_again(web, values):
    report(web.agent, item(web, **values))

    assert stored(web).state in WORDS


@pytest.mark.parametrize(("rows", "statements"), [(0, 1), (1, 3), (300, 3)])
def test_report_takes_three_statements_however_many_microservices(django_assert_num_queries, rows, statements):
    agent = AgentFactory()
    placed = [MicroserviceFactory(agent=agent) for _ in range(rows)]
    items = [item(m, containerId=f"c{n}", cpuUsage="1.5") for n, m in enumerate(placed)]

    with django_assert_num_queries(statements):
        report(agent, *items)
    assert MicroserviceStatus.objects.filter(state="RUNNING").count() == rows


def test_report_of_300_foreign_ids_takes_two_statements(web, django_assert_num_queries):
    with django_assert_num_queries(2):
        report(web.agent, *[{"id": f"{n}", "status": "RUNNING"} for n in range(300)])
