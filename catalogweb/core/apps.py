from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "catalogweb.core"
    label = "core"
