"""Deletions that take much along ask for the name."""

import pytest

from catalogweb.agents.models import Agent
from catalogweb.deployments.models import Application, Microservice
from catalogweb.web.forms.confirm import ASKED_ABOVE
from tests.factories import AgentFactory, ApplicationFactory, MicroserviceFactory

pytestmark = pytest.mark.django_db


def filled(number):
    application, agent = ApplicationFactory(name="clinic"), AgentFactory(name="north")
    for _ in range(number):
        MicroserviceFactory(application=application, agent=agent)
    return {"application": "/applications/clinic/delete/", "agent": f"/agents/{agent.uuid}/delete/"}


@pytest.mark.parametrize(("kind", "name"), [("application", "clinic"), ("agent", "north")])
def test_much_is_deleted_once_its_name_is_typed(operator, kind, name):
    url = filled(ASKED_ABOVE + 1)[kind]
    assert f"Type {name} to delete it with its 6 microservices" in operator.get(url).text

    for typed in ({}, {"confirmation": "other"}):
        refused = operator.post(url, typed)
        assert "confirmation" in refused.context["form"].errors
        assert Microservice.objects.count() == ASKED_ABOVE + 1
    operator.post(url, {"confirmation": name})

    assert not {"application": Application, "agent": Agent}[kind].objects.filter(name=name).exists()


def test_little_is_deleted_without_typing(operator):
    operator.post(filled(ASKED_ABOVE)["application"])

    assert not Application.objects.exists()
