"""Every stored secret under the newest encryption key, while everything runs."""

from typing import Any

from django.core.management.base import CommandParser

from catalogweb.accounts.key_rotation import older_seals, rotate_keys
from catalogweb.changelog.door import through
from catalogweb.commands.sentences import SentenceCommand
from catalogweb.core.errors import Invalid
from catalogweb.core.rights import System
from catalogweb.core.text import counted


class Command(SentenceCommand):
    help = (
        "Seal every stored secret with the first of CATALOGWEB_ENCRYPTION_KEYS. Nothing stops for it, and it can be "
        "ended and run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; say whether older keys can go")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if not check:
            self._rotate()
        if left := older_seals():
            still = "is" if left == 1 else "are"
            raise Invalid(
                f"{counted(left, 'secret')} {still} sealed with an older key. Keep every key, and "
                f"{'run this command without --check' if check else 'run this command again'}."
            )
        self.stdout.write("Everything is sealed with the newest key: the older ones can be removed.")

    def _rotate(self) -> None:
        with through("command"):
            tallies = rotate_keys(by=System("rotate_keys command"))
        for tally in tallies:
            self.stdout.write(f"{tally.column}: {tally.renewed} sealed anew, {tally.newest} had the newest key")
            if tally.lost:
                self.stderr.write(f"{tally.column}: {tally.lost} can be read with none of the keys. Enter these again.")
