"""Applications and microservices at the admin."""

import pytest

from catalogweb.agents.models import Agent, ChangeFlags
from catalogweb.changelog.models import Entry
from catalogweb.deployments.container import Source
from catalogweb.deployments.models import Application, Microservice, Route
from tests.factories import (
    AgentFactory,
    ApplicationFactory,
    CatalogItemFactory,
    MicroserviceFactory,
    SecretFactory,
)


@pytest.fixture
def item_service(db: None) -> Microservice:
    return MicroserviceFactory(name="web", revision=CatalogItemFactory().current)


def raised(agent: Agent) -> set[str]:
    return ChangeFlags.objects.get(agent=agent).raised


def test_admin_deploys_one_item_to_several_agents(add):
    agents = [AgentFactory(name="north"), AgentFactory(name="south", architecture="arm")]
    revision = CatalogItemFactory().current

    add(
        Microservice,
        name="web",
        application=ApplicationFactory().pk,
        agents=[agent.pk for agent in agents],
        revision=revision.pk,
        port_lines="8080:80\n5353:53/udp",
        env="LEVEL=3",
        volumes="/srv:/data:ro",
        commands="--fast",
        extra_hosts="db:10.0.0.5",
        config='{"level": 3}',
    )

    north, south = Microservice.objects.order_by("name")
    assert [north.name, south.name] == ["web-north", "web-south"]
    assert north.port_list == ["8080:80/tcp", "5353:53/udp"]
    assert (south.image, south.container.env) == ("team/web-arm:1", {"LEVEL": "3"})
    assert [(v.host, v.container, v.access, v.type) for v in south.container.volumes] == [
        ("/srv", "/data", "ro", "bind")
    ]
    assert (south.commands, south.extra_hosts, south.config) == (["--fast"], [["db", "10.0.0.5"]], {"level": 3})
    assert south.deployment == north.deployment


def test_admin_takes_sources_for_variables(add, edit, errors):
    SecretFactory(name="db")
    given = {"name": "web", "application": ApplicationFactory().pk, "agents": [AgentFactory().pk], "x86": "team/own:1"}
    for env in ("A=${secret:db}", "A=${secret:no/key}", "A"):
        assert errors(add(Microservice, **given, registry=1, env=env)).keys() == {"env"}

    add(Microservice, **given, registry=1, env="A=${secret:db/password}")

    microservice = Microservice.objects.get()
    assert microservice.container.env == {"A": Source("secret", "db", "password")}
    edit(microservice, log_size="2")
    microservice.refresh_from_db()
    assert (microservice.log_size, microservice.env) == (2, [["A", {"secret": "db/password"}]])


def test_admin_deploys_own_images(add):
    add(
        Microservice,
        name="web",
        application=ApplicationFactory().pk,
        agents=[AgentFactory().pk],
        x86="team/own:1",
        registry=1,
    )

    assert Microservice.objects.get().image == "team/own:1"


def test_admin_shows_a_refused_deployment_at_its_fields_and_places_nothing(add, errors):
    taken = MicroserviceFactory(name="web")
    AgentFactory(name="bare", architecture="")

    answer = add(
        Microservice,
        name="web",
        application=taken.application_id,
        agents=[taken.agent_id],
        revision=CatalogItemFactory().current.pk,
        port_lines="54321:80",
    )

    assert errors(answer) == {
        "port_lines": ["Port '54321' is reserved for internal use"],
        "name": [f"Duplicate name 'web': {taken.application.name} already has this microservice."],
    }
    assert Microservice.objects.count() == 1


def test_admin_wants_a_revision_or_own_images(add, errors):
    answer = add(Microservice, name="web", application=ApplicationFactory().pk, agents=[AgentFactory().pk])

    assert errors(answer) == {"revision": ["Choose a revision, or give own images and their registry."]}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("port_lines", "80"),
        ("env", "LEVEL"),
        ("volumes", "/srv"),
        ("extra_hosts", "db"),
        ("config", "[]"),
        ("options", "[1]"),
    ],
)
def test_admin_refuses_the_wrong_shape_beside_the_field(edit, errors, item_service, field, typed):
    assert list(errors(edit(item_service, **{field: typed}))) == [field]


