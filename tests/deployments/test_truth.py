"""What an agent says it runs, beside what the registry says the image is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.catalog.findings import ImageCheck
from catalogweb.deployments.models import Microservice, MicroserviceStatus
from catalogweb.deployments.truth import compare_images
from catalogweb.deployments.words import status_of
from tests.factories import AgentFactory, MicroserviceFactory, RevisionFactory

pytestmark = pytest.mark.django_db
INDEX, PLATFORM, OTHER = (f"sha256:{letter * 64}" for letter in "abc")


@pytest.fixture
def online():
    now = timezone.now()
    later = now + timedelta(minutes=5)
    return AgentFactory(status__reported_at=now, status__late_at=later, status__offline_at=later)


def running(agent, digest, image="team/web:1", **status):
    values = {"state": "RUNNING", "image_digest": digest, "built_generation": 1, "reported_at": timezone.now()} | status
    return MicroserviceFactory(
        agent=agent, revision=RevisionFactory(images={"x86": image, "arm": "team/web-arm:1"}),
        **{f"status__{name}": value for name, value in values.items()},
    )  # fmt: skip


def checked(digest=INDEX, reference="team/web:1", **more):
    now = timezone.now()
    platforms = [{"os": "linux", "architecture": "amd64", "variant": "", "digest": PLATFORM, "size": 1}]
    row = {"digest": digest, "platform_list": platforms, "found_at": now, "checked_at": now} | more
    return ImageCheck.objects.create(registry_id=1, reference=reference, **row)


def word_of(microservice):
    return status_of(Microservice.objects.detailed().get(pk=microservice.pk)).word


@pytest.mark.parametrize("digest", [INDEX, PLATFORM])
def test_index_and_the_image_in_it_are_both_what_is_wanted(online, digest):
    checked()
    web = running(online, digest)

    compare_images()

    assert word_of(web) == "Running"
    assert MicroserviceStatus.objects.get(pk=web.pk).runs_wanted_image


def test_another_image_is_a_stale_one_until_the_wanted_one_is_reported(online):
    checked()
    web = running(online, OTHER)

    compare_images()
    assert word_of(web) == "Stale image"

    MicroserviceStatus.objects.filter(pk=web.pk).update(image_digest=INDEX)
    assert word_of(web) == "Running"
    compare_images()
    assert MicroserviceStatus.objects.get(pk=web.pk).runs_wanted_image


def test_moved_tag_makes_what_runs_stale(online):
    was = checked()
    web = running(online, INDEX)
    compare_images()
    ImageCheck.objects.filter(pk=was.pk).update(is_latest=False)
    checked(digest=OTHER, platform_list=[])

    compare_images()

    assert word_of(web) == "Stale image"


def test_pinned_image_is_compared_without_asking_anybody(online):
    right = running(online, OTHER, image=f"team/web@{OTHER}")
    wrong = running(online, INDEX, image=f"team/web@{OTHER}")

    compare_images()

    assert (word_of(right), word_of(wrong)) == ("Running", "Stale image")


@pytest.mark.parametrize(
    "status",
    [{"image_digest": ""}, {"state": "PULLING"}, {"built_generation": 0}],
)
def test_what_cannot_be_told_is_unknown(online, status):
    checked()
    web = running(
        online, **{"digest": OTHER} | {("digest" if k == "image_digest" else k): v for k, v in status.items()}
    )

    compare_images()

    seen = MicroserviceStatus.objects.get(pk=web.pk)
    assert (seen.runs_wanted_image, seen.runs_stale_image) == (False, False)


def test_image_that_was_never_looked_up_is_unknown(online):
    checked(failure="timeout", digest="", platform_list=[])
    web = running(online, OTHER)

    compare_images()

    assert word_of(web) == "Running"
    assert not MicroserviceStatus.objects.get(pk=web.pk).runs_wanted_image


def test_comparing_more_takes_no_more_statements_and_none_to_write_what_is_known(online, django_assert_num_queries):
    checked()
    for count in (1, 5):
        for _ in range(count):
            running(online, OTHER)
        with django_assert_num_queries(3):
            compare_images()
    with django_assert_num_queries(2):
        compare_images()
