"""My tokens, and users for superusers."""

import pytest

from catalogweb.accounts.models import AccessToken, User
from catalogweb.accounts.services import make_token, user_of_token
from catalogweb.core.rights import Role
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
TOKENS = "/account/tokens/"


def test_a_new_token_is_shown_once_and_works(viewer, vera):
    response = viewer.post(TOKENS, {"name": "nightly", "days": "30"})

    text = response.context["text"]
    assert text in response.text
    assert "no-store" in response.headers["Cache-Control"]
    assert user_of_token(text)[0] == vera
    assert text not in viewer.get(TOKENS).text
    assert "nightly" in viewer.get(TOKENS).text


@pytest.mark.parametrize(("sent", "field"), [({"name": "x", "days": "0"}, "days"), ({"name": "", "days": "9"}, "name")])
def test_a_refused_token_keeps_what_was_typed(viewer, sent, field):
    response = viewer.post(TOKENS, sent)

    assert field in response.context["form"].errors
    assert not AccessToken.objects.exists()
    assert f'value="{sent["days"]}"' in response.text


def test_a_token_is_revoked_after_a_confirmation(viewer, vera):
    token, text = make_token(by=vera, name="nightly", days=30)
    assert "Revoke this token?" in viewer.get(f"{TOKENS}{token.pk}/revoke/").text

    viewer.post(f"{TOKENS}{token.pk}/revoke/")

    assert user_of_token(text) is None


def test_nobody_sees_or_revokes_anothers_token(viewer, olga):
    token, _ = make_token(by=olga, name="olgas", days=30)

    assert "olgas" not in viewer.get(TOKENS).text
    assert viewer.post(f"{TOKENS}{token.pk}/revoke/").status_code == 404


def test_tokens_take_the_same_queries_for_more_rows(viewer, vera, django_assert_num_queries):
    with django_assert_num_queries(4):
        viewer.get(TOKENS)
    for number in range(5):
        make_token(by=vera, name=str(number), days=1)
    with django_assert_num_queries(4):
        viewer.get(TOKENS)


@pytest.mark.parametrize("path", ["", "add/", "1/", "1/delete/"])
def test_users_are_for_superusers_only(operator, path):
    assert operator.get(f"/users/{path}").status_code == 403
    assert operator.post(f"/users/{path}").status_code in (403, 405)
    assert "/users/" not in operator.get("/").text


def test_user_list_searches_and_answers_htmx_with_the_table_only(superuser):
    UserFactory(email="ann@example.org", first_name="Ann")

    fragment = superuser.get("/users/?q=ann&role=operator", headers={"HX-Request": "true"}).text

    assert "ann@example.org" in fragment
    assert "sue@" not in fragment
    assert "<html" not in fragment


def test_user_list_takes_the_same_queries_for_more_rows(superuser, django_assert_num_queries):
    with django_assert_num_queries(5):
        superuser.get("/users/")
    UserFactory.create_batch(10)
    with django_assert_num_queries(5):
        superuser.get("/users/")


def test_a_user_is_added_with_a_role(superuser):
    superuser.post("/users/add/", {"email": "new@example.org", "password": PASSWORD, "role": "operator"})

    user = User.objects.get(email="new@example.org")
    assert user.role == Role.OPERATOR
    assert user.check_password(PASSWORD)


def test_a_refused_user_keeps_what_was_typed_but_the_password(superuser):
    sent = {"email": "SUE@example.org", "password": "marker-password-2", "role": "viewer", "first_name": "Sue"}

    response = superuser.post("/users/add/", sent)

    assert "email" in response.context["form"].errors
    assert 'value="Sue"' in response.text
    assert "marker-password-2" not in response.text


def test_a_user_is_locked_and_gets_another_role(superuser):
    ann = UserFactory(email="ann@example.org")

    superuser.post(f"/users/{ann.pk}/", {"email": "ann@example.org", "role": "viewer"})

    ann.refresh_from_db()
    assert (ann.role, ann.is_active) == (Role.VIEWER, False)
    assert "Locked" in superuser.get("/users/").text


def test_a_superuser_who_changes_their_own_password_stays_signed_in(superuser, sue):
    sent = {"email": sue.email, "role": "superuser", "is_active": "on", "password": "a fresh long phrase"}

    superuser.post(f"/users/{sue.pk}/", sent)

    assert superuser.get("/users/").status_code == 200


def test_the_last_superuser_cannot_be_demoted_or_deleted(superuser, sue):
    demoted = superuser.post(f"/users/{sue.pk}/", {"email": sue.email, "role": "viewer", "is_active": "on"})
    deleted = superuser.post(f"/users/{sue.pk}/delete/")

    assert "role" in demoted.context["form"].errors
    assert "This is the last superuser." in deleted.text
    assert User.objects.get(pk=sue.pk).may_administer


def test_a_deleted_user_is_gone(superuser):
    ann = UserFactory(email="ann@example.org")

    assert "Delete this account?" in superuser.get(f"/users/{ann.pk}/delete/").text
    superuser.post(f"/users/{ann.pk}/delete/")

    assert not User.objects.filter(pk=ann.pk).exists()
