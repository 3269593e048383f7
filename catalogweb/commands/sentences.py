"""Commands end with plain sentences: one a line on stderr and exit code 1, never a traceback for a refusal."""

from typing import Any

from django.core.management.base import BaseCommand

from catalogweb.core.errors import Refusal


class SentenceCommand(BaseCommand):
    """A command whose services may refuse."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except Refusal as refusal:
            for sentence in refusal.messages:
                self.stderr.write(sentence)
            raise SystemExit(1) from None
