import pytest

from catalogweb.catalog.models import CatalogItem
from catalogweb.catalog.registries import find_registry
from catalogweb.catalog.services import create_item, delete_item, edit_item_row, find_item
from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Duplicate, Forbidden, InUse, Invalid, NotFound, Protected, Refusal
from tests.factories import (
    CatalogItemFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
    RevisionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
IMAGES = {"x86": "team/web:1", "arm": "team/web-arm:1"}


def create(by, **fields):
    return create_item(by=by, **{"name": "web", "images": IMAGES, "registry": find_registry("remote")} | fields)


def edit(by, item, **changes):
    return edit_item_row(by=by, item=item, **changes)


def test_item_keeps_everything_that_it_was_given(operator):
    fields = {
        "description": "A page", "category": "demo", "publisher": "us", "picture": "p.png", "ram_required": 64,
        "disk_required": 10, "config_example": '{"level": 3}', "is_public": True,
    }  # fmt: skip
    item = CatalogItem.objects.get(pk=create(operator, **fields).pk)

    assert {name: getattr(item, name) for name in fields} == fields
    assert (item.images, item.registry.alias, item.current.number) == (IMAGES, "remote", 1)
    assert item.current.author == operator


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a" * 201}, "name"),
        ({"category": "SYSTEM"}, "category"),
        ({"config_example": "[]"}, "config_example"),
        ({"config_example": "{"}, "config_example"),
        ({"ram_required": -1}, "ram_required"),
        ({"disk_required": 2**70}, "disk_required"),
        ({"description": "\x00"}, "description"),
        ({"images": {}}, "images"),
        ({"images": {"x86": " "}}, "images"),
        ({"images": {"mips": "team/web:1"}}, "images"),
        ({"images": {"x86": "Team/Web"}}, "x86"),
        ({"images": {"x86": "a" * 501}}, "reference"),
    ],
)
def test_item_is_refused_with_the_field_at_fault(operator, fields, field):
    with pytest.raises(Invalid) as refused:
        create(operator, **fields)

    assert refused.value.field == field
    assert CatalogItem.objects.count() == 5


def test_every_faulty_image_is_named(operator):
    with pytest.raises(Invalid) as refused:
        create(operator, images={"x86": "Team/Web", "arm": "web:", "mips": "web"})

    assert [refusal.field for refusal in refused.value.refusals] == ["x86", "arm", "images"]


def test_everything_that_is_wrong_with_an_item_is_said_at_once(operator):
    with pytest.raises(Invalid) as refused:
        create(operator, name="", images={"x86": "Team/Web"}, config_example="[", publisher="p" * 201)

    messages = " ".join(refused.value.messages)
    for words in ("Give the catalog item a name", "not an image reference", "not a JSON object", "Publisher: "):
        assert words in messages


@pytest.mark.parametrize("name", ["web", "WEB", " web "])
def test_item_name_is_taken_in_any_spelling(operator, name):
    create(operator)

    with pytest.raises(Duplicate):
        create(operator, name=name)


def test_items_of_one_name_at_once_make_one(together):
    by, registry = UserFactory(), find_registry("remote")

    answers = together(*[lambda: create_item(by=by, name="web", images=IMAGES, registry=registry)] * 3)

    assert sorted(isinstance(answer, Refusal) for answer in answers) == [False, True, True], answers


@pytest.mark.parametrize("name", [4, "4", "Debug", " debug "])
def test_item_is_found_by_id_and_name(name):
    assert find_item(name).pk == 4


@pytest.mark.parametrize("name", ["0", "-4", "99", "9" * 5000, "²", ""])
def test_unknown_item_is_a_sentence(name):
    with pytest.raises(NotFound, match="there is no such catalog item"):
        find_item(name)


def test_near_miss_of_an_item_gets_a_suggestion():
    with pytest.raises(NotFound, match="Did you mean “Router”"):
        find_item("Ruter")


@pytest.mark.parametrize("pk", [1, 2, 3, 4, 5])
def test_built_in_item_is_read_by_all_and_changed_by_nobody_by_accident(superuser, pk):
    item = find_item(pk)

    with pytest.raises(Protected, match="only a superuser can change it"):
        edit(superuser, item, description="x")
    with pytest.raises(Protected, match="belongs to the product"):
        delete_item(by=superuser, item=item)


def test_superuser_changes_a_built_in_item_on_purpose_but_not_its_name_or_category(superuser, operator):
    item = find_item(4)

    assert edit(superuser, item, built_in=True, description="Ours")[0].description == "Ours"
    for change in ({"name": "Ours"}, {"category": "demo"}):
        with pytest.raises(Protected):
            edit(superuser, item, built_in=True, **change)
    with pytest.raises(Forbidden):
        edit(operator, item, built_in=True, description="x")


