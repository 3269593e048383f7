"""Images are looked up before an item is saved: what cannot run is refused, what nobody can see is unverified."""

import pytest
from django.db import transaction

from catalogweb.catalog.checks import failed_as, found_as, note_findings
from catalogweb.catalog.coverage import coverage_of
from catalogweb.catalog.failures import Failure
from catalogweb.catalog.fitting import states_of
from catalogweb.catalog.looking import look_at, verify_item
from catalogweb.catalog.models import CatalogItem, ImageCheck, Registry, Revision
from catalogweb.catalog.oci import Found, Platform
from catalogweb.catalog.services import create_item
from catalogweb.core.errors import Conflict, Refusal, Refusals
from catalogweb.deployments.sources import edit_catalog_item
from tests.factories import AgentFactory, CatalogItemFactory, RegistryFactory, RevisionFactory
from tests.testbed.images import push_web_image
from tests.testbed.servers import hanging

pytestmark = pytest.mark.django_db
AMD64, ARM, ARM64 = (Platform("linux", name, size=1000) for name in ("amd64", "arm", "arm64"))


@pytest.fixture(autouse=True)
def calls(settings):
    settings.REGISTRY_CHECKS = True


@pytest.fixture
def stored(open_registry):
    return RegistryFactory(url=open_registry.host)


def note(revision, **platforms):
    """`x86=[…]` is what was found of that image; a failure stands for itself."""
    images = revision.by_architecture
    note_findings(
        {
            (revision.registry_id, images[slot]): failed_as(found, "")
            if isinstance(found, Failure)
            else found_as(Found(f"sha256:{slot}", "m", tuple(found)))
            for slot, found in platforms.items()
        }
    )


def test_an_image_of_another_architecture_is_refused_at_its_field(operator, stored, open_registry):
    arm = push_web_image(open_registry, "team/fit-arm", platforms=["linux/arm64"])

    with pytest.raises(Refusal) as refused:
        create_item(by=operator, name="web", images={"x86": arm, "arm": arm}, registry=stored)

    assert refused.value.field == "x86"
    assert "is made for linux/arm64, and not for x86" in refused.value.message
    assert not CatalogItem.objects.filter(name="web").exists()


def test_a_name_without_host_is_looked_up_where_it_will_be_pulled_from(operator, stored, open_registry):
    push_web_image(open_registry, "team/fit-short")

    item = create_item(by=operator, name="web", images={"x86": "team/fit-short:1.0"}, registry=stored)

    [state] = states_of([item.current])[item.current.pk]
    assert (state.status, state.reference) == ("verified", f"{open_registry.host}/team/fit-short:1.0")
    assert state.platforms == ["linux/amd64", "linux/arm64"]
    assert state.digest.startswith("sha256:")
    assert state.size > 1000


def test_an_edit_judges_new_images_alone(operator, stored, open_registry):
    arm = push_web_image(open_registry, "team/fit-edit", platforms=["linux/arm64"])
    item = CatalogItemFactory(images={"x86": arm}, images__registry=stored)

    edit_catalog_item(by=operator, item=item, images={"x86": arm, "arm": arm})
    other = push_web_image(open_registry, "team/fit-edit", "2.0", platforms=["linux/arm64"])
    with pytest.raises(Refusal, match=r"not for x86"):
        edit_catalog_item(by=operator, item=item, images={"x86": other, "arm": arm})


@pytest.mark.parametrize("kind", ["hanging", "gone"])
def test_an_unreachable_registry_leaves_images_unverified_and_saves(operator, kind, monkeypatch):
    monkeypatch.setattr("catalogweb.catalog.saving.HURRY", 0.5 if kind == "hanging" else 60)
    with hanging() as host:
        stored = RegistryFactory(url=host if kind == "hanging" else "127.0.0.1:1")
        item = create_item(by=operator, name="web", images={"x86": "team/web:1"}, registry=stored)

    [state] = states_of([item.current])[item.current.pk]
    assert (state.status, state.word, state.tone) == ("unverified", "Unverified", "late")
    assert bool(state.check) == (kind == "gone")
    assert state.why


def test_an_image_that_is_gone_is_saved_and_said_to_be_missing(operator, stored):
    item = create_item(by=operator, name="web", images={"x86": "team/none:1"}, registry=stored)

    [state] = states_of([item.current])[item.current.pk]
    assert (state.status, state.word) == ("missing", "Image not found")


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_registry_inside_a_transaction(operator, stored, open_registry):
    Registry.objects.filter(pk=stored.pk).exists()
    arm = push_web_image(open_registry, "team/fit-inside", platforms=["linux/arm64"])

    with transaction.atomic():
        create_item(by=operator, name="unseen", images={"x86": arm}, registry=stored)
    assert not ImageCheck.objects.exists()

    item = CatalogItem.objects.get(name="unseen")
    verify_item(by=operator, item=item)
    with pytest.raises(Refusal, match="not for x86"), transaction.atomic():
        create_item(by=operator, name="known", images={"x86": arm}, registry=stored)


