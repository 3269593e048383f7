from django.apps import AppConfig


class CommandsConfig(AppConfig):
    name = "catalogweb.commands"
    label = "commands"
