from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.accounts import throttle
from catalogweb.accounts.models import FailedAttempt
from catalogweb.accounts.services import NotActivated, check_credentials
from catalogweb.core.errors import Forbidden, Throttled
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def attempt(email="ann@example.org", password="wrong", address="192.0.2.1"):
    return check_credentials(email=email, password=password, address=address)


def fail(times, **attempted):
    for _ in range(times):
        with pytest.raises(Forbidden):
            attempt(**attempted)


@pytest.fixture
def person():
    return UserFactory(email="ann@example.org", password=PASSWORD)


@pytest.mark.parametrize("email", ["ann@example.org", " ANN@Example.org "])
def test_sign_in_takes_the_address_in_any_spelling(person, email):
    assert attempt(email, PASSWORD) == person


def test_refusal_does_not_tell_whether_the_account_exists(person):
    said = set()
    for email in ("ann@example.org", "nobody@example.org"):
        with pytest.raises(Forbidden) as refused:
            attempt(email)
        said.add(refused.value.message)

    assert said == {"Wrong e-mail address or password."}


def test_locked_account_is_refused_with_the_right_password():
    UserFactory(email="ann@example.org", password=PASSWORD, is_active=False)

    with pytest.raises(Forbidden):
        attempt(password=PASSWORD)


def test_unactivated_account_is_told_so_with_the_right_password_only():
    UserFactory(email="ann@example.org", password=PASSWORD, is_activated=False)

    with pytest.raises(NotActivated, match="waits for its activation"):
        attempt(password=PASSWORD)
    with pytest.raises(Forbidden, match="Wrong e-mail address or password"):
        attempt()


def test_account_is_throttled_after_ten_failures_from_ten_addresses(person):
    for number in range(10):
        fail(1, address=f"192.0.2.{number}")

    with pytest.raises(Throttled, match="Try again in 15 minutes") as refused:
        attempt(password=PASSWORD, address="198.51.100.1")
    assert 0 < refused.value.seconds <= 900


def test_address_is_throttled_after_ten_failures_for_ten_accounts(person):
    for number in range(10):
        fail(1, email=f"nobody-{number}@example.org")

    with pytest.raises(Throttled):
        attempt(password=PASSWORD)
    assert attempt(password=PASSWORD, address="198.51.100.1") == person


def test_nine_failures_are_forgiven_by_a_success(person):
    fail(9)
    attempt(password=PASSWORD)
    fail(1, address="192.0.2.9")

    assert attempt(password=PASSWORD, address="192.0.2.9") == person


def test_success_does_not_forgive_the_address(person):
    fail(9, email="nobody@example.org")
    attempt(password=PASSWORD)
    fail(1, email="nobody@example.org")

    with pytest.raises(Throttled):
        attempt(password=PASSWORD)


def test_spelling_of_the_account_does_not_widen_the_limit(person):
    for number in range(10):
        fail(1, email="ANN@example.org" if number % 2 else " ann@EXAMPLE.org", address="")

    with pytest.raises(Throttled):
        attempt(password=PASSWORD, address="")


def test_failures_are_forgotten_after_fifteen_minutes(person):
    fail(10)
    FailedAttempt.objects.update(at=timezone.now() - timedelta(minutes=15, seconds=1))

    assert attempt(password=PASSWORD) == person
    fail(1, email="nobody@example.org")
    assert throttle.forget_old() == 10


def test_provisioning_and_sign_in_count_apart():
    for _ in range(10):
        throttle.failed("provisioning", "192.0.2.1")

    throttle.check("sign-in", "192.0.2.1")
    with pytest.raises(Throttled):
        throttle.check("provisioning", "192.0.2.1")


def test_neither_account_nor_address_stand_in_the_table(person):
    fail(1)

    assert not {"ann@example.org", "192.0.2.1"} & set(FailedAttempt.objects.values_list("key", flat=True))


@pytest.mark.django_db
def test_a_letter_that_is_alike_in_capitals_is_another():
    UserFactory(email="admin@example.org", password=PASSWORD)

    with pytest.raises(Forbidden):
        check_credentials(email="adm\u0131n@example.org", password=PASSWORD, address="10.0.0.1")
