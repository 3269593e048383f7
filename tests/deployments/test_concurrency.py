"""Two people at the same moment: one wins, the other gets a sentence, and nothing is half done."""

import pytest

from catalogweb.agents.services import issue_provisioning_key
from catalogweb.catalog.models import CatalogItem, Registry
from catalogweb.catalog.registries import delete_registry
from catalogweb.catalog.services import create_item, delete_item
from catalogweb.core.errors import Refusal
from catalogweb.core.storing import collision
from catalogweb.deployments.agents import delete_agent, edit_agent, provision
from catalogweb.deployments.applications import delete_application
from catalogweb.deployments.container import Container, Port
from catalogweb.deployments.models import Deployment, Microservice, PortMapping
from catalogweb.deployments.rebuilding import rebuild
from catalogweb.deployments.services import delete_microservices, deploy, edit_microservice, set_activated
from catalogweb.deployments.sources import edit_catalog_item, edit_registry
from tests.factories import (
    AgentFactory,
    ApplicationFactory,
    CatalogItemFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
    RevisionFactory,
    UserFactory,
)

WEB = Container(ports=(Port(80, 8080),))


@pytest.fixture
def fleet(transactional_db):
    return AgentFactory.create_batch(5)


@pytest.fixture
def by(transactional_db):
    return UserFactory()


def outcome(answers):
    """How many went through and how many were refused; anything else is a bug."""
    answers = [(isinstance(a, Exception) and collision(a)) or a for a in answers]
    assert all(not isinstance(a, Exception) or isinstance(a, Refusal) for a in answers), answers
    refused = [a for a in answers if isinstance(a, Refusal)]
    assert all(refusal.message for refusal in refused)
    return len(answers) - len(refused), len(refused)


def deploying(by, agents, name, application, container=WEB):
    revision = RevisionFactory()
    return lambda: deploy(
        by=by, application=application, agents=agents, revision=revision, name=name, container=container
    )


def test_one_port_of_one_agent_goes_to_one_deployment(by, fleet, together):
    calls = [deploying(by, fleet[:1], f"web-{n}", ApplicationFactory()) for n in range(4)]

    assert outcome(together(*calls)) == (1, 3)
    assert (Microservice.objects.count(), Deployment.objects.count(), PortMapping.objects.count()) == (1, 1, 1)


def test_one_port_of_overlapping_fleets_goes_to_one_deployment_whole(by, fleet, together):
    calls = [
        deploying(by, fleet[:4], "up", ApplicationFactory()),
        deploying(by, fleet[:1:-1], "down", ApplicationFactory()),
    ]

    assert outcome(together(*calls)) == (1, 1)
    assert Microservice.objects.count() == PortMapping.objects.count() in (3, 4)


def test_one_name_of_one_application_goes_to_one_deployment(by, fleet, together):
    application = ApplicationFactory()
    calls = [deploying(by, [agent], "web", application, Container()) for agent in fleet]

    assert outcome(together(*calls)) == (1, 4)
    assert Microservice.objects.count() == 1


def test_two_edits_of_one_microservice_both_count(by, together):
    microservice = MicroserviceFactory()
    calls = [
        lambda: edit_microservice(by=by, microservice=microservice, container=Container(env={"A": "1"})),
        lambda: edit_microservice(by=by, microservice=microservice, name="viewer"),
        lambda: rebuild(by=by, microservices=[microservice]),
    ]

    assert outcome(together(*calls)) == (3, 0)
    stored = Microservice.objects.get()
    assert (stored.name, stored.container.env, stored.generation) == ("viewer", {"A": "1"}, 3)


def test_two_moves_to_one_port_of_one_agent_let_one_through(by, fleet, together):
    moving = []
    for agent in fleet[:2]:
        microservice = MicroserviceFactory(agent=agent)
        microservice.ports.create(agent=agent, internal=80, external=8080)
        moving.append(microservice)

    answers = together(
        *[lambda m=m: edit_microservice(by=by, microservice=m, agent=fleet[4]) for m in moving],
    )

    assert outcome(answers) == (1, 1)
    assert PortMapping.objects.filter(agent=fleet[4]).count() == 1


def test_two_microservices_that_trade_places_do_not_wait_for_each_other_for_ever(by, fleet, together):
    one, two = MicroserviceFactory(agent=fleet[0]), MicroserviceFactory(agent=fleet[1])

    answers = together(
        lambda: edit_microservice(by=by, microservice=one, agent=fleet[1]),
        lambda: edit_microservice(by=by, microservice=two, agent=fleet[0]),
    )

    assert outcome(answers) == (2, 0)
    assert Microservice.objects.get(pk=one.pk).agent == fleet[1]


