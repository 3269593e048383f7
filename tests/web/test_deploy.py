"""The deploy form: one item, or own images, on one or many agents of mixed architecture."""

import pytest
from django.test import Client

from catalogweb.agents.models import Agent
from catalogweb.changelog.models import Entry
from catalogweb.deployments.models import Application, Deployment, Microservice
from tests.factories import AgentFactory, ApplicationFactory, CatalogItemFactory, PrivateRegistryFactory

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def item(db):
    return CatalogItemFactory(name="heart-rate")


@pytest.fixture
def agents(db):
    return [AgentFactory(name="north", architecture="x86"), AgentFactory(name="south", architecture="arm")]


def order(item, agents, **more):
    sent = {"item": item.pk if item else "", "agents": [a.uuid for a in agents], "application": "clinic", "name": "hr"}
    return sent | more


def test_the_main_job_from_adding_agents_to_seeing_both_queued(operator, item):
    for name, architecture in (("north", "x86"), ("south", "arm")):
        operator.post("/agents/add/", {"name": name, "architecture": architecture})
    form = operator.get(f"/deploy/?item={item.pk}")
    assert "team/web:1" in form.text
    assert "team/web-arm:1" in form.text

    response = operator.post("/deploy/", order(item, Agent.objects.all(), ports="8080:80", env="LEVEL=3"), follow=True)

    deployment = Deployment.objects.get()
    assert response.redirect_chain[-1][0] == f"/deployments/{deployment.pk}/"
    assert {m.name: m.image for m in Microservice.objects.all()} == {
        "hr-north": "team/web:1",
        "hr-south": "team/web-arm:1",
    }
    assert response.text.count("Waiting") >= 2
    assert {entry.door for entry in Entry.objects.all()} == {"web"}


def test_deploying_needs_no_script_and_a_csrf_token(olga, item, agents):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(olga)

    assert strict.post("/deploy/", order(item, agents)).status_code == 403
    assert not Microservice.objects.exists()


def test_one_agent_takes_the_name_as_it_is_and_an_application_that_exists(operator, item, agents):
    ApplicationFactory(name="clinic")

    operator.post("/deploy/", order(item, agents[:1]))

    assert Microservice.objects.get().full_name == "clinic/hr"
    assert Application.objects.count() == 1


def test_own_images_get_the_registrys_host(operator, agents):
    registry = PrivateRegistryFactory(url="reg.example")

    operator.post("/deploy/", order(None, agents, x86="app:1", arm="app-arm:1", registry=registry.pk))

    assert {m.image for m in Microservice.objects.all()} == {"reg.example/app:1", "reg.example/app-arm:1"}


def test_every_refusal_is_listed_and_nothing_is_placed_and_what_was_typed_stays(operator, agents):
    item = CatalogItemFactory(images={"x86": "only:1"})
    operator.post("/deploy/", order(item, agents[:1], name="first", ports="8080:80"))

    response = operator.post("/deploy/", order(item, agents, application="fresh", ports="8080:80", env="LEVEL=3"))

    errors = response.context["form"].errors
    assert "south is ARM, and there are images for x86 only." in errors["agents"][0]
    assert "on north it is taken by first" in errors["ports"][0]
    assert "LEVEL=3" in response.text
    assert response.text.count(" checked>") == 2
    assert not Application.objects.filter(name="fresh").exists()
    assert Microservice.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"agents": []}, "agents"),
        ({"name": "Bad Name"}, "name"),
        ({"application": "Bad Name"}, "application"),
        ({"pattern": "same"}, "pattern"),
        ({"item": ""}, "item"),
        ({"item": "999"}, "item"),
        ({"ports": "80"}, "ports"),
        ({"env": "A"}, "env"),
        ({"volumes": "/a"}, "volumes"),
        ({"extra_hosts": "a"}, "extra_hosts"),
        ({"config": "{"}, "config"),
        ({"log_size": "-1"}, "log_size"),
    ],
)
def test_a_refusal_stands_at_its_field(operator, item, agents, change, field):
    response = operator.post("/deploy/", order(item, agents) | change)

    assert field in response.context["form"].errors
    assert not Microservice.objects.exists()
    assert not Application.objects.exists()


