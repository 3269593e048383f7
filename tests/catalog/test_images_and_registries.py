"""An image and the registry it comes from belong together; a secret never goes to another host."""

import pytest

from catalogweb.catalog.registries import find_registry
from catalogweb.catalog.revisions import (
    Choice,
    checked_images,
    chosen_revisions,
    forget_unused_own_revisions,
    warnings_for,
)
from catalogweb.core.errors import Invalid
from tests.factories import MicroserviceFactory, PrivateRegistryFactory, RegistryFactory, RevisionFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("url", "image", "stored"),
    [
        ("reg.example.org", "team/web:1", "reg.example.org/team/web:1"),
        ("reg.example.org:5000", "web", "reg.example.org:5000/web"),
        ("reg.example.org/team", "web:1", "reg.example.org/team/web:1"),
        ("reg.example.org", "reg.example.org/web", "reg.example.org/web"),
        ("docker.io", "team/web:1", "team/web:1"),
    ],
)
def test_reference_is_stored_complete(url, image, stored):
    assert checked_images({"x86": image}, PrivateRegistryFactory(url=url)) == {"x86": stored}


@pytest.mark.parametrize("alias", ["remote", "local"])
def test_reference_of_a_built_in_registry_stays_as_written(alias):
    assert checked_images({"x86": " team/web:1 "}, find_registry(alias)) == {"x86": "team/web:1"}


@pytest.mark.parametrize(
    ("url", "image", "host"),
    [
        ("reg.example.org", "ghcr.io/team/web", "ghcr.io"),
        ("reg.example.org", "docker.io/team/web", "docker.io"),
        ("reg.example.org", "reg.example.org:5000/web", "reg.example.org:5000"),
        ("docker.io", "ghcr.io/web", "ghcr.io"),
    ],
)
def test_private_registry_refuses_an_image_of_another_host(url, image, host):
    with pytest.raises(Invalid, match=f"is pulled from {host}, but the private registry") as refused:
        checked_images({"arm": image}, PrivateRegistryFactory(url=url))

    assert refused.value.field == "arm"


@pytest.mark.parametrize(
    "image", ["team/web", "docker.io/team/web", "index.docker.io/team/web", "registry.hub.docker.com/web"]
)
def test_credentials_of_docker_hub_serve_all_of_its_names(image):
    registry = PrivateRegistryFactory(url="registry.hub.docker.com")

    assert checked_images({"x86": image}, registry) == {"x86": image}


def test_public_registry_takes_an_image_of_another_host():
    assert checked_images({"x86": "ghcr.io/web"}, RegistryFactory()) == {"x86": "ghcr.io/web"}


def test_wire_input_is_kept_as_sent_and_warned_about(operator):
    registry = PrivateRegistryFactory(url="reg.example.org")
    sent = Choice(images={"x86": "team/app:1", "arm": "No Reference"}, registry=registry, as_sent=True)
    [revision] = chosen_revisions(by=operator, choices=[sent])

    assert revision.by_architecture == {"x86": "team/app:1", "arm": "No Reference"}
    said = " ".join(warnings_for(revision))
    assert "team/app:1 will be pulled from docker.io, without the credentials of reg.example.org" in said
    assert "No Reference" in said


@pytest.mark.parametrize("registry", ["remote", "local"])
def test_built_in_registries_are_not_warned_about(operator, registry):
    images = {"x86": "ghcr.io/web", "arm": "web"}
    sent = Choice(images=images, registry=find_registry(registry), as_sent=True)
    [revision] = chosen_revisions(by=operator, choices=[sent])

    assert warnings_for(revision) == []


def test_own_images_go_with_the_last_microservice_that_used_them():
    used, unused, of_item = MicroserviceFactory().revision, RevisionFactory(), RevisionFactory(item_id=4, number=2)

    forget_unused_own_revisions([used.pk, unused.pk, of_item.pk])

    assert {r.pk for r in type(used).objects.filter(pk__in=[used.pk, unused.pk, of_item.pk])} == {used.pk, of_item.pk}
