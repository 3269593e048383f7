"""Routes: on the page of their application, added and deleted; and what microservices show of them."""

import pytest

from catalogweb.agents.models import AgentStatus
from catalogweb.deployments.models import Microservice, Route
from tests.factories import ApplicationFactory, MicroserviceFactory, RouteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    return ApplicationFactory(name="clinic")


@pytest.fixture
def route(clinic):
    ends = {name: MicroserviceFactory(name=name, application=clinic) for name in ("pump", "screen")}
    return RouteFactory(name="beat", application=clinic, source=ends["pump"], destination=ends["screen"])


def test_page_lists_routes_and_offers_to_add_and_delete(operator, route):
    page = operator.get("/applications/clinic/").text

    for link in ("/applications/clinic/routes/add/", "/applications/clinic/routes/beat/delete/"):
        assert f'href="{link}"' in page
    assert f'href="/microservices/{route.source.uuid}/">pump<' in page


def test_page_of_an_application_without_routes_says_what_they_are(viewer, clinic):
    assert "A route has the messages of one microservice go to another." in viewer.get("/applications/clinic/").text


def test_page_takes_the_same_queries_for_more_routes(viewer, clinic, django_assert_num_queries):
    RouteFactory(application=clinic)
    viewer.get("/applications/clinic/")
    counts = []
    for _ in range(2):
        with django_assert_num_queries(40, exact=False) as captured:
            viewer.get("/applications/clinic/")
        counts.append(len(captured))
        RouteFactory.create_batch(9, application=clinic)
    assert counts[0] == counts[1]


def test_route_is_added(operator, clinic):
    for name in ("pump", "screen"):
        MicroserviceFactory(name=name, application=clinic)
    form = operator.get("/applications/clinic/routes/add/").text
    assert '<option value="pump">' in form

    response = operator.post(
        "/applications/clinic/routes/add/", {"source": "pump", "destination": "screen", "name": ""}
    )

    assert response["Location"] == "/applications/clinic/"
    assert Route.objects.get().name == "r-pump-screen"


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"source": "pomp", "destination": "screen"}, "source", "Did you mean “pump”?"),
        ({"source": "pump", "destination": "none"}, "destination", "clinic has no microservice “none”."),
        ({"source": "pump", "destination": "screen", "name": "more"}, "destination", "route already exists"),
        ({"source": "screen", "destination": "pump", "name": "beat"}, "name", "Duplicate name"),
        ({"source": "screen", "destination": "pump", "name": "No good"}, "name", "Invalid format"),
        ({"source": "", "destination": "pump"}, "source", "This field is required."),
    ],
)
def test_refused_route_keeps_what_was_typed_and_says_why_beside_it(operator, route, fields, place, words):
    response = operator.post("/applications/clinic/routes/add/", fields)

    assert words in response.context["form"].errors[place][0]
    assert f'value="{fields["destination"]}"' in response.text
    assert Route.objects.count() == 1


def test_route_is_deleted_after_saying_what_that_means(operator, route):
    page = operator.get("/applications/clinic/routes/beat/delete/").text
    assert "Messages of pump no longer go to screen." in page

    assert operator.post("/applications/clinic/routes/beat/delete/")["Location"] == "/applications/clinic/"
    assert not Route.objects.exists()


def test_unknown_route_is_not_found_with_a_suggestion(operator, route):
    response = operator.get("/applications/clinic/routes/bead/delete/")

    assert response.status_code == 404
    assert "Did you mean “beat”?" in response.text


def test_viewers_see_routes_and_change_none(viewer, route):
    page = viewer.get("/applications/clinic/").text

    assert ">beat<" in page
    assert "/routes/" not in page
    for path in ("add", "beat/delete"):
        assert viewer.post(f"/applications/clinic/routes/{path}/").status_code == 403
    assert Route.objects.exists()


def test_microservice_page_shows_where_its_messages_go_and_what_a_deletion_takes_along(operator, route):
    sender = operator.get(f"/microservices/{route.source.uuid}/").text
    receiver = operator.get(f"/microservices/{route.destination.uuid}/delete/").text

    assert f'its messages go to <a href="/microservices/{route.destination.uuid}/">screen</a>' in sender
    assert "These routes go along" in receiver
    assert f'it gets the messages of <a href="/microservices/{route.source.uuid}/">pump</a>' in receiver


def test_microservice_page_shows_what_stands_behind_its_extra_hosts(viewer, clinic):
    pump = MicroserviceFactory(name="pump", application=clinic, agent__name="north")
    AgentStatus.objects.filter(agent=pump.agent).update(ip_address="10.0.0.5")
    other = MicroserviceFactory(agent__name="south")
    hosts = [["pump", "${Apps.clinic.pump.local}"], ["south", "${Agents.south}"]]
    Microservice.objects.filter(pk=other.pk).update(extra_hosts=hosts)

    page = viewer.get(f"/microservices/{other.uuid}/").text

    assert "${Apps.clinic.pump.local} is 10.0.0.5" in page
    assert "${Agents.south} is not known: its agent has not reported yet" in page
