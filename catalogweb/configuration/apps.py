from django.apps import AppConfig


class ConfigurationConfig(AppConfig):
    name = "catalogweb.configuration"
    label = "configuration"
