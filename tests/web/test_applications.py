"""Applications: list, page, create, edit, start, stop, delete."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.deployments.models import Application, Microservice
from tests.factories import ApplicationFactory, MicroserviceFactory

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


def running(application, **more):
    now = timezone.now()
    times = {"agent__status__reported_at": now, "agent__status__late_at": now + timedelta(1)}
    reach = {"agent__status__offline_at": now + timedelta(1), "status__state": "RUNNING"}
    return MicroserviceFactory(application=application, **times | reach | more)


def test_list_counts_what_runs_what_fails_and_on_how_many_agents(viewer):
    application = ApplicationFactory(name="clinic")
    first = running(application)
    running(application, status__state="FAILED")
    MicroserviceFactory(application=application, agent=first.agent)

    fragment = viewer.get("/applications/?q=clin", headers=FRAGMENT)
    shown = fragment.context["page"][0]

    assert (shown.counts["running"], shown.counts["failed"], shown.counts["total"]) == (1, 1, 3)
    assert shown.agent_count == 2
    assert "1 of 3" in fragment.text
    assert "<html" not in fragment.text


def test_list_filters_by_state(viewer):
    ApplicationFactory(name="on")
    ApplicationFactory(name="off", is_activated=False)

    names = [application.name for application in viewer.get("/applications/?started=stopped").context["page"]]

    assert names == ["off"]


def test_list_takes_the_same_queries_for_more_rows(viewer, django_assert_num_queries):
    MicroserviceFactory()
    with django_assert_num_queries(7):
        viewer.get("/applications/")
    for _ in range(10):
        MicroserviceFactory()
    with django_assert_num_queries(7):
        viewer.get("/applications/")


def test_page_shows_its_microservices_live_and_its_yaml(viewer):
    microservice = running(ApplicationFactory(name="clinic"))

    page = viewer.get("/applications/clinic/").text
    fragment = viewer.get("/applications/clinic/", headers=FRAGMENT).text

    assert microservice.name in page
    assert "kind: Application" in page
    assert f'id="status-{microservice.uuid}"' in fragment
    assert "kind: Application" not in fragment


def test_page_sums_up_what_runs_and_does_not_repeat_its_own_name(viewer):
    application = running(ApplicationFactory(name="clinic")).application
    MicroserviceFactory(application=application)

    fragment = viewer.get("/applications/clinic/", headers=FRAGMENT).text

    assert "1 of 2 running" in fragment
    assert 'href="/microservices/?application=clinic&amp;status=running"' in fragment
    assert 'href="/applications/clinic/"' not in fragment


def test_page_takes_the_same_queries_for_more_microservices(viewer, django_assert_num_queries):
    application = MicroserviceFactory().application
    with django_assert_num_queries(8):
        viewer.get(f"/applications/{application.name}/", headers=FRAGMENT)
    for _ in range(10):
        MicroserviceFactory(application=application)
    with django_assert_num_queries(8):
        viewer.get(f"/applications/{application.name}/", headers=FRAGMENT)


def test_an_unknown_application_is_not_found_with_a_suggestion(viewer):
    ApplicationFactory(name="clinic")

    response = viewer.get("/applications/clinik/")

    assert response.status_code == 404
    assert "Did you mean “clinic”?" in response.text


def test_create_and_edit_keep_what_was_typed_when_refused(operator):
    ApplicationFactory(name="clinic")

    assert "Delete application" not in operator.get("/applications/system/delete/").text
    response = operator.post("/applications/add/", {"name": "clinic", "description": "The second"})
    assert "name" in response.context["form"].errors
    assert "The second" in response.text

    operator.post("/applications/add/", {"name": "ward", "description": "The second", "is_activated": "on"})
    operator.post("/applications/ward/edit/", {"name": "ward-2", "description": ""})
    assert Application.objects.filter(name="ward-2", is_activated=False, description="").exists()


def test_stop_and_start_change_all_of_it(operator):
    application = ApplicationFactory(name="clinic")

    assert operator.post("/applications/clinic/stop/")["Location"] == "/applications/clinic/"
    application.refresh_from_db()
    assert not application.is_activated

    operator.post("/applications/clinic/start/")
    application.refresh_from_db()
    assert application.is_activated


def test_the_address_of_stopping_leads_to_the_application(operator):
    ApplicationFactory(name="clinic")

    assert operator.get("/applications/clinic/stop/").headers["Location"] == "/applications/clinic/"


def test_delete_says_what_goes_along_and_takes_it(operator):
    microservice = MicroserviceFactory(application__name="clinic")

    page = operator.get("/applications/clinic/delete/").text
    operator.post("/applications/clinic/delete/")

    assert microservice.full_name in page
    assert not Microservice.objects.exists()
    assert not Application.objects.exists()


def test_a_system_application_is_not_deleted(operator):
    ApplicationFactory(name="system", is_system=True)

    response = operator.post("/applications/system/delete/")

    assert "system belongs to the product: it cannot be deleted." in response.text
    assert Application.objects.exists()


def test_viewers_see_no_buttons_and_are_refused(viewer):
    ApplicationFactory(name="clinic")

    page = viewer.get("/applications/clinic/").text

    assert "/stop/" not in page
    assert "/edit/" not in page
    for act in ("stop", "start", "edit", "delete"):
        assert viewer.post(f"/applications/clinic/{act}/").status_code == 403
    assert Application.objects.get().is_activated
