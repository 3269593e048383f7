"""Trouble, told to people."""

import pytest
from django.db import OperationalError
from django.template.loader import get_template
from django.test import Client

from catalogweb.core.errors import Busy, Conflict, Forbidden, NotFound, Throttled

pytestmark = pytest.mark.django_db


def test_an_unknown_address_is_a_page_with_the_navigation(operator):
    response = operator.get("/no-such-page/")

    assert response.status_code == 404
    assert "There is nothing at this address" in response.text
    assert 'href="/catalog/"' in response.text


def test_an_unknown_address_shows_strangers_no_navigation(client):
    response = client.get("/no-such-page/")

    assert response.status_code == 404
    assert 'href="/catalog/"' not in response.text


def test_a_missing_right_is_a_page_that_names_it(viewer):
    response = viewer.post("/catalog/add/", {})

    assert response.status_code == 403
    assert "vera@example.org may not change and deploy" in response.text


def test_htmx_gets_a_refusal_as_a_notice_above_the_content(viewer):
    response = viewer.post("/catalog/add/", {}, headers={"HX-Request": "true"})

    assert response.status_code == 403
    assert "<html" not in response.text
    assert response.headers["HX-Retarget"] == "#refusal"


def test_a_form_without_its_token_says_to_reload(sue):
    client = Client(enforce_csrf_checks=True)
    client.force_login(sue)

    response = client.post("/catalog/add/", {})

    assert response.status_code == 403
    assert "This form is out of date" in response.text


@pytest.mark.parametrize("name", ["400.html", "500.html", "503.html"])
def test_pages_of_trouble_need_neither_request_nor_database(name, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert "Go to the overview" in get_template(name).render()


def test_an_unhandled_error_is_the_static_page(operator, monkeypatch):
    operator.raise_request_exception = False
    monkeypatch.setattr("catalogweb.web.views.catalog.page_of", None)

    response = operator.get("/catalog/")

    assert response.status_code == 500
    assert "Something went wrong here" in response.text


def test_a_character_that_no_database_takes_is_a_bad_request(operator):
    response = operator.get("/catalog/?q=%00")

    assert response.status_code == 400
    assert "Bad request" in response.text


@pytest.mark.parametrize("path", ["/catalog/?size=" + "9" * 5000, "/agents/?page=" + "9" * 5000])
def test_a_list_of_an_endless_size_has_the_usual_one(operator, path):
    assert operator.get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"), [("/applications/%00/", 400), ("/agents/%00/", 400), ("/api/v3/application/%00", 404)]
)
def test_a_path_with_nul_leads_nowhere(operator, path, status):
    assert operator.get(path).status_code == status


def test_a_database_that_does_not_answer_is_told_apart_from_a_fault_of_ours(operator, monkeypatch):
    def away(*args):
        raise OperationalError("connection refused")

    operator.raise_request_exception = False
    monkeypatch.setattr("catalogweb.web.views.catalog.page_of", away)

    response = operator.get("/catalog/")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")
    assert "they keep what they have" in response.text


@pytest.mark.parametrize(
    ("refusal", "status", "words"),
    [
        (Throttled("Five wrong passwords.", seconds=30), 429, "wait, then send it again"),
        (Busy("The database is busy."), 503, "what you typed is still there"),
        (Conflict("Somebody took it."), 409, "what you typed is still there"),
        (NotFound("This item is gone."), 404, "in the change log"),
        (Forbidden("You may not."), 403, "Ask a superuser"),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_every_refusal_says_what_to_do_next(operator, monkeypatch, refusal, status, words):
    def refuse(*args):
        raise refusal

    monkeypatch.setattr("catalogweb.web.views.catalog.page_of", refuse)

    response = operator.get("/catalog/")

    assert response.status_code == status
    assert refusal.message in response.text
    assert words in response.text
    assert response.headers.get("Retry-After") == {429: "30", 503: "2"}.get(status)