@pytest.mark.parametrize("act", ["edit", "rebuild", "stop", "delete"])
def test_what_is_deleted_meanwhile_is_a_sentence_or_nothing(by, together, act):
    microservice = MicroserviceFactory()
    acts = {
        "edit": lambda: edit_microservice(by=by, microservice=microservice, rebuild=True),
        "rebuild": lambda: rebuild(by=by, microservices=[microservice]),
        "stop": lambda: set_activated(by=by, microservices=[microservice], is_activated=False),
        "delete": lambda: delete_microservices(by=by, microservices=[microservice]),
    }

    outcome(together(acts[act], lambda: delete_microservices(by=by, microservices=[microservice])))
    assert not Microservice.objects.exists()


def test_agent_deleted_while_something_is_deployed_to_it_keeps_all_or_nothing(by, fleet, together):
    outcome(
        together(
            deploying(by, fleet[:2], "web", ApplicationFactory()),
            lambda: delete_agent(by=by, agent=fleet[0]),
        )
    )

    assert Microservice.objects.count() in (0, 1)
    assert not Microservice.objects.filter(agent=fleet[0].pk).exists()


def test_application_deleted_while_something_is_deployed_to_it_leaves_nothing_half_done(by, fleet, together):
    application = ApplicationFactory()

    outcome(
        together(
            deploying(by, fleet[:2], "web", application),
            lambda: delete_application(by=by, application=application),
        )
    )
    assert Microservice.objects.count() == PortMapping.objects.count() == 0


def test_rotations_at_once_rebuild_what_failed_once_each(by, together):
    registry = PrivateRegistryFactory()
    microservice = MicroserviceFactory(revision=RevisionFactory(registry=registry), status__state="FAILED")

    answers = together(*[lambda n=n: edit_registry(by=by, registry=registry, password=f"new-{n}") for n in range(3)])

    assert outcome(answers) == (3, 0)
    assert Microservice.objects.get(pk=microservice.pk).generation == 4


@pytest.mark.parametrize("turn", range(4))
def test_what_is_stopped_or_deleted_while_its_item_changes_is(by, fleet, together, turn):
    item = CatalogItemFactory()
    stopped, deleted = (MicroserviceFactory(revision=item.current, agent=agent) for agent in fleet[:2])

    answers = together(
        lambda: edit_catalog_item(by=by, item=item, images={"x86": f"team/web:{turn}"}),
        lambda: set_activated(by=by, microservices=[stopped], is_activated=False),
        lambda: delete_microservices(by=by, microservices=[deleted]),
    )

    assert outcome(answers) == (3, 0)
    assert list(Microservice.objects.values_list("pk", "is_activated")) == [(stopped.pk, False)]


@pytest.mark.parametrize("turn", range(3))
def test_an_item_that_two_people_change_gets_both_revisions(by, together, turn):
    item = CatalogItemFactory()

    answers = together(
        *[lambda n=n: edit_catalog_item(by=by, item=item, images={"x86": f"team/web:{n}"}) for n in (7, 8)]
    )

    assert outcome(answers) == (2, 0)
    item = CatalogItem.objects.with_images().get(pk=item.pk)
    assert (item.current.number, item.revisions.count()) == (3, 3)


@pytest.mark.parametrize("turn", range(3))
def test_an_item_is_deployed_or_deleted(by, fleet, together, turn):
    item = CatalogItemFactory()
    application = ApplicationFactory()

    answers = together(
        lambda: deploy(by=by, application=application, agents=fleet[:1], revision=item.current, name="web"),
        lambda: delete_item(by=by, item=item),
    )

    assert outcome(answers) == (1, 1)
    assert Microservice.objects.exists() is CatalogItem.objects.filter(pk=item.pk).exists()


@pytest.mark.parametrize("turn", range(3))
def test_a_registry_is_used_or_deleted(by, together, turn):
    registry = PrivateRegistryFactory()

    answers = together(
        lambda: create_item(by=by, name="web", images={"x86": f"{registry.url}/web:1"}, registry=registry),
        lambda: delete_registry(by=by, registry=registry),
    )

    assert outcome(answers) == (1, 1)
    assert CatalogItem.objects.filter(name="web").exists() is Registry.objects.filter(pk=registry.pk).exists()


@pytest.mark.parametrize("turn", range(3))
def test_an_agent_is_provisioned_edited_keyed_and_deleted_in_some_order(by, fleet, together, turn):
    agent = fleet[0]
    key, _ = issue_provisioning_key(by=by, agent=agent)

    answers = together(
        lambda: provision(key=key, architecture="x86", public_key=""),
        lambda: issue_provisioning_key(by=by, agent=agent),
        lambda: edit_agent(by=by, agent=agent, description="moved"),
        lambda: delete_agent(by=by, agent=agent),
    )

    done, refused = outcome(answers)
    assert done >= 1
    assert done + refused == 4
    assert not [a for a in answers if "deadlock" in str(a)]
