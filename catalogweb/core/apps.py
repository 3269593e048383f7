from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "catalogweb.core"
    label = "core"

    def ready(self) -> None:
        from catalogweb.core import checks  # noqa: F401
