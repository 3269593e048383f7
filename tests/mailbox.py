"""Mail for tests: sent at once, kept in a list."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail


class Mailbox:
    """What was sent, and the code in the last of it."""

    @property
    def sent(self) -> list[Any]:
        return mail.outbox

    @property
    def code(self) -> str:
        return re.search(r"/(?:activate|password)/([\w-]{20,})/", self.sent[-1].body)[1]  # type: ignore[index]


@pytest.fixture
def mailbox(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """An installation that sends mail. A test's transaction never ends, so that nothing waits for its end."""
    settings.MAIL_ON = True
    monkeypatch.setattr("catalogweb.accounts.post.transaction", SimpleNamespace(on_commit=lambda send: send()))
    monkeypatch.setattr("catalogweb.accounts.post.clerk", SimpleNamespace(submit=lambda send, what: send(what)))
    return Mailbox()
