import math

import pytest

from catalogweb.agents.models import Agent, Flag, Tag
from catalogweb.agents.services import agent_named, agents_named, create_agent, edit_agent_row
from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Duplicate, Invalid, NotFound, Refusal, Refusals
from tests.factories import AgentFactory, UserFactory

pytestmark = pytest.mark.django_db


def flags_of(agent):
    return type(agent.flags).objects.get(agent=agent).raised


def lower(agent):
    type(agent.flags).objects.filter(agent=agent).update(**dict.fromkeys(Flag.values, 0))


def test_new_agent_has_no_architecture_and_never_connected(operator):
    agent = create_agent(by=operator, name=" horse-1 ")

    assert (agent.name, agent.architecture, agent.presence) == ("horse-1", "", "never")
    assert flags_of(agent) == {"microservice_list", "microservice_config"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a" * 101}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"architecture": "mips"}, "architecture"),
        ({"latitude": 90.1}, "latitude"),
        ({"latitude": math.nan}, "latitude"),
        ({"longitude": -180.5}, "longitude"),
        ({"location": "a" * 201}, "location"),
        ({"tags": ["a" * 101]}, "name"),
        ({"configuration": {"status_frequency": -1}}, "status_frequency"),
    ],
)
def test_agent_is_refused_with_the_field_at_fault(operator, fields, field):
    with pytest.raises(Invalid) as refused:
        create_agent(by=operator, **{"name": "horse-1"} | fields)

    assert refused.value.field == field
    assert not Agent.objects.exists()


@pytest.mark.parametrize("name", ["horse-1", "HORSE-1", " Horse-1"])
def test_agent_name_is_taken_in_any_spelling(operator, name):
    AgentFactory(name="horse-1")

    with pytest.raises(Duplicate, match="Duplicate name"):
        create_agent(by=operator, name=name)


def test_agents_of_one_name_at_once_make_one(together):
    by = UserFactory()

    answers = together(*[lambda: create_agent(by=by, name="horse-1")] * 3)

    assert sorted(isinstance(answer, Refusal) for answer in answers) == [False, True, True], answers


def test_tags_are_made_once_and_replaced_as_written(operator):
    agent = create_agent(by=operator, name="horse-1", tags=["hall", " hall ", "", "north"])
    assert agent.tag_names == ["hall", "north"]

    agent = edit_agent_row(by=operator, agent=agent, tags=["hall"])
    assert agent.tag_names == ["hall"]
    assert Tag.objects.count() == 2
    assert edit_agent_row(by=operator, agent=agent, description="x").tag_names == ["hall"]


@pytest.mark.parametrize(
    "change",
    [{"name": "horse-2"}, {"description": "x"}, {"location": "hall"}, {"tags": ["a"]}, {"latitude": 1.0}],
)
def test_edit_leaves_one_entry_with_before_and_after(operator, change):
    agent = AgentFactory(name="horse-1")

    edit_agent_row(by=operator, agent=agent, **change)
    edit_agent_row(by=operator, agent=agent, **change)

    entry = Entry.objects.get()
    name = next(iter(change)).replace("tags", "tag_names")
    assert [(row[0], row[2]) for row in entry.changes] == [(name, next(iter(change.values())))]


@pytest.mark.parametrize(
    ("change", "raised"),
    [
        ({"configuration": {"status_frequency": 30}}, {"config"}),
        ({"latitude": 1.0}, {"config"}),
        ({"description": "x"}, set()),
        ({"name": "horse-2"}, set()),
        ({"tags": ["hall"]}, set()),
        ({"configuration": {}}, set()),
    ],
)
def test_edit_raises_config_only_for_what_the_agent_has_to_know(operator, change, raised):
    agent, other = AgentFactory(), AgentFactory()

    edit_agent_row(by=operator, agent=agent, **change)

    assert (flags_of(agent), flags_of(other)) == (raised, set())


def test_configuration_adds_to_what_was_set_and_none_unsets(operator):
    agent = create_agent(by=operator, name="horse-1", configuration={"status_frequency": 30, "log_level": "FINE"})
    lower(agent)

    agent = edit_agent_row(by=operator, agent=agent, configuration={"cpu_limit": 50, "log_level": None})

    assert agent.configuration == {"status_frequency": 30, "cpu_limit": 50}
    assert flags_of(agent) == {"config"}


def test_effective_configuration_is_set_then_reported_then_default(operator):
    agent = AgentFactory(
        configuration={"cpu_limit": 50}, status__reported_configuration={"cpu_limit": 70, "log_limit": 3}
    )

    found = agent.effective_configuration
    assert (found["cpu_limit"], found["log_limit"], found["memory_limit"]) == (50, 3, 4096)


def test_agent_is_found_by_name_in_any_spelling_and_by_uuid():
    agent = AgentFactory(name="horse-1")

    assert agent_named("HORSE-1") == agent_named(agent.uuid) == agent


def test_many_agents_are_found_in_two_statements_each_once(django_assert_num_queries):
    north, south, named_like_one = AgentFactory(name="north"), AgentFactory(name="south"), AgentFactory(name="x")
    Agent.objects.filter(pk=named_like_one.pk).update(name=south.uuid)

    with django_assert_num_queries(2):
        found = agents_named(["South", "NORTH", north.uuid, " north ", south.uuid])
    assert found == [south, north, named_like_one]


def test_every_unknown_agent_of_many_is_refused():
    AgentFactory(name="north")

    with pytest.raises(Refusals) as refused:
        agents_named(["north", "nort", "zzz"])
    assert refused.value.messages == ["There is no agent “nort”. Did you mean “north”?", "There is no agent “zzz”."]


def test_near_miss_of_an_agent_gets_a_suggestion():
    AgentFactory(name="my-agent-name")

    with pytest.raises(NotFound, match="Did you mean “my-agent-name”"):
        agent_named("my-agentname")


@pytest.mark.parametrize("word", ["north", "hall", "front", "192.0.2", "NORTH hall"])
def test_search_looks_at_name_description_location_tag_and_address(operator, word):
    agent = create_agent(by=operator, name="north", description="front door", location="hall", tags=["site"])
    type(agent.status).objects.filter(agent=agent).update(ip_address="192.0.2.7")
    AgentFactory(name="other")

    assert list(Agent.objects.matching(word)) == [agent]


@pytest.mark.parametrize(
    ("configured", "published", "address"),
    [
        ("", "", "192.0.2.7"),
        ("", "0.0.0.0", "192.0.2.7"),
        ("", "127.0.0.2", "127.0.0.2"),
        ("edge.example", "127.0.0.2", "edge.example"),
    ],
)
def test_address_is_what_was_configured_then_where_ports_open(configured, published, address):
    agent = AgentFactory(configuration={"host": configured} if configured else {})
    agent.status.ip_address, agent.status.report = "192.0.2.7", {"publishAddress": published}

    assert agent.address == address


def test_published_address_of_an_agent_leads_to_no_page_of_somebody_else():
    agent = AgentFactory()
    agent.status.report = {"publishAddress": "evil.example/login#"}
    agent.status.ip_address = "10.0.0.5"

    assert agent.address == "10.0.0.5"
