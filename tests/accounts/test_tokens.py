from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.accounts.models import AccessToken
from catalogweb.accounts.services import (
    issue_token,
    make_token,
    refresh_client,
    revoke_token,
    sign_in_client,
    sign_out_client,
    user_of_token,
)
from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Duplicate, Forbidden, Invalid
from catalogweb.core.rights import Role
from catalogweb.core.secrets import digest
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return UserFactory(email="ann@example.org", password=PASSWORD)


@pytest.fixture
def signed_in(person):
    return sign_in_client(email="ann@example.org", password=PASSWORD, address="192.0.2.1")


def expire(token):
    AccessToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())


def test_token_is_kept_as_a_digest_only(person):
    token, text = make_token(by=person, name="backup", days=30)

    row = AccessToken.objects.values().get(pk=token.pk)
    assert row["digest"] == digest(text)
    assert text not in str(row)
    assert row["hint"] == text[:8]


def test_token_acts_for_its_user_and_notes_its_use(person):
    token, text = make_token(by=person, name="backup", days=30)

    assert user_of_token(text) == (person, token)
    token.refresh_from_db()
    assert timezone.now() - token.last_used_at < timedelta(seconds=10)


def test_use_is_noted_at_most_once_a_minute(person, django_assert_num_queries):
    _, text = make_token(by=person, name="backup", days=30)
    user_of_token(text)

    with django_assert_num_queries(1):
        user_of_token(text)


@pytest.mark.parametrize("text", ["", "cw_", "nothing", "x" * 10_000])
def test_unknown_token_acts_for_nobody(text):
    assert user_of_token(text) is None


def test_expired_token_acts_for_nobody(person):
    token, text = make_token(by=person, name="backup", days=30)
    expire(token)

    assert user_of_token(text) is None


def test_token_of_a_locked_user_acts_for_nobody(person):
    _, text = make_token(by=person, name="backup", days=30)
    type(person).objects.update(is_active=False)

    assert user_of_token(text) is None


def test_named_token_keeps_its_expiry_while_a_sign_in_slides(person):
    named, named_text = make_token(by=person, name="backup", days=30)
    session, session_text = issue_token(user=person, kind="session", lifetime=timedelta(minutes=1))
    for text in (named_text, session_text):
        user_of_token(text)

    assert AccessToken.objects.get(pk=named.pk).expires_at == named.expires_at
    assert AccessToken.objects.get(pk=session.pk).expires_at > session.expires_at + timedelta(minutes=30)


def test_refresh_token_is_no_access_token(signed_in):
    assert user_of_token(signed_in[0])
    assert user_of_token(signed_in[1]) is None


def test_refresh_token_works_once(signed_in):
    access, refresh = refresh_client(refresh_token=signed_in[1])

    assert user_of_token(access)
    with pytest.raises(Forbidden, match="Sign in again"):
        refresh_client(refresh_token=signed_in[1])
    assert refresh_client(refresh_token=refresh)


@pytest.mark.parametrize("which", [0, None])
def test_only_a_refresh_token_refreshes(signed_in, which):
    with pytest.raises(Forbidden):
        refresh_client(refresh_token=signed_in[0] if which == 0 else "")


def test_refresh_token_works_once_when_two_use_it_at_once(together):
    user = UserFactory()
    _, text = issue_token(user=user, kind="refresh")

    answers = together(*[lambda: refresh_client(refresh_token=text)] * 4)

    assert sorted(isinstance(answer, Forbidden) for answer in answers) == [False, True, True, True]


def test_signing_out_ends_sign_ins_and_spares_named_tokens(person, signed_in):
    _, named = make_token(by=person, name="backup", days=30)

    sign_out_client(user=person)

    assert user_of_token(signed_in[0]) is None
    assert user_of_token(named)


@pytest.mark.parametrize(
    ("name", "days", "field"), [(" ", 30, "name"), ("a", 0, "days"), ("a", 3651, "days"), ("a" * 101, 1, "name")]
)
def test_token_needs_a_name_and_a_lifetime(person, name, days, field):
    with pytest.raises(Invalid) as refused:
        make_token(by=person, name=name, days=days)

    assert refused.value.field == field


def test_token_name_is_taken_once_per_user(person):
    make_token(by=person, name="backup", days=30)
    make_token(by=UserFactory(), name="backup", days=30)

    with pytest.raises(Duplicate):
        make_token(by=person, name=" backup ", days=30)


def test_own_token_is_revoked_and_ends(person):
    token, text = make_token(by=person, name="backup", days=30)

    revoke_token(by=person, token=token)

    assert user_of_token(text) is None


@pytest.mark.parametrize(("role", "may"), [(Role.OPERATOR, False), (Role.SUPERUSER, True)])
def test_token_of_somebody_else_is_revoked_by_superusers_only(person, role, may):
    token, text = make_token(by=person, name="backup", days=30)

    try:
        revoke_token(by=UserFactory(role=role), token=token)
    except Forbidden:
        pass

    assert (user_of_token(text) is None) == may


def test_making_and_revoking_leave_entries_without_token_or_digest(person):
    token, text = make_token(by=person, name="backup", days=30)
    revoke_token(by=person, token=token)

    made, revoked = Entry.objects.order_by("id")
    assert (made.action, revoked.action, made.object_label) == ("create", "delete", "backup")
    assert text not in str([made.after, revoked.before])
    assert digest(text) not in str([made.after, revoked.before])
