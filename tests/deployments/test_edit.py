import pytest

from catalogweb.catalog.models import Revision
from catalogweb.core.errors import Duplicate, Invalid, NotFound
from catalogweb.deployments.container import Container, Volume
from catalogweb.deployments.models import Microservice, MicroserviceStatus
from catalogweb.deployments.rebuilding import rebuild
from catalogweb.deployments.services import edit_microservice
from tests.factories import CatalogItemFactory, MicroserviceFactory, RevisionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(application, agents):
    return MicroserviceFactory(name="web", application=application, agent=agents[0])


@pytest.mark.parametrize(
    "change",
    [
        {"env": {"A": "1"}}, {"volumes": (Volume("/a", "/b"),)}, {"commands": ("sh",)}, {"privileged": True},
        {"host_network": True}, {"log_size": 5}, {"extra_hosts": (("db", "10.0.0.1"),)}, {"options": {"runtime": "runc"}},
    ],
)  # fmt: skip
def test_new_settings_need_a_new_container_and_are_stored(operator, web, change):
    edit_microservice(by=operator, microservice=web, container=Container(**change))

    web = Microservice.objects.get(pk=web.pk)
    assert (web.generation, web.container) == (2, Container(**change))


@pytest.mark.parametrize("change", [{"config": {"level": 3}}, {"schedule": 10}])
def test_config_and_start_order_need_no_new_container(operator, web, change):
    assert edit_microservice(by=operator, microservice=web, container=Container(**change)).generation == 1


@pytest.mark.parametrize(("images", "generation"), [({"x86": "a:2"}, 2), ({"x86": "team/web:1", "arm": "b:2"}, 1)])
def test_only_the_image_of_its_own_architecture_needs_a_new_container(operator, web, images, generation):
    revision = RevisionFactory(images=images)

    assert edit_microservice(by=operator, microservice=web, revision=revision).generation == generation


def test_rename_needs_no_new_container(operator, web):
    assert edit_microservice(by=operator, microservice=web, name="viewer").generation == 1


def test_rebuild_is_a_new_generation_each_time(operator, web):
    rebuild(by=operator, microservices=[web])
    edit_microservice(by=operator, microservice=web, rebuild=True)

    assert Microservice.objects.get().generation == 3


def test_name_is_taken_once_per_application(operator, web, application):
    MicroserviceFactory(name="viewer", application=application)
    MicroserviceFactory(name="pulse")

    with pytest.raises(Duplicate, match="heart already has this microservice"):
        edit_microservice(by=operator, microservice=web, name="viewer")
    assert edit_microservice(by=operator, microservice=web, name="pulse").name == "pulse"


def test_all_faults_of_an_edit_are_listed(operator, web, agents):
    with pytest.raises(Invalid) as refused:
        edit_microservice(
            by=operator, microservice=web, name="Bad", agent=agents[1], revision=RevisionFactory(images={"x86": "a"}),
            container=Container(log_size=-1),
        )  # fmt: skip

    assert len(refused.value.messages) == 3


def test_move_to_an_architecture_without_image_is_refused(operator, web, agents):
    web.revision.images.filter(architecture="arm").delete()

    with pytest.raises(Invalid, match="horse-2 is ARM, and there are images for x86 only"):
        edit_microservice(by=operator, microservice=web, agent=agents[1])


def test_move_forgets_what_the_old_agent_reported(operator, web, agents):
    MicroserviceStatus.objects.filter(microservice=web).update(state="RUNNING", container_id="c1", built_generation=1)

    moved = edit_microservice(by=operator, microservice=web, agent=agents[1])

    status = MicroserviceStatus.objects.get(microservice=web)
    assert (status.state, status.container_id, status.built_generation) == ("QUEUED", "", 0)
    assert (moved.status.state, moved.image) == ("QUEUED", "team/web-arm:1")


def test_edit_in_place_keeps_what_was_reported(operator, web):
    MicroserviceStatus.objects.filter(microservice=web).update(state="RUNNING")
    edit_microservice(by=operator, microservice=web, container=Container(env={"A": "1"}))

    assert MicroserviceStatus.objects.get().state == "RUNNING"


def test_own_images_that_nobody_uses_any_more_are_forgotten(operator, web):
    old, new = web.revision, RevisionFactory()
    edit_microservice(by=operator, microservice=web, revision=new)

    assert not Revision.objects.filter(pk=old.pk).exists()
    assert web.deployment.__class__.objects.get().revision == new


def test_own_images_of_another_microservice_stay(operator, web):
    other = MicroserviceFactory(revision=web.revision)
    edit_microservice(by=operator, microservice=web, revision=CatalogItemFactory().current)

    assert Revision.objects.filter(pk=other.revision_id).exists()


def test_microservice_that_moves_alone_becomes_a_deployment_of_its_own(operator, web, application):
    other = MicroserviceFactory(name="other", application=application, revision=web.revision, deployment=web.deployment)
    new = RevisionFactory()
    edit_microservice(by=operator, microservice=web, revision=new)

    web.refresh_from_db()
    other.refresh_from_db()
    assert web.deployment != other.deployment
    assert (web.deployment.revision, other.deployment.revision) == (new, other.revision)


def test_edit_of_a_deleted_microservice_is_a_sentence(operator, web):
    Microservice.objects.filter(pk=web.pk).delete()

    with pytest.raises(NotFound, match="microservice is gone"):
        edit_microservice(by=operator, microservice=web, name="viewer")


def test_edit_works_on_what_is_stored_not_on_what_the_caller_saw(operator, web):
    stale = Microservice.objects.get(pk=web.pk)
    edit_microservice(by=operator, microservice=web, container=Container(env={"A": "1"}))

    edit_microservice(by=operator, microservice=stale, name="viewer")

    stored = Microservice.objects.get()
    assert (stored.name, stored.container.env, stored.generation) == ("viewer", {"A": "1"}, 2)
