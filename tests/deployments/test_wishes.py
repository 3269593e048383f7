"""Wishes: what is missing is made along, or nothing is; what is there already stays."""

import pytest

from catalogweb.catalog.models import Registry, Revision
from catalogweb.core.errors import Duplicate, Forbidden, Invalid
from catalogweb.core.rights import Role
from catalogweb.deployments.container import Port
from catalogweb.deployments.models import Application, Microservice, PortMapping
from catalogweb.deployments.wishes import Wish, adapt, fulfil_all, launch, write_application
from tests.factories import AgentFactory, CatalogItemFactory, MicroserviceFactory, RevisionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(db):
    return UserFactory()


def test_a_new_application_is_made_along_and_an_old_one_is_used(by):
    item = CatalogItemFactory()
    for name in ("one", "two"):
        launch(by=by, application="clinic", wish=Wish(item=item, agents=[AgentFactory()], name=name))

    assert Application.objects.get().microservices.count() == 2


def test_a_refusal_leaves_no_application_and_no_images_behind(by):
    wish = Wish(images={"x86": "a:1"}, agents=[AgentFactory(architecture="arm")], name="web")

    with pytest.raises(Invalid, match="images for x86 only"):
        launch(by=by, application="clinic", wish=wish)

    assert not Application.objects.exists()
    assert not Revision.objects.filter(item=None).exists()


def test_a_bad_application_name_is_refused_as_such(by):
    with pytest.raises(Invalid) as refused:
        launch(by=by, application="Not Good", wish=Wish(item=CatalogItemFactory(), agents=[AgentFactory()], name="web"))

    assert refused.value.field == "application"


def test_the_same_own_images_make_no_new_revision(by):
    microservice = MicroserviceFactory(revision=RevisionFactory(images={"x86": "a:1"}))

    hub = Registry.objects.get(pk=1)
    same = adapt(by=by, microservice=microservice, wish=Wish(images={"x86": "a:1"}, registry=hub))
    other = adapt(by=by, microservice=same, wish=Wish(images={"x86": "a:2"}, registry=hub))

    assert (same.revision, same.generation) == (microservice.revision, 1)
    assert (other.image, other.generation) == ("a:2", 2)
    assert Revision.objects.filter(item=None).count() == 1


def test_viewers_are_refused():
    with pytest.raises(Forbidden):
        launch(by=UserFactory(role=Role.VIEWER), application="clinic", wish=Wish(item=CatalogItemFactory(), name="web"))


@pytest.fixture
def clinic(by):
    """An application with web on an x86 agent."""
    agent = AgentFactory(name="north")
    wish = Wish(name="web", agents=[agent], images={"x86": "a:1", "arm": "a:1"})
    return launch(by=by, application="clinic", wish=wish).application


def test_what_is_there_is_changed_and_what_is_not_is_made(by, clinic):
    south = AgentFactory(name="south", architecture="arm")
    wishes = [
        Wish(name="web", container={"env": {"A": "1"}}),
        Wish(name="pulse", agents=[south], item=CatalogItemFactory(name="pulse")),
    ]
    fulfil_all(by=by, application=clinic, wishes=wishes)

    rows = {row.name: row for row in clinic.microservices.detailed()}
    assert (rows["web"].container.env, rows["web"].image, rows["web"].agent.name) == ({"A": "1"}, "a:1", "north")
    assert rows["pulse"].agent == south


def test_some_of_several_agents_that_are_missing_are_named_as_all_would_be(by, clinic):
    agents = [AgentFactory(name=name) for name in ("east", "west")]
    for chosen in (agents[:1], agents):
        wish = Wish(name="web", pattern="{name}-{agent}", agents=chosen, images={"x86": "a:1"})
        fulfil_all(by=by, application=clinic, wishes=[wish])

    assert {row.name for row in clinic.microservices.all()} == {"web", "web-east", "web-west"}


def test_one_that_leaves_its_port_leaves_it_to_one_that_comes(by, clinic):
    north = Microservice.objects.get().agent
    port = (Port(80, 8080),)
    adapt(by=by, microservice=Microservice.objects.get(), wish=Wish(container={"ports": port}))

    wishes = [
        Wish(name="pulse", agents=[north], images={"x86": "a:1"}, container={"ports": port}),
        Wish(name="web", container={"ports": ()}),
    ]
    fulfil_all(by=by, application=clinic, wishes=wishes)

    assert PortMapping.objects.get().microservice.name == "pulse"


def test_every_fault_points_at_its_wish_and_nothing_is_done(by, clinic):
    wishes = [
        Wish(name="web", container={"log_size": -1}, path="[0]"),
        Wish(name="Bad", agents=[AgentFactory()], images={"x86": "a:1"}, path="[1]"),
        Wish(name="lonely", images={"x86": "a:1"}, path="[2]"),
    ]
    for wish in wishes:
        with pytest.raises(Invalid) as refused:
            write_application(by=by, application=clinic, microservices=[wish])
        assert refused.value.path == wish.path

    assert [row.name for row in clinic.microservices.all()] == ["web"]


def test_two_wishes_for_one_name_are_refused(by, clinic):
    agents = [AgentFactory(name="east"), AgentFactory(name="west")]
    wishes = [Wish(name="web", agents=agents), Wish(name="web-east", agents=agents[:1], path="[1]")]

    with pytest.raises(Duplicate, match="'web-east': two of the microservices have it") as refused:
        write_application(by=by, application=clinic, microservices=wishes)
    assert refused.value.path == "[1]"


def test_new_images_for_many_leave_one_deployment_and_one_revision(by, clinic):
    agents = [AgentFactory() for _ in range(3)]
    for image in ("b:1", "b:2"):
        wish = Wish(name="pulse", agents=agents, images={"x86": image})
        fulfil_all(by=by, application=clinic, wishes=[wish])

    rows = clinic.microservices.filter(name__startswith="pulse")
    assert len({(row.deployment_id, row.revision_id) for row in rows}) == 1
    assert {row.generation for row in rows} == {2}
    assert rows[0].deployment.revision_id == rows[0].revision_id


def test_true_instead_of_1_in_a_config_is_a_change(by, clinic):
    web = Microservice.objects.get()
    for value in (1, True):
        adapt(by=by, microservice=web, wish=Wish(container={"config": {"on": value}}))

    assert Microservice.objects.get().config["on"] is True


def test_those_of_one_request_may_name_each_other_among_their_hosts(by, clinic):
    north = Microservice.objects.get().agent
    hosts = {name: {"extra_hosts": ((name, f"${{Apps.clinic.{name}.local}}"),)} for name in ("web", "pulse", "lung")}
    wishes = [
        Wish(name="web", container=hosts["pulse"]),
        Wish(name="pulse", agents=[north], images={"x86": "a:1"}, container=hosts["lung"]),
        Wish(name="lung", agents=[north], images={"x86": "a:1"}, container=hosts["web"]),
    ]
    fulfil_all(by=by, application=clinic, wishes=wishes)

    assert {row.name: row.extra_hosts[0][0] for row in clinic.microservices.all()} == {
        "web": "pulse", "pulse": "lung", "lung": "web",
    }  # fmt: skip
