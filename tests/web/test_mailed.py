"""Before signing in: sign-up, activation, forgotten passwords. Strangers learn nothing about accounts."""

import pytest

from catalogweb.accounts.models import User
from catalogweb.core.rights import Role
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NEW = "another long phrase"
JO = {"email": "jo@example.org", "password": PASSWORD}


@pytest.fixture
def is_open(settings):
    settings.SIGNUP_OPEN = True


@pytest.fixture
def ann():
    return UserFactory(email="ann@example.org", password=PASSWORD)


def answer(client, path, sent):
    """What the page says, without the address that was typed and without its form's token."""
    client.cookies.clear()
    return client.post(path, sent).text.replace(sent["email"], "…")


# --- sign-up --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_closed_sign_up_is_explained(client, method):
    response = getattr(client, method)("/sign-up/", JO)

    assert response.status_code == 403
    assert "Sign-up is closed here. Ask a superuser for an account" in response.text
    assert "Sign up" not in client.get("/sign-in/").text


def test_sign_up_makes_a_viewer_and_signs_in(client, is_open):
    client.post("/sign-up/", JO)

    assert User.objects.get().role == Role.VIEWER
    assert client.get("/").status_code == 200


def test_sign_up_shows_a_weak_password_at_its_field_and_keeps_the_rest(client, is_open):
    page = client.post("/sign-up/", JO | {"password": "password"}).text

    assert "This password is too common." in page
    assert 'value="jo@example.org"' in page


def test_sign_up_with_mail_says_the_same_for_every_address(client, is_open, mailbox, ann):
    texts = {answer(client, "/sign-up/", {"email": email, "password": PASSWORD}) for email in (ann.email, "jo@x.org")}

    assert len(texts) == 1
    assert "Look into your mail" in texts.pop()
    assert [one.subject for one in mailbox.sent] == ["You have an account", "Activate your account"]
    assert client.get("/").status_code == 302


# --- activation -----------------------------------------------------------------------------------------


def test_a_mailed_link_activates_only_when_the_button_is_pressed(client, is_open, mailbox):
    client.post("/sign-up/", JO)
    link = f"/activate/{mailbox.code}/"

    assert f'value="{mailbox.code}"' in client.get(link).text
    assert not User.objects.get().is_activated
    page = client.post(link, {"code": mailbox.code}, follow=True)

    assert User.objects.get().is_activated
    assert "Your account is activated. Sign in now." in page.text


def test_signing_in_before_says_what_is_missing(client, is_open, mailbox):
    client.post("/sign-up/", JO)

    assert "waits for its activation" in client.post("/sign-in/", JO).text


@pytest.mark.parametrize("code", ["wrong", "\x00", ""])
def test_a_wrong_code_activates_nothing_and_stays(client, code):
    page = client.post("/activate/", {"code": code})

    assert page.status_code == 200
    assert page.context["form"].errors["code"]


# --- mail for whoever asks --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/password/", "/activate/again/"])
def test_asking_for_mail_says_the_same_for_every_address(client, mailbox, ann, path):
    UserFactory(email="jo@example.org", is_activated=False)

    texts = {answer(client, path, {"email": email}) for email in (ann.email, "jo@example.org", "nobody@example.org")}

    assert len(texts) == 1
    assert 1 <= len(mailbox.sent) <= 2


@pytest.mark.parametrize(
    ("path", "words"),
    [("/password/", "ask a superuser to set a new password"), ("/activate/again/", "accounts need no activation")],
)
def test_an_installation_without_mail_explains_itself(client, ann, path, words):
    for response in (client.get(path), client.post(path, {"email": ann.email})):
        assert words in response.text
        assert "<form" not in response.text


def test_asking_too_often_is_refused(client, mailbox):
    for _ in range(10):
        client.post("/password/", {"email": "nobody@example.org"})

    assert client.post("/password/", {"email": "nobody@example.org"}).status_code == 429


def test_a_forgotten_password_is_set_by_the_mailed_link_once(client, mailbox, ann):
    client.post("/password/", {"email": "ann@example.org"})
    link = f"/password/{mailbox.code}/"

    weak = client.post(link, {"new": "password"})
    done = client.post(link, {"new": NEW}, follow=True)

    assert "This password is too common." in weak.text
    assert "Your password is set" in done.text
    assert client.post("/sign-in/", {"email": ann.email, "password": NEW}).status_code == 302
    assert "has been used or has expired" in client.get(link).text
    assert "has been used or has expired" in client.post(link, {"new": PASSWORD}).text


def test_a_new_password_ends_the_sessions_of_others(client, mailbox, ann):
    client.force_login(ann)
    client.post("/password/", {"email": ann.email})

    client.post(f"/password/{mailbox.code}/", {"new": NEW})

    assert client.get("/").status_code == 302


def test_the_sign_in_page_leads_to_both(client, is_open):
    page = client.get("/sign-in/").text

    assert 'href="/password/"' in page
    assert 'href="/sign-up/"' in page
