import pytest

from catalogweb.changelog.door import current, through
from catalogweb.changelog.models import Entry
from catalogweb.changelog.services import HIDDEN, entries_of, record, record_many, snapshot
from catalogweb.core.rights import System
from tests.factories import AgentFactory, ApplicationFactory, PrivateRegistryFactory, RegistryFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_entry_says_who_which_door_which_object_and_one_request():
    ann, application = UserFactory(email="ann@example.org"), ApplicationFactory(name="heart")

    with through("web", "request-1"):
        entry = record(by=ann, action="create", obj=application)

    assert (entry.actor_kind, entry.actor, entry.door, entry.request_id) == (
        "user",
        "ann@example.org",
        "web",
        "request-1",
    )
    assert (entry.action, entry.object_type, entry.object_id) == ("create", "application", str(application.pk))
    assert (entry.object_label, entry.after["name"], entry.before) == ("heart", "heart", {})


@pytest.mark.parametrize("name", ["agent", "system"])
def test_entry_names_agents_and_the_product_as_actors(name):
    actor = AgentFactory(name="horse-1") if name == "agent" else System("apply")

    entry = record(by=actor, action="create", obj=ApplicationFactory())

    assert (entry.actor_kind, entry.actor) == (name, actor.actor_label)


def test_update_keeps_only_what_differs():
    application = ApplicationFactory(name="heart", description="old")
    before = snapshot(application)
    application.description = "new"

    entry = record(by=System(), action="update", obj=application, before=before)

    assert entry.changes == [("description", "old", "new")]


def test_update_that_changes_nothing_leaves_no_entry():
    application = ApplicationFactory()

    assert record(by=System(), action="update", obj=application, before=snapshot(application)) is None
    assert not Entry.objects.exists()


def test_delete_keeps_what_was():
    application = ApplicationFactory(name="heart")

    entry = record(by=System(), action="delete", obj=application, before=snapshot(application))

    assert (entry.before["name"], entry.after) == ("heart", {})


def test_changed_secret_is_told_without_saying_it():
    registry = PrivateRegistryFactory()
    before = snapshot(registry)
    registry.password_sealed = "another seal"

    entry = record(by=System(), action="update", obj=registry, before=before, secrets_changed=["password_sealed"])

    assert entry.changes == [("password_sealed", HIDDEN, f"{HIDDEN} (changed)")]


def test_snapshot_of_a_secret_says_only_whether_there_is_one():
    assert snapshot(PrivateRegistryFactory())["password_sealed"] == HIDDEN
    assert snapshot(RegistryFactory())["password_sealed"] == ""


def test_snapshot_of_a_user_holds_no_password_hash():
    assert snapshot(UserFactory(password="correct horse"))["password"] == HIDDEN


def test_many_objects_of_one_request_share_its_id():
    applications = ApplicationFactory.create_batch(3)

    with through("api"):
        entries = record_many(by=System(), action="create", changes=[(a, None, None) for a in applications])

    assert len({entry.request_id for entry in entries}) == 1


def test_doors_nest_and_end():
    with through("web") as outer:
        with through("command"):
            assert current().door == "command"
        assert current() == outer
    assert current().door == "system"


def test_entries_of_an_object_are_its_own_newest_first():
    heart, other = ApplicationFactory(), ApplicationFactory()
    for application, action in ((heart, "create"), (other, "create"), (heart, "delete")):
        record(by=System(), action=action, obj=application, before={"name": "x"})

    assert [entry.action for entry in entries_of(heart)] == ["delete", "create"]


def test_agents_and_microservices_are_known_by_uuid_in_the_log():
    agent = AgentFactory()

    record(by=System(), action="create", obj=agent)

    assert entries_of(agent).get().object_id == agent.uuid


def test_long_label_is_cut_instead_of_failing():
    application = ApplicationFactory.build(name="a" * 400, pk=1)

    assert len(record(by=System(), action="create", obj=application).object_label) == 254
