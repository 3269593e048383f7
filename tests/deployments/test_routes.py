"""Routes between the microservices of an application."""

import pytest
from django.db import IntegrityError, transaction

from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Duplicate, Invalid, NotFound
from catalogweb.deployments.applications import delete_application
from catalogweb.deployments.models import Microservice, Route
from catalogweb.deployments.routes import (
    RouteWish,
    create_route,
    delete_routes,
    edit_route,
    find_route,
    replace_routes,
)
from catalogweb.deployments.services import delete_microservices
from tests.factories import MicroserviceFactory, RouteFactory

pytestmark = pytest.mark.django_db
LIST = {"microservice_list", "microservice_config"}


@pytest.fixture
def pump(application, agents):
    return MicroserviceFactory(name="pump", application=application, agent=agents[0])


@pytest.fixture
def viewer(application, agents):
    return MicroserviceFactory(name="viewer", application=application, agent=agents[1])


@pytest.fixture
def route(pump, viewer):
    return RouteFactory(application=pump.application, name="beat", source=pump, destination=viewer)


def test_route_is_made_and_both_agents_hear_of_it(operator, pump, viewer, raised):
    route = create_route(by=operator, application=pump.application, source=pump, destination=viewer)

    assert (route.name, pump.receivers, viewer.receivers) == ("r-pump-viewer", [viewer.uuid], [])
    assert raised() == {"horse-1": LIST, "horse-2": LIST}
    entry = Entry.objects.get(object_type="route")
    assert (entry.action, entry.object_label) == ("create", "heart/r-pump-viewer")
    assert entry.after == {"name": "r-pump-viewer", "source_name": "pump", "destination_name": "viewer"}


def test_route_is_refused_outside_its_application(operator, pump):
    stranger = MicroserviceFactory(name="stranger")

    with pytest.raises(Invalid, match="stranger is not in heart") as refused:
        create_route(by=operator, application=pump.application, source=pump, destination=stranger)
    assert refused.value.field == "destination"


def test_same_ends_and_same_name_are_taken_once(operator, route, pump, viewer):
    given = {"by": operator, "application": pump.application}
    with pytest.raises(Duplicate, match="route already exists") as refused:
        create_route(**given, source=pump, destination=viewer)
    assert refused.value.field == "destination"

    with pytest.raises(Duplicate, match="Duplicate name 'beat'") as refused:
        create_route(**given, source=viewer, destination=pump, name="beat")
    assert refused.value.field == "name"


def test_database_keeps_names_and_ends_apart(route):
    for same in ({"name": "beat", "source": route.destination}, {"name": "other"}):
        with transaction.atomic(), pytest.raises(IntegrityError):
            Route.objects.create(
                **{"application": route.application, "source": route.source, "destination": route.destination} | same
            )


@pytest.mark.parametrize("name", ["No good", "a/b", "x" * 501])
def test_route_is_refused_a_name_that_is_none(operator, pump, viewer, name):
    with pytest.raises(Invalid):
        create_route(by=operator, application=pump.application, source=pump, destination=viewer, name=name)


def test_route_is_led_elsewhere_and_all_three_agents_hear_of_it(operator, route, agents, application, raised):
    third = MicroserviceFactory(name="third", application=application, agent=agents[2])

    edit_route(by=operator, route=route, destination=third)

    assert route.source.receivers == [third.uuid]
    assert raised() == {"horse-1": LIST, "horse-2": LIST, "horse-3": LIST}


def test_route_that_changes_nothing_concerns_nobody(operator, route, raised):
    edit_route(by=operator, route=route, name="beat", source=route.source)

    assert raised() == {}
    assert not Entry.objects.exists()


def test_route_is_deleted_and_both_agents_hear_of_it(operator, route, raised):
    delete_routes(by=operator, routes=[route])

    assert raised() == {"horse-1": LIST, "horse-2": LIST}
    assert [(e.action, e.before["name"]) for e in Entry.objects.all()] == [("delete", "beat")]


@pytest.mark.parametrize("end", ["pump", "viewer"])
def test_route_goes_with_either_end_and_the_other_hears_of_it(operator, route, raised, end):
    delete_microservices(by=operator, microservices=Microservice.objects.filter(name=end))

    assert not Route.objects.exists()
    assert raised() == {"horse-1": LIST, "horse-2": LIST}
    assert Entry.objects.filter(object_type="route", action="delete").exists()


def test_route_goes_with_its_application(operator, route):
    delete_application(by=operator, application=route.application)

    assert not Route.objects.exists()


def test_list_replaces_routes_by_name(operator, route, application, pump, viewer):
    RouteFactory(application=application, name="old", source=viewer, destination=pump)
    wishes = [RouteWish("pump", "pump", "beat"), RouteWish("viewer", "viewer")]

    replace_routes(by=operator, application=application, wishes=wishes)

    assert [(r.pk == route.pk, r.name, r.source_name, r.destination_name) for r in Route.objects.named()] == [
        (True, "beat", "pump", "pump"),
        (False, "r-viewer-viewer", "viewer", "viewer"),
    ]


def test_list_of_an_unknown_end_is_refused_with_a_suggestion(operator, route, application):
    with pytest.raises(NotFound, match="heart has no microservice “pomp”. Did you mean “pump”"):
        replace_routes(by=operator, application=application, wishes=[RouteWish("pomp", "viewer")])


def test_route_is_found_by_name_with_a_suggestion(route, application):
    assert find_route(application, "beat") == route
    with pytest.raises(NotFound, match="Invalid route name 'bead'.*Did you mean “beat”"):
        find_route(application, "bead")


def test_deleting_many_routes_takes_the_statements_of_one(operator, application, django_assert_num_queries):
    for size in (1, 20):
        routes = RouteFactory.create_batch(size, application=application)
        with django_assert_num_queries(6):
            delete_routes(by=operator, routes=routes)
