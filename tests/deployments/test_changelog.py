"""Every change through any service leaves entries: who, which door, one request, before and after."""

import pytest

from catalogweb.catalog.services import create_item
from catalogweb.changelog.door import through
from catalogweb.changelog.models import Entry
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
from tests.factories import MicroserviceFactory, RevisionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(application, agents):
    return MicroserviceFactory(name="web", application=application, agent=agents[0])


# Per change: what it does, and the (action, object) pairs of its entries, oldest first.
CHANGES = {
    "deploy": (
        lambda by, web: deploy(by=by, application=web.application, agents=[web.agent], revision=web.revision, name="b"),
        [("create", "heart/b"), ("create", "heart/b on horse-1")],
    ),
    "edit": (
        lambda by, web: edit_microservice(by=by, microservice=web, container=Container(env={"A": "1"})),
        [("update", "heart/web on horse-1")],
    ),
    "stop": (
        lambda by, web: set_activated(by=by, microservices=[web], is_activated=False),
        [("update", "heart/web on horse-1")],
    ),
    "rebuild": (lambda by, web: rebuild(by=by, microservices=[web]), [("rebuild", "heart/web on horse-1")]),
    "move to revision": (
        lambda by, web: move_to_revision(by=by, microservices=[web], revision=RevisionFactory(images={"x86": "a"})),
        [("update", "heart/web on horse-1"), ("update", "heart/web")],
    ),
    "delete": (
        lambda by, web: delete_microservices(by=by, microservices=[web]),
        [("delete", "heart/web on horse-1"), ("delete", "heart/web")],
    ),
    "create application": (lambda by, web: create_application(by=by, name="lung"), [("create", "lung")]),
    "edit application": (
        lambda by, web: edit_application(by=by, application=web.application, name="lung"),
        [("update", "lung")],
    ),
    "delete application": (
        lambda by, web: delete_application(by=by, application=web.application),
        [("delete", "heart/web on horse-1"), ("delete", "heart/web"), ("delete", "heart")],
    ),
    "edit agent": (
        lambda by, web: edit_agent(by=by, agent=web.agent, architecture="arm"),
        [("update", "horse-1"), ("rebuild", "heart/web on horse-1")],
    ),
    "delete agent": (
        lambda by, web: delete_agent(by=by, agent=web.agent),
        [("delete", "heart/web on horse-1"), ("delete", "heart/web"), ("delete", "horse-1")],
    ),
    "create item": (
        lambda by, web: create_item(by=by, name="demo", images={"x86": "a"}, registry=web.revision.registry),
        [("create", "demo")],
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_change_leaves_its_entries_with_one_request_and_its_actor(operator, web, name):
    act, expected = CHANGES[name]
    with through("api", "request-7"):
        act(operator, web)

    entries = list(Entry.objects.order_by("id"))
    assert [(e.action, e.object_label) for e in entries] == expected
    assert {(e.actor, e.actor_kind, e.door, e.request_id) for e in entries} == {
        ("operator@example.org", "user", "api", "request-7")
    }


@pytest.mark.parametrize("name", sorted(set(CHANGES) - {"rebuild"}))
def test_entry_holds_before_and_after_as_the_action_says(operator, web, name):
    CHANGES[name][0](operator, web)

    for entry in Entry.objects.exclude(action="rebuild"):
        has = (bool(entry.before), bool(entry.after))
        assert has == {"create": (False, True), "update": (True, True), "delete": (True, False)}[entry.action]


def test_move_tells_both_agents_and_both_images(operator, web, agents):
    edit_microservice(by=operator, microservice=web, agent=agents[1])

    changes = {name: (before, after) for name, before, after in Entry.objects.get().changes}
    assert changes["agent"] == ("horse-1", "horse-2")
    assert changes["image"] == ("team/web:1", "team/web-arm:1")


def test_microservice_that_moves_alone_leaves_the_entry_of_its_new_deployment(operator, web):
    others = MicroserviceFactory.create_batch(2, deployment=web.deployment, revision=web.revision)
    move_to_revision(by=operator, microservices=[web], revision=RevisionFactory(images={"x86": "a"}))

    entry = Entry.objects.get(object_type="deployment")
    web.refresh_from_db()
    assert (entry.action, entry.object_id) == ("create", str(web.deployment_id))
    assert entry.after["images"] == {"x86": "a"}
    assert {other.deployment_id for other in others} != {web.deployment_id}


def test_deployment_of_own_images_that_moves_shows_both(operator, web):
    edit_microservice(by=operator, microservice=web, revision=RevisionFactory(images={"x86": "a"}))

    entry = Entry.objects.get(object_type="deployment")
    assert entry.changes == [("images", {"x86": "team/web:1", "arm": "team/web-arm:1"}, {"x86": "a"})]


def test_refused_change_leaves_no_entry(operator, web):
    with pytest.raises(Exception, match="Duplicate"):
        deploy(by=operator, application=web.application, agents=[web.agent], revision=web.revision, name="web")

    assert not Entry.objects.exists()


def test_changes_without_a_door_are_the_products_own(operator, web):
    rebuild(by=operator, microservices=[web])

    assert Entry.objects.get().door == "system"
