"""Olga, who operates."""

import pytest

from catalogweb.accounts.models import User
from tests.factories import UserFactory


@pytest.fixture
def olga(db: None) -> User:
    return UserFactory(email="olga@example.org")
