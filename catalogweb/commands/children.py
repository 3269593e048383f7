"""The programs that `up` starts, each ended by its own process id."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

BOUND = Path(__file__).with_name("bound.py")


class Child:
    """A Python program in a session of its own: Ctrl-C reaches the parent alone, which ends them in order."""

    def __init__(self, name: str, arguments: Sequence[str], *, limit: float = 10) -> None:
        self.name = name
        self.arguments = arguments
        self.limit = limit
        self.restarts = 0
        self.start()

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, str(BOUND), str(os.getpid()), *self.arguments],
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            start_new_session=True,
        )

    @property
    def code(self) -> int | None:
        """How it ended; None while it runs."""
        return self.process.poll()

    def stop(self) -> None:
        """Ask it to end; after its limit, kill it with all that it started."""
        if self.code is None:
            self.process.terminate()
        try:
            self.process.wait(self.limit)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
