"""Users and tokens at the admin."""

from datetime import timedelta

from catalogweb.accounts.models import AccessToken, User
from catalogweb.accounts.services import issue_token, make_token
from catalogweb.core.rights import Role
from tests.factories import PASSWORD, UserFactory


def test_admin_adds_a_user_who_can_sign_in(add):
    add(User, email="ann@example.org", role=Role.OPERATOR, password=PASSWORD)

    assert User.objects.get(email="ann@example.org").check_password(PASSWORD)


def test_admin_refuses_a_weak_password_without_echoing_it(add, errors):
    answer = add(User, email="ann@example.org", role=Role.VIEWER, password="password")

    assert "password" in errors(answer)
    assert b'value="password"' not in answer.content


def test_admin_edit_without_a_password_keeps_it(edit):
    user = UserFactory(password=PASSWORD)

    edit(user, first_name="Ann")

    user.refresh_from_db()
    assert user.first_name == "Ann"
    assert user.check_password(PASSWORD)


def test_admin_new_password_ends_the_tokens(edit):
    user = UserFactory(password=PASSWORD)
    issue_token(user=user, kind=AccessToken.Kind.SESSION, lifetime=timedelta(hours=1))

    edit(user, password="another battery staple")

    user.refresh_from_db()
    assert user.check_password("another battery staple")
    assert not user.tokens.exists()


def test_admin_never_shows_a_password_hash(admin_client):
    user = UserFactory(password=PASSWORD)

    page = admin_client.get(f"/admin/accounts/user/{user.pk}/change/").content.decode()

    assert user.password not in page
    assert "argon2" not in page


def test_admin_keeps_the_last_superuser(edit, delete, errors, superuser):
    assert "role" in errors(edit(superuser, role=Role.VIEWER))
    assert b"This is the last superuser" in delete(superuser).content

    assert User.objects.get(pk=superuser.pk).role == Role.SUPERUSER


def test_admin_revokes_a_token_and_never_shows_it(admin_client, delete, superuser):
    token, text = make_token(by=UserFactory(), name="nightly", days=1)

    page = admin_client.get(f"/admin/accounts/accesstoken/{token.pk}/change/").content.decode()
    assert text not in page
    assert token.digest not in page
    delete(token)

    assert not AccessToken.objects.exists()


def test_admin_password_link_leads_to_the_own_account(admin_client, superuser):
    assert admin_client.get("/admin/password_change/").url == f"/admin/accounts/user/{superuser.pk}/change/"
