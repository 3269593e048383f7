import pytest
from django.db import IntegrityError, transaction

from catalogweb.core.errors import Invalid, Refusals
from catalogweb.deployments.container import Container, Port
from catalogweb.deployments.editing import Edit, edit_all
from catalogweb.deployments.models import Microservice, PortMapping
from catalogweb.deployments.placing import Placement
from catalogweb.deployments.services import (
    delete_microservices,
    deploy,
    deploy_all,
    edit_microservice,
    set_activated,
)
from tests.factories import RevisionFactory

pytestmark = pytest.mark.django_db


def opening(*external):
    return Container(ports=tuple(Port(80 + n, port) for n, port in enumerate(external)))


@pytest.fixture
def place(operator, application, agents):
    def call(name, *external, on=0):
        placed = deploy(
            by=operator, application=application, agents=[agents[on]], name=name, revision=RevisionFactory(),
            container=opening(*external),
        )  # fmt: skip
        return placed[0]

    return call


def stored(microservice):
    return list(microservice.ports.values_list("agent__name", "external"))


def test_port_of_an_agent_is_given_once(place):
    place("web", 8080)

    with pytest.raises(Invalid, match="Port '8080' is not available: on horse-1 it is taken by web"):
        place("viewer", 8081, 8080)
    assert Microservice.objects.count() == 1


def test_same_port_on_another_agent_is_free(place):
    assert stored(place("web", 8080)) == [("horse-1", 8080)]
    assert stored(place("viewer", 8080, on=1)) == [("horse-2", 8080)]


def test_protocol_does_not_make_a_port_free(place, operator):
    place("web", 8080)

    with pytest.raises(Invalid, match="taken by web"):
        edit_microservice(by=operator, microservice=place("b"), container=Container(ports=(Port(1, 8080, "udp"),)))


def test_stopped_microservice_keeps_its_port(place, operator):
    set_activated(by=operator, microservices=[place("web", 8080)], is_activated=False)

    with pytest.raises(Invalid):
        place("viewer", 8080)


def test_deleted_microservice_frees_its_port(place, operator):
    delete_microservices(by=operator, microservices=[place("web", 8080)])

    assert place("viewer", 8080)


@pytest.mark.parametrize("port", [54321, 54322])
def test_ports_of_the_agent_itself_are_reserved(place, port):
    with pytest.raises(Invalid, match=f"Port '{port}' is reserved"):
        place("web", port)


@pytest.mark.parametrize("port", [54320, 54323, 1, 65535])
def test_ports_beside_the_reserved_ones_are_free(place, port):
    assert place("web", port)


def test_reserved_port_inside_the_container_is_fine(place, operator):
    edit_microservice(by=operator, microservice=place("web"), container=Container(ports=(Port(54321, 80),)))


def test_move_takes_the_ports_along(place, operator, agents):
    moved = edit_microservice(by=operator, microservice=place("web", 8080, 8081), agent=agents[1])

    assert stored(moved) == [("horse-2", 8080), ("horse-2", 8081)]
    assert place("viewer", 8080)


def test_move_to_an_agent_with_the_port_taken_is_refused_and_changes_nothing(place, operator, agents):
    web, _ = place("web", 8080), place("viewer", 8080, on=1)

    with pytest.raises(Invalid, match="on horse-2 it is taken by viewer"):
        edit_microservice(by=operator, microservice=web, agent=agents[1])
    web.refresh_from_db()
    assert (web.agent, stored(web)) == (agents[0], [("horse-1", 8080)])


def test_move_may_change_the_port_on_the_way(place, operator, agents):
    web, _ = place("web", 8080), place("viewer", 8080, on=1)

    moved = edit_microservice(by=operator, microservice=web, agent=agents[1], container=opening(9090))

    assert stored(moved) == [("horse-2", 9090)]


def test_edit_may_keep_drop_and_add_ports(place, operator):
    web = place("web", 8080, 8081)

    edit_microservice(by=operator, microservice=web, container=opening(8081, 8082))

    assert stored(web) == [("horse-1", 8081), ("horse-1", 8082)]


def test_edit_of_something_else_keeps_the_rows_of_the_ports(place, operator):
    web = place("web", 8080)
    row = web.ports.get()

    edit_microservice(by=operator, microservice=web, container=web.container.with_changes({"env": {"A": "1"}}))

    assert web.ports.get() == row


def test_every_taken_port_is_listed(place):
    place("web", 8080, 8081)

    with pytest.raises(Refusals) as refused:
        place("viewer", 8080, 8081)
    assert len(refused.value.messages) == 2


def test_database_itself_keeps_ports_apart(place):
    web, viewer = place("web", 8080), place("viewer")

    with pytest.raises(IntegrityError), transaction.atomic():
        PortMapping.objects.create(microservice=viewer, agent=web.agent, internal=1, external=8080)


@pytest.mark.parametrize(
    "port", [{"internal": 0}, {"internal": 65536}, {"external": 0}, {"external": 65536}, {"external": 54321}]
)
def test_database_itself_keeps_ports_within_bounds(place, port):
    web = place("web")

    with pytest.raises(IntegrityError), transaction.atomic():
        PortMapping.objects.create(microservice=web, agent=web.agent, **{"internal": 1, "external": 8080} | port)


def test_two_may_swap_their_ports_in_one_go(place, operator):
    web, viewer = place("web", 8080), place("viewer", 9090)

    edit_all(by=operator, edits=[Edit(web, container=opening(9090)), Edit(viewer, container=opening(8080))])

    assert (stored(web), stored(viewer)) == ([("horse-1", 9090)], [("horse-1", 8080)])


def test_two_of_one_go_cannot_have_the_same_port(place, operator, application, agents):
    revision, container = RevisionFactory(), opening(8080)
    placements = [
        Placement(application, name, agents[:1], revision, container, path=f"[{name}]") for name in ("web", "viewer")
    ]

    with pytest.raises(Refusals) as refused:
        deploy_all(by=operator, application=application, placements=placements)
    assert [(one.path, one.message) for one in refused.value.refusals] == [
        ("[web]", "Port '8080' is not available: on horse-1 it is taken by viewer."),
        ("[viewer]", "Port '8080' is not available: on horse-1 it is taken by web."),
    ]