def test_admin_edit_moves_a_microservice_and_tells_both_agents(edit, item_service):
    other = AgentFactory()

    edit(item_service, agent=other.pk)

    moved = Microservice.objects.get()
    assert (moved.agent, moved.generation) == (other, 2)
    assert "microservice_list" in raised(item_service.agent) & raised(other)


def test_admin_saving_unchanged_changes_nothing(edit, item_service):
    own = MicroserviceFactory()

    edit(item_service)
    edit(own)

    for row in (item_service, own):
        revision = row.revision_id
        row.refresh_from_db()
        assert (row.revision_id, row.generation) == (revision, 1)
        assert not raised(row.agent)


def test_admin_gives_a_microservice_other_own_images(edit):
    own = MicroserviceFactory(agent__architecture="x86")

    edit(own, x86="team/own:2")

    assert Microservice.objects.get().image == "team/own:2"


@pytest.mark.parametrize(("action", "started"), [("stop", False), ("start", True)])
def test_admin_action_starts_and_stops(admin_client, action, started):
    microservice = MicroserviceFactory(is_activated=not started)

    admin_client.post("/admin/deployments/microservice/", {"action": action, "_selected_action": [microservice.pk]})

    assert Microservice.objects.get().is_activated is started


def test_admin_action_says_why_it_is_refused(admin_client):
    microservice = MicroserviceFactory(is_activated=False, application__is_activated=False)
    chosen = {"action": "start", "_selected_action": [microservice.pk]}

    answer = admin_client.post("/admin/deployments/microservice/", chosen, follow=True)

    assert b"is not activated: start it first." in answer.content


def test_admin_action_rebuilds(admin_client):
    microservice = MicroserviceFactory()
    chosen = {"action": "build_anew", "_selected_action": [microservice.pk]}

    admin_client.post("/admin/deployments/microservice/", chosen)

    assert Microservice.objects.get().generation == 2


def test_admin_deletes_microservices(delete, item_service):
    delete(item_service)

    assert not Microservice.objects.exists()
    assert "microservice_list" in raised(item_service.agent)


def test_admin_adds_edits_and_deletes_applications(add, edit, errors, delete):
    assert "name" in errors(add(Application, name="Not A Name"))
    add(Application, name="shop", is_activated="on")
    shop = Application.objects.get(name="shop")
    MicroserviceFactory(application=shop)

    edit(shop, description="sells")
    assert Application.objects.get().description == "sells"

    delete(shop)
    assert not Application.objects.exists()


def test_route_is_added_changed_and_deleted_through_its_service(admin_client, add, edit, delete):
    first = MicroserviceFactory(name="a", application__name="shop")
    second = MicroserviceFactory(name="b", application=first.application)

    add(Route, application=first.application_id, source=first.pk, destination=second.pk)
    route = Route.objects.get()
    assert route.name == "r-a-b"

    edit(route, name="back", source=second.pk, destination=first.pk)
    route.refresh_from_db()
    assert (route.name, route.source, route.destination) == ("back", second, first)

    delete(route)
    assert not Route.objects.exists()
    assert list(Entry.objects.filter(object_type="route").values_list("action", flat=True)) == [
        "delete",
        "update",
        "create",
    ]


def test_route_between_applications_is_refused_beside_the_field(admin_client, add, errors):
    first, second = MicroserviceFactory(), MicroserviceFactory()

    refused = add(Route, application=first.application_id, source=first.pk, destination=second.pk)

    assert "a route stays inside one application" in errors(refused)["destination"][0]
    assert not Route.objects.exists()
