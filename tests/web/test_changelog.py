"""The change log: filters, diffs, links, and no secret."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.template.loader import render_to_string

import catalogweb
from catalogweb.changelog.models import Entry
from catalogweb.changelog.words import ACTIONS
from tests.factories import AgentFactory, ApplicationFactory, EventFactory, PrivateRegistryFactory

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


def entry(**more):
    plain = {"actor_kind": "user", "actor": "ann@example.org", "door": "web", "request_id": "r1", "action": "update"}
    about = {"object_type": "agent", "object_id": "u1", "object_label": "north-1"}
    return Entry.objects.create(**plain | about | more)


def labels(response):
    return [row.object_label for row in response.context["page"]]


@pytest.mark.parametrize(
    "query",
    ["type=registry", "action=delete", "door=api", "actor=bob%40example.org", "request=r2", "q=hidden", "q=r2"],
)
def test_list_filters(viewer, query):
    entry()
    entry(
        object_type="registry",
        action="delete",
        door="api",
        actor="bob@example.org",
        request_id="r2",
        object_label="hidden.example",
    )

    assert labels(viewer.get(f"/changes/?{query}")) == ["hidden.example"]


def test_list_answers_htmx_with_the_table_only(viewer):
    entry()

    fragment = viewer.get("/changes/?actor=ann%40example.org", headers=FRAGMENT).text

    assert "north-1" in fragment
    assert "<html" not in fragment
    assert 'name="actor" value="ann@example.org" form="filter"' in fragment


def test_an_entry_shows_what_differs(viewer):
    entry(before={"location": "Hall A", "name": "same"}, after={"location": "Hall B", "name": "same"})

    page = viewer.get("/changes/").text

    assert "<del>Hall A</del>" in page
    assert "<ins>Hall B</ins>" in page
    assert "<del>same</del>" not in page


def test_an_entry_links_to_what_it_is_about_unless_that_is_gone(viewer):
    agent = AgentFactory(name="north-1")
    entry(object_id=agent.uuid)
    assert f'href="/agents/{agent.uuid}/"' in viewer.get("/changes/").text

    agent.status.delete()
    agent.delete()
    assert f'href="/agents/{agent.uuid}/"' not in viewer.get("/changes/").text


@pytest.mark.parametrize(
    ("query", "found"),
    [("from=2026-03-02", ["late"]), ("to=2026-03-01", ["early"]), ("from=2026-03-01&to=2026-03-02", ["late", "early"]),
     ("from=2026-03-02&to=2026-03-01", []), ("from=yesterday", ["late", "early"])],
)  # fmt: skip
def test_list_keeps_the_days_that_are_asked_for(viewer, query, found):
    for label, at in (("early", datetime(2026, 3, 1, 23, 59, tzinfo=UTC)), ("late", datetime(2026, 3, 2, tzinfo=UTC))):
        Entry.objects.filter(pk=entry(object_label=label).pk).update(at=at)

    assert labels(viewer.get(f"/changes/?{query}")) == found


def test_recent_changes_of_an_object_lead_to_all_of_them(viewer):
    agent = AgentFactory(name="north-1")
    entry(object_id=agent.uuid, object_label="north-1")
    entry(object_id="u2", object_label="north-2")
    link = f"/changes/?type=agent&amp;object={agent.uuid}"

    assert link in viewer.get(f"/agents/{agent.uuid}/").text
    assert labels(viewer.get(link.replace("&amp;", "&"))) == ["north-1"]


def test_an_entry_has_a_page_with_every_field_before_and_after(viewer):
    row = entry(before={"location": "Hall A", "tags": []}, after={"location": "Hall B", "tags": ["x"]})

    page = viewer.get(f"/changes/{row.pk}/").text

    for words in ("Hall A", "Hall B", ">x</td>", "ann@example.org", "Pages", "/changes/?request=r1"):
        assert words in page
    assert f'href="/changes/{row.pk}/"' in viewer.get("/changes/").text
    assert f'href="/changes/{row.pk}/"' in viewer.get("/").text


def test_an_entry_shows_superusers_the_request_that_made_it(viewer, superuser):
    row = entry(request_id="r1")
    EventFactory(request_id="r1", path="/api/v3/iofog/u1")

    assert "/events/?request=r1" in superuser.get(f"/changes/{row.pk}/").text
    assert "/events/" not in viewer.get(f"/changes/{row.pk}/").text


def test_list_can_be_narrowed_to_whatever_is_logged():
    sources = [path.read_text() for path in Path(catalogweb.__file__).parent.rglob("*.py")]
    logged = {action for text in sources for action in re.findall(r'record(?:_many)?\([^)]*action="([a-z ]+)"', text)}

    assert {"create", "give key"} <= logged <= set(ACTIONS)


def test_list_offers_every_kind_of_object(viewer):
    page = viewer.get("/changes/").text

    for kind in ("agent", "edge resource", "access token", "event", "user"):
        assert f'<option value="{kind}"' in page


def test_recent_changes_are_asked_for_once(django_assert_num_queries):
    entry()

    with django_assert_num_queries(1):
        shown = render_to_string("components/changes.html", {"entries": lambda: Entry.objects.all()[:10]})
    assert "All its changes" in shown


def test_an_entry_that_is_forgotten_is_not_found(viewer):
    assert viewer.get("/changes/1/").status_code == 404


def test_an_entry_links_to_an_application_that_was_renamed_since(viewer):
    application = ApplicationFactory(name="ward-7")
    entry(object_type="application", object_id=application.pk, object_label="clinic")

    assert '<a href="/applications/ward-7/">clinic</a>' in viewer.get("/changes/").text


def test_a_changed_password_is_shown_as_changed_only(operator):
    registry = PrivateRegistryFactory(url="reg.example")
    operator.post(
        f"/registries/{registry.pk}/edit/", {"url": "reg.example", "username": "john", "password": "hunter2-hunter2"}
    )

    page = operator.get("/changes/").text

    assert "(changed)" in page
    assert "hunter2" not in page


def test_list_takes_the_same_queries_for_more_rows_of_a_type(viewer, django_assert_num_queries):
    entry(object_id=AgentFactory().uuid)
    with django_assert_num_queries(6):
        viewer.get("/changes/")
    for _ in range(20):
        entry(object_id=AgentFactory().uuid)
    with django_assert_num_queries(6):
        viewer.get("/changes/")
