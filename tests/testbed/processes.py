"""Child processes of a test run: started with a log file, waited for, and ended by their own id."""

import http.client
import os
import pwd
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

Command = Sequence[str | Path]


class NotReady(Exception):
    """A program ended, or stayed silent, before it could be used; carries the end of its log."""


def free_port(address: str = "127.0.0.1") -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def short_folder(name: str) -> Path:
    """A new folder directly below the temporary one: the path of a unix socket may not exceed 107 bytes."""
    return Path(tempfile.mkdtemp(prefix=f"cw-{name}-"))


def group_of(user: str | None) -> int | None:
    return pwd.getpwnam(user).pw_gid if user else None


class Child:
    """A running program: as `user` when root names one, ended by `stop_with`, its signal to leave in good order."""

    def __init__(
        self,
        command: Command,
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
        cwd: Path | None = None,
        stop_with: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = Path(command[0]).name
        self.log = log
        self.stop_with = stop_with
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                user=user,
                group=group_of(user),
                extra_groups=[] if user else None,
                # A group of its own: Ctrl-C ends the tests, which then end their programs in order.
                start_new_session=True,
            )

    def wait_until(self, ready: Callable[[], bool], *, what: str, limit: float = 30) -> None:
        deadline = time.monotonic() + limit
        while not ready():
            if self.process.poll() is not None:
                raise NotReady(f"{self.name} ended with {self.process.returncode}: {self.tail()}")
            if time.monotonic() > deadline:
                raise NotReady(f"{self.name} had no {what} after {limit:.0f} s: {self.tail()}")
            time.sleep(0.05)

    def wait_for_port(self, port: int, *, address: str = "127.0.0.1", limit: float = 30) -> None:
        self.wait_until(lambda: accepts(address, port), what=f"open port {port}", limit=limit)

    def wait_for_url(self, url: str, *, limit: float = 30) -> None:
        self.wait_until(lambda: answers(url), what=f"answer at {url}", limit=limit)

    def stop(self, *, limit: float = 10) -> None:
        """End the program and what it started in its group: rootless podman leaves its service to a child."""
        self.signal(self.stop_with)
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.process.wait()
        deadline = time.monotonic() + 2
        while self.signal(0) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.signal(signal.SIGKILL)

    def signal(self, number: int) -> bool:
        """Whether anyone of the program's group was left to be told."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return False
        return True

    @contextmanager
    def held(self) -> Iterator[None]:
        """The program stands still meanwhile, as one that is very slow."""
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    def tail(self, characters: int = 600) -> str:
        return self.log.read_text(errors="replace")[-characters:].strip() or "(it logged nothing)"


def accepts(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return False
    return True


def answers(url: str) -> bool:
    """Whether anything speaks HTTP there; a refusal is an answer as well."""
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except urllib.error.HTTPError as refusal:
        refusal.close()
    except (OSError, http.client.HTTPException):
        return False
    return True


def wait_for_page(url: str, *, limit: float = 15) -> str:
    """The text of a page, once a program that is not our child (one in a container) serves it."""
    deadline = time.monotonic() + limit
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as page:
                return str(page.read().decode())
        except (OSError, http.client.HTTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
