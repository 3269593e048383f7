"""Deployments: what was placed, and how that went."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.deployments.container import Container, Volume
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.services import deploy
from catalogweb.deployments.sources import edit_catalog_item
from tests.factories import (
    AgentFactory,
    ApplicationFactory,
    CatalogItemFactory,
    DeploymentFactory,
    MicroserviceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


def placed(deployment, **more):
    now = timezone.now()
    times = {"agent__status__reported_at": now, "agent__status__late_at": now + timedelta(1)}
    reach = {"agent__status__offline_at": now + timedelta(1)}
    kept = {"deployment": deployment, "application": deployment.application, "revision": deployment.revision}
    return MicroserviceFactory(**times | reach | kept | more)


def test_list_shows_who_placed_what_and_how_much_of_it_runs(viewer):
    revision = CatalogItemFactory(name="heart-rate").current
    deployment = DeploymentFactory(name="hr", revision=revision, author=UserFactory(email="ann@example.org"))
    placed(deployment, status__state="RUNNING")
    placed(deployment)
    DeploymentFactory(name="other")

    fragment = viewer.get("/deployments/?q=ann", headers=FRAGMENT).text

    for text in ("hr", "heart-rate revision 1", "ann@example.org", "1 of 2"):
        assert text in fragment
    assert "other" not in fragment
    assert "<html" not in fragment


def test_list_takes_the_same_queries_for_more_rows(viewer, django_assert_num_queries):
    placed(DeploymentFactory())
    with django_assert_num_queries(7):
        viewer.get("/deployments/")
    for _ in range(10):
        placed(DeploymentFactory())
    with django_assert_num_queries(7):
        viewer.get("/deployments/")


def test_page_groups_failures_by_their_message(viewer):
    deployment = DeploymentFactory()
    for _ in range(2):
        placed(deployment, status__state="FAILED", status__error_message="manifest unknown")
    placed(deployment, status__state="FAILED", status__error_message="no space left on device")

    response = viewer.get(f"/deployments/{deployment.pk}/", headers=FRAGMENT)

    found = [(cause.messages, cause.number) for cause in response.context["causes"]]
    assert found == [(["manifest unknown"], 2), (["no space left on device"], 1)]
    assert "Retry" not in response.text
    assert "The registry has no such image or tag." in response.text


def test_page_shows_the_settings_it_was_placed_with(viewer):
    container = Container(env={"LEVEL": "3"}, volumes=(Volume("/srv", "/data"),), config={"a": 1})
    deployment = DeploymentFactory(container=container.as_json())

    page = viewer.get(f"/deployments/{deployment.pk}/")

    assert page.context["container"] == container
    assert "LEVEL=3" in page.text
    assert "Host folders: it reaches /srv" in page.text


def test_page_tells_what_was_placed_from_what_applies_now(operator, olga):
    item = CatalogItemFactory(name="heart-rate")
    [microservice] = deploy(
        by=olga, application=ApplicationFactory(), agents=[AgentFactory()], revision=item.current, name="web"
    )
    edit_catalog_item(by=olga, item=item, images={"x86": "team/web:2"}, move_running=True)

    page = operator.get(f"/deployments/{microservice.deployment_id}/").text

    assert "by olga@example.org, as heart-rate revision 1" in page
    assert ">heart-rate revision 2</a>" in page


def test_page_narrows_to_one_status(viewer):
    deployment = DeploymentFactory()
    placed(deployment, name="up", status__state="RUNNING")
    placed(deployment, name="down", status__state="FAILED")

    response = viewer.get(f"/deployments/{deployment.pk}/?status=failed")

    assert [microservice.name for microservice in response.context["page"]] == ["down"]


def test_page_takes_the_same_queries_for_more_microservices(viewer, django_assert_num_queries):
    deployment = DeploymentFactory()
    placed(deployment)
    with django_assert_num_queries(11):
        viewer.get(f"/deployments/{deployment.pk}/", headers=FRAGMENT)
    for _ in range(10):
        placed(deployment)
    with django_assert_num_queries(11):
        viewer.get(f"/deployments/{deployment.pk}/", headers=FRAGMENT)


def test_retry_builds_those_of_one_cause_again(operator, olga):
    deployment = DeploymentFactory()
    for message in ("pull of a: unauthorized", "access denied"):
        placed(deployment, status__state="FAILED", status__error_message=message)
    other = placed(deployment, status__state="FAILED", status__error_message="no space left on device")
    page = operator.get(f"/deployments/{deployment.pk}/")
    [cause] = [cause for cause in page.context["causes"] if cause.number == 2]
    assert "Retry these 2" in page.text

    answer = operator.post(f"/deployments/{deployment.pk}/retry/", {"cause": cause.key}, follow=True)

    assert "2 microservices will be pulled and built again." in answer.text
    assert Microservice.objects.filter(generation=2).count() == 2
    other.refresh_from_db()
    assert other.generation == 1


def test_retry_is_not_for_viewers_and_says_when_nothing_fails_any_more(viewer, operator):
    deployment = DeploymentFactory()
    path = f"/deployments/{deployment.pk}/retry/"

    assert viewer.post(path, {"cause": "x"}).status_code == 403
    assert "Nothing fails for that cause any more." in operator.post(path, {"cause": "x"}, follow=True).text


def test_page_counts_how_far_its_microservices_have_come(viewer):
    deployment = DeploymentFactory()
    placed(deployment, status__state="RUNNING", status__served_generation=1, status__built_generation=1)
    placed(deployment, status__state="PULLING", status__served_generation=1)
    placed(deployment)
    placed(deployment, is_activated=False)

    stages = viewer.get(f"/deployments/{deployment.pk}/").context["stages"]

    assert dict(stages) == {"Ordered": 3, "Acknowledged": 2, "Pulled": 1, "Running": 1, "Healthy": 0}
