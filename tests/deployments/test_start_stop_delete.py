import pytest

from catalogweb.catalog.models import Revision
from catalogweb.core.errors import Invalid
from catalogweb.deployments.applications import edit_application
from catalogweb.deployments.desired import wanted_on
from catalogweb.deployments.models import Deployment, Microservice, MicroserviceStatus, PortMapping
from catalogweb.deployments.services import delete_microservices, set_activated
from tests.factories import MicroserviceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(application, agents):
    return MicroserviceFactory(name="web", application=application, agent=agents[0])


def names_on(agent):
    return [wanted.microservice.name for wanted in wanted_on(agent.pk)]


def test_stopped_microservice_leaves_the_list_of_its_agent(operator, web):
    assert names_on(web.agent) == ["web"]
    set_activated(by=operator, microservices=[web], is_activated=False)

    assert names_on(web.agent) == []


def test_stopped_application_empties_the_lists_and_keeps_each_ones_own_wish(operator, web, application):
    stopped = MicroserviceFactory(name="b", application=application, agent=web.agent, is_activated=False)
    edit_application(by=operator, application=application, is_activated=False)
    assert names_on(web.agent) == []

    edit_application(by=operator, application=application, is_activated=True)
    assert names_on(web.agent) == ["web"]
    assert not Microservice.objects.get(pk=stopped.pk).is_activated


def test_start_in_a_stopped_application_is_refused_with_what_to_do(operator, web, application):
    set_activated(by=operator, microservices=[web], is_activated=False)
    edit_application(by=operator, application=application, is_activated=False)

    with pytest.raises(Invalid, match="Application heart is not activated: start it first"):
        set_activated(by=operator, microservices=[web], is_activated=True)


def test_start_forgets_the_reports_of_the_earlier_life(operator, web):
    set_activated(by=operator, microservices=[web], is_activated=False)
    MicroserviceStatus.objects.update(state="FAILED", error_message="x")
    set_activated(by=operator, microservices=[web], is_activated=True)

    status = MicroserviceStatus.objects.get()
    assert (status.state, status.error_message) == ("QUEUED", "")


def test_start_and_stop_do_not_make_a_new_generation(operator, web):
    for wanted in (False, True):
        set_activated(by=operator, microservices=[web], is_activated=wanted)

    assert Microservice.objects.get().generation == 1


def test_starts_in_the_order_of_the_schedule(web, application):
    MicroserviceFactory(name="first", application=application, agent=web.agent, schedule=1)

    assert names_on(web.agent) == ["first", "web"]


def test_microservice_without_an_image_for_its_agent_is_not_served(web):
    web.revision.images.filter(architecture="x86").delete()

    assert names_on(web.agent) == []


def test_delete_takes_ports_status_deployment_and_own_images_along(operator, web):
    web.ports.create(agent=web.agent, internal=80, external=8080)

    assert delete_microservices(by=operator, microservices=[web]) == 1
    left = [PortMapping, MicroserviceStatus, Deployment, Microservice]
    assert [model.objects.count() for model in left] == [0, 0, 0, 0]
    assert not Revision.objects.filter(item=None).exists()


def test_delete_keeps_the_deployment_of_those_that_stay(operator, web, application, agents):
    other = MicroserviceFactory(
        application=application, agent=agents[1], deployment=web.deployment, revision=web.revision
    )
    delete_microservices(by=operator, microservices=[web])

    other.refresh_from_db()
    assert (Deployment.objects.get(), other.revision_id) == (other.deployment, web.revision_id)


def test_delete_of_what_is_gone_counts_nothing(operator, web):
    delete_microservices(by=operator, microservices=[web])

    assert delete_microservices(by=operator, microservices=[Microservice(pk=web.pk)]) == 0
