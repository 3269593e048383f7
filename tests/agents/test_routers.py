"""Routers of agents: what a mode needs, whose router is named, and what happens when it is gone."""

import pytest

from catalogweb.agents.models import Agent, Flag
from catalogweb.agents.services import create_agent, edit_agent_row
from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Refusal
from catalogweb.deployments.agents import delete_agent
from tests.factories import AgentFactory

pytestmark = pytest.mark.django_db
INTERIOR = {"router_mode": "interior", "host": "10.0.0.1", "inter_router_port": 56721, "edge_router_port": 56722}


def flags_of(agent):
    return type(agent.flags).objects.get(agent=agent).raised


def settings_of(agent):
    return Agent.objects.get(pk=agent.pk).configuration


@pytest.mark.parametrize("missing", ["host", "inter_router_port", "edge_router_port"])
def test_interior_router_needs_a_host_and_both_ports(operator, missing):
    given = {name: value for name, value in INTERIOR.items() if name != missing}

    with pytest.raises(Refusal, match="is required") as refused:
        create_agent(by=operator, name="hub", configuration=given)

    assert refused.value.field == missing
    assert not Agent.objects.exists()


def test_all_that_an_interior_router_lacks_is_said_at_once(operator):
    with pytest.raises(Refusal) as refused:
        create_agent(by=operator, name="hub", configuration={"router_mode": "interior"})

    assert [message.split()[0] for message in refused.value.messages] == [
        '"host"', '"interRouterPort"', '"edgeRouterPort"',
    ]  # fmt: skip


def test_first_agent_needs_no_router_in_any_mode(operator):
    for mode in ("none", "edge"):
        create_agent(by=operator, name=mode, configuration={"router_mode": mode})
    create_agent(by=operator, name="hub", is_system=True, configuration=INTERIOR)

    assert Agent.objects.count() == 3


@pytest.mark.parametrize(
    ("configuration", "field"),
    [({}, "router_mode"), ({"router_mode": "none"}, "router_mode"), (INTERIOR | {"nats_mode": "leaf"}, "nats_mode")],
)
def test_system_agent_is_an_interior_hub(operator, configuration, field):
    with pytest.raises(Refusal, match="Invalid (router|NATS) mode") as refused:
        create_agent(by=operator, name="hub", is_system=True, configuration=configuration)

    assert refused.value.field == field


def test_agent_becomes_a_system_agent_only_as_a_hub(operator):
    agent = AgentFactory()

    with pytest.raises(Refusal, match="Invalid router mode 'edge'"):
        edit_agent_row(by=operator, agent=agent, is_system=True)

    assert edit_agent_row(by=operator, agent=agent, is_system=True, configuration=INTERIOR).is_system


def test_agent_without_what_its_mode_needs_can_still_be_edited_elsewhere(operator):
    agent = AgentFactory(configuration={"router_mode": "interior"})

    assert edit_agent_row(by=operator, agent=agent, description="old").description == "old"


@pytest.mark.parametrize("word", ["uuid", "name", "NAME"])
def test_router_is_named_by_uuid_or_name_and_kept_by_uuid(operator, word):
    hub = AgentFactory(name="hub")
    named = {"uuid": hub.uuid, "name": "hub", "NAME": "HUB"}[word]

    agent = create_agent(
        by=operator,
        name="north",
        configuration={"upstream_routers": [named, "default-router", named], "network_router": named},
    )

    assert agent.configuration == {"upstream_routers": [hub.uuid, "default-router"], "network_router": hub.uuid}


@pytest.mark.parametrize("setting", ["upstream_routers", "network_router"])
def test_unknown_router_is_refused(operator, setting):
    value = ["nobody"] if setting == "upstream_routers" else "nobody"

    with pytest.raises(Refusal, match="Invalid router 'nobody'") as refused:
        create_agent(by=operator, name="north", configuration={setting: value})

    assert refused.value.field == setting


def test_own_router_and_an_agent_without_one_are_no_routers(operator):
    agent, without = AgentFactory(name="north"), AgentFactory(configuration={"router_mode": "none"})

    for named in (agent.uuid, without.uuid):
        with pytest.raises(Refusal, match="Invalid router"):
            edit_agent_row(by=operator, agent=agent, configuration={"upstream_routers": [named]})


@pytest.mark.parametrize("gone", ["deleted", "without router"])
def test_who_named_a_router_that_is_gone_gets_the_default_router(operator, gone):
    hub, other = AgentFactory(name="hub"), AgentFactory(name="other")
    edge = AgentFactory(configuration={"upstream_routers": [hub.uuid, "default-router", other.uuid]})
    plain = AgentFactory(configuration={"router_mode": "none", "network_router": hub.uuid})

    if gone == "deleted":
        delete_agent(by=operator, agent=hub)
    else:
        edit_agent_row(by=operator, agent=hub, configuration={"router_mode": "none"})

    assert settings_of(edge)["upstream_routers"] == ["default-router", other.uuid]
    assert settings_of(plain)["network_router"] == "default-router"
    assert Flag.CONFIG in flags_of(edge) & flags_of(plain)
    assert flags_of(other) == set()
    assert {e.object_label for e in Entry.objects.filter(action="update")} >= {edge.name, plain.name}


def test_place_and_kind_of_an_agent_imply_what_nobody_set():
    placed, hub = AgentFactory(latitude=1.5), AgentFactory(is_system=True)
    told = AgentFactory(latitude=1.5, configuration={"gps_mode": "off"})

    assert placed.effective_configuration["gps_mode"] == "manual"
    assert told.effective_configuration["gps_mode"] == "off"
    assert hub.effective_configuration["nats_mode"] == "server"
    assert hub.effective_configuration["upstream_routers"] == []
