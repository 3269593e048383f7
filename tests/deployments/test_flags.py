"""Which flags each change raises on which agents: exactly these, and on nobody else."""

import pytest

from catalogweb.agents.services import edit_agent_row
from catalogweb.catalog.models import Registry
from catalogweb.deployments.agents import delete_agent, edit_agent
from catalogweb.deployments.applications import create_application, delete_application, edit_application
from catalogweb.deployments.container import Container
from catalogweb.deployments.rebuilding import rebuild
from catalogweb.deployments.services import (
    delete_microservices,
    deploy,
    edit_microservice,
    move_to_revision,
    set_activated,
)
from catalogweb.deployments.sources import edit_catalog_item, edit_registry
from tests.factories import CatalogItemFactory, MicroserviceFactory, PrivateRegistryFactory, RevisionFactory

pytestmark = pytest.mark.django_db
LIST = {"microservice_list", "microservice_config"}
BOTH = LIST | {"registries"}


@pytest.fixture
def web(application, agents):
    """Runs on horse-1, from the built-in registry."""
    return MicroserviceFactory(name="web", application=application, agent=agents[0])


@pytest.fixture
def private(application, agents):
    """Runs on horse-1, from a private registry."""
    revision = RevisionFactory(registry=PrivateRegistryFactory())
    return MicroserviceFactory(name="secret", application=application, agent=agents[0], revision=revision)


@pytest.mark.parametrize(("registry", "flags"), [("built in", LIST), ("private", BOTH)])
def test_deploying_concerns_the_agents_chosen(operator, application, agents, raised, registry, flags):
    chosen = Registry.objects.get(pk=1) if registry == "built in" else PrivateRegistryFactory()
    deploy(
        by=operator, application=application, agents=agents[:2], name="web", revision=RevisionFactory(registry=chosen)
    )

    assert raised() == {"horse-1": flags, "horse-2": flags}


def test_second_microservice_on_a_known_registry_raises_no_registries(operator, private, application, agents, raised):
    deploy(by=operator, application=application, agents=agents[:1], name="web", revision=private.revision)

    assert raised() == {"horse-1": LIST}


def test_stopped_deployment_concerns_nobody_yet(operator, application, agents, raised):
    revision = RevisionFactory(registry=PrivateRegistryFactory())
    deploy(by=operator, application=application, agents=agents[:1], name="web", revision=revision, is_activated=False)

    assert raised() == {}


def test_deployment_in_a_stopped_application_concerns_nobody_yet(operator, application, agents, raised):
    edit_application(by=operator, application=application, is_activated=False)
    deploy(by=operator, application=application, agents=agents[:1], name="web", revision=RevisionFactory())

    assert raised() == {}


# What is done to a stopped microservice is no matter of its agent: its list says the same as before.
UNSEEN = {
    "rename": lambda by, web, agents: edit_microservice(by=by, microservice=web, name="viewer"),
    "settings": lambda by, web, agents: edit_microservice(by=by, microservice=web, container=Container(env={"A": "1"})),
    "move": lambda by, web, agents: edit_microservice(by=by, microservice=web, agent=agents[1]),
    "rebuild": lambda by, web, agents: rebuild(by=by, microservices=[web]),
    "image": lambda by, web, agents: move_to_revision(
        by=by, microservices=[web], revision=RevisionFactory(images={"x86": "a:2"})
    ),
    "registry": lambda by, web, agents: edit_microservice(
        by=by, microservice=web, revision=RevisionFactory(registry=PrivateRegistryFactory())
    ),
    "delete": lambda by, web, agents: delete_microservices(by=by, microservices=[web]),
    "rename application": lambda by, web, agents: edit_application(by=by, application=web.application, name="lung"),
    "stop application": lambda by, web, agents: edit_application(
        by=by, application=web.application, is_activated=False
    ),
}


@pytest.mark.parametrize("act", UNSEEN)
def test_change_of_a_stopped_microservice_concerns_nobody(operator, application, agents, raised, act):
    web = MicroserviceFactory(name="web", application=application, agent=agents[0], is_activated=False)
    UNSEEN[act](operator, web, agents)

    assert raised() == {}


