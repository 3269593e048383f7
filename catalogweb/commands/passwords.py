"""A password from whoever started a command: typed twice at a terminal, else one line of standard input."""

import sys
from getpass import getpass

from catalogweb.core.errors import Invalid


def asked_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("New password: ")
    if getpass("The same again: ") != password:
        raise Invalid("These were two different passwords. Nothing was changed.")
    return password
