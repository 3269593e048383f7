"""A new password from the command line. Stands before Django's command of this name, which leaves no trace."""

from typing import Any

from django.core.management.base import CommandParser

from catalogweb.accounts.models import User
from catalogweb.accounts.services import edit_user
from catalogweb.changelog.door import through
from catalogweb.commands.passwords import asked_password
from catalogweb.commands.sentences import SentenceCommand
from catalogweb.core.errors import Invalid, NotFound
from catalogweb.core.rights import System
from catalogweb.core.storing import same
from catalogweb.core.text import typed


class Command(SentenceCommand):
    help = "Give an account a new password; every sign-in and token of it ends."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="e-mail address of the account")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(same("email", typed(email))).first()
        if user is None:
            raise NotFound(f"There is no account {typed(email)}.")
        password = asked_password()
        if not password:
            raise Invalid("A password cannot be empty. Nothing was changed.")
        with through("command"):
            edit_user(by=System("changepassword command"), user=user, password=password)
        self.stdout.write(f"{user} has a new password. Every sign-in and token of this account has ended.")
