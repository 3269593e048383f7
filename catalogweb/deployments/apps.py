from django.apps import AppConfig


class DeploymentsConfig(AppConfig):
    name = "catalogweb.deployments"
    label = "deployments"
