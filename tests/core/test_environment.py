"""Mail, sign-up and other origins, as the environment says."""

import runpy
from pathlib import Path

import pytest
from environs import EnvValidationError

import catalogweb


@pytest.fixture
def read(monkeypatch):
    """The settings of an installation with these variables."""

    def read(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(f"CATALOGWEB_{name}", value)
        return runpy.run_path(str(Path(catalogweb.__file__).parent / "settings.py"))

    return read


def test_nothing_is_mailed_without_a_mail_server(read):
    assert read(EMAIL_URL="")["MAIL_ON"] is False


def test_a_mail_server_is_one_address(read):
    found = read(EMAIL_URL="submission://jo:p%40ss@mail.example.org", PUBLIC_URL="https://catalog.example.org")

    assert (found["MAIL_ON"], found["EMAIL_HOST"], found["EMAIL_PORT"]) == (True, "mail.example.org", 587)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"], found["EMAIL_USE_TLS"]) == ("jo", "p@ss", True)
    assert found["DEFAULT_FROM_EMAIL"] == "catalogweb@catalog.example.org"


def test_mail_is_kept_in_a_folder_from_the_root(read):
    assert read(EMAIL_URL="file:///var/mails")["EMAIL_FILE_PATH"] == "/var/mails"


def test_other_origins_are_a_list(read):
    assert read()["CORS_ALLOWED_ORIGINS"] == []

    found = read(CORS_ORIGINS="https://a.example.org,https://b.example.org")

    assert found["CORS_ALLOWED_ORIGINS"] == ["https://a.example.org", "https://b.example.org"]
    assert found["MIDDLEWARE"][0] == "catalogweb.api.cors.PreflightMiddleware"


@pytest.mark.parametrize(
    "variables", [{"SIGNUP": "yes"}, {"SIGNUP_ROLE": "root"}, {"EMAIL_URL": "https://jo:hunter2@mail.example.org"}]
)
def test_a_value_that_means_nothing_is_refused_without_repeating_it(read, variables):
    with pytest.raises(EnvValidationError) as refused:
        read(**variables)

    assert f"CATALOGWEB_{next(iter(variables))}" in str(refused.value)
    assert "hunter2" not in str(refused.value)
