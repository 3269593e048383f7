"""`manage.py check --deploy` fails on what must not be so in production, and passes on what may."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.checks import run_checks

GOOD = {
    "PUBLIC_URL": "https://catalog.example.org",
    "HTTPS": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "ALLOWED_HOSTS": ["localhost", "catalog.example.org"],
    "SECRET_KEY": "hT4vVJ0mWkq1pXz7uYc3sBn9dRe5fGa8LiOo2jKw6QxMyZbC",
    "ENCRYPTION_KEYS": ["JUxsyFXQZTgaFfTuTzMI2Mum_ZjKTqVJQKSvEUC4SVk="],
}


@pytest.fixture
def found(settings, tmp_path: Path) -> Callable[..., list[str]]:
    """The ids of what `check --deploy` says of an installation with these settings."""

    def found(**changes: object) -> list[str]:
        folder = tmp_path / "data"
        folder.mkdir(mode=0o700, exist_ok=True)
        for name, value in {"DATA_DIR": folder, **GOOD, **changes}.items():
            setattr(settings, name, value)
        messages = [m for m in run_checks(include_deployment_checks=True) if not m.is_silenced()]
        assert all(m.hint for m in messages if m.id.startswith("catalogweb."))
        return [m.id for m in messages]

    return found


def test_check_passes_a_good_installation(found):
    assert found() == []


def test_check_passes_plain_http_on_this_machine(found):
    assert found(PUBLIC_URL="http://127.0.0.1:51121", HTTPS=False) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"PUBLIC_URL": ""}, "catalogweb.W001"),
        ({"PUBLIC_URL": "http://catalog.example.org", "HTTPS": False}, "catalogweb.W002"),
        ({"PUBLIC_URL": "catalog.example.org"}, "catalogweb.E001"),
        ({"ALLOWED_HOSTS": ["*"]}, "catalogweb.E002"),
        ({"ALLOWED_HOSTS": [".example.org"]}, "catalogweb.E002"),
        ({"ENCRYPTION_KEYS": [""]}, "catalogweb.E003"),
        ({"ENCRYPTION_KEYS": ["rubbish"]}, "catalogweb.E003"),
        ({"SECRET_KEY": "short"}, "catalogweb.E004"),
        ({"SECRET_KEY": "a" * 60}, "catalogweb.E004"),
        ({"SECRET_KEY": ""}, "catalogweb.E004"),
        ({"SECRET_KEY": GOOD["ENCRYPTION_KEYS"][0]}, "catalogweb.E005"),
        ({"SIGNUP_OPEN": True}, "catalogweb.W004"),
        ({"SIGNUP_OPEN": True, "MAIL_ON": True, "SIGNUP_ROLE": "superuser"}, "catalogweb.W005"),
        ({"DEBUG": True}, "security.W018"),
        ({"SESSION_COOKIE_SECURE": False}, "security.W012"),
    ],
)
def test_check_fails_on_an_unsafe_setting(found, changes, problem):
    assert found(**changes) == [problem]


def test_check_fails_when_others_can_reach_the_data_folder(found, tmp_path):
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)

    assert found(DATA_DIR=folder) == ["catalogweb.W003"]


def test_check_fails_when_others_can_read_a_key(found, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (folder / "signing.key").write_text("x")
    (folder / "signing.key").chmod(0o640)

    assert found(DATA_DIR=folder) == ["catalogweb.W003"]
