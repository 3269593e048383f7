"""The product with the comparison views beside it; served by `manage.py figures` only."""

from django.conf import settings

from catalogweb.rsgi import application

settings.ROOT_URLCONF = "catalogweb.commands.figures.urls"

__all__ = ["application"]
