"""`manage.py up` for real: what it starts, says, mends and leaves behind."""

import json
import os
import signal
import sqlite3
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.commands.running import Up, eventually


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One that most tests look at, with its agent."""
    up = Up(tmp_path_factory.mktemp("up") / "data")
    try:
        yield up.wait_until_up()
    finally:
        up.close()


def fetch(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return refusal.code


def rows(up: Up, statement: str) -> list[tuple]:
    database = sqlite3.connect(up.data / "catalogweb.sqlite3", timeout=30)
    try:
        return database.execute(statement).fetchall()
    finally:
        database.close()


def why_not(refused: Up) -> str:
    assert refused.process.wait(60) == 1
    said = refused.log.read_text()
    assert "Traceback" not in said
    return said


def test_up_says_where_everything_is(up):
    assert up.value("URL") == up.url
    assert up.value("Admin") == "admin@localhost.localdomain"
    assert up.value("Data") == str(up.data)
    assert up.value("Database") == f"sqlite:///{up.data}/catalogweb.sqlite3"
    assert up.value("Agent").startswith("my-agent-name (")
    assert eventually(lambda: set(up.children()) == {"server", "worker", "agent"})


def test_up_says_why_nothing_really_runs_and_what_mends_it(up):
    assert up.value("Engine").startswith("simulated: nothing really runs. There is no socket at ")
    assert " To fix it: " in up.value("Engine")

    reported = "SELECT simulated FROM agents_agentstatus WHERE reported_at IS NOT NULL"
    assert eventually(lambda: rows(up, reported) == [(1,)])


def test_up_prints_the_password_to_the_terminal_only(up):
    password = up.value("Password").split()[0]

    assert len(password) >= 20
    assert password not in up.log.read_text()
    assert password not in json.dumps(rows(up, "SELECT * FROM changelog_entry"))


def test_up_says_at_once_that_it_starts(up):
    assert up.said.startswith("Starting …\n\ncatalogweb is up.")


def test_up_serves_pages_and_static_files_to_this_machine_only(up):
    assert fetch(f"{up.url}/sign-in/") == 200
    assert fetch(f"{up.url}/static/admin/css/base.css") == 200
    assert fetch(f"{up.url}/sign-in/", Host="elsewhere.example.org") == 400


def test_up_keeps_its_terminal_free_of_mistyped_addresses(up):
    assert fetch(f"{up.url}/catalogue/") == 404

    assert "Not Found" not in up.log.read_text()


def test_up_keeps_keys_and_credentials_from_others(up):
    for secret in ("signing.key", "encryption.key", "agents/my-agent-name/credentials.json"):
        assert stat.S_IMODE((up.data / secret).stat().st_mode) == 0o600
    assert stat.S_IMODE(up.data.stat().st_mode) == 0o700


def test_up_starts_a_dead_agent_again(up):
    first = up.children()["agent"]

    os.kill(first, signal.SIGKILL)

    assert eventually(lambda: up.children().get("agent", first) != first)
    assert "The local agent ended (exit code -9) and is started again." in up.log.read_text()


def test_up_says_in_one_sentence_that_its_data_folder_is_none(start):
    assert "The data folder /dev/null cannot be used" in why_not(start("--no-agent", CATALOGWEB_DATA="/dev/null"))


def test_up_refuses_another_key_than_the_one_its_secrets_were_sealed_with(start):
    start("--no-agent").wait_until_up().end()

    refused = start("--no-agent", CATALOGWEB_ENCRYPTION_KEYS="JUxsyFXQZTgaFfTuTzMI2Mum_ZjKTqVJQKSvEUC4SVk=")

    assert "is not the one that this database's secrets were sealed with" in why_not(refused)


def test_up_ends_all_of_it_and_goes_on_the_next_time(start):
    first = start().wait_until_up()
    credential = rows(first, "SELECT agent_id, token_digest FROM agents_credential")
    assert first.end(signal.SIGINT) == 0
    assert first.left_behind() == []

    second = start("--workers", "2").wait_until_up()
    assert second.value("Password") == (
        "as before; to reset it: uv run manage.py changepassword admin@localhost.localdomain"
    )
    assert rows(second, "SELECT agent_id, token_digest FROM agents_credential") == credential

    second.end(signal.SIGKILL)
    assert eventually(lambda: second.left_behind() == [])


def test_up_ends_with_a_sentence_when_its_server_dies(start):
    up = start("--no-agent").wait_until_up()

    os.kill(up.children()["server"], signal.SIGKILL)

    assert up.process.wait(60) == 1
    assert "The web server ended unexpectedly (exit code -9)." in up.log.read_text()
    assert eventually(lambda: up.left_behind() == [])
