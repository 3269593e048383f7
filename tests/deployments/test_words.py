"""What people read of a microservice: one word for every state, wish and presence."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.core.states import STATES
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.words import WORDS, status_of
from tests.factories import AgentFactory, MicroserviceFactory

pytestmark = pytest.mark.django_db
AWAY = {"online": (5, 10), "late": (-1, 5), "offline": (-10, -5), "never": None}


def seen(state, *, wanted=True, presence="online", application=True, **status):
    now, minutes = timezone.now(), AWAY[presence]
    times = {}
    if minutes:
        late, offline = (now + timedelta(minutes=m) for m in minutes)
        times = {"status__reported_at": now, "status__late_at": late, "status__offline_at": offline}
    values = {"state": state, "reported_at": now if minutes else None} | status
    row = MicroserviceFactory(
        agent=AgentFactory(**times), is_activated=wanted, application__is_activated=application,
        **{f"status__{name}": value for name, value in values.items()},
    )  # fmt: skip
    return status_of(Microservice.objects.detailed().get(pk=row.pk))


@pytest.mark.parametrize("presence", AWAY)
@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.parametrize("state", [*WORDS, "SOMETHING_NEW"])
def test_every_state_has_a_word_and_a_tone(state, wanted, presence):
    status = seen(state, wanted=wanted, presence=presence)

    assert status.word in STATES
    assert status.tone in {"good", "bad", "busy", "idle", "late"}
    assert str(status)


def test_there_are_17_states():
    assert len(WORDS) == 17


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("QUEUED", "Queued"), ("PULLING", "Pulling"), ("CREATING", "Starting"), ("CREATED", "Starting"),
        ("STARTING", "Starting"), ("RUNNING", "Running"), ("UPDATING", "Starting"), ("RESTARTING", "Starting"),
        ("EXITING", "Failed"), ("STUCK_IN_RESTART", "Failed"), ("FAILED", "Failed"), ("UNKNOWN", "Unknown"),
        ("SOMETHING_NEW", "Unknown"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("presence", ["online", "late"])
def test_wanted_microservice_of_a_reachable_agent_is_told_by_its_state(state, word, presence):
    assert seen(state, presence=presence).word == word


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("RUNNING", "Stopping"),
        ("PULLING", "Stopping"),
        ("STOPPED", "Stopped"),
        ("QUEUED", "Stopped"),
        ("DELETED", "Stopped"),
    ],
)
def test_stopped_microservice_is_stopping_until_nothing_of_it_is_left(state, word):
    assert seen(state, wanted=False).word == word
    assert seen(state, application=False).word == word


@pytest.mark.parametrize(
    ("state", "wanted", "presence", "said"),
    [
        ("QUEUED", True, "never", "Waiting (agent never connected)"),
        ("QUEUED", True, "offline", "Waiting (agent offline)"),
        ("RUNNING", True, "offline", "Unknown (last seen just now)"),
        ("RUNNING", False, "offline", "Unknown (last seen just now)"),
        ("STOPPED", False, "offline", "Stopped"),
        ("QUEUED", False, "never", "Stopped"),
    ],
)
def test_nothing_is_claimed_of_an_agent_that_is_away(state, wanted, presence, said):
    assert str(seen(state, wanted=wanted, presence=presence)) == said


def test_queued_microservice_is_acknowledged_once_its_agent_has_the_list():
    assert seen("QUEUED", served_generation=0).word == "Queued"
    assert seen("QUEUED", served_generation=1).word == "Acknowledged"


@pytest.mark.parametrize(
    ("health", "word"), [("healthy", "Healthy"), ("HEALTHY", "Healthy"), ("unhealthy", "Running"), ("", "Running")]
)
def test_running_microservice_is_healthy_when_its_check_says_so(health, word):
    assert seen("RUNNING", health=health).word == word


def test_pulling_tells_how_far_and_failing_tells_why():
    assert str(seen("PULLING", percentage=41.7)) == "Pulling 42 %"
    assert str(seen("FAILED", error_message="unauthorized")) == "Failed unauthorized"