@pytest.mark.parametrize("act", sorted(set(UNSEEN) - {"stop application"}) + ["stop"])
def test_change_in_a_stopped_application_concerns_nobody(operator, application, agents, raised, act):
    web = MicroserviceFactory(name="web", application=application, agent=agents[0])
    type(application).objects.update(is_activated=False)
    stop = {"stop": lambda by, web, agents: set_activated(by=by, microservices=[web], is_activated=False)}
    (UNSEEN | stop)[act](operator, web, agents)

    assert raised() == {}


@pytest.mark.parametrize("change", [{"is_activated": False}, {"is_activated": True, "name": "viewer"}])
def test_edit_that_starts_or_stops_concerns_the_agent(operator, application, agents, raised, change):
    web = MicroserviceFactory(application=application, agent=agents[0], is_activated=not change["is_activated"])
    edit_microservice(by=operator, microservice=web, **change)

    assert raised() == {"horse-1": LIST}


def test_another_revision_with_the_same_image_concerns_nobody(operator, web, raised):
    edit_microservice(by=operator, microservice=web, revision=RevisionFactory(images={"x86": "team/web:1"}))

    assert raised() == {}
    web.refresh_from_db()
    assert (web.revision.by_architecture, web.generation) == ({"x86": "team/web:1"}, 1)


@pytest.mark.parametrize(
    "change", [{"name": "viewer"}, {"container": Container(env={"A": "1"})}, {"is_activated": False}, {"rebuild": True}]
)
def test_editing_concerns_the_agent_of_the_microservice(operator, web, raised, change):
    edit_microservice(by=operator, microservice=web, **change)

    assert raised() == {"horse-1": LIST}


def test_editing_nothing_concerns_nobody(operator, web, raised):
    edit_microservice(by=operator, microservice=web, name="web", container=web.container, agent=web.agent)

    assert raised() == {}


def test_moving_concerns_the_old_and_the_new_agent(operator, web, agents, raised):
    edit_microservice(by=operator, microservice=web, agent=agents[1])

    assert raised() == {"horse-1": LIST, "horse-2": LIST}


def test_moving_a_private_one_changes_the_registries_of_both(operator, private, agents, raised):
    edit_microservice(by=operator, microservice=private, agent=agents[1])

    assert raised() == {"horse-1": BOTH, "horse-2": BOTH}


def test_moving_one_of_two_private_ones_leaves_the_old_agent_its_registry(operator, private, agents, raised):
    MicroserviceFactory(agent=agents[0], revision=private.revision)
    edit_microservice(by=operator, microservice=private, agent=agents[1])

    assert raised() == {"horse-1": LIST, "horse-2": BOTH}


@pytest.mark.parametrize("registry", ["local", "private"])
def test_own_images_of_another_registry_change_the_registries_when_needed(operator, web, raised, registry):
    chosen = Registry.objects.get(pk=2) if registry == "local" else PrivateRegistryFactory()
    edit_microservice(by=operator, microservice=web, revision=RevisionFactory(registry=chosen))

    assert raised() == {"horse-1": LIST if registry == "local" else BOTH}


@pytest.mark.parametrize("act", [delete_microservices, "stop"])
def test_last_one_of_a_registry_that_goes_or_stops_takes_the_registry_along(operator, private, raised, act):
    if act == "stop":
        set_activated(by=operator, microservices=[private], is_activated=False)
    else:
        act(by=operator, microservices=[private])

    assert raised() == {"horse-1": BOTH}


def test_starting_needs_the_registry_again(operator, private, raised, lower_flags):
    set_activated(by=operator, microservices=[private], is_activated=False)
    lower_flags()
    set_activated(by=operator, microservices=[private], is_activated=True)

    assert raised() == {"horse-1": BOTH}


@pytest.mark.parametrize("is_activated", [True])
def test_starting_what_is_started_concerns_nobody(operator, web, raised, is_activated):
    set_activated(by=operator, microservices=[web], is_activated=is_activated)

    assert raised() == {}


def test_rebuilding_concerns_its_agent(operator, private, raised):
    rebuild(by=operator, microservices=[private])

    assert raised() == {"horse-1": LIST}


