"""Numbers that no database holds are faults of a field."""

import pytest

from catalogweb.deployments.models import Microservice
from tests.factories import AgentFactory, ApplicationFactory, MicroserviceFactory


@pytest.mark.parametrize("field", ["revision", "application", "agents", "registry"])
def test_number_that_no_database_holds_is_a_fault_of_its_field(add, errors, field):
    given = {"name": "web", "application": ApplicationFactory().pk, "agents": [AgentFactory().pk], "x86": "team/own:1"}

    reply = add(Microservice, **given | {"registry": 1} | {field: "9" * 40})

    assert errors(reply).keys() == {field}
    assert not Microservice.objects.exists()


@pytest.mark.parametrize("field", ["revision", "agent"])
def test_number_that_no_database_holds_is_a_fault_of_an_edited_row(edit, errors, field):
    assert field in errors(edit(MicroserviceFactory(), **{field: "9" * 40}))
