"""Events on a page, for superusers."""

import pytest

from catalogweb.changelog.models import Entry, Event
from tests.factories import EventFactory

pytestmark = pytest.mark.django_db


def paths(response):
    return [row.path for row in response.context["page"]]


@pytest.mark.parametrize(
    "query",
    ["outcome=refused", "method=DELETE", "subject=registry", "actor=bob%40example.org", "request=r2", "q=bob+registries"],
)  # fmt: skip
def test_list_filters(superuser, query):
    EventFactory()
    EventFactory(method="DELETE", path="/api/v3/registries/7", subject="registry", actor="bob@example.org",
                 status_code=400, request_id="r2", message="ValidationError")  # fmt: skip

    assert paths(superuser.get(f"/events/?{query}")) == ["/api/v3/registries/7"]


def test_list_keeps_the_days_that_are_asked_for(superuser):
    EventFactory()

    assert paths(superuser.get("/events/?to=2026-01-01")) == []
    assert paths(superuser.get("/events/?from=2026-01-01")) == ["/api/v3/iofog/u1"]


def test_list_tells_what_came_of_it_and_leads_to_the_changes(superuser):
    EventFactory(status_code=409, message="ValidationError", request_id="r1")
    EventFactory(request_id="r2")

    page = superuser.get("/events/").text

    assert "/changes/?request=r1" not in page
    for words in ("ValidationError", "192.0.2.1", "/changes/?request=r2", "PATCH agent"):
        assert words in page


def test_list_answers_htmx_with_the_table_only(superuser):
    EventFactory()

    fragment = superuser.get("/events/?q=iofog", headers={"HX-Request": "true"}).text

    assert "/api/v3/iofog/u1" in fragment
    assert "<html" not in fragment


def test_an_empty_list_says_what_would_be_there(superuser):
    assert "Reading leaves no event" in superuser.get("/events/").text


def test_list_takes_the_same_queries_for_more_rows(superuser, django_assert_num_queries):
    EventFactory()
    superuser.get("/events/")
    with django_assert_num_queries(6):
        superuser.get("/events/")
    EventFactory.create_batch(20)
    with django_assert_num_queries(6):
        superuser.get("/events/")


def test_events_are_for_superusers_only(operator):
    EventFactory()

    for path in ("/events/", "/events/delete/"):
        assert operator.get(path).status_code == 403
    assert operator.post("/events/delete/", {"days": "0"}).status_code == 403
    assert Event.objects.exists()
    assert "/events/" not in operator.get("/").text


def test_old_events_are_deleted_with_an_entry(superuser):
    EventFactory()

    refused = superuser.post("/events/delete/", {"days": "366"})
    done = superuser.post("/events/delete/", {"days": "0"}, follow=True)

    assert "Give a number of days from 0 to 365." in refused.text
    assert "1 event deleted." in done.text
    assert not Event.objects.exists()
    assert Entry.objects.get().door == "web"
