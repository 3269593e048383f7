"""The overview: counts, what fails, first steps."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.agents.models import AgentStatus
from catalogweb.catalog.models import CatalogItem
from tests.factories import AgentFactory, CatalogItemFactory, MicroserviceFactory

pytestmark = pytest.mark.django_db


def online(**more):
    now = timezone.now()
    later = now + timedelta(hours=1)
    times = {"reported_at": now, "late_at": later, "offline_at": later} | more
    return AgentFactory(**{f"status__{name}": value for name, value in times.items()})


def failing(message="unauthorized: authentication required"):
    return MicroserviceFactory(agent=online(), status__state="FAILED", status__error_message=message)


def test_counts_link_to_filtered_lists(viewer):
    online()
    AgentFactory()
    failing()

    page = viewer.get("/").text

    for query in ("presence=online", "presence=never", "status=failed", "category=SYSTEM", "kind=private"):
        assert query in page
    assert "presence=offline" not in page


def test_a_failing_microservice_is_named_with_its_cause(viewer):
    microservice = failing()

    page = viewer.get("/").text

    assert microservice.full_name in page
    assert "unauthorized: authentication required" in page


def test_the_fragment_holds_the_counts_only(viewer):
    fragment = viewer.get("/", headers={"HX-Request": "true"})

    assert "<html" not in fragment.text
    assert 'id="gauge-agents"' in fragment.text
    assert "HX-Request" in fragment.headers["Vary"]


def test_first_steps_tick_what_is_done_and_go_once_something_is_deployed(operator):
    before = operator.get("/").text
    CatalogItemFactory()
    after = operator.get("/").text
    failing()

    assert before.count("Done:") == 0
    assert after.count("Done:") == 1
    assert "First steps" not in operator.get("/").text


def test_a_viewer_is_offered_no_deploy_button(viewer, operator):
    failing()

    assert "/deploy/" not in viewer.get("/").text.replace("/deployments/", "")
    assert 'href="/deploy/"' in operator.get("/").text


def test_simulated_agents_are_said_on_every_page(viewer):
    agent = online()
    assert "nothing really runs" not in viewer.get("/catalog/").text

    AgentStatus.objects.filter(agent=agent).update(simulated=True, engine_problem="Run: apt install podman")

    page = viewer.get("/catalog/").text
    assert "nothing really runs" in page
    assert f'<a href="/agents/{agent.uuid}/">{agent.name}</a>' in page
    assert "Run: apt install podman" in page


def test_many_simulated_agents_are_not_all_named(viewer):
    for number in range(5):
        AgentFactory(name=f"lab-{number}")
    AgentStatus.objects.update(simulated=True)

    page = viewer.get("/catalog/").text

    assert "lab-2" in page
    assert "lab-3" not in page
    assert 'and <a href="/agents/">others</a>' in page


def test_queries_do_not_grow_with_what_there_is(viewer, django_assert_num_queries):
    failing()
    with django_assert_num_queries(13):
        viewer.get("/")
    for _ in range(5):
        failing()
    assert CatalogItem.objects.exists()
    with django_assert_num_queries(13):
        viewer.get("/")
