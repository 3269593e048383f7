from django.apps import AppConfig


class EdgeResourcesConfig(AppConfig):
    name = "catalogweb.edge_resources"
    label = "edge_resources"
    verbose_name = "edge resources"
