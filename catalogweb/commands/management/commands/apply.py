"""Manifests from the command line."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from catalogweb.accounts.services import user_named
from catalogweb.changelog.door import through
from catalogweb.commands.plan_text import fault_line, plan_lines
from catalogweb.commands.sentences import SentenceCommand
from catalogweb.core.errors import Invalid
from catalogweb.core.rights import Actor, System
from catalogweb.core.text import counted
from catalogweb.deployments.manifests import ManifestRefused, apply, plan


class Command(SentenceCommand):
    help = "Apply a YAML manifest, all of it or nothing, and print what changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("-f", "--file", required=True, help="the manifest; - reads standard input")
        parser.add_argument("--dry-run", action="store_true", help="print the plan and change nothing")
        parser.add_argument(
            "--stay", action="store_true", help="leave what runs on its revision when images of its item change"
        )
        parser.add_argument("--as", dest="email", default="", metavar="EMAIL", help="act as this user, with their role")

    def handle(self, *args: Any, file: str, dry_run: bool, stay: bool, email: str, **options: Any) -> None:
        by: Actor = user_named(email) if email else System("apply command")
        text = _read(file)
        try:
            with through("command"):
                found = (plan if dry_run else apply)(text, by=by, move_running=not stay)
        except ManifestRefused as refused:
            for fault in refused.faults:
                self.stderr.write(fault_line(file, fault))
            self.stderr.write(f"Nothing was applied: {counted(len(refused.faults), 'fault')}.")
            raise SystemExit(1) from None
        for line in plan_lines(found):
            self.stdout.write(line)
        if dry_run:
            self.stdout.write("Nothing was changed (--dry-run).")


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Invalid(f"{file} is not UTF-8 text.") from None
