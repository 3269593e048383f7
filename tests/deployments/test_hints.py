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
    assert hint_for(error).text.startswith(begins)


@pytest.mark.parametrize(
    ("cause", "begins"),
    [
        ("was refused: wrong user name or password, or no right to this image", "The registry refused"),
        ("was refused: the registry wants a user name and a password", "The image is private"),
        (
            "failed: registry cannot be reached: it speaks plain http, which the engine has to be told",
            "The registry sp",
        ),
        ("failed: registry cannot be reached: its certificate is not trusted by the engine", "The agent's container"),
        ("was refused: the registry's rate limit is reached", "The registry lets nobody"),
        ("failed: it has no image for this architecture", "The image is built"),
        ("failed: not found in the registry", "The registry has no such"),
    ],
)
def test_what_our_own_agent_says_gets_the_hint_that_fits(cause, begins):
    assert hint_for(f"pull of reg.example.org/team/app:1 {cause}").text.startswith(begins)


def test_a_taken_port_is_mended_at_the_microservice_itself():
    assert hint_for("Port 8080/tcp is taken by web.").places == ("settings",)


def test_an_unknown_error_gets_none():
    assert not hint_for("something else")
    assert hint_for("").places == ("registry", "item", "settings")


def test_every_hint_is_a_plain_sentence():
    assert [hint for _, hint in HINTS if not hint.text.endswith(".")] == []
