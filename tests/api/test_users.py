"""Signing in at the REST door."""

from typing import Any

import pytest
from django.test import Client

from catalogweb.accounts.models import AccessToken, User
from catalogweb.accounts.services import make_token
from tests.api.conftest import WireClient, as_user, client_with, fault_of
from tests.factories import PASSWORD, UserFactory
from tests.mailbox import Mailbox


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


def test_a_profile_has_the_fields_of_both_generations(ann: User) -> None:
    User.objects.update(first_name="Ann", last_name="Doe")

    assert as_user(User.objects.get()).call("GET", "/user/profile").json() == {
        "firstName": "Ann", "lastName": "Doe", "email": "ann@example.org", "role": "operator",
        "sub": str(ann.pk), "name": "Ann Doe", "given_name": "Ann", "family_name": "Doe",
        "preferred_username": "ann@example.org", "email_verified": True,
    }  # fmt: skip


@pytest.mark.parametrize("body", [None, {}, {"force": True}, {"force": False}])
def test_an_account_is_deleted_by_its_owner(viewer: WireClient, body: Any) -> None:
    assert viewer.call("DELETE", "/user/profile", body).status_code == 204
    assert not User.objects.exists()
    assert fault_of(viewer.call("GET", "/user/profile")) == (401, "AuthenticationError")


def test_the_last_superuser_does_not_delete_their_account(ann: User) -> None:
    User.objects.update(role="superuser")

    reply = as_user(User.objects.get()).call("DELETE", "/user/profile", {"force": True})

    assert fault_of(reply) == (400, "ValidationError")
    assert "last superuser" in reply.json()["message"]


def test_a_new_password_ends_tokens_made_by_hand_too(ann: User) -> None:
    named = client_with(make_token(by=ann, name="nightly", days=1)[1])

    named.call("PATCH", "/user/password", {"oldPassword": PASSWORD, "newPassword": "a long new sentence"})

    assert named.call("GET", "/user/profile").status_code == 401


def test_a_password_changes_with_the_old_one_only(ann: User) -> None:
    client = as_user(ann)

    wrong = client.call("PATCH", "/user/password", {"oldPassword": "no", "newPassword": "a long new sentence"})
    right = client.call("PATCH", "/user/password", {"oldPassword": PASSWORD, "newPassword": "a long new sentence"})

    assert (fault_of(wrong), wrong.json()["message"]) == ((400, "ValidationError"), "Old password is incorrect")
    assert right.status_code == 204
    assert client.call("GET", "/user/profile").status_code == 401


SIGN_UP = {"firstName": "Johanna", "lastName": "Doering", "email": "jo@example.org", "password": "a long new sentence"}


def test_sign_up_is_closed_unless_the_installation_opens_it(stranger: WireClient) -> None:
    reply = stranger.call("POST", "/user/signup", SIGN_UP)

    assert fault_of(reply) == (403, "ForbiddenError")
    assert "CATALOGWEB_SIGNUP=open" in reply.json()["message"]


def test_sign_up_makes_a_viewer(stranger: WireClient, settings: Any) -> None:
    settings.SIGNUP_OPEN = True

    reply = stranger.call("POST", "/user/signup", SIGN_UP)
    again = stranger.call("POST", "/user/signup", SIGN_UP)

    assert reply.status_code == 201
    assert User.objects.get(pk=reply.json()["userId"]).role == "viewer"
    assert fault_of(again) == (400, "ValidationError")
    assert "Registration failed: There is already an account" in again.json()["message"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"firstName": None}, "Required field 'firstName' is missing"),
        ({"lastName": "Do"}, "Field lastName does not meet minimum length of 3"),
        ({"email": "ann"}, "Invalid format for field 'email'"),
        ({"password": "short"}, "Field password does not meet minimum length of 8"),
    ],
)
def test_sign_up_names_the_field_at_fault(stranger: WireClient, settings: Any, changes: Any, message: str) -> None:
    settings.SIGNUP_OPEN = True

    reply = stranger.call("POST", "/user/signup", SIGN_UP | changes)

    assert fault_of(reply) == (400, "ValidationError")
    assert reply.json()["message"] == message


