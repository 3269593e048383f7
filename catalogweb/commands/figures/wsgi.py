"""The product with the comparison views beside it; served by `manage.py figures` only."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalogweb.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.ROOT_URLCONF = "catalogweb.commands.figures.urls"
application = get_wsgi_application()
