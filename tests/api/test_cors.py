"""Pages of other origins at the REST door."""

from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import WireClient

MINE, OTHER = "https://panel.example.org", "https://evil.example.org"
ALLOWED = "Access-Control-Allow-Origin"


@pytest.fixture
def origins(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [MINE]
    settings.MIDDLEWARE = ["catalogweb.api.cors.PreflightMiddleware", *settings.MIDDLEWARE]


def preflight(client: WireClient, origin: str, path: str = "/registries") -> Any:
    return client.call("OPTIONS", path, origin=origin, access_control_request_method="PATCH",
                       access_control_request_headers="authorization,content-type")  # fmt: skip


def test_other_origins_are_off_by_default(operator: WireClient) -> None:
    assert preflight(operator, MINE).status_code == 404
    assert ALLOWED not in operator.call("GET", "/registries", origin=MINE).headers


def test_a_named_origin_may_use_the_door_with_a_token_and_without_cookies(operator: WireClient, origins: None) -> None:
    asked, reply = preflight(operator, MINE), operator.call("GET", "/registries", origin=MINE)

    assert (asked.status_code, asked.content) == (204, b"")
    assert {"authorization", "content-type"} <= set(asked.headers["Access-Control-Allow-Headers"].split(", "))
    assert "PATCH" in asked.headers["Access-Control-Allow-Methods"]
    for one in (asked, reply):
        assert one.headers[ALLOWED] == MINE
        assert "Access-Control-Allow-Credentials" not in one.headers


def test_refusals_are_readable_for_a_named_origin(stranger: WireClient, origins: None) -> None:
    assert stranger.call("GET", "/registries", origin=MINE).headers[ALLOWED] == MINE


@pytest.mark.parametrize("origin", [OTHER, f"{MINE}.evil.org", "http://panel.example.org", f"{MINE}:444", "null"])
def test_origins_are_exact(operator: WireClient, origins: None, origin: str) -> None:
    assert ALLOWED not in operator.call("GET", "/registries", origin=origin).headers
    assert ALLOWED not in preflight(operator, origin).headers


def test_pages_are_of_their_own_origin_only(client: Client, db: None, origins: None) -> None:
    assert ALLOWED not in client.get("/sign-in/", headers={"origin": MINE}).headers
