"""My account: my names, and leaving."""

import pytest

from catalogweb.accounts.models import User
from catalogweb.accounts.services import make_token
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_people_change_their_names_and_nothing_else(viewer, vera):
    viewer.post("/account/", {"first_name": "Vera", "last_name": "Lind", "role": "superuser", "email": "x@x.org"})

    vera.refresh_from_db()
    assert (vera.first_name, vera.last_name, vera.role, vera.email) == ("Vera", "Lind", "viewer", "vera@example.org")
    assert "Vera" in viewer.get("/account/").text


def test_leaving_says_what_goes_along(viewer, vera):
    assert "token for automation" not in viewer.get("/account/delete/").text
    make_token(by=vera, name="nightly", days=1)

    assert "1 token for automation" in viewer.get("/account/delete/").text


def test_leaving_deletes_the_account_and_ends_the_session(viewer):
    page = viewer.post("/account/delete/", follow=True)

    assert "Your account is deleted." in page.text
    assert not User.objects.exists()
    assert viewer.get("/").status_code == 302


def test_the_last_superuser_does_not_leave(superuser, sue):
    page = superuser.post("/account/delete/").text

    assert "This is the last superuser." in page
    assert User.objects.get() == sue


def test_an_address_that_waits_is_confirmed_by_a_superuser(superuser):
    jo = UserFactory(email="jo@example.org", is_activated=False)
    assert "Not activated" in superuser.get("/users/").text
    sent = {"email": jo.email, "role": "viewer", "is_active": "on", "is_activated": "on"}

    superuser.post(f"/users/{jo.pk}/", sent)
    superuser.post(f"/users/{jo.pk}/", sent | {"is_activated": ""})

    assert User.objects.get(pk=jo.pk).is_activated
    assert "E-mail address confirmed" not in superuser.get(f"/users/{jo.pk}/").text