def test_an_old_finding_refuses_nothing(operator, settings):
    stored = RegistryFactory(url="127.0.0.1:1")
    note_findings({(stored.pk, "127.0.0.1:1/team/web:1"): found_as(Found("sha256:1", "m", (ARM64,)))})
    ImageCheck.objects.update(checked_at="2020-01-01T00:00:00Z")

    with transaction.atomic():
        create_item(by=operator, name="web", images={"x86": "team/web:1"}, registry=stored)


def test_every_misfit_is_told_at_once(operator, stored, open_registry):
    arm = push_web_image(open_registry, "team/fit-both", "arm", platforms=["linux/arm64"])
    x86 = push_web_image(open_registry, "team/fit-both", "x86", platforms=["linux/amd64"])

    with pytest.raises(Refusals) as refused:
        create_item(by=operator, name="web", images={"x86": arm, "arm": x86}, registry=stored)

    assert [refusal.field for refusal in refused.value.refusals] == ["x86", "arm"]


def test_looking_saves_nothing_and_lists_tags(operator, stored, open_registry):
    for tag in ("1.0", "1.1"):
        push_web_image(open_registry, "team/look", tag)

    [one] = look_at(by=operator, images={"x86": "team/look:1.0", "arm": ""}, registry=stored, with_tags=True)

    assert one.state.covers == {"x86", "arm"}
    assert one.tags == ["1.1", "1.0"]
    assert one.name == "team/look"
    assert not Revision.objects.filter(registry=stored).exists()


def test_images_of_the_local_cache_are_not_looked_at(operator):
    with pytest.raises(Conflict, match="on the agents already"):
        look_at(by=operator, images={"x86": "web:1"}, registry=Registry.objects.get(pk=2))


def test_a_failure_after_a_finding_shows_both(operator):
    revision = RevisionFactory(images={"x86": "team/web:1"})
    note(revision, x86=[AMD64])
    note(revision, x86=Failure.TIMEOUT)

    [state] = states_of([revision])[revision.pk]

    assert (state.status, state.digest, state.platforms) == ("unverified", "sha256:x86", ["linux/amd64"])


def test_coverage_counts_agents_by_what_is_known():
    for architecture in ("x86", "x86", "arm"):
        AgentFactory(architecture=architecture)
    both, half, none = (RevisionFactory(images=images) for images in (None, {"x86": "team/half:1"}, None))
    note(both, x86=[AMD64], arm=[ARM, ARM64])
    note(half, x86=[AMD64])
    fresh = RevisionFactory(images={"x86": "team/fresh:1", "arm": "team/fresh:1"})

    covered = coverage_of([both, half, fresh])

    told = {pk: (c.can, c.unknown, c.cannot, c.agents) for pk, c in covered.items()}
    assert told == {both.pk: (3, 0, 0, 3), half.pk: (2, 0, 1, 3), fresh.pk: (0, 3, 0, 3)}
    assert (covered[both.pk].tone, covered[half.pk].tone, covered[fresh.pk].tone) == ("good", "bad", "late")
    assert covered[half.pk].number == "2 of 3 agents"
    assert covered[half.pk].rest == "1 cannot"
    assert none.pk not in covered


@pytest.mark.parametrize(("platform", "said"), [(ARM, "32 bit"), (ARM64, "64 bit")])
def test_coverage_of_one_width_of_arm_is_unknown(platform, said):
    AgentFactory(architecture="arm")
    revision = RevisionFactory(images={"arm": "team/arm:1"})
    note(revision, arm=[platform])

    row = coverage_of([revision])[revision.pk].rows[1]

    assert (row.can, row.unknown) == (0, 1)
    assert said in row.why


def test_coverage_takes_the_same_statements_for_more_revisions(django_assert_num_queries):
    revisions = [RevisionFactory(images={"x86": f"team/web:{n}"}) for n in range(20)]
    for revision in revisions[:10]:
        note(revision, x86=[AMD64])
        note(revision, x86=Failure.TIMEOUT)
    for number in (2, 20):
        listed = list(Revision.objects.filter(pk__in=[r.pk for r in revisions[:number]]).prefetch_related("images"))
        listed = [revision for revision in listed if revision.registry and revision.images.all()]
        with django_assert_num_queries(3):
            coverage_of(listed)
