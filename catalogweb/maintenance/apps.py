from django.apps import AppConfig


class MaintenanceConfig(AppConfig):
    name = "catalogweb.maintenance"
    label = "maintenance"
