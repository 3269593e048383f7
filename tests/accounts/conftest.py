"""Two superusers, and things that happen at the same moment."""

import pytest

from catalogweb.accounts.models import User
from catalogweb.core.rights import Role
from tests.factories import UserFactory
from tests.mailbox import mailbox
from tests.threads import together

__all__ = ["ann", "bob", "mailbox", "together"]


@pytest.fixture
def ann(db: None) -> User:
    return UserFactory(email="ann@example.org", role=Role.SUPERUSER)


@pytest.fixture
def bob(db: None) -> User:
    return UserFactory(email="bob@example.org", role=Role.SUPERUSER)
