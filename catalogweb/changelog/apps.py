from django.apps import AppConfig


class ChangelogConfig(AppConfig):
    name = "catalogweb.changelog"
    label = "changelog"
