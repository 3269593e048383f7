"""A cast for every page test: Vera views, Olga operates, Sue is a superuser."""

import pytest
from django.test import Client

from catalogweb.accounts.models import User
from catalogweb.core.rights import Role
from tests.factories import UserFactory
from tests.mailbox import mailbox

__all__ = ["mailbox"]


@pytest.fixture
def vera(db: None) -> User:
    return UserFactory(email="vera@example.org", role=Role.VIEWER)


@pytest.fixture
def olga(db: None) -> User:
    return UserFactory(email="olga@example.org", role=Role.OPERATOR)


@pytest.fixture
def sue(db: None) -> User:
    return UserFactory(email="sue@example.org", role=Role.SUPERUSER)


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def viewer(vera: User) -> Client:
    return _signed_in(vera)


@pytest.fixture
def operator(olga: User) -> Client:
    return _signed_in(olga)


@pytest.fixture
def superuser(sue: User) -> Client:
    return _signed_in(sue)
