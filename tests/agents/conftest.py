"""An operator, and things that happen at the same moment."""

import pytest

from catalogweb.accounts.models import User
from tests.factories import UserFactory
from tests.threads import together

__all__ = ["operator", "together"]


@pytest.fixture
def operator(db: None) -> User:
    return UserFactory(email="operator@example.org")
