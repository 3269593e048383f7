import time

from django.apps import AppConfig

STARTED = time.monotonic()


class ApiConfig(AppConfig):
    name = "catalogweb.api"
    label = "api"

    def ready(self) -> None:
        from catalogweb.api import schema  # noqa: F401 - tells the OpenAPI generator about our tokens
