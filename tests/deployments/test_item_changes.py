"""Editing a used item: a new revision, to which what runs moves now, or stays."""

import pytest

from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Invalid, Protected, Refusals
from catalogweb.deployments.container import Container
from catalogweb.deployments.models import Deployment, Microservice
from catalogweb.deployments.services import deploy, move_to_revision
from catalogweb.deployments.sources import edit_catalog_item
from tests.factories import CatalogItemFactory

pytestmark = pytest.mark.django_db
NEWER = {"x86": "team/web:2", "arm": "team/web-arm:1"}


@pytest.fixture
def item(db):
    return CatalogItemFactory(name="web")


@pytest.fixture
def placed(operator, application, agents, item):
    return deploy(by=operator, application=application, agents=agents[:2], revision=item.current, name="web")


def seen():
    rows = Microservice.objects.detailed().order_by("pk")
    return [(m.revision.number, m.generation, m.image) for m in rows]


def test_running_microservices_move_to_the_new_revision_by_default(operator, item, placed):
    edit_catalog_item(by=operator, item=item, images=NEWER)

    assert seen() == [(2, 2, "team/web:2"), (2, 1, "team/web-arm:1")]


def test_running_microservices_stay_when_asked_to(operator, item, placed):
    edit_catalog_item(by=operator, item=item, images=NEWER, move_running=False)

    assert seen() == [(1, 1, "team/web:1"), (1, 1, "team/web-arm:1")]


def test_deployment_moves_along_as_a_whole(operator, item, placed):
    item = edit_catalog_item(by=operator, item=item, images=NEWER)

    assert Deployment.objects.get().revision == item.current


def test_part_that_moves_becomes_a_deployment_of_its_own(operator, item, placed):
    item = edit_catalog_item(by=operator, item=item, images=NEWER, move_running=False)
    move_to_revision(by=operator, microservices=placed[:1], revision=item.current)

    new, old = Deployment.objects.all()
    assert (old.revision.number, new.revision.number, new.container) == (1, 2, Container().as_json())
    assert [m.name for m in new.microservices.all()] == ["web-horse-1"]


def test_running_microservices_can_go_back(operator, item, placed):
    first = item.current
    edit_catalog_item(by=operator, item=item, images=NEWER)
    move_to_revision(by=operator, microservices=placed, revision=first)

    assert seen() == [(1, 3, "team/web:1"), (1, 1, "team/web-arm:1")]


def test_moving_to_the_revision_it_has_changes_nothing(operator, item, placed):
    entries = Entry.objects.count()
    move_to_revision(by=operator, microservices=placed, revision=item.current)

    assert (seen()[0][1], Entry.objects.count()) == (1, entries)


def test_item_cannot_drop_an_image_that_an_agent_needs_and_nothing_changes(operator, item, placed):
    with pytest.raises(Invalid, match="horse-2 is ARM, and there are images for x86 only"):
        edit_catalog_item(by=operator, item=item, images={"x86": "team/web:2"})

    item.refresh_from_db()
    assert (item.current.number, item.revisions.count(), seen()[0][0]) == (1, 1, 1)


def test_every_agent_that_would_lose_its_image_is_listed(operator, application, agents, item):
    for name in ("a", "b"):
        deploy(by=operator, application=application, agents=agents[1:2], revision=item.current, name=name)

    with pytest.raises(Refusals) as refused:
        edit_catalog_item(by=operator, item=item, images={"x86": "team/web:2"})
    assert len(refused.value.messages) == 2


def test_built_in_item_stays_as_it_is(superuser):
    item = CatalogItemFactory._meta.model.objects.get(pk=4)

    with pytest.raises(Protected):
        edit_catalog_item(by=superuser, item=item, images=NEWER)


def test_each_moved_microservice_has_an_entry_with_both_revisions(operator, item, placed):
    edit_catalog_item(by=operator, item=item, images=NEWER)

    entry = Entry.objects.get(object_id=placed[0].uuid, action="update")
    changes = {name: (before, after) for name, before, after in entry.changes}
    assert changes["catalog_item"] == ("web revision 1", "web revision 2")
    assert changes["image"] == ("team/web:1", "team/web:2")
    assert changes["generation"] == (1, 2)
