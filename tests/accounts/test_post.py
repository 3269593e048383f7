"""Mails leave after the transaction, and their trouble spoils nothing."""

import threading

import pytest
from django.core import mail
from django.db import transaction

from catalogweb.accounts import post as posting
from catalogweb.accounts.post import post


def wait() -> None:
    """Until both clerks have done what they were given before: each takes one of two that wait for each other."""
    meeting = threading.Barrier(2)
    for arrived in [posting.clerk.submit(meeting.wait, 10) for _ in range(2)]:
        arrived.result()


@pytest.mark.django_db(transaction=True)
def test_mail_leaves_with_the_commit_and_never_without():
    with transaction.atomic():
        post(to="ann@example.org", subject="First", template="known", link="/", site="/")
        transaction.set_rollback(True)
    with transaction.atomic():
        post(to="ann@example.org", subject="Second", template="known", link="/a?b&c", site="/")
        assert not mail.outbox
    wait()

    assert [one.subject for one in mail.outbox] == ["Second"]
    assert "/a?b&c" in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
def test_mail_that_fails_is_logged_without_its_text(monkeypatch, caplog):
    def fail(self):
        raise OSError("no route to the mail server")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    post(to="ann@example.org", subject="Reset", template="reset", link="/password/hunter2/", site="/", until=None)
    wait()

    assert "no route to the mail server" in caplog.text
    assert "hunter2" not in caplog.text
