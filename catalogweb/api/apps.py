from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "catalogweb.api"
    label = "api"
