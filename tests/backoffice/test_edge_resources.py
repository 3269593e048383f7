"""Edge resources in the admin: through the services, with their refusals."""

import pytest

from catalogweb.agents.models import ChangeFlags
from catalogweb.changelog.models import Entry
from catalogweb.edge_resources.models import EdgeResource
from tests.factories import AgentFactory, EdgeResourceFactory

NEW = {
    "name": "cam", "version": "1.0.0", "protocol": "https", "custom": '{"a": 1}', "orchestration_tags": '["fast"]',
    "endpoints": '[{"name": "picture", "method": "GET", "url": "/picture"}]',
}  # fmt: skip


def test_admin_adds_an_edge_resource(add):
    add(EdgeResource, **NEW)

    resource = EdgeResource.objects.get()
    assert (resource.custom, resource.orchestration_tags) == ({"a": 1}, ["fast"])
    assert resource.endpoints[0]["url"] == "/picture"
    assert Entry.objects.get().door == "admin"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "A b"), ("version", "1"), ("custom", "[]"), ("endpoints", "5"), ("endpoints", '["a"]'),
     ("orchestration_tags", '"a"')],
)  # fmt: skip
def test_admin_refuses_an_edge_resource_beside_its_field(add, errors, field, value):
    response = add(EdgeResource, **NEW | {field: value})

    assert set(errors(response)) == {field}
    assert not EdgeResource.objects.exists()


def test_admin_changes_and_deletes_through_the_services(edit, delete):
    resource = EdgeResourceFactory()
    resource.agents.add(AgentFactory())

    edit(resource, description="new")
    assert ChangeFlags.objects.get().raised == {"linked_edge_resources"}
    assert EdgeResource.objects.get().description == "new"
    delete(resource)

    assert not EdgeResource.objects.exists()
    assert [e.action for e in Entry.objects.order_by("id")] == ["update", "delete"]