def test_new_application_concerns_nobody(operator, agents, raised):
    create_application(by=operator, name="lung")

    assert raised() == {}


@pytest.mark.parametrize(
    ("change", "flags"),
    [
        ({"description": "x"}, None),
        ({"is_activated": True}, None),
        ({"name": "lung"}, LIST),
        ({"is_activated": False}, BOTH),
    ],
)
def test_application_concerns_the_agents_of_its_microservices(operator, private, application, raised, change, flags):
    edit_application(by=operator, application=application, **change)

    assert raised() == ({"horse-1": flags} if flags else {})


def test_deleting_an_application_concerns_the_agents_of_its_microservices(operator, private, application, raised):
    delete_application(by=operator, application=application)

    assert raised() == {"horse-1": BOTH}


@pytest.fixture
def item(application, agents):
    """Runs on horse-1 (x86) and horse-2 (arm)."""
    made = CatalogItemFactory()
    for agent in agents[:2]:
        MicroserviceFactory(application=application, agent=agent, revision=made.current)
    return made


def test_new_image_concerns_only_agents_of_its_architecture(operator, item, raised):
    edit_catalog_item(by=operator, item=item, images=item.images | {"arm": "team/web-arm:2"})

    assert raised() == {"horse-2": LIST}


def test_new_registry_of_an_item_concerns_all_of_its_agents(operator, item, raised):
    registry = PrivateRegistryFactory(url="docker.io")
    edit_catalog_item(by=operator, item=item, registry=registry)

    assert raised() == {"horse-1": BOTH, "horse-2": BOTH}


@pytest.mark.parametrize(
    "changes", [{"description": "x"}, {"images": {"x86": "a:2", "arm": "b:2"}, "move_running": False}]
)
def test_item_that_moves_nothing_concerns_nobody(operator, item, raised, changes):
    edit_catalog_item(by=operator, item=item, **changes)

    assert raised() == {}


def test_moving_to_an_older_revision_concerns_the_agents_whose_image_differs(operator, item, raised, lower_flags):
    first = item.current
    newer = edit_catalog_item(by=operator, item=item, images=item.images | {"x86": "team/web:2"})
    lower_flags()
    move_to_revision(by=operator, microservices=newer.current.microservices.all(), revision=first)

    assert raised() == {"horse-1": LIST}


@pytest.mark.parametrize(
    "change", [{"certificate": "-----"}, {"requires_certificate": True}, {"is_secure": False}, {"is_private": True}]
)
def test_what_agents_do_not_get_of_a_registry_concerns_nobody(operator, private, raised, change):
    edit_registry(by=operator, registry=private.revision.registry, **change)

    assert raised() == {}


@pytest.mark.parametrize("change", [{"password": "new"}, {"email": "a@example.org"}, {"username": "ann"}])
def test_changed_registry_concerns_the_agents_that_need_it(operator, private, raised, change):
    edit_registry(by=operator, registry=private.revision.registry, **change)

    assert raised() == {"horse-1": {"registries"}}


def test_unchanged_registry_concerns_nobody(operator, private, raised):
    edit_registry(by=operator, registry=private.revision.registry, email="")

    assert raised() == {}


def test_changed_registry_of_a_stopped_microservice_concerns_nobody(operator, private, raised, lower_flags):
    set_activated(by=operator, microservices=[private], is_activated=False)
    lower_flags()
    edit_registry(by=operator, registry=private.revision.registry, password="new")

    assert raised() == {}


def test_another_architecture_concerns_the_agent_itself(operator, web, agents, raised):
    edit_agent(by=operator, agent=agents[0], architecture="arm")

    assert raised() == {"horse-1": LIST}


def test_deleting_an_agent_concerns_no_other(operator, web, agents, raised):
    delete_agent(by=operator, agent=agents[0])

    assert raised() == {}


def test_agent_settings_concern_the_agent_alone(operator, web, agents, raised):
    edit_agent_row(by=operator, agent=agents[0], configuration={"cpu_limit": 50})

    assert raised() == {"horse-1": {"config"}}
