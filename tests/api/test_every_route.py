"""What holds for every row of the table, whatever it does."""

import re

import pytest

from catalogweb.api.routes import Route
from catalogweb.api.urls import TABLES
from catalogweb.changelog.models import Event
from tests.api.conftest import API, WireClient, client_with, fault_of

ROUTES = [route for table in TABLES for route in table.ROUTES]
CLOSED = [route for route in ROUTES if not route.is_open]
READ = [route for route in ROUTES if route.method == "GET"]
PATHS = sorted({route.path for route in ROUTES})
ENVELOPE = {"name", "message", "messages", "users", "faults"}


def address(path: str) -> str:
    """Where nothing is found, but the path exists."""
    return re.sub(r"<\w+:\w+>", "7", path)


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("route", CLOSED, ids=name_of)
@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer unknown"])
def test_a_closed_route_needs_a_token(stranger: WireClient, route: Route, authorization: str | None) -> None:
    headers = {} if authorization is None else {"authorization": authorization}

    assert fault_of(stranger.call(route.method, address(route.path), **headers)) == (401, "AuthenticationError")


@pytest.mark.parametrize("path", PATHS)
def test_a_path_has_no_method_that_is_not_in_the_table(superuser: WireClient, path: str) -> None:
    known = {route.method for route in ROUTES if route.path == path}

    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE"} - known:
        assert fault_of(superuser.call(method, address(path))) == (404, "NotFoundError"), method


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x", "text/plain", "x"])
def test_an_empty_body_of_any_type_never_breaks_a_route(superuser: WireClient, route: Route, content_type: str) -> None:
    reply = superuser.generic(route.method, API + address(route.path), b"", content_type=content_type)

    assert reply.status_code < 500
    assert reply.status_code not in (405, 415)
    if reply.status_code >= 400:
        assert {"name", "message"} <= reply.json().keys() <= ENVELOPE


@pytest.mark.parametrize("route", READ, ids=name_of)
def test_head_is_get_without_a_body(superuser: WireClient, route: Route) -> None:
    path = address(route.path)

    head, get = superuser.call("HEAD", path), superuser.call("GET", path)

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


@pytest.mark.parametrize("route", [route for route in ROUTES if route.is_open], ids=name_of)
def test_an_open_route_asks_for_no_token(db: None, route: Route) -> None:
    reply = client_with("Bearer rubbish").call(route.method, address(route.path))

    assert reply.status_code != 401


@pytest.mark.parametrize("route", [route for route in CLOSED if route.method not in ("GET", "HEAD")], ids=name_of)
def test_a_request_that_is_to_change_something_is_one_event(superuser: WireClient, route: Route) -> None:
    reply = superuser.call(route.method, address(route.path))

    event = Event.objects.get()
    assert (event.actor, event.method, event.path) == ("root@example.org", route.method, API + address(route.path))
    assert event.status_code == reply.status_code
