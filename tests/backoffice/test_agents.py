"""Agents at the admin."""

import pytest
from django.urls import reverse

from catalogweb.agents.models import Agent
from catalogweb.deployments.models import Microservice
from tests.factories import AgentFactory, MicroserviceFactory


def test_admin_adds_an_agent_with_tags_and_configuration(add):
    add(Agent, name="north-1", architecture="arm", tag_words="barn, north", configuration='{"status_frequency": 30}')

    agent = Agent.objects.get(name="north-1")
    assert agent.tag_names == ["barn", "north"]
    assert agent.configuration == {"status_frequency": 30}
    assert agent.flags.raised == {"microservice_list", "microservice_config"}


def test_admin_unsets_what_is_taken_out_of_the_configuration(edit):
    agent = AgentFactory(configuration={"status_frequency": 30, "log_level": "FINE"})

    edit(agent, configuration='{"log_level": "INFO"}')

    agent = Agent.objects.get()
    assert agent.configuration == {"log_level": "INFO"}
    assert agent.flags.raised == {"config"}


@pytest.mark.parametrize(
    ("configuration", "sentence"),
    [
        ('{"status_frequncy": 30}', "“status_frequncy” is not a setting. Did you mean “status_frequency”?"),
        ('{"status_frequency": -1}', "Status frequency lies between 0 and 86400, not -1."),
        ("[1]", 'Write a JSON object, such as {"status_frequency": 30}.'),
    ],
)
def test_admin_refuses_a_wrong_configuration_beside_it(edit, errors, configuration, sentence):
    agent = AgentFactory()

    assert errors(edit(agent, configuration=configuration)) == {"configuration": [sentence]}


def test_admin_names_the_microservices_that_go_with_an_agent_and_removes_them(admin_client, delete):
    microservice = MicroserviceFactory(name="web", agent__name="north-1")
    url = f"/admin/agents/agent/{microservice.agent_id}/delete/"

    assert b"/web on north-1" in admin_client.get(url).content
    delete(microservice.agent)

    assert not Microservice.objects.exists()
    assert not Agent.objects.exists()


def test_admin_shows_reports_read_only(admin_client):
    agent = AgentFactory()

    answer = admin_client.post(f"/admin/agents/agentstatus/{agent.pk}/change/", {"version": "9"})

    assert answer.status_code == 403


@pytest.mark.parametrize("value", ['{"log_limit": ' + "9" * 5000 + "}", "[" * 5000, '{"log_limit": ' + "9" * 400 + "}"])
def test_admin_refuses_json_without_end_beside_the_field(admin_client, value):
    agent = AgentFactory()
    sent = {"name": agent.name, "architecture": "x86", "configuration": value}

    response = admin_client.post(reverse("admin:agents_agent_change", args=[agent.pk]), sent)

    assert response.status_code == 200
    assert response.context["adminform"].form.errors["configuration"]
