"""`manage.py up` as people start it, in a data folder of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.testbed.processes import free_port

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 90
# The tests' own settings and data folder, and any engine.
NOT_INHERITED = ("CATALOGWEB_", "DJANGO_", "DATABASE_", "DOCKER_")


class Up:
    """The command, what it said so far, and who belongs to it."""

    def __init__(self, data: Path, *options: str, **environment: str) -> None:
        self.port = free_port()
        self.data = data
        self.log = data.with_suffix(".log")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
        # No engine of this machine is anybody's business here.
        nowhere = {"DOCKER_HOST": f"unix://{data}/no-engine.sock"}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port), *options],
                cwd=ROOT,
                env=kept | nowhere | {"CATALOGWEB_DATA": str(data)} | environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.said = ""

    def wait_until_up(self) -> "Up":
        """Its block ends with the line about the agent's engine, or with the one that says there is none."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line
            if line.startswith("Engine:") or "--no-agent" in line:
                return self
        raise AssertionError(f"up ended: {self.said}{self.log.read_text()}")

    def value(self, name: str) -> str:
        found = re.search(rf"^{name}: +(.*)$", self.said, re.MULTILINE)
        assert found, self.said
        return found[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def children(self) -> dict[str, int]:
        """Process id by what it runs."""
        rows = [row.split(None, 2) for row in processes() if row.split(None, 2)[1] == str(self.process.pid)]
        kinds = {"granian": "server", " work": "worker", "catalogweb.edge": "agent"}
        return {name: int(pid) for pid, _, line in rows for sign, name in kinds.items() if sign in line}

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.end(signal.SIGTERM)
        if self.process.stdout:
            self.process.stdout.close()

    def left_behind(self) -> list[str]:
        """Processes that still speak of its port or folder."""
        signs = (f"--port {self.port} ", str(self.data))
        return [row for row in processes() if any(sign in row for sign in signs)]


def processes() -> list[str]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def eventually(true: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.1)
    return true()
