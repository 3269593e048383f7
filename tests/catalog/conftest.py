"""An operator, a superuser, and things that happen at the same moment."""

import pytest

from catalogweb.accounts.models import User
from catalogweb.core.rights import Role
from tests.factories import UserFactory
from tests.fresh import fresh
from tests.threads import together

__all__ = ["fresh", "operator", "superuser", "together"]


@pytest.fixture
def operator(db: None) -> User:
    return UserFactory(email="operator@example.org")


@pytest.fixture
def superuser(db: None) -> User:
    return UserFactory(email="super@example.org", role=Role.SUPERUSER)
