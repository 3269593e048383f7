"""A rotation restarts nothing that runs; what failed to pull starts anew with the right credentials."""

import pytest

from catalogweb.changelog.models import Entry
from catalogweb.deployments.desired import note_served, registries_of, wanted_on
from catalogweb.deployments.models import Microservice, MicroserviceStatus
from catalogweb.deployments.services import set_activated
from catalogweb.deployments.sources import edit_registry
from catalogweb.deployments.words import WORDS
from tests.factories import MicroserviceFactory, PrivateRegistryFactory, RevisionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry(db):
    return PrivateRegistryFactory()


@pytest.fixture
def place(registry, application, agents):
    def call(state, on=0, **fields):
        return MicroserviceFactory(
            application=application, agent=agents[on], revision=RevisionFactory(registry=registry),
            status__state=state, **fields,
        )  # fmt: skip

    return call


def generation(microservice):
    return Microservice.objects.get(pk=microservice.pk).generation


@pytest.mark.parametrize("state", sorted(set(WORDS) - {"FAILED"}))
def test_rotation_rebuilds_nothing_that_did_not_fail(operator, registry, place, raised, state):
    microservice = place(state)
    edit_registry(by=operator, registry=registry, password="new")

    assert (generation(microservice), raised()) == (1, {"horse-1": {"registries"}})


def test_rotation_rebuilds_what_failed_and_tells_its_agent_only(operator, registry, place, raised):
    failed, running = place("FAILED"), place("RUNNING", on=1)
    edit_registry(by=operator, registry=registry, password="new")

    assert (generation(failed), generation(running)) == (2, 1)
    assert raised() == {
        "horse-1": {"registries", "microservice_list", "microservice_config"},
        "horse-2": {"registries"},
    }


@pytest.mark.parametrize(
    "change",
    [{"email": "a@example.org"}, {"certificate": "-----"}, {"requires_certificate": True}, {"is_secure": False}],
)
def test_what_no_pull_depends_on_rebuilds_nothing(operator, registry, place, change):
    failed = place("FAILED", status__error_message="pull of a was refused: wrong user name or password")
    edit_registry(by=operator, registry=registry, **change)

    assert generation(failed) == 1


@pytest.mark.parametrize(
    "change", [{"username": "ann"}, {"url": "other.example.org", "password": "new"}, {"remove_credentials": True}]
)
def test_another_url_user_name_or_no_secret_rebuilds_what_failed_to_pull(operator, registry, place, change):
    failed = place("FAILED")
    edit_registry(by=operator, registry=registry, as_sent=True, **change)

    assert generation(failed) == 2


@pytest.mark.parametrize(
    "error",
    [
        "web could not be started: driver failed: port is already allocated",
        "web could not be started: image pull policy",
        "bind source path does not exist: /srv",
        "exec format error",
    ],
)
def test_rotation_does_not_rebuild_what_failed_to_start(operator, registry, place, error):
    failed = place("FAILED", status__error_message=error)
    edit_registry(by=operator, registry=registry, password="new")

    assert generation(failed) == 1


def test_words_that_nobody_knows_are_judged_by_the_container_that_was_seen(operator, registry, place):
    pulled, never = (place("FAILED", status__error_message="Boom", status__built_generation=n) for n in (1, 0))
    edit_registry(by=operator, registry=registry, password="new")

    assert (generation(pulled), generation(never)) == (1, 2)


def test_rotation_leaves_failures_of_other_registries_alone(operator, registry, place):
    other = MicroserviceFactory(status__state="FAILED")
    edit_registry(by=operator, registry=registry, password="new")

    assert generation(other) == 1


def test_rotation_does_not_rebuild_what_is_stopped(operator, registry, place):
    stopped = place("FAILED", is_activated=False)
    edit_registry(by=operator, registry=registry, password="new")

    assert generation(stopped) == 1


def test_rotation_of_nothing_rebuilds_nothing(operator, registry, place, raised):
    failed = place("FAILED")
    edit_registry(by=operator, registry=registry, password="q1u45ic9kst563art")

    assert (generation(failed), raised()) == (1, {})


def test_rebuild_after_a_rotation_stands_in_the_log(operator, registry, place):
    failed = place("FAILED")
    edit_registry(by=operator, registry=registry, password="new")

    entry = Entry.objects.get(object_id=failed.uuid)
    assert (entry.action, entry.after) == ("rebuild", {"generation": 2})


def test_container_that_runs_is_not_told_to_rebuild_by_a_rotation(operator, registry, place, agents):
    running = place("RUNNING", status__container_id="c1", status__built_generation=1)
    note_served(wanted_on(agents[0].pk))
    edit_registry(by=operator, registry=registry, password="new")

    assert [(w.microservice, w.rebuild) for w in wanted_on(agents[0].pk)] == [(running, False)]


def test_agent_gets_the_built_in_registries_and_those_it_needs_only(registry, place, agents):
    PrivateRegistryFactory()
    place("RUNNING")

    assert [r.pk for r in registries_of(agents[0])] == [1, 2, registry.pk]
    assert [r.pk for r in registries_of(agents[1])] == [1, 2]


def test_agent_loses_a_registry_with_the_last_started_microservice(operator, registry, place, agents):
    set_activated(by=operator, microservices=[place("RUNNING")], is_activated=False)

    assert [r.pk for r in registries_of(agents[0])] == [1, 2]


def test_rotation_takes_the_same_statements_for_few_and_many(operator, registry, place, django_assert_max_num_queries):
    for _ in range(30):
        place("FAILED")

    with django_assert_max_num_queries(22):
        edit_registry(by=operator, registry=registry, password="new")
    assert MicroserviceStatus.objects.filter(microservice__generation=2).count() == 30


@pytest.mark.parametrize("change", [{"certificate": "-----"}, {"requires_certificate": True}, {"is_secure": False}])
def test_what_no_agent_gets_of_a_registry_raises_no_flag(operator, registry, place, raised, change):
    place("RUNNING")
    edit_registry(by=operator, registry=registry, **change)

    assert raised() == {}


@pytest.mark.parametrize("change", [{"password": "new"}, {"username": "ann"}, {"remove_credentials": True}])
def test_agent_with_nothing_but_a_stopped_microservice_there_hears_nothing(operator, registry, place, raised, change):
    stopped = place("FAILED", is_activated=False)
    edit_registry(by=operator, registry=registry, as_sent=True, **change)

    assert (raised(), generation(stopped)) == ({}, 1)