# --- by mail --------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(stranger: WireClient, settings: Any, mailbox: Mailbox) -> Mailbox:
    """Johanna has signed up, and has not looked into her mail yet."""
    settings.SIGNUP_OPEN = True
    assert stranger.call("POST", "/user/signup", SIGN_UP).json()["emailActivated"] is False
    return mailbox


def test_an_account_that_waits_is_refused_until_its_code_came(stranger: WireClient, waiting: Mailbox) -> None:
    credentials = {"email": SIGN_UP["email"], "password": SIGN_UP["password"]}
    early = stranger.call("POST", "/user/login", credentials)

    reply = stranger.call("POST", "/user/activate", {"activationCode": waiting.code})

    assert fault_of(early) == (401, "InvalidCredentialsError")
    assert "waits for its activation" in early.json()["message"]
    assert (reply.status_code, reply.headers["Location"], reply.content) == (303, "http://testserver/sign-in/", b"")
    assert stranger.call("POST", "/user/login", credentials).status_code == 200


def test_links_lead_to_the_public_address(stranger: WireClient, waiting: Mailbox, settings: Any) -> None:
    settings.PUBLIC_URL = "https://catalog.example.org"

    stranger.call("GET", f"/user/signup/resend-activation?email={SIGN_UP['email']}")

    assert "https://catalog.example.org/activate/" in waiting.sent[-1].body


def test_an_unknown_code_activates_nothing(stranger: WireClient) -> None:
    unknown = stranger.call("POST", "/user/activate", {"activationCode": "string"})
    missing = stranger.call("POST", "/user/activate", {})

    assert (fault_of(unknown), unknown.json()["message"]) == ((404, "NotFoundError"), "Activation code not found")
    assert fault_of(missing) == (400, "ValidationError")


def test_an_activation_is_mailed_again(stranger: WireClient, waiting: Mailbox) -> None:
    reply = stranger.call("GET", f"/user/signup/resend-activation?email={SIGN_UP['email']}")

    assert (reply.status_code, reply.content, len(waiting.sent)) == (204, b"", 2)


@pytest.mark.parametrize("query", ["", "?email=", "?email=nobody@example.org", "?email=%00"])
def test_an_activation_is_mailed_to_nobody_else(stranger: WireClient, mailbox: Mailbox, query: str) -> None:
    assert fault_of(stranger.call("GET", f"/user/signup/resend-activation{query}")) == (400, "ValidationError")


def test_clients_learn_whether_accounts_are_activated_by_mail(stranger: WireClient, settings: Any) -> None:
    for is_on in (False, True):
        settings.MAIL_ON = is_on
        assert stranger.call("GET", "/email-activation").json() == {"isEmailActivationEnabled": is_on}


def test_a_forgotten_password_is_replaced_by_mail(stranger: WireClient, ann: User, mailbox: Mailbox) -> None:
    reply = stranger.call("DELETE", "/user/password", {"email": "ann@example.org"})

    assert (reply.status_code, reply.content) == (204, b"")
    assert mailbox.sent[0].to == ["ann@example.org"]
    assert login(stranger).status_code == 200


def test_a_password_of_nobody_is_not_replaced(stranger: WireClient, mailbox: Mailbox) -> None:
    reply = stranger.call("DELETE", "/user/password", {"email": "nobody@example.org"})

    assert (fault_of(reply), reply.json()["message"]) == ((404, "NotFoundError"), "Account not found")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/user/password", {"email": "ann@example.org"}),
        ("GET", "/user/signup/resend-activation?email=ann@example.org", None),
    ],
)
def test_an_installation_without_mail_says_so(
    stranger: WireClient, ann: User, method: str, path: str, body: Any
) -> None:
    reply = stranger.call(method, path, body)

    assert fault_of(reply) == (400, "EmailActivationSetupError")
    assert "CATALOGWEB_EMAIL_URL" in reply.json()["message"]


def test_mail_is_throttled(stranger: WireClient, ann: User, mailbox: Mailbox) -> None:
    for _ in range(10):
        stranger.call("DELETE", "/user/password", {"email": "ann@example.org"})

    assert fault_of(stranger.call("DELETE", "/user/password", {"email": "ann@example.org"})) == (429, "ThrottledError")


# --- tokens ---------------------------------------------------------------------------------------------


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
