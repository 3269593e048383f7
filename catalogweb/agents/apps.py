from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "catalogweb.agents"
    label = "agents"
