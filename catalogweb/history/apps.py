from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "catalogweb.history"
    label = "history"
