"""A temporary PostgreSQL: a fixture, and a command that lends one to any other command:

`python -m tests.testbed.postgres -- pytest`
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from tests.testbed.parts import PARTS, need, program
from tests.testbed.processes import Child, free_port, group_of, short_folder

DATABASE = "catalogweb"

# Nobody mourns this data: a crash may lose it.
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100")


class Postgres:
    """A server that trusts every loopback connection. `url` is a DATABASE_URL."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = self.url_of(DATABASE)
        initdb, postgres = (path for name in PARTS["postgres"].programs if (path := program(name)))
        user = unprivileged_user(folder)
        data = folder / "data"
        run_as(user, [initdb, "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"])
        options = [f"--{setting}" for setting in SETTINGS]
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-k", str(folder)]
        # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
        self.process = Child(
            [postgres, "-D", data, *address, *options],
            log=folder / "postgres.log",
            user=user,
            stop_with=signal.SIGINT,
        )

    def url_of(self, database: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"


def unprivileged_user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: there it runs as its own user, who then owns `folder`."""
    if os.geteuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    return user


def run_as(user: str | None, command: list[str | Path]) -> None:
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
        user=user,
        group=group_of(user),
        extra_groups=[] if user else None,
    )


@contextmanager
def postgres() -> Iterator[Postgres]:
    folder = short_folder("postgres")
    try:
        server = Postgres(folder)
        try:
            server.process.wait_until(lambda: created(server), what="database")
            yield server
        finally:
            server.process.stop()
    finally:
        shutil.rmtree(folder)


def created(server: Postgres) -> bool:
    """Whether the database is there; a server that still starts up refuses to make it."""
    import psycopg

    try:
        with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A server of its own, whichever database the suite itself runs on."""
    need("postgres")
    with postgres() as server:
        yield server


def leave(*_: object) -> NoReturn:
    sys.exit(143)


def main(words: list[str]) -> int:
    if words[:1] != ["--"] or not words[1:]:
        sys.exit("usage: python -m tests.testbed.postgres -- command [argument ...]")
    signal.signal(signal.SIGTERM, leave)
    with postgres() as server:
        return subprocess.run(words[1:], env={**os.environ, "DATABASE_URL": server.url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
