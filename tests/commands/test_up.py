"""`manage.py up` for real: what it starts, says, mends and leaves behind."""

import json
import os
import signal
import sqlite3
import stat
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.commands.running import Up, eventually

Start = Callable[..., Up]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `up` in this test's data folder; whatever a test leaves running is ended."""
    started: list[Up] = []

    def start(*options: str, **environment: str) -> Up:
        started.append(Up(tmp_path / "data", *options, **environment))
        return started[-1]

    yield start
    for up in started:
        if up.process.poll() is None:
            up.end(signal.SIGTERM)
        if up.process.stdout:
            up.process.stdout.close()


def fetch(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return refusal.code


def rows(up: Up, statement: str) -> list[tuple]:
    database = sqlite3.connect(up.data / "catalogweb.sqlite3", timeout=20)
    try:
        return database.execute(statement).fetchall()
    finally:
        database.close()


def test_up_starts_everything_says_so_and_leaves_nothing_running(start):
    up = start().wait_until_up()

    assert up.value("URL") == up.url
    assert up.value("Data") == str(up.data)
    assert up.value("Database") == f"sqlite:///{up.data}/catalogweb.sqlite3"
    assert up.value("Agent").startswith("my-agent-name (")
    assert up.value("Engine").startswith("simulated: nothing really runs. There is no socket at ")
    assert " To fix it: " in up.value("Engine")
    assert set(up.children()) == {"server", "worker", "agent"}
    reported = "SELECT simulated FROM agents_agentstatus WHERE reported_at IS NOT NULL"
    assert eventually(lambda: rows(up, reported) == [(1,)])

    assert up.end(signal.SIGINT) == 0
    assert up.left_behind() == []


def test_up_serves_pages_and_static_files_to_this_machine_only(start):
    up = start("--no-agent").wait_until_up()

    assert fetch(f"{up.url}/sign-in/") == 200
    assert fetch(f"{up.url}/static/admin/css/base.css") == 200
    assert fetch(f"{up.url}/sign-in/", Host="elsewhere.example.org") == 400


def test_up_prints_the_password_once_and_nowhere_else(start):
    first = start("--no-agent").wait_until_up()
    password = first.value("Password").split()[0]
    first.end()
    second = start("--no-agent").wait_until_up()

    assert len(password) >= 20
    assert password not in first.log.read_text()
    assert second.value("Password") == (
        "as before; to reset it: uv run manage.py changepassword admin@localhost.localdomain"
    )
    assert password not in json.dumps(rows(second, "SELECT * FROM changelog_entry"))


def test_up_takes_the_first_admin_from_the_environment(start, tmp_path):
    file = tmp_path / "password"
    file.write_text("correct horse battery staple\n")

    up = start(
        "--no-agent", CATALOGWEB_ADMIN_EMAIL="ann@example.org", CATALOGWEB_ADMIN_PASSWORD_FILE=str(file)
    ).wait_until_up()

    assert up.value("Admin") == "ann@example.org"
    assert up.value("Password") == f"as in {file}"
    assert "staple" not in up.said


def test_up_again_on_another_port_goes_on_with_the_same_agent(start):
    first = start().wait_until_up()
    credential = rows(first, "SELECT agent_id, token_digest FROM agents_credential")
    first.end()
    second = start().wait_until_up()

    assert rows(second, "SELECT agent_id, token_digest FROM agents_credential") == credential
    kept = json.loads((second.data / "agents/my-agent-name/credentials.json").read_text())
    assert kept["url"] == f"{second.url}/api/v3/"


def test_up_provisions_its_agent_anew_when_the_credentials_are_lost(start):
    first = start().wait_until_up()
    before = rows(first, "SELECT token_digest FROM agents_credential")
    first.end()
    (first.data / "agents/my-agent-name/credentials.json").unlink()
    second = start().wait_until_up()

    assert rows(second, "SELECT count(*) FROM agents_agent") == [(1,)]
    assert rows(second, "SELECT token_digest FROM agents_credential") != before


def test_up_keeps_keys_and_credentials_from_others(start):
    up = start().wait_until_up()

    for secret in ("signing.key", "encryption.key", "agents/my-agent-name/credentials.json"):
        assert stat.S_IMODE((up.data / secret).stat().st_mode) == 0o600
    assert stat.S_IMODE(up.data.stat().st_mode) == 0o700


def test_up_that_is_killed_leaves_nothing_running(start):
    up = start("--workers", "2").wait_until_up()

    up.end(signal.SIGKILL)

    assert eventually(lambda: up.left_behind() == [])


@pytest.mark.parametrize(("child", "said"), [("server", "The web server ended"), ("worker", "The background worker")])
def test_up_ends_with_a_sentence_when_a_part_dies(start, child, said):
    up = start("--no-agent").wait_until_up()

    os.kill(up.children()[child], signal.SIGKILL)

    assert up.process.wait(60) == 1
    assert said in up.log.read_text()
    assert eventually(lambda: up.left_behind() == [])


def test_up_starts_a_dead_agent_again(start):
    up = start().wait_until_up()
    first = up.children()["agent"]

    os.kill(first, signal.SIGKILL)

    assert eventually(lambda: up.children().get("agent", first) != first)
    assert "is started again" in up.log.read_text()


def test_up_says_in_one_sentence_why_it_cannot_start(start, tmp_path):
    first = start("--no-agent").wait_until_up()
    first.end()
    refused = {
        "is not the one that this database's secrets were sealed with": {
            "CATALOGWEB_ENCRYPTION_KEYS": "JUxsyFXQZTgaFfTuTzMI2Mum_ZjKTqVJQKSvEUC4SVk="
        },
        "cannot be used (Not a directory)": {"CATALOGWEB_DATA": str(first.log / "data")},
    }
    for sentence, environment in refused.items():
        up = start("--no-agent", **environment)
        assert up.process.wait(60) == 1
        said = up.log.read_text()
        assert sentence in said
        assert len(said.splitlines()) == 1
