"""Findings are appended: the same again moves a time, anything else is a new row."""

import pytest

from catalogweb.catalog.checks import failed_as, found_as, last_found, latest_checks, note_findings
from catalogweb.catalog.failures import Failure
from catalogweb.catalog.models import ImageCheck
from catalogweb.catalog.oci import Found, Platform
from tests.factories import RegistryFactory

pytestmark = pytest.mark.django_db
IMAGE = "registry.example.org/team/web:1"


def found(digest="sha256:1", *platforms):
    return found_as(Found(digest, "application/vnd.oci.image.index.v1+json", platforms))


def test_the_same_finding_only_moves_its_time():
    key = (RegistryFactory().pk, IMAGE)
    first = note_findings({key: found()})[key]

    second = note_findings({key: found()})[key]

    assert second.pk == first.pk
    assert second.found_at == first.found_at
    assert second.checked_at > first.checked_at


def test_another_finding_is_appended_and_the_old_one_stays():
    key = (RegistryFactory().pk, IMAGE)
    note_findings({key: found("sha256:1")})
    note_findings({key: found("sha256:2")})

    note_findings({key: failed_as(Failure.TIMEOUT, "")})

    assert list(ImageCheck.objects.values_list("digest", "failure")) == [
        ("", "timeout"),
        ("sha256:2", ""),
        ("sha256:1", ""),
    ]
    assert latest_checks([key])[key].failure == "timeout"
    assert last_found([key])[key].digest == "sha256:2"


def test_findings_of_registries_with_other_credentials_are_apart():
    one, other = (RegistryFactory().pk, IMAGE), (RegistryFactory().pk, IMAGE)

    note_findings({one: found(), other: failed_as(Failure.AUTH_SCOPE, "")})

    assert {key: check.failure for key, check in latest_checks([one, other]).items()} == {one: "", other: "auth_scope"}


def test_check_knows_which_architectures_it_fits():
    key = (RegistryFactory().pk, IMAGE)
    arm = (Platform("linux", "arm", "v7", size=5), Platform("linux", "arm64", "v8", size=7))

    check = note_findings({key: found("sha256:1", *arm)})[key]
    check.refresh_from_db()

    assert (check.fits("arm"), check.fits("x86")) == (True, False)
    assert check.size_for("arm") == 5
    assert [platform.label for platform in check.platforms] == ["linux/arm/v7", "linux/arm64/v8"]
    assert check.found == Found("sha256:1", "application/vnd.oci.image.index.v1+json", arm)


def test_statements_do_not_grow_with_the_images(django_assert_max_num_queries):
    registry = RegistryFactory()
    many = {(registry.pk, f"{IMAGE}.{number}"): found(f"sha256:{number}") for number in range(200)}
    note_findings(many)

    with django_assert_max_num_queries(8):
        note_findings({key: found("sha256:new") for key in many})
    assert ImageCheck.objects.filter(is_latest=True).count() == 200
