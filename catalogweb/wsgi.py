"""What a WSGI server loads; it ends with a sentence where this node may not serve this database."""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalogweb.settings")

application = get_wsgi_application()


def check_node() -> None:
    from catalogweb.accounts.installation import claim_keys
    from catalogweb.core.errors import Refusal

    try:
        claim_keys()
    except Refusal as refusal:
        sys.exit(refusal.message)


check_node()
