"""The deploy form: one item, or own images, on one or many agents of mixed architecture."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalogweb.agents.models import Agent, AgentStatus, ChangeFlags, Tag
from catalogweb.changelog.models import Entry
from catalogweb.deployments.models import Application, Deployment, Microservice
from catalogweb.deployments.sources import edit_catalog_item
from tests.factories import AgentFactory, ApplicationFactory, CatalogItemFactory, PrivateRegistryFactory, UserFactory

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def item(db):
    return CatalogItemFactory(name="heart-rate")


@pytest.fixture
def agents(db):
    return [AgentFactory(name="north", architecture="x86"), AgentFactory(name="south", architecture="arm")]


class Walk:
    """A browser without scripts: it sends back what the last page held, with what is typed on top."""

    def __init__(self, browser):
        self.browser, self.fields, self.page = browser, {}, None

    def go(self, step, *, follow=False, **typed):
        sent = self.fields | typed | ({"go": step} if step else {})
        self.page = self.browser.post("/deploy/", sent, follow=follow)
        if follow:
            return
        form, at = self.page.context["form"], self.page.context["step"]
        values = {field.html_name: field.value() for field in form if field.name != "agents"}
        self.fields = {name: value for name, value in values.items() if value not in (None, False)}
        self.fields |= {"at": at, "agents_chosen": " ".join(form.chosen_uuids())}


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


def test_going_back_keeps_everything_and_complains_of_nothing(operator, item, agents):
    sent = {"item": item.pk, "agents": [agents[0].uuid], "env": "A=1", "privileged": "on"}

    page = operator.post("/deploy/", sent | {"at": "how", "go": "where"}).text

    assert "That did not work yet" not in page
    assert page.count(" checked>") == 1
    assert '<input type="hidden" name="env" value="A=1"' in page
    assert '<input type="hidden" name="privileged" value="True"' in page


def test_each_step_holds_what_the_others_were_told(operator, item, agents):
    """As a browser without scripts does it: the fields of one step typed, the rest sent back as they came."""
    walk = Walk(operator)
    walk.go("where", item=item.pk)
    walk.go("how", agents=[agent.uuid for agent in agents])
    assert walk.fields["name"] == "heart-rate"
    walk.go("plan", application="clinic", name="hr", ports="8080:80", env="LEVEL=3\nMODE=quiet", privileged="on")
    walk.go("how")
    walk.go("where")
    walk.go("plan")
    assert "creates 2, blocked 0, waiting for their agent 2" in walk.page.text
    assert not Microservice.objects.exists()

    walk.go("", follow=True)

    container = Microservice.objects.get(name="hr-north").container
    assert (container.env, container.privileged) == ({"LEVEL": "3", "MODE": "quiet"}, True)
    assert Deployment.objects.get().microservices.count() == 2


@pytest.mark.parametrize(
    ("go", "missing", "step"),
    [
        ("where", {"item": ""}, "what"),
        ("how", {"agents": []}, "where"),
        ("plan", {"name": "Bad Name"}, "how"),
        ("plan", {"agents": []}, "where"),
        ("plan", {"env": "NOEQUAL"}, "how"),
        ("nonsense", {}, "what"),
    ],
)
def test_a_step_is_left_once_it_is_right(operator, item, agents, go, missing, step):
    page = operator.post("/deploy/", order(item, agents) | missing | {"at": "what", "go": go})

    assert page.context["step"] == step
    assert not missing or "That did not work yet" in page.text


def test_what_is_refused_later_is_not_told_of_an_earlier_step(operator, item, agents):
    page = operator.post("/deploy/", {"item": item.pk, "agents": [agents[0].uuid], "at": "where", "go": "how"})

    assert page.context["step"] == "how"
    assert "That did not work yet" not in page.text


def test_the_plan_says_what_would_happen_and_deploys_nothing(operator, item, agents):
    page = operator.post("/deploy/", order(item, agents, go="plan", privileged="on")).text

    for text in ("Nothing stands in the way.", "hr-north", "Privileged", "Deploy to 2 agents", "kind: Microservice"):
        assert text in page
    assert not Application.objects.exists()
    assert not Entry.objects.exists()


def test_the_plan_names_what_blocks_an_agent_and_leaves_it_out_when_asked(operator, agents):
    item = CatalogItemFactory(images={"x86": "only:1"})
    order_both = order(item, agents, go="plan")

    blocked = operator.post("/deploy/", order_both)
    fitting = operator.post("/deploy/", order_both | {"go": "fit"})

    assert "creates 1, blocked 1" in blocked.text
    assert "south is ARM, and there are images for x86 only." in blocked.text
    assert '<button class="button button--primary" disabled>Deploy</button>' in blocked.text
    assert "Deploy to 1 agent<" in fitting.text.replace("\n", "")
    assert fitting.context["form"].chosen_uuids() == [agents[0].uuid]


def test_agents_that_cannot_run_it_are_listed_with_the_reason(operator, item, agents):
    operator.post("/deploy/", order(item, agents[:1], ports="8080:80"))
    only_x86 = CatalogItemFactory(images={"x86": "only:1"})

    page = operator.post("/deploy/", {"item": only_x86.pk, "ports": "8080:90", "at": "how", "go": "where"}).text

    assert "port 8080 is used by clinic/hr" in page
    assert "no image for ARM" in page
    assert "2 cannot run it" in page


def test_all_that_match_and_can_run_it_are_chosen_at_once(operator):
    item = CatalogItemFactory(images={"x86": "only:1"})
    for number in range(3):
        AgentFactory(name=f"hall-{number}", architecture="x86")
    AgentFactory(name="hall-arm", architecture="arm")
    AgentFactory(name="yard", architecture="x86")

    page = operator.post("/deploy/", {"item": item.pk, "agent_query": "hall", "at": "where", "go": "all"})

    chosen = Agent.objects.filter(uuid__in=page.context["form"].chosen_uuids())
    assert sorted(agent.name for agent in chosen) == ["hall-0", "hall-1", "hall-2"]


def test_agents_are_narrowed_by_architecture_and_tag(operator, item, agents):
    Tag.objects.create(name="cold").agents.add(agents[1])

    for narrowed in ({"agent_architecture": "arm"}, {"agent_tag": "cold"}):
        page = operator.post("/deploy/", {"item": item.pk, "at": "where", "go": "where"} | narrowed)
        assert [agent.name for agent in page.context["choices"].fitting] == ["south"]


def test_an_older_revision_can_be_chosen_and_one_of_another_item_counts_for_nothing(operator, item, agents):
    first = item.current
    edit_catalog_item(by=UserFactory(role="operator"), item=item, images={"x86": "team/web:2", "arm": "team/web-arm:2"})
    other = CatalogItemFactory()

    operator.post("/deploy/", order(item, agents, revision=first.pk))
    operator.post("/deploy/", order(item, agents, revision=other.current_id, name="newer"))

    assert {m.image for m in Microservice.objects.filter(name__startswith="hr")} == {"team/web:1", "team/web-arm:1"}
    assert {m.image for m in Microservice.objects.filter(name__startswith="newer")} == {"team/web:2", "team/web-arm:2"}


def test_an_items_example_is_proposed_once(operator, agents):
    item = CatalogItemFactory(name="Heart Rate", config_example='{"level": 3}')
    sent = {"item": item.pk, "agents": [agents[0].uuid], "at": "where", "go": "how"}

    fresh = operator.post("/deploy/", sent).context["form"]
    again = operator.post("/deploy/", sent | {"name": "mine", "config": ""}).context["form"]

    assert (fresh["name"].value(), fresh["config"].value()) == ("heart-rate", '{"level": 3}')
    assert (again["name"].value(), again["config"].value()) == ("mine", "")


@pytest.mark.parametrize("press", [{"go": "plan"}, {}])
def test_everything_that_stands_in_the_way_is_said_at_once(operator, item, agents, press):
    faults = {"application": "Tour Of", "name": "Web_1", "ports": "foo", "env": "NOEQUAL", "pattern": ""}

    response = operator.post("/deploy/", order(item, agents[:1]) | faults | press)

    assert response.context["form"].errors.keys() == {"application", "name", "ports", "env"}
    assert "Nothing stands in the way." not in response.text
    assert not Application.objects.exists()


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

    assert page.count(" checked>") == 1
    for name, value in (("item", item.pk), ("application", "clinic"), ("name", "heart-rate")):
        assert f'<input type="hidden" name="{name}" value="{value}"' in page


def test_a_link_with_an_agent_alone_begins_with_what(operator, item, agents):
    page = operator.get(f"/deploy/?agent={agents[1].uuid}")

    assert page.context["step"] == "what"
    assert f'name="agents_chosen" value="{agents[1].uuid}"' in page.text


@pytest.mark.parametrize(
    ("step", "queries", "batches"),
    [({"go": "where", "at": "what"}, 14, 2), ({"go": "all", "at": "where"}, 19, 2), ({"go": "plan"}, 48, 80)],
    ids=["where", "all", "plan"],
)
def test_each_step_takes_the_queries_of_few_for_a_thousand_agents(operator, item, step, queries, batches):
    """Trying it out inserts, in batches of the database: some ten agents a statement at least."""
    counts = []
    for number in (3, 1000):
        fleet(number)
        uuids = " ".join(Agent.objects.values_list("uuid", flat=True))
        sent = {"item": item.pk, "agents_chosen": uuids, "application": "clinic", "name": "hr", "ports": "8080:80"}
        with CaptureQueriesContext(connection) as asked:
            page = operator.post("/deploy/", sent | step)
        assert page.status_code == 200
        counts.append(len(asked))

    assert counts[0] <= queries
    assert counts[1] - counts[0] <= batches


def fleet(number):
    rows = Agent.objects.bulk_create(
        Agent(name=f"edge-{number}-{one}", architecture="x86" if one % 2 else "arm") for one in range(number)
    )
    AgentStatus.objects.bulk_create(AgentStatus(agent=row) for row in rows)
    ChangeFlags.objects.bulk_create(ChangeFlags(agent=row) for row in rows)


def test_viewers_are_refused(viewer, item, agents):
    assert viewer.get("/deploy/").status_code == 403
    assert viewer.post("/deploy/", order(item, agents)).status_code == 403
    assert not Microservice.objects.exists()


def test_the_form_names_registries_as_the_catalog_does(operator):
    page = operator.get("/deploy/").text

    assert "Docker Hub and other public registries (remote)" in page
    assert "Present on the agent, not pulled (local)" in page
