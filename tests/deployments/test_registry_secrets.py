"""A registry's secret is renewed in place, and one can see which agents have it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from catalogweb.catalog.deliveries import Delivery, forget_old_deliveries, note_delivered
from catalogweb.catalog.models import Registry
from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Forbidden, Invalid, Protected
from catalogweb.core.rights import Role
from catalogweb.deployments.desired import wanted_on
from catalogweb.deployments.registry_secrets import fetched_counts, offer_again, receivers_of, rotate_registry_secret
from tests.factories import AgentFactory, MicroserviceFactory, PrivateRegistryFactory, RevisionFactory, UserFactory

pytestmark = pytest.mark.django_db
NAME = "CATALOGWEB_REGISTRY_HUB"


@pytest.fixture
def registry():
    return PrivateRegistryFactory(secret_version=1)


@pytest.fixture
def web(registry, application, agents):
    return MicroserviceFactory(application=application, agent=agents[0], revision=RevisionFactory(registry=registry))


def test_rotation_switches_the_secret_and_tells_the_agents_that_need_it(operator, registry, web, agents, raised):
    rotated = rotate_registry_secret(by=operator, registry=registry, password="new", expires_on=date(2030, 1, 31))

    assert (rotated.password, rotated.secret_version, rotated.expires_on) == ("new", 2, date(2030, 1, 31))
    assert "registries" in raised()[agents[0].name]
    assert not raised().get(agents[1].name)


def test_rotation_to_a_reference_and_to_the_same_reference_again(operator, registry, web, agents, raised):
    rotated = rotate_registry_secret(by=operator, registry=registry, secret_reference=f"env:{NAME}")
    assert (rotated.secret_version, rotated.password_sealed) == (2, "")

    rotated = rotate_registry_secret(by=operator, registry=rotated, secret_reference=f"env:{NAME}")

    assert Registry.objects.get(pk=registry.pk).secret_version == rotated.secret_version == 3
    assert Entry.objects.first().action == "rotate"
    assert "registries" in raised()[agents[0].name]


def test_rotation_to_the_stored_password_or_to_nothing_is_refused(operator, registry):
    with pytest.raises(Invalid, match="stored already"):
        rotate_registry_secret(by=operator, registry=registry, password=registry.password)
    with pytest.raises(Invalid, match="Enter the new password"):
        rotate_registry_secret(by=operator, registry=registry)


def test_rotation_needs_the_right_and_leaves_built_in_ones_alone(operator, registry):
    with pytest.raises(Forbidden):
        rotate_registry_secret(by=UserFactory(role=Role.VIEWER), registry=registry, password="new")
    with pytest.raises(Protected):
        rotate_registry_secret(by=operator, registry=Registry.objects.get(pk=1), password="new")


def test_a_version_that_an_agent_fetches_again_is_noted_once(registry, agents, django_assert_num_queries):
    note_delivered(agents[0], [registry])
    with django_assert_num_queries(1):
        note_delivered(agents[0], [registry])
    with django_assert_num_queries(0):
        note_delivered(agents[0], [])

    registry.secret_version = 2
    note_delivered(agents[0], [registry])

    assert sorted(Delivery.objects.values_list("agent_name", "version")) == [(agents[0].name, 1), (agents[0].name, 2)]


def test_receivers_are_those_that_need_it_and_who_lacks_the_newest_comes_first(
    operator, registry, web, agents, django_assert_num_queries
):
    MicroserviceFactory(agent=agents[1], revision=web.revision)
    MicroserviceFactory(agent=AgentFactory(name="aa"), revision=web.revision, is_activated=False)
    note_delivered(agents[0], [registry])
    assert fetched_counts(registry) == (2, 1)

    registry = rotate_registry_secret(by=operator, registry=registry, password="new")
    note_delivered(agents[1], [registry])

    with django_assert_num_queries(1):
        told = [(row.agent.name, row.version, row.has_newest) for row in receivers_of(registry, most=10)]
    assert told == [(agents[0].name, 1, False), (agents[1].name, 2, True)]
    assert fetched_counts(registry) == (2, 1)


def test_delivery_outlasts_its_agent(registry):
    agent = AgentFactory(name="gone")
    note_delivered(agent, [registry])

    agent.delete()

    assert [(row.agent, row.agent_name) for row in Delivery.objects.all()] == [(None, "gone")]


def test_old_deliveries_are_forgotten_but_not_that_of_the_version_in_use(registry, agents, settings):
    settings.DELIVERY_DAYS = 10
    note_delivered(agents[0], [registry])
    registry.secret_version = 2
    registry.save()
    note_delivered(agents[0], [registry])
    note_delivered(agents[1], [registry])
    Delivery.objects.exclude(agent=agents[1]).update(at=timezone.now() - timedelta(days=11))

    forget_old_deliveries()

    assert sorted(Delivery.objects.values_list("agent", "version")) == sorted([(agents[0].pk, 2), (agents[1].pk, 2)])


def test_without_its_password_what_has_no_container_is_held_back_with_the_reason(operator, registry, web, monkeypatch):
    rotate_registry_secret(by=operator, registry=registry, secret_reference=f"env:{NAME}")

    [held] = wanted_on(web.agent_id)
    assert held.withheld == (
        f"The password of {Registry.objects.get(pk=registry.pk)} cannot be read: The environment variable {NAME} is "
        f"not set where catalogweb runs."
    )

    monkeypatch.setenv(NAME, "hunter2")
    [offered] = wanted_on(web.agent_id)
    assert offered.withheld == ""


def test_what_has_its_container_needs_no_password(operator, registry, web):
    rotate_registry_secret(by=operator, registry=registry, secret_reference=f"env:{NAME}")
    web.status.container_id, web.status.built_generation = "c1", web.generation
    web.status.save()

    [offered] = wanted_on(web.agent_id)

    assert offered.withheld == ""


def test_what_waits_for_a_password_is_offered_again_once_it_is_there(
    operator, registry, web, agents, raised, lower_flags, monkeypatch
):
    rotate_registry_secret(by=operator, registry=registry, secret_reference=f"env:{NAME}")
    [held] = wanted_on(web.agent_id)
    web.status.withheld = held.withheld
    web.status.save()
    lower_flags()

    offer_again()
    assert not raised().get(agents[0].name)

    monkeypatch.setenv(NAME, "hunter2")
    offer_again()
    assert raised()[agents[0].name] == {"registries", "microservice_list", "microservice_config"}


@pytest.mark.parametrize(("days", "is_told"), [(-1, True), (0, True), (30, True), (31, False)])
def test_registry_is_told_of_from_thirty_days_before_its_password_ends(registry, days, is_told):
    registry.expires_on = timezone.now().date() + timedelta(days=days)
    registry.save()

    assert Registry.objects.expiring(timezone.now().date()).exists() is is_told
    assert registry.days_left == days
