from django.apps import AppConfig


class ControllerConfig(AppConfig):
    name = "catalogweb.controller"
    label = "controller"
    verbose_name = "controller settings"
