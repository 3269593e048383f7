"""Another superuser from the command line. Stands before Django's command of this name, which leaves no trace."""

import os
from typing import Any

from django.core.management.base import CommandParser

from catalogweb.accounts.services import create_user
from catalogweb.changelog.door import through
from catalogweb.commands.passwords import asked_password
from catalogweb.commands.sentences import SentenceCommand
from catalogweb.core.errors import Invalid
from catalogweb.core.rights import Role, System


class Command(SentenceCommand):
    help = "Make an account that may do everything."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", default=os.environ.get("DJANGO_SUPERUSER_EMAIL", ""), help="its e-mail address")
        parser.add_argument(
            "--noinput",
            "--no-input",
            dest="interactive",
            action="store_false",
            help="ask nothing: the password is that of DJANGO_SUPERUSER_PASSWORD",
        )

    def handle(self, *args: Any, email: str, interactive: bool, **options: Any) -> None:
        if interactive:
            email = email or input("E-mail address: ")
            password = asked_password()
        else:
            password = os.environ.get("DJANGO_SUPERUSER_PASSWORD", "")
        if not email or not password:
            raise Invalid("A superuser needs an e-mail address and a password.")
        with through("command"):
            by = System("createsuperuser command")
            user = create_user(by=by, email=email, password=password, role=Role.SUPERUSER)
        self.stdout.write(f"{user} is a superuser now.")
