"""Everything in one command: database, first admin, web server, background worker, one local agent."""

import signal
import threading
import time
from argparse import ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from catalogweb.accounts.installation import claim_keys, first_admin
from catalogweb.accounts.models import User
from catalogweb.changelog.door import through
from catalogweb.commands import database, local_agent, server
from catalogweb.commands.children import Child
from catalogweb.commands.preflight import (
    check_database,
    check_folder,
    check_keys,
    check_port,
    hold_folder,
    masked_database,
)
from catalogweb.commands.sentences import SentenceCommand
from catalogweb.core.errors import Invalid
from catalogweb.core.hosts import is_loopback
from catalogweb.core.rights import Role

READY_SECONDS = 60
AGENT_RESTARTS = 5
RESTART_PAUSE = 5.0
LOOK_EVERY = 0.2


def port_number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


class Command(SentenceCommand):
    help = "Start everything; Ctrl-C ends all of it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=port_number, default=51121)
        parser.add_argument("--workers", type=int, default=1, help="web server processes")
        parser.add_argument("--no-agent", action="store_true", help="run no agent on this machine")
        parser.add_argument("--keep-containers", action="store_true", help="leave the local agent's containers running")

    def handle(self, *args: Any, host: str, port: int, workers: int, **options: Any) -> None:
        self.stdout.write("Starting …")
        self.stdout.flush()
        check_port(host, port)
        check_folder(settings.DATA_DIR)
        self.held = hold_folder(settings.DATA_DIR)
        check_keys()
        check_database()
        self.stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopped.set())
        self.children: list[Child] = []
        try:
            with through("command"):
                self._begin(host, port, max(workers, 1), **options)
            self._watch()
        finally:
            self._end()

    def _begin(self, host: str, port: int, workers: int, *, no_agent: bool, keep_containers: bool, **_: Any) -> None:
        database.migrate()
        claim_keys()
        admin = first_admin()
        self._start("web server", server.arguments(host, port, workers))
        self._start("background worker", [str(settings.BASE_DIR / "manage.py"), "work"])
        self._wait_until_ready(host, port)
        agent = self._agent_line(host, port, no_agent, keep_containers)
        self._say(host, port, admin, agent)
        database.let_go()

    def _start(self, name: str, arguments: list[str], *, limit: float = 10) -> None:
        if not self.stopped.is_set():
            self.children.append(Child(name, arguments, limit=limit))

    def _wait_until_ready(self, host: str, port: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self.stopped.is_set() and not server.answers(host, port):
            self._look_after()
            if time.monotonic() > deadline:
                raise Invalid(f"The web server did not answer within {READY_SECONDS} seconds.")
            self.stopped.wait(LOOK_EVERY / 4)

    def _agent_line(self, host: str, port: int, no_agent: bool, keep_containers: bool) -> str:
        """Start the local agent; returns what to say of it."""
        if no_agent or self.stopped.is_set():
            return "none (--no-agent)"
        if host not in server.ANYWHERE and not is_loopback(host):
            return f"none: a local agent needs --host 127.0.0.1 or {server.ANYWHERE[0]}"
        agent = local_agent.make_ready(f"{server.local_url(host, port)}/api/v3/")
        # Containers get ten seconds to end before an engine kills them.
        self._start("local agent", local_agent.run_arguments(keep_containers=keep_containers), limit=45)
        kind = agent.get_architecture_display() or "architecture unknown"
        return f"{agent.name} ({kind})\nEngine:    {local_agent.engine_line()}"

    def _say(self, host: str, port: int, admin: tuple[User, str] | None, agent: str) -> None:
        if self.stopped.is_set():
            return
        warning = server.reach_warning(host, port)
        self.stdout.write(
            f"\ncatalogweb is up. Ctrl-C ends it.\n\n"
            f"URL:       {server.public_url(host, port)}\n"
            f"{_account_lines(admin)}\n"
            f"Data:      {settings.DATA_DIR}\n"
            f"Database:  {masked_database()}\n"
            f"Agent:     {agent}\n" + (f"\n{warning}\n" if warning else "")
        )
        self.stdout.flush()

    def _watch(self) -> None:
        while not self.stopped.wait(LOOK_EVERY):
            self._look_after()

    def _look_after(self) -> None:
        """Every child is to run: a dead agent is started again, anything else ends the whole."""
        for child in [child for child in self.children if child.code is not None]:
            if child.name != "local agent":
                raise Invalid(f"The {child.name} ended unexpectedly (exit code {child.code}).")
            self._restart_agent(child)

    def _restart_agent(self, child: Child) -> None:
        if child.code == 0:
            self.stderr.write("The local agent was deleted here, so it ended; the next start makes a new one.")
            self.children.remove(child)
        elif child.restarts >= AGENT_RESTARTS:
            raise Invalid(f"The local agent ended {AGENT_RESTARTS} times (exit code {child.code}).")
        elif not self.stopped.wait(RESTART_PAUSE):
            self.stderr.write(f"The local agent ended (exit code {child.code}) and is started again.")
            child.restarts += 1
            child.start()

    def _end(self) -> None:
        """The agent first, so that it removes its containers while the server still hears of it."""
        for child in reversed(self.children):
            child.stop()


def _account_lines(admin: tuple[User, str] | None) -> str:
    if admin is None:
        known = User.objects.filter(role=Role.SUPERUSER, is_active=True).order_by("pk").first()
        email = known.email if known else settings.ADMIN_EMAIL
        return f"Admin:     {email}\nPassword:  as before; to reset it: uv run manage.py changepassword {email}"
    user, password = admin
    given = settings.ADMIN_PASSWORD_FILE
    shown = f"as in {given}" if given else f"{password}   (shown this once)"
    return f"Admin:     {user.email}\nPassword:  {shown}"
