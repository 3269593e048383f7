"""The background worker."""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError, close_old_connections

from catalogweb.accounts.installation import claim_keys
from catalogweb.commands.sentences import SentenceCommand
from catalogweb.jobs.services import note_jobs, run_due, seconds_until_due

log = logging.getLogger("catalogweb.jobs")
LONGEST_SLEEP = 30.0


class Command(SentenceCommand):
    help = "Run background jobs as they become due. Any number of workers may run at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="run what is due now, then end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        claim_keys()
        if once:
            note_jobs()
            for name in run_due():
                self.stdout.write(name)
            return
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        pause = 0.0
        while not stopped.wait(pause):
            pause = _turn()


def _turn() -> float:
    """Run what is due; returns the seconds until the next look. A database that is away may come back."""
    close_old_connections()
    try:
        note_jobs()
        run_due()
        return max(seconds_until_due(most=LONGEST_SLEEP), 0.1)
    except DatabaseError as error:
        log.warning("background jobs wait for the database: %s", error)
        return LONGEST_SLEEP
