"""Extra hosts that are written as what their address belongs to."""

import pytest

from catalogweb.agents.models import AgentStatus
from catalogweb.core.errors import Invalid, Refusals
from catalogweb.deployments.agents import edit_agent
from catalogweb.deployments.container import Container
from catalogweb.deployments.desired import wanted_on
from catalogweb.deployments.extra_hosts import addresses
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.services import deploy, edit_microservice
from tests.factories import MicroserviceFactory, RevisionFactory

pytestmark = pytest.mark.django_db
LIST = {"microservice_list", "microservice_config"}
OF_AGENT, OF_MICROSERVICE = "${Agents.horse-2}", "${Apps.heart.pump.v1.local}"


@pytest.fixture
def pump(application, agents):
    """Runs on horse-2, and has a dot in its name."""
    AgentStatus.objects.filter(agent=agents[1]).update(ip_address="10.0.0.2")
    return MicroserviceFactory(name="pump.v1", application=application, agent=agents[1])


@pytest.fixture
def viewer(application, agents, pump):
    """Runs on horse-1 and reaches the pump."""
    hosts = [["pump", OF_MICROSERVICE], ["agent", OF_AGENT], ["db", "10.0.0.9"]]
    return MicroserviceFactory(name="viewer", application=application, agent=agents[0], extra_hosts=hosts)


def told(agent):
    [wanted] = [one for one in wanted_on(agent.pk) if one.microservice.name == "viewer"]
    return dict(wanted.extra_hosts)


def test_agent_is_told_the_addresses(viewer):
    assert told(viewer.agent) == {"pump": "10.0.0.2", "agent": "10.0.0.2", "db": "10.0.0.9"}


def test_configured_host_counts_before_the_reported_address(operator, viewer, pump):
    edit_agent(by=operator, agent=pump.agent, configuration={"host": "horse.example.org"})

    assert told(viewer.agent)["pump"] == "horse.example.org"


def test_host_without_an_address_yet_is_left_out(viewer, pump):
    AgentStatus.objects.update(ip_address="")

    assert told(viewer.agent) == {"db": "10.0.0.9"}
    assert addresses({OF_AGENT}) == {OF_AGENT: ""}


def test_host_that_leads_nowhere_any_more_is_left_out(viewer, pump):
    Microservice.objects.filter(pk=pump.pk).delete()

    assert set(told(viewer.agent)) == {"agent", "db"}


def test_addresses_take_two_statements_for_any_number(viewer, pump, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(addresses({OF_AGENT, OF_MICROSERVICE, "${Agents.horse-1}", "${Apps.heart.viewer.local}"})) == 4
    with django_assert_num_queries(0):
        assert addresses(set()) == {}


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (("x", "${Agents.none}"), "Could not find agent host template"),
        (("x", "${Apps.none.pump.local}"), "Could not find app host template"),
        (("x", "${Apps.heart.none.local}"), "Could not find msvc host template"),
        (("x", "${Apps.heart.local}"), "is not a valid host template"),
        (("x", "${Apps.heart.pump.v1.public.5000}"), "is not a valid host template"),
        (("x", "${Agents}"), "is not a valid host template"),
        (("service.local", "10.0.0.1"), "service.local is reserved"),
    ],
)
def test_host_that_leads_nowhere_is_refused(operator, viewer, agents, host, said):
    container = Container(extra_hosts=(host,))
    with pytest.raises(Invalid, match=said) as refused:
        edit_microservice(by=operator, microservice=viewer, container=container)
    assert refused.value.field == "extra_hosts"

    given = {"application": viewer.application, "agents": agents[:1], "revision": RevisionFactory(), "name": "more"}
    with pytest.raises(Invalid, match=said):
        deploy(by=operator, container=container, **given)


def test_every_host_that_leads_nowhere_is_named(operator, viewer):
    hosts = (("a", "${Agents.none}"), ("b", "${Apps.none.none.local}"))

    with pytest.raises(Refusals) as refused:
        edit_microservice(by=operator, microservice=viewer, container=Container(extra_hosts=hosts))
    assert len(refused.value.messages) == 2


def test_edit_that_leaves_the_hosts_alone_is_none_of_their_business(operator, viewer, pump):
    Microservice.objects.filter(pk=pump.pk).delete()

    edited = edit_microservice(
        by=operator, microservice=viewer, container=viewer.container.with_changes({"log_size": 3})
    )

    assert edited.log_size == 3


def test_moving_what_a_host_names_rebuilds_whoever_names_it(operator, viewer, pump, agents, raised):
    edit_microservice(by=operator, microservice=pump, agent=agents[2])

    assert raised() == {"horse-1": LIST, "horse-2": LIST, "horse-3": LIST}
    viewer.refresh_from_db()
    assert viewer.generation == 2


def test_another_host_of_an_agent_rebuilds_whoever_names_it_or_what_runs_there(operator, viewer, pump, raised):
    edit_agent(by=operator, agent=pump.agent, configuration={"host": "10.0.0.7"})

    assert raised() == {"horse-1": LIST, "horse-2": {"config"}}


@pytest.mark.parametrize("change", [{"description": "x"}, {"configuration": {"cpu_limit": 50}}])
def test_other_settings_of_an_agent_rebuild_nothing(operator, viewer, pump, raised, change):
    edit_agent(by=operator, agent=pump.agent, **change)

    assert "horse-1" not in raised()


def test_stopped_microservice_takes_the_new_address_when_it_starts(operator, viewer, pump, agents, raised):
    Microservice.objects.filter(pk=viewer.pk).update(is_activated=False)

    edit_microservice(by=operator, microservice=pump, agent=agents[2])

    assert "horse-1" not in raised()
