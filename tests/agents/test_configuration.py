import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogweb.agents.configuration import DEFAULTS, SETTINGS, as_reported, checked
from catalogweb.core.errors import Invalid

VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers())


def test_defaults_are_values_that_the_table_itself_accepts():
    assert checked(DEFAULTS) == DEFAULTS


@given(st.sampled_from(sorted(SETTINGS)), VALUES)
def test_checking_accepts_or_refuses_with_the_field_and_never_crashes(name, value):
    try:
        assert type(checked({name: value})[name]) is SETTINGS[name].type
    except Invalid as refused:
        assert refused.field == name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cpu_limit", 101),
        ("cpu_limit", -1),
        ("cpu_limit", "80"),
        ("cpu_limit", True),
        ("cpu_limit", math.nan),
        ("status_frequency", -1),
        ("status_frequency", 86401),
        ("messaging_port", 65536),
        ("container_engine", "lxc"),
        ("router_mode", ""),
        ("watchdog_enabled", "true"),
        ("upstream_routers", "a"),
        ("host", "a\x00"),
        ("upstream_routers", ["\x00"]),
        ("log_level", "LOUD"),
    ],
)
def test_checking_refuses_what_lies_outside_the_table(name, value):
    with pytest.raises(Invalid, match="^[A-Z].* (takes|is one of|lies between|It holds) ") as refused:
        checked({name: value})

    assert refused.value.field == name


def test_a_time_zone_that_is_none_is_refused_with_a_suggestion():
    with pytest.raises(Invalid, match="There is no time zone “Europa/Berlin”. Did you mean “Europe/Berlin”?"):
        checked({"time_zone": "Europa/Berlin"})


def test_a_log_level_is_taken_in_any_letter_case_and_no_time_zone_at_all_is_fine():
    assert checked({"log_level": "fine", "time_zone": ""}) == {"log_level": "FINE", "time_zone": ""}


def test_what_an_agent_reports_of_itself_is_kept_as_it_says_it():
    said = {"log_level": "VERBOSE", "time_zone": "Mars/Olympus"}

    assert as_reported(said) == said


def test_checking_leaves_unknown_names_out():
    assert checked({"colour": "red"}) == {}


@given(st.dictionaries(st.sampled_from(sorted(SETTINGS)) | st.text(), VALUES))
def test_reported_values_are_taken_whatever_an_agent_sends(values):
    assert set(as_reported(values)) <= set(SETTINGS)


def test_reported_values_of_the_wrong_kind_are_left_out():
    sent = {"cpu_limit": 10**400, "memory_limit": math.nan, "disk_limit": "50", "log_limit": True, "host": "\x00"}

    assert as_reported(sent | {"status_frequency": 10.0, "available_disk_threshold": 20.5}) == {
        "status_frequency": 10,
        "available_disk_threshold": 20.5,
    }


@pytest.mark.parametrize("host", ["evil.example/login#", "a b", "a@b", "x:80", "//x", "javascript:1"])
def test_host_is_a_name_or_an_address_whoever_says_it(host):
    with pytest.raises(Invalid, match="is a host name or an address"):
        checked({"host": host})
    assert as_reported({"host": host}) == {}


@pytest.mark.parametrize("host", ["edge-1.example.org", "10.0.0.5", "fd00::5", "node_3"])
def test_host_may_be_of_either_kind(host):
    assert checked({"host": host}) == as_reported({"host": host}) == {"host": host}
