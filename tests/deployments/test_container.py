import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogweb.core.errors import Invalid, Refusals, refuse_all
from catalogweb.deployments.container import Container, Port, Volume, container_faults, risks


def check_container(container):
    refuse_all(container_faults(container))


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"ports": (Port(0, 80),)}, "ports", "outside 1 to 65535"),
        ({"ports": (Port(80, 65536),)}, "ports", "outside 1 to 65535"),
        ({"ports": (Port(80, -1),)}, "ports", "outside 1 to 65535"),
        ({"ports": (Port(80, 81, "sctp"),)}, "ports", "use tcp or udp"),
        ({"ports": (Port(80, 81), Port(82, 81))}, "ports", "mapped twice"),
        ({"ports": (Port(80, 81), Port(80, 82))}, "ports", "mapped twice"),
        ({"volumes": (Volume("", "/data"),)}, "volumes", "needs a place on the agent"),
        ({"volumes": (Volume("/data", ""),)}, "volumes", "needs a place on the agent"),
        ({"volumes": (Volume("/a", "/b", "rx"),)}, "volumes", "use rw or ro"),
        ({"volumes": (Volume("/a", "/b", "rw", "nfs"),)}, "volumes", "use bind, volume or volumeMount"),
        ({"env": {"": "x"}}, "env", "needs a name"),
        ({"env": {"A=B": "x"}}, "env", "needs a name"),
        ({"env": {"A": "\x00"}}, "env", "cannot be stored"),
        ({"commands": ("\ud800",)}, "commands", "cannot be stored"),
        ({"extra_hosts": (("db", "\x00"),)}, "extra_hosts", "cannot be stored"),
        ({"config": {"level": math.nan}}, "config", "cannot be stored"),
        ({"log_size": -1}, "log_size", "0 to"),
        ({"log_size": 2**70}, "log_size", "0 to"),
        ({"schedule": 101}, "schedule", "between 6 and 100"),
        ({"schedule": 5}, "schedule", "between 6 and 100"),
        ({"options": {"colour": "red"}}, "colour", "not a container option"),
        ({"ports": (Port(80, 81, "tpc"),)}, "ports", "Did you mean “tcp”?"),
        ({"volumes": (Volume("/a", "/b", "rw", "blind"),)}, "volumes", "Did you mean “bind”?"),
        ({"options": {"cap_ad": ["NET_ADMIN"]}}, "cap_ad", "Did you mean “cap_add”?"),
        *(
            ({"options": {name: value}}, name, said)
            for name, values, said in [
                ("memory_limit", ["1", True, 1.5, -5, 2**53 + 1, [1]], "Memory limit is a whole number, 0 to"),
                ("run_as_user", [1000, True, ["x"], {"a": "b"}], "Run as user is text"),
                ("platform", [5, ["linux/arm64"]], "Platform is text"),
                ("cap_add", ["NET_ADMIN", [{"a": "b"}, 5], {"a": "b"}, [None]], "Cap add is a list of texts"),
                ("cap_drop", [[5]], "Cap drop is a list of texts"),
                ("cdi_devices", [[[]]], "Cdi devices is a list of texts"),
                ("annotations", ["a", ["a"], {"a": [1]}, {"a": 1}, {"a": None}], "Annotations holds texts by name"),
                ("health_check", ["curl", ["curl"]], "Health check holds test, interval"),
                ("health_check", [{"tset": ["curl"]}], "Did you mean “test”?"),
                ("health_check", [{"test": 5}, {"test": [5]}], "test is a list of texts"),
                ("health_check", [{"interval": "x"}, {"interval": -1}, {"interval": 2**31}], "interval is a whole"),
            ]
            for value in values
        ),
    ],
)
def test_container_is_refused_with_the_field_at_fault(fields, field, said):
    with pytest.raises(Invalid, match=said) as refused:
        check_container(Container(**fields))

    assert refused.value.field == field


def test_options_that_agents_can_read_are_taken():
    check = {"test": ["CMD", "true"], "interval": 10, "retries": 2**31 - 1}
    options = {"memory_limit": 2**53, "cap_add": ["NET_ADMIN"], "annotations": {"a": "b"}, "health_check": check}

    check_container(Container(options=options))


def test_every_fault_is_named():
    with pytest.raises(Refusals) as refused:
        check_container(Container(env={"": "x"}, log_size=-1, ports=(Port(0, 54321),)))

    assert len(refused.value.messages) == 4


def test_same_port_may_be_opened_for_both_protocols_inside():
    check_container(Container(ports=(Port(53, 5300, "tcp"), Port(53, 5301, "udp"))))


@pytest.mark.parametrize(
    ("container", "words"),
    [
        (Container(), []),
        (Container(privileged=True), ["Privileged"]),
        (Container(host_network=True), ["Host network"]),
        (
            Container(volumes=(Volume("/etc", "/x"), Volume("data", "/y", "rw", "volume"))),
            ["Host folders: it reaches /etc "],
        ),
    ],
)
def test_risks_are_said_in_words(container, words):
    assert len(risks(container)) == len(words)
    assert all(said.startswith(word) for said, word in zip(risks(container), words, strict=True))


def test_empty_options_are_no_options():
    assert Container(options={"run_as_user": "", "cap_add": [], "annotations": {}, "memory_limit": 0}).options == {
        "memory_limit": 0
    }


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner))


@given(st.dictionaries(st.text(), JSON), st.dictionaries(st.text(), st.text()))
def test_check_accepts_or_refuses_and_never_crashes(config, env):
    try:
        check_container(Container(config=config, env=env))
    except Invalid as refused:
        assert refused.messages
