"""Sign-up, activation and forgotten passwords."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from catalogweb.accounts import by_mail
from catalogweb.accounts.jobs import forget_expired_codes, forget_unactivated_accounts
from catalogweb.accounts.models import MailedCode, User
from catalogweb.accounts.services import check_credentials, issue_token, make_token, user_of_token
from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Duplicate, Forbidden, Invalid, NotFound, Throttled
from catalogweb.core.secrets import digest
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SITE = "https://catalog.example.org"
NEW = "another horse battery"


@pytest.fixture
def is_open(settings):
    settings.SIGNUP_OPEN = True


def sign_up(email="new@example.org", password=PASSWORD, **more):
    return by_mail.sign_up(email=email, password=password, address="192.0.2.1", site=SITE, **more)


def forget(email="ann@example.org"):
    by_mail.ask_for_reset(email=email, address="192.0.2.1", site=SITE)


# --- sign-up --------------------------------------------------------------------------------------------


def test_sign_up_is_closed_by_default_and_names_what_opens_it():
    with pytest.raises(Forbidden, match="CATALOGWEB_SIGNUP=open"):
        sign_up()


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_open_sign_up_gives_the_role_that_the_installation_says(settings, is_open, role):
    settings.SIGNUP_ROLE = role

    user = sign_up()

    assert (user.role, user.is_activated) == (role, True)
    assert not mail.outbox


def test_sign_up_is_throttled_per_address(is_open):
    for number in range(by_mail.SIGN_UPS):
        sign_up(email=f"new-{number}@example.org")

    with pytest.raises(Throttled):
        sign_up()


def test_sign_up_with_mail_waits_for_its_activation(is_open, mailbox):
    user = sign_up()

    assert not user.is_activated
    assert mailbox.sent[0].to == ["new@example.org"]
    assert f"{SITE}/activate/{mailbox.code}/" in mailbox.sent[0].body
    assert user.mailed_codes.get().digest == digest(mailbox.code)


def test_refused_sign_up_sends_nothing(is_open, mailbox):
    with pytest.raises(Invalid):
        sign_up(password="password")

    assert not mailbox.sent


def test_discreet_sign_up_tells_only_the_owner_that_there_is_an_account(is_open, mailbox):
    UserFactory(email="ann@example.org")

    for email in ("ANN@example.org", "new@example.org"):
        assert by_mail.sign_up_discreetly(email=email, password=PASSWORD, site=SITE) is None

    assert [(one.to, one.subject) for one in mailbox.sent] == [
        (["ann@example.org"], "You have an account"),
        (["new@example.org"], "Activate your account"),
    ]
    assert User.objects.count() == 2


def test_discreet_sign_up_refuses_a_weak_password_for_every_address(is_open, mailbox):
    UserFactory(email="ann@example.org")

    for email in ("ann@example.org", "new@example.org"):
        with pytest.raises(Invalid, match="too common") as refused:
            by_mail.sign_up_discreetly(email=email, password="password", site=SITE)
        assert refused.value.field == "password"


def test_sign_up_without_mail_says_whose_account_there_is(is_open):
    UserFactory(email="ann@example.org")

    with pytest.raises(Duplicate):
        sign_up(email="ann@example.org")


# --- activation -----------------------------------------------------------------------------------------


def test_activation_lets_its_owner_in_once(is_open, mailbox):
    sign_up()
    code = mailbox.code

    user = by_mail.activate(code=code)

    assert check_credentials(email="new@example.org", password=PASSWORD, address="") == user
    assert Entry.objects.first().changes == [("is_activated", False, True)]
    with pytest.raises(NotFound, match="Activation code not found"):
        by_mail.activate(code=code)


def test_another_activation_code_ends_the_one_before(is_open, mailbox):
    sign_up()
    first = mailbox.code

    by_mail.resend_activation(email="NEW@example.org", site=SITE)

    with pytest.raises(NotFound):
        by_mail.activate(code=first)
    assert by_mail.activate(code=mailbox.code).is_activated


@pytest.mark.parametrize("email", ["nobody@example.org", "ann@example.org", "\x00"])
def test_activation_is_mailed_only_to_who_waits_for_it(mailbox, email):
    UserFactory(email="ann@example.org")

    with pytest.raises(Invalid, match="No account with this e-mail address waits"):
        by_mail.resend_activation(email=email)

    assert not mailbox.sent


def test_expired_code_activates_nothing(is_open, mailbox):
    sign_up()
    MailedCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(NotFound):
        by_mail.activate(code=mailbox.code)
    forget_expired_codes()
    assert not MailedCode.objects.exists()


def test_account_that_nobody_activates_is_forgotten_after_a_week(is_open, mailbox):
    user, other = sign_up(), UserFactory()
    forget_unactivated_accounts()
    assert User.objects.filter(pk=user.pk).exists()

    User.objects.update(created_at=timezone.now() - by_mail.UNACTIVATED)
    forget_unactivated_accounts()

    assert list(User.objects.all()) == [other]
    assert Entry.objects.first().actor == "housekeeping"


# --- a forgotten password ---------------------------------------------------------------------------------


@pytest.fixture
def ann():
    return UserFactory(email="ann@example.org", password=PASSWORD)


def test_reset_leaves_the_password_until_its_link_is_used(ann, mailbox):
    forget()

    assert check_credentials(email=ann.email, password=PASSWORD, address="") == ann
    assert f"{SITE}/password/{mailbox.code}/" in mailbox.sent[0].body


def test_reset_sets_a_password_once_and_ends_every_token(ann, mailbox):
    texts = [issue_token(user=ann, kind="session")[1], make_token(by=ann, name="backup", days=1)[1]]
    forget()
    code = mailbox.code

    by_mail.reset_password(code=code, new=NEW)

    assert check_credentials(email=ann.email, password=NEW, address="") == ann
    assert [user_of_token(text) for text in texts] == [None, None]
    with pytest.raises(NotFound):
        by_mail.reset_password(code=code, new=PASSWORD)


def test_weak_password_does_not_use_the_link_up(ann, mailbox):
    forget()

    with pytest.raises(Invalid, match="too common"):
        by_mail.reset_password(code=mailbox.code, new="password")

    assert by_mail.is_open(mailbox.code, by_mail.RESET)


def test_two_who_have_one_link_set_one_password(mailbox, together):
    UserFactory(email="ann@example.org")
    forget()
    code = mailbox.code

    answers = together(*[lambda: by_mail.reset_password(code=code, new=NEW)] * 3)

    assert sorted(isinstance(answer, NotFound) for answer in answers) == [False, True, True]


def test_reset_proves_the_address_too(mailbox):
    UserFactory(email="ann@example.org", is_activated=False)
    forget()

    assert by_mail.reset_password(code=mailbox.code, new=NEW).is_activated


@pytest.mark.parametrize("purpose", [by_mail.ACTIVATION, by_mail.RESET])
def test_code_serves_its_purpose_only(ann, mailbox, purpose):
    forget()

    assert by_mail.is_open(mailbox.code, purpose) == (purpose == by_mail.RESET)


def test_locked_account_gets_no_mail_and_its_link_ends(ann, mailbox):
    forget()
    User.objects.update(is_active=False)

    with pytest.raises(NotFound):
        by_mail.reset_password(code=mailbox.code, new=NEW)
    with pytest.raises(NotFound, match="Account not found"):
        forget()
    assert len(mailbox.sent) == 1


def test_mail_is_bounded_for_each_account(ann, mailbox):
    for number in range(10):
        by_mail.ask_for_reset(email="ann@example.org", address=f"192.0.2.{number}")

    with pytest.raises(Throttled):
        by_mail.ask_for_reset(email="ann@example.org", address="198.51.100.1")


@pytest.mark.parametrize("ask", [by_mail.ask_for_reset, by_mail.resend_activation])
def test_installation_without_mail_says_so(ann, ask):
    with pytest.raises(by_mail.MailIsOff, match="CATALOGWEB_EMAIL_URL"):
        ask(email=ann.email)


# --- secrets ----------------------------------------------------------------------------------------------


def test_codes_stand_in_no_table_and_no_entry(ann, is_open, mailbox):
    sign_up()
    codes = [mailbox.code]
    forget()
    codes.append(mailbox.code)
    by_mail.reset_password(code=codes[1], new=NEW)

    stored = str([list(MailedCode.objects.values()), list(Entry.objects.values())])
    assert not [code for code in [*codes, NEW] if code in stored]
