import pytest

from catalogweb.accounts.models import User
from catalogweb.accounts.services import (
    change_own_password,
    create_user,
    delete_own_account,
    delete_user,
    edit_own_profile,
    edit_user,
    issue_token,
    make_token,
    user_named,
    user_of_token,
)
from catalogweb.changelog.models import Entry
from catalogweb.changelog.services import HIDDEN
from catalogweb.core.errors import Duplicate, Invalid, NotFound, Protected, Refusal, Throttled
from catalogweb.core.rights import Right, Role
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def test_new_account_is_a_viewer_with_a_hashed_password(ann):
    user = create_user(by=ann, email="new@example.org", password=PASSWORD)

    assert user.role == Role.VIEWER
    assert user.check_password(PASSWORD)
    assert PASSWORD not in str(User.objects.filter(pk=user.pk).values())


@pytest.mark.parametrize(
    ("email", "password", "role", "field"),
    [
        ("ann", PASSWORD, "viewer", "email"),
        ("", PASSWORD, "viewer", "email"),
        (f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.org", PASSWORD, "viewer", "email"),
        ("new@example.org", "short", "viewer", "password"),
        ("new@example.org", "password", "viewer", "password"),
        ("new@example.org", "new@example.org", "viewer", "password"),
        ("new@example.org", PASSWORD, "root", "role"),
    ],
)
def test_new_account_is_refused_with_the_field_at_fault(ann, email, password, role, field):
    with pytest.raises(Invalid) as refused:
        create_user(by=ann, email=email, password=password, role=role)

    assert refused.value.field == field


def test_address_is_taken_in_any_spelling(ann):
    with pytest.raises(Duplicate):
        create_user(by=ann, email="ANN@example.org", password=PASSWORD)


def test_two_accounts_with_one_address_at_once_make_one(together):
    ann = UserFactory(role=Role.SUPERUSER)

    answers = together(*[lambda: create_user(by=ann, email="new@example.org", password=PASSWORD)] * 3)

    assert sorted(isinstance(answer, Refusal) for answer in answers) == [False, True, True]


def test_new_password_ends_every_sign_in(ann):
    user = UserFactory()
    texts = [issue_token(user=user, kind="session")[1], make_token(by=user, name="backup", days=1)[1]]

    edit_user(by=ann, user=user, password=PASSWORD)

    assert [user_of_token(text) for text in texts] == [None, None]


def test_blank_password_keeps_the_old_one(ann):
    user = UserFactory(password=PASSWORD)

    edit_user(by=ann, user=user, password="", first_name="Bea")

    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert user.first_name == "Bea"


def test_edit_keeps_what_somebody_else_changed_meanwhile(ann):
    user = UserFactory()
    stale = User.objects.get(pk=user.pk)
    edit_user(by=ann, user=user, role=Role.VIEWER)

    edit_user(by=ann, user=stale, first_name="Bea")

    user.refresh_from_db()
    assert (user.role, user.first_name) == (Role.VIEWER, "Bea")


def test_changed_password_is_told_in_the_log_without_saying_it(ann):
    user = UserFactory(password=PASSWORD)
    edit_user(by=ann, user=user, password="another horse battery")

    assert Entry.objects.get(object_id=user.pk).changes == [("password", HIDDEN, f"{HIDDEN} (changed)")]


@pytest.mark.parametrize("change", [{"role": Role.OPERATOR}, {"is_active": False}])
def test_last_superuser_stays_one(ann, change):
    UserFactory(role=Role.SUPERUSER, is_active=False)

    with pytest.raises(Protected, match="last superuser"):
        edit_user(by=ann, user=ann, **change)

    assert User.objects.get(pk=ann.pk).may_administer


def test_last_superuser_is_not_deleted(ann):
    with pytest.raises(Protected, match="last superuser"):
        delete_user(by=ann, user=ann)


def test_last_superuser_may_change_anything_else(ann):
    edit_user(by=ann, user=ann, first_name="Ann", password=PASSWORD)

    assert User.objects.get(pk=ann.pk).first_name == "Ann"


def test_one_of_two_superusers_may_go(ann, bob):
    delete_user(by=ann, user=bob)

    assert list(User.objects.all()) == [ann]


def test_two_superusers_who_demote_each_other_leave_one(together):
    ann, bob = UserFactory(role=Role.SUPERUSER), UserFactory(role=Role.SUPERUSER)

    answers = together(
        lambda: edit_user(by=ann, user=User.objects.get(pk=bob.pk), role=Role.VIEWER),
        lambda: edit_user(by=bob, user=User.objects.get(pk=ann.pk), role=Role.VIEWER),
    )

    assert sorted(isinstance(answer, Protected) for answer in answers) == [False, True]
    assert User.objects.filter(role=Role.SUPERUSER).count() == 1


def test_deleted_account_stays_in_the_log_by_name(ann):
    user = UserFactory(email="gone@example.org")

    delete_user(by=ann, user=user)

    assert Entry.objects.get(action="delete").object_label == "gone@example.org"


def test_own_password_needs_the_old_one():
    user = UserFactory(password=PASSWORD)

    with pytest.raises(Invalid, match="Old password is incorrect"):
        change_own_password(by=user, old="wrong", new="another horse battery")
    change_own_password(by=user, old=PASSWORD, new="another horse battery")

    assert User.objects.get(pk=user.pk).check_password("another horse battery")


def test_own_new_password_ends_every_token(ann):
    texts = [issue_token(user=ann, kind="session")[1], make_token(by=ann, name="backup", days=1)[1]]
    ann.set_password(PASSWORD)

    change_own_password(by=ann, old=PASSWORD, new="another horse battery")

    assert [user_of_token(text) for text in texts] == [None, None]


def test_own_password_cannot_be_guessed(ann):
    ann.set_password(PASSWORD)
    for _ in range(10):
        with pytest.raises(Invalid):
            change_own_password(by=ann, old="a guess", new="another horse battery")

    with pytest.raises(Throttled):
        change_own_password(by=ann, old=PASSWORD, new="another horse battery")


def test_confirmed_address_stays_confirmed(ann):
    with pytest.raises(Invalid) as refused:
        edit_user(by=ann, user=UserFactory(), is_activated=False)

    assert refused.value.field == "is_activated"


def test_superuser_confirms_an_address_whose_mail_never_came(ann):
    user = UserFactory(is_activated=False)

    edit_user(by=ann, user=user, is_activated=True)

    assert User.objects.get(pk=user.pk).may(Right.READ)


def test_people_leave_with_their_tokens_and_stay_in_the_log():
    user = UserFactory(email="gone@example.org")
    text = make_token(by=user, name="backup", days=1)[1]

    delete_own_account(by=user)

    assert user_of_token(text) is None
    assert Entry.objects.get(object_type="user", action="delete").actor == "gone@example.org"


def test_last_superuser_does_not_leave(ann):
    with pytest.raises(Protected, match="last superuser"):
        delete_own_account(by=ann)


def test_own_profile_holds_names_and_nothing_else():
    user = UserFactory()

    edit_own_profile(by=user, first_name="Ann", role="superuser", email="x@example.org")

    stored = User.objects.get(pk=user.pk)
    assert (stored.first_name, stored.role, stored.email) == ("Ann", "operator", user.email)


def test_own_name_has_to_fit():
    with pytest.raises(Invalid):
        edit_own_profile(by=UserFactory(), last_name="a" * 101)


def test_command_line_finds_active_users_only(ann):
    UserFactory(email="gone@example.org", is_active=False)

    assert user_named("ANN@example.org") == ann
    with pytest.raises(NotFound):
        user_named("gone@example.org")