def test_item_cannot_be_turned_into_a_built_in_one(operator, superuser):
    item = create(operator)

    for by, built_in in ((operator, False), (superuser, True)):
        with pytest.raises(Invalid, match="SYSTEM is kept"):
            edit(by, item, category="SYSTEM", built_in=built_in)


def test_other_fields_change_without_a_new_revision(operator):
    item, revised = edit(operator, create(operator), description="x", images=IMAGES, registry=find_registry(1))

    assert (revised, item.revisions.count(), item.description) == (False, 1, "x")


@pytest.mark.parametrize(
    "images",
    [{"x86": "team/web:2", "arm": "team/web-arm:1"}, {"x86": "team/web:1"}, {"x86": "", "arm": "team/web-arm:1"}],
)
def test_other_images_make_a_new_revision_and_leave_the_old_one_as_it_was(operator, images):
    item, revised = edit(operator, create(operator), images=images, reason="Newer")

    old, new = item.revisions.order_by("number")
    assert (revised, item.current, new.reason, new.author) == (True, new, "Newer", operator)
    assert old.by_architecture == IMAGES
    assert new.by_architecture == {name: image for name, image in images.items() if image}


def test_stored_reference_is_neither_completed_nor_checked_again_while_the_registry_stays(operator):
    registry = PrivateRegistryFactory(url="reg.example.org")
    item = create(operator, images={"x86": "team/web:1", "arm": "No Reference"}, registry=registry, as_sent=True)
    sent = {"x86": "team/web:1", "arm": "No Reference"}

    for change in ({"images": sent}, {"images": sent, "registry": registry}, {"registry": registry}):
        assert edit(operator, item, **change)[1] is False
    assert edit(operator, item, images=sent | {"arm": "web:2"})[0].images == sent | {"arm": "reg.example.org/web:2"}


def test_stored_reference_is_checked_for_another_registry(operator):
    item = create(operator, images={"x86": "ghcr.io/web"}, as_sent=True)

    for change in ({"images": {"x86": "ghcr.io/web"}}, {}):
        with pytest.raises(Invalid, match="is pulled from ghcr.io"):
            edit(operator, item, registry=PrivateRegistryFactory(url="reg.example.org"), **change)


def test_changed_types_of_messages_stand_in_the_log(operator):
    edit(operator, create(operator), input_type={"infoType": "text"}, output_type={"infoFormat": "utf-8"})

    assert [name for name, *_ in Entry.objects.first().changes] == ["input_type", "output_type"]


def test_another_registry_makes_a_new_revision(operator):
    item, revised = edit(operator, create(operator), registry=find_registry("local"))

    assert (revised, item.registry.alias, item.images) == (True, "local", IMAGES)


def test_every_change_leaves_one_entry_with_before_and_after(operator):
    item = create(operator)
    edit(operator, item, images={"x86": "team/web:2"})
    edit(operator, item, images={"x86": "team/web:2"})
    delete_item(by=operator, item=item)

    deleted, updated, created = Entry.objects.all()
    assert [created.action, updated.action, deleted.action] == ["create", "update", "delete"]
    assert updated.changes == [("images", IMAGES, {"x86": "team/web:2"})]
    assert deleted.before["images"] == {"x86": "team/web:2"}


def test_item_in_use_is_not_deleted_and_says_where(operator):
    item = CatalogItemFactory(name="web")
    MicroserviceFactory(name="pulse", application__name="heart", agent__name="horse-1", revision=item.current)

    with pytest.raises(InUse, match="microservice heart/pulse on horse-1") as refused:
        delete_item(by=operator, item=item)
    assert refused.value.users == ["microservice heart/pulse on horse-1"]
    assert not Entry.objects.exists()


def test_item_whose_old_revision_runs_is_in_use(operator):
    item = CatalogItemFactory()
    MicroserviceFactory(revision=RevisionFactory(item=item, number=7))

    with pytest.raises(InUse):
        delete_item(by=operator, item=item)


def test_use_counts_microservices_of_every_revision():
    item = CatalogItemFactory()
    MicroserviceFactory(revision=item.current)
    MicroserviceFactory(revision=RevisionFactory(item=item, number=2))

    assert CatalogItem.objects.with_uses().get(pk=item.pk).use_count == 2


@pytest.mark.parametrize("word", ["web", "PAGE", "demo", "us", "team/web-arm"])
def test_search_looks_at_every_word_of_an_item(operator, word):
    item = create(operator, description="A page", category="demo", publisher="us-team")

    assert item in CatalogItem.objects.matching(word)


def test_search_forgets_images_of_old_revisions(operator):
    item = create(operator)
    edit(operator, item, images={"x86": "other/thing:1"})

    assert not CatalogItem.objects.matching("team/web").exists()
