"""Passwords from the command line: like from a page, they leave an entry and end every token."""

import io

import pytest
from django.core.management import call_command, get_commands

from catalogweb.accounts.models import AccessToken, User
from catalogweb.accounts.services import issue_token, make_token, user_of_token
from catalogweb.changelog.models import Entry
from catalogweb.core.rights import Role
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NEW = "another horse battery"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command with what is piped into it, or typed at its terminal; its lines, errors last."""

    def call(name, *arguments, piped="", answers=()):
        monkeypatch.setattr("sys.stdin", Terminal() if answers else io.StringIO(piped))
        typed = iter(answers)
        monkeypatch.setattr("catalogweb.commands.passwords.getpass", lambda _: next(typed))
        monkeypatch.setattr("builtins.input", lambda _: next(typed))
        try:
            call_command(name, *arguments)
        except SystemExit as ended:
            assert ended.code == 1
        said = capsys.readouterr()
        return said.out + said.err

    return call


def test_our_commands_stand_before_djangos():
    assert {get_commands()[name] for name in ("changepassword", "createsuperuser")} == {"catalogweb.commands"}


@pytest.mark.parametrize("given", [{"piped": f"{NEW}\n"}, {"answers": [NEW, NEW]}])
def test_changed_password_leaves_an_entry_and_ends_every_token(run, given):
    user = UserFactory(email="ann@example.org", password=PASSWORD)
    texts = [issue_token(user=user, kind=AccessToken.Kind.SESSION)[1], make_token(by=user, name="ci", days=1)[1]]
    Entry.objects.all().delete()

    said = run("changepassword", "ANN@example.org", **given)

    user.refresh_from_db()
    entry = Entry.objects.get()
    assert "ann@example.org has a new password" in said
    assert user.check_password(NEW)
    assert [user_of_token(text) for text in texts] == [None, None]
    assert (entry.action, entry.actor, entry.door, entry.object_label) == (
        "update", "changepassword command", "command", "ann@example.org",
    )  # fmt: skip
    assert NEW not in str(entry.before) + str(entry.after)


@pytest.mark.parametrize(
    ("email", "given", "sentence"),
    [
        ("bob@example.org", {"piped": NEW}, "There is no account bob@example.org."),
        ("ann@example.org", {"piped": "12345678"}, "This password is too common."),
        ("ann@example.org", {"piped": "\n"}, "A password cannot be empty."),
        ("ann@example.org", {"answers": [NEW, "other"]}, "two different passwords"),
    ],
)
def test_refused_password_changes_nothing(run, email, given, sentence):
    user = UserFactory(email="ann@example.org", password=PASSWORD)

    assert sentence in run("changepassword", email, **given)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert not Entry.objects.exists()


def test_locked_account_may_get_a_password_too(run):
    user = UserFactory(is_active=False)
    run("changepassword", user.email, piped=NEW)

    user.refresh_from_db()
    assert user.check_password(NEW)
    assert not user.is_active


def test_new_superuser_leaves_an_entry(run):
    said = run("createsuperuser", answers=["sue@example.org", NEW, NEW])

    user, entry = User.objects.get(), Entry.objects.get()
    assert "sue@example.org is a superuser now." in said
    assert (user.email, user.role, user.check_password(NEW)) == ("sue@example.org", Role.SUPERUSER, True)
    assert (entry.action, entry.actor, entry.door) == ("create", "createsuperuser command", "command")


def test_superuser_is_made_without_asking(run, monkeypatch):
    assert "needs an e-mail address and a password" in run("createsuperuser", "--noinput", "--email", "sue@example.org")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", NEW)
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", "sue@example.org")

    run("createsuperuser", "--noinput")
    assert "already an account" in run("createsuperuser", "--noinput")
    assert User.objects.get().may_administer
