"""Which revision is meant, for every door: what runs already as long as that fits what is said."""

import pytest

from catalogweb.catalog.models import Registry, Revision
from catalogweb.catalog.revisions import Choice, chosen_revisions
from catalogweb.core.errors import Invalid, Refusals
from tests.factories import CatalogItemFactory, PrivateRegistryFactory, RegistryFactory, RevisionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def choose(operator):
    return lambda **said: chosen_revisions(by=operator, choices=[Choice(**said)])[0]


def test_an_item_means_its_current_revision_and_goes_before_images(choose):
    item = CatalogItemFactory()

    assert choose(item=item) == choose(item=item, images={"x86": "a:1"}) == item.current
    assert (
        choose(item=item, now=RevisionFactory()) == choose(item=item, now=CatalogItemFactory().current) == item.current
    )


def test_an_item_keeps_the_revision_of_it_that_runs(choose):
    item = CatalogItemFactory()
    older = RevisionFactory(item=item, number=7)

    assert choose(item=item, now=older) == older


def test_nothing_said_keeps_what_runs_and_is_refused_for_something_new(choose):
    now = RevisionFactory()

    assert choose(now=now) == choose(now=now, images={}) == now
    for said in ({}, {"now": now, "images": {"x86": ""}}):
        with pytest.raises(Invalid, match="Say what to run") as refused:
            choose(**said)
        assert refused.value.field == "images"


def test_own_images_come_from_the_registry_that_is_said_else_the_one_they_have_else_docker_hub(choose):
    said, had = RegistryFactory(), RegistryFactory()
    now = RevisionFactory(registry=had)

    registries = [
        choose(images={"x86": "ghcr.io/a"}, registry=said, now=now).registry,
        choose(images={"x86": "ghcr.io/a"}, now=now).registry,
        choose(images={"x86": "ghcr.io/a"}, now=CatalogItemFactory(images__registry=had).current).registry,
        choose(images={"x86": "ghcr.io/a"}).registry,
    ]
    assert registries == [said, had, had, Registry.objects.get(pk=1)]


def test_another_registry_alone_moves_own_images_and_no_items(choose):
    own, of_item = RevisionFactory(images={"x86": "ghcr.io/a"}), CatalogItemFactory().current
    registry = RegistryFactory()

    moved = choose(registry=registry, now=own)
    assert (moved.registry, moved.by_architecture) == (registry, {"x86": "ghcr.io/a"})
    assert choose(registry=registry, now=of_item) == of_item


def test_equal_own_images_are_no_new_revision_even_when_they_could_not_be_given_anew(choose):
    now = RevisionFactory(images={"x86": "team/app:1"}, registry=PrivateRegistryFactory(url="reg.example.org"))

    for said in ({"x86": "team/app:1"}, {"x86": " team/app:1 ", "arm": ""}):
        assert choose(images=said, now=now) == choose(images=said, now=now, registry=now.registry) == now


def test_only_what_differs_is_completed(choose):
    now = RevisionFactory(images={"x86": "team/app:1"}, registry=PrivateRegistryFactory(url="reg.example.org"))

    images = choose(images={"x86": "team/app:1", "arm": "team/app:1"}, now=now).by_architecture

    assert images == {"x86": "team/app:1", "arm": "reg.example.org/team/app:1"}


def test_stored_reference_is_checked_for_another_registry(choose):
    now = RevisionFactory(images={"x86": "ghcr.io/a"})

    with pytest.raises(Invalid, match="is pulled from ghcr.io"):
        choose(images={"x86": "ghcr.io/a"}, registry=PrivateRegistryFactory(), now=now)


def test_many_choices_take_the_statements_of_one_and_share_equal_images(operator, django_assert_num_queries):
    for size in (1, 30):
        choices = [Choice(images={"x86": f"ghcr.io/a:{n}"}) for n in range(size)] * 2
        with django_assert_num_queries(3):
            found = chosen_revisions(by=operator, choices=choices)
        assert [revision.by_architecture for revision in found] == [choice.images for choice in choices]
        assert len(set(found)) == size


def test_every_fault_of_many_choices_points_at_its_place(operator):
    choices = [Choice(path="[0]"), Choice(images={"x86": "a:1"}), Choice(images={"x86": "No"}, path="[2]")]

    with pytest.raises(Refusals) as refused:
        chosen_revisions(by=operator, choices=choices)
    assert [fault.path for fault in refused.value.refusals] == ["[0]", "[2]"]
    assert not Revision.objects.filter(item=None).exists()
