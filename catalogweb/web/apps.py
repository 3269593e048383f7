from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "catalogweb.web"
    label = "web"
