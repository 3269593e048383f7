"""Edge resources as documents: planned, applied twice, changed, exported, and told to the agents that are linked."""

import pytest

from catalogweb.agents.models import ChangeFlags
from catalogweb.deployments.manifests import apply, export, plan
from catalogweb.edge_resources.models import EdgeResource
from tests.factories import AgentFactory, EdgeResourceFactory

pytestmark = pytest.mark.django_db
TEXT = """\
apiVersion: iofog.org/v3
kind: EdgeResource
metadata: {name: cam}
spec:
  version: v1.0.0
  description: Films
  interfaceProtocol: https
  interface:
    endpoints:
    - {name: picture, method: GET, url: /picture, requestType: none}
  display: {name: Camera, color: "#fefefe"}
  orchestrationTags: [fast]
  custom: {lens: [1, 2.5, wide], on: true}
"""


def test_an_edge_resource_is_created_and_then_left_alone(applying, operator):
    assert applying(TEXT).counts["create"] == 1

    cam = EdgeResource.objects.get()
    assert (cam.name, cam.version, cam.description, cam.protocol) == ("cam", "v1.0.0", "Films", "https")
    assert [(one["name"], one["method"], one["request_type"]) for one in cam.endpoints] == [("picture", "GET", "none")]
    assert (cam.display_name, cam.display_color, cam.orchestration_tags) == ("Camera", "#fefefe", ["fast"])
    assert cam.custom == {"lens": [1, 2.5, "wide"], "on": True}
    assert plan(TEXT, by=operator).is_empty


def test_another_version_is_another_one(applying):
    EdgeResourceFactory(name="cam")

    assert applying(TEXT.replace("v1.0.0", "v2.0.0")).counts["create"] == 1
    assert EdgeResource.objects.count() == 2


def test_what_is_written_changes_and_the_rest_stays(applying, operator):
    apply(TEXT, by=operator)
    EdgeResource.objects.get().agents.add(AgentFactory(name="north"))
    AgentFactory(name="south")

    [change] = applying("\n".join([*TEXT.splitlines()[:5], "  description: Films the door"])).changes

    assert change.fields == [("description", "Films", "Films the door")]
    told = ChangeFlags.objects.exclude(linked_edge_resources=0).values_list("agent__name", flat=True)
    assert list(told) == ["north"]


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("name: cam", "", (3, "metadata")),
        ("cam}", "Cam}", (3, "metadata")),
        ("  version: v1.0.0\n", "", (5, "spec.version")),
        ("v1.0.0", "one", (5, "version")),
        ("https", "ftp", (7, "interfaceProtocol")),
        ("method: GET, ", "", (9, "endpoints")),
        ("GET", "FETCH", (9, "endpoints")),
        ("{name: picture", "{colour: red, name: picture", (10, "spec.interface.endpoints[0].colour")),
        ("custom: {lens: [1, 2.5, wide], on: true}", "custom: wide", (13, "custom")),
        ("[fast]", "fast", (12, "spec.orchestrationTags")),
        ("display:", "shown:", (11, "spec.shown")),
    ],
)
def test_a_faulty_document_is_refused_at_its_field(faults, before, after, fault):
    assert before in TEXT

    assert [(one.line, one.field) for one in faults(TEXT.replace(before, after, 1))] == [fault]


def test_an_exported_one_applies_as_unchanged_and_anew(operator):
    apply(TEXT, by=operator)
    text = export(EdgeResource.objects.get())
    bare = export(EdgeResourceFactory())

    assert plan(text, by=operator).is_empty
    assert plan(bare, by=operator).is_empty
    before = EdgeResource.objects.filter(name="cam").values("endpoints", "custom", "display_name").get()
    EdgeResource.objects.all().delete()
    apply(text, by=operator)
    assert EdgeResource.objects.values("endpoints", "custom", "display_name").get() == before


def test_what_a_client_describes_can_be_sent_back(operator):
    """Numbers of the wire that a client prints mean nothing here."""
    described = TEXT.replace("spec:\n", "spec:\n  id: 7\n", 1).replace(
        "interface:\n", "interface:\n    id: 7\n    edgeResourceId: 7\n", 1
    )
    described = described.replace("{name: picture", "{id: 1, interfaceId: 7, name: picture")

    assert apply(described, by=operator).counts["create"] == 1
