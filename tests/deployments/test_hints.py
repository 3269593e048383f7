"""What people are told to do about an agent's error message."""

import pytest

from catalogweb.deployments.hints import HINTS, hint_for


@pytest.mark.parametrize(
    ("error", "begins"),
    [
        ("unauthorized: authentication required", "The registry refused"),
        ("Get https://reg/v2/: dial tcp: lookup reg: no such host", "The agent cannot reach"),
        ("manifest unknown", "The registry has no such image"),
        ("hello:1 is not present on agent north-1", "The registry “local” never pulls"),
        ("driver failed: port is already allocated", "Another program"),
        ("exec format error", "The image is built for another processor"),
        ("write /x: no space left on device", "The agent's disk is full"),
        ("x509: certificate signed by unknown authority", "The agent's container engine does not trust"),
        ("the container exits at once", "The container starts and ends again"),
    ],
)
def test_an_error_gets_the_hint_that_fits(error, begins):
    assert hint_for(error).startswith(begins)


def test_an_unknown_error_gets_none():
    assert hint_for("something else") == ""
    assert hint_for("") == ""


def test_every_hint_is_a_plain_sentence():
    assert [hint for _, hint in HINTS if not hint.endswith(".")] == []