def test_everything_about_the_container_arrives(operator, item, agents):
    sent = order(
        item,
        agents[:1],
        ports="8080:80\n5353:53/udp",
        env="A=1",
        volumes="/srv:/data:ro",
        commands="--fast\ntwo words",
        extra_hosts="broker:10.0.0.5",
        config='{"level": 3}',
        host_network="on",
        privileged="on",
        log_size="7",
    )

    operator.post("/deploy/", sent)

    container = Microservice.objects.get().container
    assert [str(port) for port in container.ports] == ["8080:80/tcp", "5353:53/udp"]
    assert (container.env, container.commands, container.config) == ({"A": "1"}, ("--fast", "two words"), {"level": 3})
    assert (container.volumes[0].access, container.extra_hosts) == ("ro", (("broker", "10.0.0.5"),))
    assert (container.host_network, container.privileged, container.log_size) == (True, True, 7)


def test_looking_shows_risks_names_and_images_and_deploys_nothing(operator, item, agents):
    sent = order(item, agents, privileged="on", volumes="/srv:/data", look="preview")

    preview = operator.post("/deploy/", sent, headers=FRAGMENT).text

    for text in ("Privileged", "Host folders", "hr-north", "team/web-arm:1", "new application", "clinic"):
        assert text in preview
    assert "<html" not in preview
    assert not Microservice.objects.exists()


def test_looking_without_scripts_keeps_everything_and_complains_of_nothing(operator, item, agents):
    page = operator.post("/deploy/", {"item": item.pk, "agents": [agents[0].uuid], "env": "A=1", "look": "page"})

    assert "That did not work yet" not in page.text
    assert "A=1" in page.text
    assert page.text.count(" checked>") == 1


def test_checking_says_that_nothing_stands_in_the_way_and_deploys_nothing(operator, item, agents):
    page = operator.post("/deploy/", order(item, agents) | {"look": "check"}).text

    assert "Nothing stands in the way." in page
    assert "hr-north" in page
    assert not Application.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("press", [{"look": "check"}, {}])
def test_everything_that_stands_in_the_way_is_said_at_once(operator, item, agents, press):
    faults = {"application": "Tour Of", "name": "Web_1", "ports": "foo", "env": "NOEQUAL", "pattern": ""}

    response = operator.post("/deploy/", order(item, agents[:1]) | faults | press)

    assert response.context["form"].errors.keys() == {"application", "name", "ports", "env"}
    assert "Nothing stands in the way." not in response.text
    assert not Application.objects.exists()


def test_checking_names_a_port_that_is_taken(operator, item, agents):
    operator.post("/deploy/", order(item, agents[:1], ports="8080:80"))

    checked = operator.post("/deploy/", order(item, agents[:1], name="other", ports="8080:80") | {"look": "check"})

    assert "taken by" in checked.context["form"].errors["ports"][0]
    assert Microservice.objects.count() == 1


def test_the_agent_search_keeps_those_that_are_chosen(operator, item, agents):
    AgentFactory(name="yard")

    sent = {"item": item.pk, "agents": [agents[0].uuid], "agent_query": "south", "look": "agents"}
    fragment = operator.post("/deploy/", sent, headers=FRAGMENT).text

    assert fragment.index("north") < fragment.index("south")
    assert "yard" not in fragment
    assert fragment.count(" checked>") == 1


def test_the_form_says_per_agent_that_there_is_no_image_for_it(operator):
    AgentFactory(name="south", architecture="arm")
    AgentFactory(name="fresh", architecture="")
    item = CatalogItemFactory(images={"x86": "only:1"})

    page = operator.get(f"/deploy/?item={item.pk}").text

    assert "no image for ARM" in page
    assert "its architecture is not known yet" in page


def test_a_link_chooses_item_agent_and_application(operator, item, agents):
    page = operator.get(f"/deploy/?item={item.pk}&agent={agents[1].uuid}&application=clinic").text

    assert f'<option value="{item.pk}" selected>' in page
    assert page.count(" checked>") == 1
    assert 'value="clinic"' in page


def test_the_form_takes_the_same_queries_for_more_agents(operator, item, django_assert_num_queries):
    AgentFactory()
    with django_assert_num_queries(12):
        operator.get(f"/deploy/?item={item.pk}")
    for _ in range(20):
        AgentFactory()
    with django_assert_num_queries(12):
        operator.get(f"/deploy/?item={item.pk}")


def test_viewers_are_refused(viewer, item, agents):
    assert viewer.get("/deploy/").status_code == 403
    assert viewer.post("/deploy/", order(item, agents)).status_code == 403
    assert not Microservice.objects.exists()


def test_the_form_names_registries_as_the_catalog_does(operator):
    page = operator.get("/deploy/").text

    assert "Docker Hub and other public registries (remote)" in page
    assert "Present on the agent, not pulled (local)" in page
