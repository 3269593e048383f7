"""Routes as documents of their own and in an application's list."""

import pytest

from catalogweb.deployments.manifests import export, plan
from catalogweb.deployments.models import Route
from tests.factories import MicroserviceFactory, RouteFactory

pytestmark = pytest.mark.django_db
HEAD = "apiVersion: iofog.org/v3\n"
ROUTE = HEAD + "kind: Route\nmetadata: {name: heart/beat}\nspec: {from: pump, to: viewer}\n"
LISTED = HEAD + "kind: Application\nmetadata: {name: heart}\nspec:\n  routes:\n  - {from: pump, to: viewer}\n"


@pytest.fixture(autouse=True)
def ends(application):
    """heart/pump and heart/viewer."""
    return [MicroserviceFactory(name=name, application=application) for name in ("pump", "viewer")]


def routes():
    return [(str(route), route.source_name, route.destination_name) for route in Route.objects.named()]


@pytest.mark.parametrize(
    "text",
    [
        ROUTE,
        ROUTE.replace("heart/beat", "beat").replace("spec: {", "spec: {application: heart, "),
        ROUTE.replace("heart/beat", "x").replace("spec: {", "spec: {name: heart/beat, "),
    ],
)
def test_route_is_made_and_then_unchanged(applying, text):
    assert [(c.action, c.kind, c.name) for c in applying(text).changes] == [("create", "Route", "heart/beat")]
    assert routes() == [("heart/beat", "pump", "viewer")]

    assert applying(text).is_empty


def test_route_is_turned_round(applying):
    applying(ROUTE)

    [change] = applying(ROUTE.replace("from: pump, to: viewer", "from: viewer, to: pump")).changes

    assert change.fields == [("destination_name", "viewer", "pump"), ("source_name", "pump", "viewer")]


@pytest.mark.parametrize(
    ("text", "line", "field", "words"),
    [
        (ROUTE.replace("heart/beat", "beat"), 4, "spec.application", "The application is missing"),
        (ROUTE.replace("from: pump, ", ""), 4, "spec.from", "from is missing"),
        (
            ROUTE.replace("to: viewer", "to: viewr"),
            4,
            "to",
            "heart has no microservice “viewr”. Did you mean “viewer”?",
        ),
        (ROUTE.replace("to: viewer", "till: viewer, to: viewer"), 4, "spec.till", "not a field here"),
        (LISTED.replace("to: viewer", "to: none"), 6, "to", "heart has no microservice “none”"),
    ],
)
def test_faulty_route_is_refused_at_its_line(faults, text, line, field, words):
    [fault] = faults(text)

    assert (fault.line, fault.field) == (line, field)
    assert words in fault.message


def test_application_without_a_list_of_routes_keeps_them(applying, application):
    RouteFactory(application=application)

    applying(HEAD + "kind: Application\nmetadata: {name: heart}\nspec: {description: x}\n")

    assert Route.objects.count() == 1


def test_written_list_of_routes_replaces_those_there_are(applying, application):
    old = RouteFactory(application=application, name="old")

    actions = [(change.action, change.name) for change in applying(LISTED).changes]

    assert actions == [("remove", str(old)), ("create", "heart/r-pump-viewer")]
    assert applying(LISTED).is_empty
    assert applying(LISTED.replace("\n  - {from: pump, to: viewer}", " []")).counts["remove"] == 1


def test_route_and_application_export_and_apply_without_change(operator, application, ends):
    route = RouteFactory(application=application, source=ends[0], destination=ends[1])

    assert "routes:" in export(application)
    assert plan(export(application), by=operator).is_empty
    assert plan(export(Route.objects.named().get(pk=route.pk)), by=operator).is_empty
