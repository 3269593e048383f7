import pytest

from catalogweb.catalog.services import find_item
from catalogweb.core.errors import Invalid, NotFound, Refusals
from catalogweb.deployments.container import Container, Port
from catalogweb.deployments.models import Deployment, Microservice
from catalogweb.deployments.services import deploy
from tests.factories import AgentFactory, CatalogItemFactory, DeploymentFactory, MicroserviceFactory, RevisionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(operator, application, agents):
    """Deploy to horse-1 and horse-2 unless told otherwise."""
    given = {"by": operator, "application": application, "agents": agents[:2], "name": "web"}

    def call(**changes):
        wanted = given | changes
        wanted.setdefault("revision", changes.get("revision") or RevisionFactory())
        return deploy(**wanted)

    return call


def messages(refused):
    return refused.value.messages


def test_one_deployment_places_one_microservice_per_agent_with_its_own_image(place):
    x86, arm = place()

    assert [(m.name, m.image) for m in (x86, arm)] == [("web-horse-1", "team/web:1"), ("web-horse-2", "team/web-arm:1")]
    assert x86.deployment == arm.deployment == Deployment.objects.get()


def test_deployment_remembers_who_placed_what_with_which_settings(place, operator, application):
    revision, container = RevisionFactory(), Container(env={"A": "1"}, ports=(Port(80, 8080),))
    place(revision=revision, container=container)

    row = Deployment.objects.get()
    assert (row.author, row.revision, row.application, row.name) == (operator, revision, application, "web")
    assert row.container == container.as_json()


def test_name_stays_as_given_on_one_agent(place, agents):
    assert place(agents=agents[:1])[0].name == "web"


def test_default_pattern_makes_names_of_agents_fit(place):
    placed = place(agents=[AgentFactory(name="North Hall_2"), AgentFactory(name="Öst")])

    assert [m.name for m in placed] == ["web-north-hall-2", "web-ost"]


@pytest.mark.parametrize(
    ("pattern", "name"), [("{agent}.{name}", "horse-1.web"), ("{agent}", "horse-1"), ("a-{agent}", "a-horse-1")]
)
def test_pattern_decides_the_names(place, pattern, name):
    assert place(pattern=pattern)[0].name == name


@pytest.mark.parametrize("pattern", ["{name}", "web", "agent"])
def test_pattern_for_several_agents_needs_the_agent(place, pattern):
    with pytest.raises(Invalid, match="needs {agent} in it"):
        place(pattern=pattern)


def test_agents_whose_names_come_out_alike_are_refused(place):
    with pytest.raises(Invalid, match="same name: use another pattern"):
        place(agents=[AgentFactory(name="North Hall"), AgentFactory(name="north-hall")])


def test_agent_named_twice_gets_one_microservice(place, agents):
    assert len(place(agents=[agents[0], agents[0]])) == 1


@pytest.mark.parametrize("name", ["", "Web", "web_1", "-web", "w" * 201])
def test_bad_name_is_refused_with_the_rule(place, agents, name):
    with pytest.raises(Invalid, match="Use lower-case letters"):
        place(name=name, agents=agents[:1])


def test_no_agent_is_refused(place):
    with pytest.raises(Invalid, match="at least one agent"):
        place(agents=[])


def test_agent_that_was_deleted_meanwhile_refuses_all(place, agents):
    gone = AgentFactory()
    type(gone).objects.filter(pk=gone.pk).delete()

    with pytest.raises(NotFound, match="is gone"):
        place(agents=[agents[0], gone])
    assert not Microservice.objects.exists()


def test_application_that_was_deleted_meanwhile_is_a_sentence(place, application):
    type(application).objects.all().delete()

    with pytest.raises(NotFound, match="application is gone"):
        place()


def test_missing_image_names_agent_architecture_and_what_exists(place):
    with pytest.raises(Invalid, match="horse-2 is ARM, and there are images for x86 only") as refused:
        place(revision=RevisionFactory(images={"x86": "team/web:1"}))

    assert refused.value.field == "images"


def test_agent_of_unknown_architecture_is_refused_with_what_to_do(place):
    with pytest.raises(Invalid, match="ghost has no known architecture yet. Provision it"):
        place(agents=[AgentFactory(name="ghost", architecture="")])


def test_every_refusal_of_every_agent_is_listed_and_nothing_is_placed(place, application, agents, raised):
    taken = MicroserviceFactory(name="web-horse-1", application=application, agent=agents[0])
    taken.ports.create(agent=agents[0], internal=80, external=8080)
    before = Microservice.objects.count(), Deployment.objects.count()

    with pytest.raises(Refusals) as refused:
        place(revision=RevisionFactory(images={"x86": "a"}), container=Container(ports=(Port(80, 8080),)))

    assert len(messages(refused)) == 3
    for part in ("Duplicate name 'web-horse-1'", "horse-2 is ARM", "on horse-1 it is taken by web-horse-1"):
        assert part in " ".join(messages(refused))
    assert (Microservice.objects.count(), Deployment.objects.count(), raised()) == (*before, {})


def test_faults_of_the_container_are_refused_before_anything_is_placed(place):
    with pytest.raises(Invalid):
        place(container=Container(env={"": "x"}))

    assert not Deployment.objects.exists()


def test_microservice_on_a_built_in_item_is_an_ordinary_one(place):
    placed = place(revision=find_item(4).current)

    assert list(Microservice.objects.ordinary().order_by("pk")) == placed
    assert not placed[0].application.is_system


def test_microservice_is_a_system_one_only_if_its_application_is(application):
    microservice = MicroserviceFactory(application=application)
    assert microservice in Microservice.objects.ordinary()

    type(application).objects.update(is_system=True)
    assert not Microservice.objects.ordinary().exists()


def test_description_shows_image_architecture_item_revision_and_registry(place, django_assert_num_queries):
    item = CatalogItemFactory(name="web-demo")
    place(revision=item.current)

    with django_assert_num_queries(3):
        rows = Microservice.objects.detailed().order_by("pk")
        seen = [(m.image, m.agent.architecture, m.catalog_item, m.revision.item_id, m.registry) for m in rows]
    assert seen == [
        ("team/web:1", "x86", "web-demo revision 1", item.pk, "registry.hub.docker.com"),
        ("team/web-arm:1", "arm", "web-demo revision 1", item.pk, "registry.hub.docker.com"),
    ]


def test_stopped_deployment_is_placed_and_reaches_no_agent(place):
    assert place(is_activated=False)[0].is_activated is False
    assert not Microservice.objects.wanted().exists()


def test_deployment_row_goes_with_its_application(application):
    DeploymentFactory(application=application)
    application.delete()

    assert not Deployment.objects.exists()
