#!/usr/bin/env python
"""catalogweb's command line: `up` starts everything, `help` lists the rest."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalogweb.settings")
    from django.core.management import execute_from_command_line

    read_settings()
    execute_from_command_line(sys.argv)


def read_settings() -> None:
    """Where a value of the environment is not what it should be, a sentence says so."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from environs import EnvError

    try:
        settings.INSTALLED_APPS  # noqa: B018
    except (EnvError, ImproperlyConfigured) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
