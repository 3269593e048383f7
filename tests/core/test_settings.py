"""Settings as the environment makes them, read by a process of its own."""

import json
import os
import subprocess
import sys

import pytest

SCRIPT = """
import json
from catalogweb import settings as s
names = ["ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "DEBUG"]
print(json.dumps({name: getattr(s, name) for name in names}))
"""
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]


@pytest.fixture
def read(tmp_path):
    def call(**environment):
        own = {name: value for name, value in os.environ.items() if not name.startswith(("CATALOGWEB_", "DJANGO_"))}
        answer = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**own, "CATALOGWEB_DATA": str(tmp_path), **environment},
            capture_output=True,
            check=True,
            text=True,
        )
        return json.loads(answer.stdout)

    return call


def test_by_default_only_this_machine_is_served_and_cookies_go_over_http(read):
    settings = read(DEBUG="1", DJANGO_DEBUG="1")

    assert settings == {
        "ALLOWED_HOSTS": LOOPBACK,
        "CSRF_TRUSTED_ORIGINS": [],
        "SESSION_COOKIE_SECURE": False,
        "CSRF_COOKIE_SECURE": False,
        "DEBUG": False,
    }


@pytest.mark.parametrize(
    ("url", "host", "secure"),
    [
        ("https://catalog.example.org", "catalog.example.org", True),
        ("http://catalog.example.org:8080/", "catalog.example.org", False),
    ],
)
def test_public_url_is_served_too_and_decides_over_secure_cookies(read, url, host, secure):
    settings = read(CATALOGWEB_PUBLIC_URL=url)

    assert settings["ALLOWED_HOSTS"] == [*LOOPBACK, host]
    assert settings["CSRF_TRUSTED_ORIGINS"] == [url.rstrip("/")]
    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is secure
