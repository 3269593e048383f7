import time

from django.apps import AppConfig

STARTED = time.monotonic()


class ApiConfig(AppConfig):
    name = "catalogweb.api"
    label = "api"

    def ready(self) -> None:
        # Tells the OpenAPI generator about our tokens, and Liquid what its filters find.
        from catalogweb.api import liquid, schema  # noqa: F401
