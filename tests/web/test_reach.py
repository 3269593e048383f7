"""What a registry, an item or a revision touches is counted on its page and before it is changed or deleted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.catalog.models import Image, Revision
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.reach import Reach, reach_of
from tests.factories import AgentFactory, CatalogItemFactory, MicroserviceFactory, PrivateRegistryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry():
    return PrivateRegistryFactory()


@pytest.fixture
def item(registry):
    return CatalogItemFactory(name="web", images__registry=registry)


@pytest.fixture
def newest(item, registry, running):
    """Revision 2, which is current; what runs is on revision 1."""
    revision = Revision.objects.create(item=item, number=2, registry=registry)
    Image.objects.create(revision=revision, architecture="x86", reference="team/web:2")
    item.current = revision
    item.save()
    return revision


@pytest.fixture
def running(item):
    now = timezone.now()
    soon, past = now + timedelta(minutes=5), now - timedelta(minutes=5)
    here = AgentFactory(name="here", status__reported_at=now, status__late_at=soon, status__offline_at=soon)
    gone = AgentFactory(name="gone", status__reported_at=past, status__late_at=past, status__offline_at=past)
    first = MicroserviceFactory(name="first", agent=here, revision=item.current, application__name="shop")
    MicroserviceFactory(name="second", agent=here, revision=item.current, application=first.application)
    return [first, MicroserviceFactory(name="third", agent=gone, revision=item.current)]


def test_reach_counts_each_thing_once_in_two_statements(item, registry, running, django_assert_num_queries):
    MicroserviceFactory(name="stranger")
    with django_assert_num_queries(2):
        reach = reach_of(revision__item=item)

    assert reach == Reach(applications=2, deployments=3, microservices=3, online=1, offline=1)
    assert reach == reach_of(revision__registry=registry) == reach_of(revision=item.current)


def test_pages_say_what_they_touch_before_anything_happens(operator, item, registry, running):
    for path in (f"/catalog/{item.pk}/", f"/catalog/{item.pk}/revisions/1/", f"/registries/{registry.pk}/"):
        assert "1 agent online, 1 offline" in operator.get(path).text, path
    for path in (f"/catalog/{item.pk}/", f"/registries/{registry.pk}/"):
        for act in ("edit/", "delete/"):
            assert "1 agent online, 1 offline" in operator.get(path + act).text, path + act


@pytest.mark.parametrize(
    ("path", "mine", "other"),
    [
        ("/microservices/", "third", "stranger"),
        ("/applications/", "shop", "elsewhere"),
        ("/agents/", "gone", "far-away"),
        ("/deployments/", "shop", "elsewhere"),
    ],
)
@pytest.mark.parametrize("key", ["item", "registry", "revision"])
def test_counts_lead_to_lists_of_just_these(viewer, item, registry, running, path, mine, other, key):
    MicroserviceFactory(name="stranger", agent__name="far-away", application__name="elsewhere")
    pk = {"item": item.pk, "registry": registry.pk, "revision": item.current_id}[key]

    rows = viewer.get(f"{path}?{key}={pk}", headers={"HX-Request": "true"}).text
    page = viewer.get(f"{path}?{key}={pk}").text

    assert mine in rows
    assert other not in rows
    assert f'<option value="{pk}" selected>' in page


def test_everything_moves_to_a_revision_and_back(operator, item, newest, running):
    old = item.revisions.get(number=1)
    operator.post(f"/catalog/{item.pk}/revisions/2/", {"deployment": ""})
    assert set(Microservice.objects.values_list("revision", "generation")) == {(newest.pk, 2)}

    response = operator.post(f"/catalog/{item.pk}/revisions/1/", {"deployment": ""}, follow=True)

    assert set(Microservice.objects.values_list("revision", "generation")) == {(old.pk, 3)}
    assert "What you chose runs web revision 1." in response.text


def test_one_deployment_moves_and_the_others_stay(operator, item, newest, running):
    [first, third] = running
    page = operator.get(f"/deployments/{first.deployment_id}/").text
    assert f"/catalog/{item.pk}/revisions/2/?deployment={first.deployment_id}" in page

    operator.post(f"/catalog/{item.pk}/revisions/2/", {"deployment": first.deployment_id})

    moved = Microservice.objects.filter(revision=newest)
    assert [row.name for row in moved] == ["first"]
    assert Microservice.objects.get(pk=third.pk).revision_id != newest.pk


def test_a_revision_without_the_image_for_an_agent_is_refused_whole(operator, item, newest, running):
    MicroserviceFactory(agent=AgentFactory(name="small", architecture="arm"), revision=item.revisions.get(number=1))

    page = operator.post(f"/catalog/{item.pk}/revisions/2/", {"deployment": ""}).text

    assert "small" in page
    assert not Microservice.objects.filter(revision=newest).exists()


def test_viewers_see_a_revision_and_move_nothing(viewer, item, newest, running):
    page = viewer.get(f"/catalog/{item.pk}/revisions/2/")
    assert "team/web:2" in page.text
    assert "Move to revision" not in page.text

    assert viewer.post(f"/catalog/{item.pk}/revisions/2/", {"deployment": ""}).status_code == 403
    assert viewer.get(f"/catalog/{item.pk}/revisions/9/").status_code == 404
