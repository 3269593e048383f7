"""Several nodes on one PostgreSQL."""

import psycopg
import pytest

from tests.commands.running import Up

KEYS = {
    "CATALOGWEB_SECRET_KEY": "hT4vVJ0mWkq1pXz7uYc3sBn9dRe5fGa8LiOo2jKw6QxMyZbC",
    "CATALOGWEB_ENCRYPTION_KEYS": "JUxsyFXQZTgaFfTuTzMI2Mum_ZjKTqVJQKSvEUC4SVk=",
}


@pytest.fixture
def database(postgres_server) -> str:
    with psycopg.connect(postgres_server.url_of("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE nodes")
    return postgres_server.url_of("nodes")


def test_up_on_two_nodes_at_once_makes_one_admin_and_refuses_a_third_with_another_key(start, database, tmp_path):
    def node(number: int, **changes: str) -> Up:
        return start("--no-agent", data=tmp_path / str(number), DATABASE_URL=database, **KEYS | changes)

    started = [node(1), node(2)]
    passwords = sorted(up.wait_until_up().value("Password") for up in started)
    third = node(3, CATALOGWEB_ENCRYPTION_KEYS="mJ1nW6Q2n0V3mD7yQn0cG4m8r9k2b5Xl3t6p1s0u8wA=")

    assert "(shown this once)" in " ".join(passwords)
    assert sum("as before" in password for password in passwords) == 1
    assert third.process.wait(90) == 1
    assert "secrets were sealed with" in third.log.read_text()
    assert not (tmp_path / "1" / "encryption.key").exists()
