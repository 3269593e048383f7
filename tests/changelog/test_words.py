"""The change log in people's words."""

import pytest

from catalogweb.changelog.words import action_alone, action_of, label, said


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("port_list", ["8080:80/tcp", "53:53/udp"], "8080:80/tcp\n53:53/udp"),
        ("env", [["LEVEL", "3"], ["EMPTY", ""]], "LEVEL=3\nEMPTY="),
        ("extra_hosts", [["broker", "10.0.0.5"]], "broker: 10.0.0.5"),
        ("volumes", [{"host": "/srv", "container": "/data", "access": "ro", "type": "bind"}], "/srv → /data (ro)"),
        ("volumes", [{"host": "data", "container": "/data", "access": "rw", "type": "volume"}], "data → /data"),
        ("images", {"x86": "a:1", "arm": "b:1"}, "x86: a:1\narm: b:1"),
        ("configuration", {"status_frequency": 30, "watchdog_enabled": True}, "status frequency: 30\nwatchdog enabled: yes"),
        (
            "container",
            {"env": [["A", "1"], ["B", "2"]], "ports": [{"internal": 80, "external": 8080, "protocol": "tcp"}],
             "volumes": [], "privileged": False},
            "variables: A=1, B=2\nports: 8080:80/tcp\nprivileged: no",
        ),
        ("config", {"deep": {"er": 1}}, '{"deep": {"er": 1}}'),
        ("provisioning_key_expires_at", "2025-03-01T10:20:30.123456+00:00", "2025-03-01 10:20 UTC"),
        ("provisioning_key_expires_at", "soon", "soon"),
        ("is_activated", False, "no"),
        ("env", "rubbish", "rubbish"),
        ("volumes", ["rubbish"], "rubbish"),
        ("generation", 2, "2"),
    ],
)  # fmt: skip
def test_a_value_reads_as_people_would_write_it(field, value, words):
    assert said(field, value) == words


def test_a_field_is_called_what_people_call_it():
    assert [label(name) for name in ("password_sealed", "cpu_limit", "host_network")] == [
        "password",
        "CPU limit",
        "host network",
    ]


def test_an_action_reads_with_and_without_its_object():
    assert action_of("give key") == "key given to"
    assert action_alone("give key") == "key given"
    assert action_alone("something new") == "something new"
