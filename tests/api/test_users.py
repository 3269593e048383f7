"""Signing in at the REST door."""

from typing import Any

import pytest
from django.test import Client

from catalogweb.accounts.models import AccessToken, User
from tests.api.conftest import WireClient, as_user, client_with, fault_of
from tests.factories import PASSWORD, UserFactory


@pytest.fixture
def ann(db: None) -> User:
    return UserFactory(email="ann@example.org", password=PASSWORD)


def login(client: WireClient, **changes: Any) -> Any:
    return client.call(
        "POST", "/user/login", {"email": "ann@example.org", "password": PASSWORD, **changes}, authorization=""
    )


def test_login_gives_tokens_that_work_with_and_without_bearer(stranger: WireClient, ann: User) -> None:
    tokens = login(stranger, totp="123456").json()

    assert tokens.keys() == {"accessToken", "refreshToken"}
    for authorization in (tokens["accessToken"], f"Bearer {tokens['accessToken']}"):
        assert client_with(authorization).call("GET", "/user/profile").json()["email"] == "ann@example.org"


@pytest.mark.parametrize("changes", [{"password": "wrong"}, {"email": "nobody@example.org"}])
def test_login_does_not_say_what_was_wrong(stranger: WireClient, ann: User, changes: dict[str, str]) -> None:
    reply = login(stranger, **changes)

    assert fault_of(reply) == (401, "InvalidCredentialsError")
    assert reply.json()["message"] == "Invalid credentials"


def test_login_names_the_missing_field(stranger: WireClient, ann: User) -> None:
    reply = stranger.call("POST", "/user/login", {"email": "ann@example.org"})

    assert fault_of(reply) == (400, "ValidationError")
    assert reply.json()["message"] == "Required field 'password' is missing"


def test_login_is_throttled_even_with_the_right_password(stranger: WireClient, ann: User) -> None:
    for _ in range(10):
        login(stranger, password="wrong")

    reply = login(stranger)

    assert fault_of(reply) == (429, "ThrottledError")
    assert int(reply.headers["Retry-After"]) > 0


def test_refresh_gives_new_tokens_once(stranger: WireClient, ann: User) -> None:
    old = login(stranger).json()["refreshToken"]

    renewed = stranger.call("POST", "/user/refresh", {"refreshToken": old}, authorization="Bearer")
    again = stranger.call("POST", "/user/refresh", {"refreshToken": old})

    assert client_with(renewed.json()["accessToken"]).call("GET", "/user/profile").status_code == 200
    assert fault_of(again) == (401, "InvalidCredentialsError")
    assert client_with(renewed.json()["refreshToken"]).call("GET", "/user/profile").status_code == 401


def test_logout_ends_every_sign_in_and_keeps_named_tokens(stranger: WireClient, ann: User) -> None:
    one, other = (client_with(login(stranger).json()["accessToken"]) for _ in range(2))

    assert one.call("POST", "/user/logout").status_code == 204
    assert other.call("GET", "/user/profile").status_code == 401


def test_a_profile_is_read_and_changed_by_its_owner(viewer: WireClient) -> None:
    reply = viewer.call("PATCH", "/user/profile", {"firstName": "Johanna", "role": "superuser"})

    assert (reply.json()["firstName"], reply.json()["role"]) == ("Johanna", "viewer")
    assert fault_of(viewer.call("PATCH", "/user/profile", {"firstName": "Jo"})) == (400, "ValidationError")


def test_a_password_changes_with_the_old_one_only(ann: User) -> None:
    client = as_user(ann)

    wrong = client.call("PATCH", "/user/password", {"oldPassword": "no", "newPassword": "a long new sentence"})
    right = client.call("PATCH", "/user/password", {"oldPassword": PASSWORD, "newPassword": "a long new sentence"})

    assert (fault_of(wrong), wrong.json()["message"]) == ((400, "ValidationError"), "Old password is incorrect")
    assert right.status_code == 204
    assert client.call("GET", "/user/profile").status_code == 401


SIGN_UP = {"firstName": "Johanna", "lastName": "Doering", "email": "jo@example.org", "password": "a long new sentence"}


def test_sign_up_is_closed_unless_the_installation_opens_it(stranger: WireClient) -> None:
    assert fault_of(stranger.call("POST", "/user/signup", SIGN_UP)) == (403, "ForbiddenError")


def test_sign_up_makes_a_viewer(stranger: WireClient, settings: Any) -> None:
    settings.SIGNUP_OPEN = True

    reply = stranger.call("POST", "/user/signup", SIGN_UP)
    again = stranger.call("POST", "/user/signup", SIGN_UP)

    assert reply.status_code == 201
    assert User.objects.get(pk=reply.json()["userId"]).role == "viewer"
    assert fault_of(again) == (400, "ValidationError")
    assert "Registration failed: There is already an account" in again.json()["message"]


@pytest.mark.parametrize("authorization", ["", "Bearer", "unknown", "Bearer unknown", "Basic YTpi"])
def test_a_request_without_a_good_token_is_refused(db: None, authorization: str) -> None:
    assert fault_of(client_with(authorization).call("GET", "/registries")) == (401, "AuthenticationError")


def test_an_expired_token_is_refused(ann: User) -> None:
    client = as_user(ann)
    AccessToken.objects.update(expires_at="2020-01-01T00:00Z")

    reply = client.call("GET", "/registries")

    assert fault_of(reply) == (401, "AuthenticationError")
    assert "token expired" in reply.json()["message"]


def test_a_session_cookie_counts_for_nothing(ann: User) -> None:
    browser = Client()
    browser.force_login(ann)

    assert browser.get("/api/v3/registries").status_code == 401
