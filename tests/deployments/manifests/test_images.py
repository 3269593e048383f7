"""What manifests say of images: looked up before the transaction, refused when they do not fit, warned about else."""

import pytest

from catalogweb.catalog.models import CatalogItem
from catalogweb.deployments.manifests import apply, plan
from catalogweb.deployments.manifests.faults import ManifestRefused
from tests.factories import RegistryFactory, UserFactory
from tests.testbed.images import push_web_image

pytestmark = pytest.mark.django_db
ITEM = """\
apiVersion: iofog.org/v3
kind: CatalogItem
metadata: {{name: {name}}}
spec: {{x86: "{x86}", registry: "{registry}"}}
"""


@pytest.fixture(autouse=True)
def calls(settings, monkeypatch):
    settings.REGISTRY_CHECKS = True
    monkeypatch.setattr("catalogweb.catalog.saving.HURRY", 60)


def test_plan_warns_of_an_image_that_is_not_there_and_applies(open_registry):
    stored, by = RegistryFactory(url=open_registry.host), UserFactory()
    text = ITEM.format(name="web", x86=f"{open_registry.host}/team/none:1", registry=stored.pk)

    [change] = plan(text, by=by).changes

    assert any("image not found" in warning for warning in change.warnings)
    apply(text, by=by)
    assert CatalogItem.objects.filter(name="web").exists()


def test_plan_refuses_an_image_of_another_architecture(open_registry):
    stored, by = RegistryFactory(url=open_registry.host), UserFactory()
    arm = push_web_image(open_registry, "team/manifest-arm", platforms=["linux/arm64"])

    with pytest.raises(ManifestRefused, match="not for x86"):
        plan(ITEM.format(name="web", x86=arm, registry=stored.pk), by=by)


def test_plan_says_nothing_of_an_image_that_is_fine(open_registry):
    stored, by = RegistryFactory(url=open_registry.host), UserFactory()
    image = push_web_image(open_registry, "team/manifest-fine", platforms=["linux/amd64"])

    [change] = plan(ITEM.format(name="web", x86=image, registry=stored.pk), by=by).changes

    assert change.warnings == []
