"""Wishes: what is missing is made along, or nothing is; what is there already stays."""

import pytest

from catalogweb.catalog.models import Registry, Revision
from catalogweb.core.errors import Forbidden, Invalid
from catalogweb.core.rights import Role
from catalogweb.deployments.models import Application
from catalogweb.deployments.wishes import Wish, adapt, launch
from tests.factories import AgentFactory, CatalogItemFactory, MicroserviceFactory, RevisionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(db):
    return UserFactory()


def test_a_new_application_is_made_along_and_an_old_one_is_used(by):
    item = CatalogItemFactory()
    for name in ("one", "two"):
        launch(by=by, application="clinic", wish=Wish(item=item, agents=[AgentFactory()], name=name))

    assert Application.objects.get().microservices.count() == 2


def test_a_refusal_leaves_no_application_and_no_images_behind(by):
    wish = Wish(images={"x86": "a:1"}, agents=[AgentFactory(architecture="arm")], name="web")

    with pytest.raises(Invalid, match="images for x86 only"):
        launch(by=by, application="clinic", wish=wish)

    assert not Application.objects.exists()
    assert not Revision.objects.filter(item=None).exists()


def test_a_bad_application_name_is_refused_as_such(by):
    with pytest.raises(Invalid) as refused:
        launch(by=by, application="Not Good", wish=Wish(item=CatalogItemFactory(), agents=[AgentFactory()], name="web"))

    assert refused.value.field == "application"


def test_the_same_own_images_make_no_new_revision(by):
    microservice = MicroserviceFactory(revision=RevisionFactory(images={"x86": "a:1"}))

    hub = Registry.objects.get(pk=1)
    same = adapt(by=by, microservice=microservice, wish=Wish(images={"x86": "a:1"}, registry=hub))
    other = adapt(by=by, microservice=same, wish=Wish(images={"x86": "a:2"}, registry=hub))

    assert (same.revision, same.generation) == (microservice.revision, 1)
    assert (other.image, other.generation) == ("a:2", 2)
    assert Revision.objects.filter(item=None).count() == 1


def test_viewers_are_refused():
    with pytest.raises(Forbidden):
        launch(by=UserFactory(role=Role.VIEWER), application="clinic", wish=Wish(item=CatalogItemFactory(), name="web"))
