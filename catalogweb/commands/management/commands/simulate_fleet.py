"""Load for a running server: agents that only pretend, over real HTTP."""

import signal
import threading
from typing import Any

from django.core.management.base import CommandParser
from django.db import connections

from catalogweb.changelog.door import through
from catalogweb.commands.sentences import SentenceCommand
from catalogweb.commands.simulation import TAG, bring_up, live, make_agents
from catalogweb.core.errors import Invalid
from catalogweb.core.rights import System
from catalogweb.core.text import counted
from catalogweb.edge.provisioning import NotProvisioned


class Command(SentenceCommand):
    help = "Run a fleet of simulated agents against a running server that uses this database. Nothing really runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--agents", type=int, default=10)
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same fleet")
        parser.add_argument("--url", default="http://127.0.0.1:51121/api/v3/", help="the server's REST address")
        parser.add_argument("--interval", type=float, default=5.0, help="seconds between two polls of an agent")
        parser.add_argument("--seconds", type=float, default=0, help="end after this many; 0 goes on until Ctrl-C")

    def handle(
        self, *args: Any, agents: int, seed: int, url: str, interval: float, seconds: float, **options: Any
    ) -> None:
        if agents < 1 or interval <= 0:
            raise Invalid("A fleet has at least one agent, and an interval above 0.")
        by = System("simulate_fleet command")
        try:
            with through("command"):
                rows = make_agents(by=by, count=agents, seed=seed)
                fleet = bring_up(rows, by=by, url=url, seed=seed, interval=interval)
        except NotProvisioned as error:
            raise Invalid(str(error)) from None
        connections.close_all()
        kinds = [row.get_architecture_display() for row in rows]
        mix = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
        self.stdout.write(f"{counted(agents, 'simulated agent')} ({mix}) at {url}. Nothing really runs.")
        self.stdout.flush()
        live(fleet, _end_of(seconds), interval=interval)
        self.stdout.write(f"Ended. The agents stay, tagged “{TAG}”; --seed {seed} takes them up again.")


def _end_of(seconds: float) -> threading.Event:
    """Set by a signal, or after some seconds."""
    stopped = threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
    if seconds:
        timer = threading.Timer(seconds, stopped.set)
        timer.daemon = True
        timer.start()
    return stopped
