"""Traces of system calls."""

import pytest

from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Forbidden
from catalogweb.maintenance.models import Trace
from catalogweb.maintenance.traces import add_to_traces, read_trace, set_tracing, tracing_on
from tests.factories import MicroserviceFactory


def test_tracing_is_told_to_the_microservice_s_agent(operator, web, raised):
    set_tracing(by=operator, microservice=web, is_enabled=True)

    assert tracing_on(web.agent_id) == {web.uuid: True}
    assert raised() == {"horse-1": {"diagnostics"}}
    set_tracing(by=operator, microservice=web, is_enabled=False)
    assert tracing_on(web.agent_id) == {web.uuid: False}
    assert [e.action for e in Entry.objects.order_by("id")] == ["start trace", "stop trace"]


def test_pieces_are_joined_and_only_the_end_is_kept(operator, web, settings):
    settings.TRACE_MAX_CHARACTERS = 8
    set_tracing(by=operator, microservice=web, is_enabled=True)

    for piece in ("open()\n", "read\x00()\n"):
        add_to_traces(agent_id=web.agent_id, pieces={web.uuid: piece})

    assert read_trace(by=operator, microservice=web).text == "read\ufffd()\n"


def test_trace_of_another_agent_s_or_an_untraced_microservice_is_left_out(operator, web):
    foreign = MicroserviceFactory()
    set_tracing(by=operator, microservice=foreign, is_enabled=True)

    add_to_traces(agent_id=web.agent_id, pieces={foreign.uuid: "x", web.uuid: "x", "nobody": "x"})

    assert [trace.text for trace in Trace.objects.all()] == [""]


def test_new_trace_begins_empty_and_an_old_one_stays_readable(operator, web):
    set_tracing(by=operator, microservice=web, is_enabled=True)
    add_to_traces(agent_id=web.agent_id, pieces={web.uuid: "old"})
    set_tracing(by=operator, microservice=web, is_enabled=False)
    assert read_trace(by=operator, microservice=web).text == "old"

    set_tracing(by=operator, microservice=web, is_enabled=True)

    assert read_trace(by=operator, microservice=web).text == ""


def test_viewer_neither_traces_nor_reads_a_trace(viewer, web):
    with pytest.raises(Forbidden):
        set_tracing(by=viewer, microservice=web, is_enabled=True)
    with pytest.raises(Forbidden):
        read_trace(by=viewer, microservice=web)


def test_nothing_traced_reads_as_nothing(operator, web):
    assert read_trace(by=operator, microservice=web).text == ""
    assert tracing_on(web.agent_id) == {}
