"""Signing in, out and up, and what strangers see."""

from contextlib import suppress

import pytest
from django.urls import NoReverseMatch, reverse

from catalogweb.accounts.models import User
from catalogweb.web.urls import urlpatterns
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"
OPEN = {"sign-in", "sign-up", "activate", "activate-again", "activate-with", "password-forgotten", "password-reset"}


@pytest.fixture
def ann():
    return UserFactory(email="ann@example.org", password=PASSWORD)


def send(client, email="ann@example.org", password=PASSWORD, **more):
    return client.post(SIGN_IN, {"email": email, "password": password, **more})


def test_sign_in_leads_to_the_overview(client, ann):
    response = send(client)

    assert response.headers["Location"] == "/"
    assert client.get("/").context["user"] == ann


def test_sign_in_leads_back_to_the_page_that_asked_for_it(client, ann):
    assert client.get("/catalog/").headers["Location"] == "/sign-in/?next=/catalog/"
    assert 'name="next" value="/catalog/"' in client.get("/sign-in/?next=/catalog/").text
    assert send(client, next="/catalog/").headers["Location"] == "/catalog/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "foo"])
def test_sign_in_never_leads_to_another_site_or_to_no_page(client, ann, elsewhere):
    assert send(client, next=elsewhere).headers["Location"] == "/"
    assert client.get("/sign-in/", {"next": elsewhere}).headers["Location"] == "/"


def test_a_wrong_password_is_refused_and_only_the_address_stays(client, ann):
    page = send(client, password="marker-password-1").text

    assert "Wrong e-mail address or password." in page
    assert 'value="ann@example.org"' in page
    assert "marker-password-1" not in page


def test_sign_in_is_throttled_even_for_the_right_password(client, ann):
    for _ in range(10):
        send(client, password="wrong")

    response = send(client)

    assert response.status_code == 429
    assert "Too many attempts." in response.text


def test_a_locked_account_cannot_sign_in_and_its_session_ends(client, ann):
    client.force_login(ann)
    User.objects.update(is_active=False)

    assert client.get("/").status_code == 302
    assert "Wrong e-mail address or password." in send(client).text


def test_sign_out_takes_a_post(operator):
    assert operator.get("/sign-out/").status_code == 405
    assert operator.post("/sign-out/").headers["Location"] == SIGN_IN
    assert operator.get("/").status_code == 302


def every_page():
    names = [name for pattern in urlpatterns for name in names_in(pattern)]
    return sorted(set(names) - OPEN)


def names_in(pattern):
    inner = getattr(pattern, "url_patterns", None)
    return [name for one in inner for name in names_in(one)] if inner else [pattern.name]


def test_every_page_but_those_before_it_asks_strangers_to_sign_in(client):
    for name in every_page():
        response = client.get(address(name))
        assert response.status_code in (302, 405), name
        assert response.status_code == 405 or response.headers["Location"].startswith(SIGN_IN), name


def address(name):
    two = {"uuid": "x", "order": "reboot"}, {"name": "x", "route": "y"}, {"pk": 1, "number": 1}
    for arguments in ({}, {"pk": 1}, {"uuid": "x"}, {"name": "x"}, {"slug": "x"}, {"family": "x"}, *two):
        with suppress(NoReverseMatch):
            return reverse(f"web:{name}", kwargs=arguments)
    raise AssertionError(f"{name} has other arguments")


def test_a_fragment_after_the_session_ended_sends_the_browser_to_sign_in(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/catalog/?q=web"}

    response = client.get("/catalog/", headers=headers)

    assert response.headers["HX-Redirect"] == "/sign-in/?next=%2Fcatalog%2F%3Fq%3Dweb"


def test_the_admins_sign_in_is_ours(client):
    assert client.get("/admin/login/?next=/admin/").headers["Location"] == "/sign-in/?next=%2Fadmin%2F"


def test_admin_is_forbidden_to_operators_and_open_to_superusers(operator, superuser):
    page = operator.get("/admin/", follow=True)

    assert page.status_code == 403
    assert "olga@example.org may not administer" in page.text
    assert superuser.get("/admin/login/?next=/admin/").headers["Location"] == "/admin/"


def test_changing_the_password_needs_the_old_one_and_keeps_the_session(client, ann):
    client.force_login(ann)

    refused = client.post("/account/password/", {"old": "no", "new": "another long phrase"})
    done = client.post("/account/password/", {"old": PASSWORD, "new": "another long phrase"})

    assert "Old password is incorrect" in refused.text
    assert done.headers["Location"] == "/account/"
    assert client.get("/account/tokens/").status_code == 200
