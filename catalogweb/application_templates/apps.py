from django.apps import AppConfig


class ApplicationTemplatesConfig(AppConfig):
    name = "catalogweb.application_templates"
    label = "application_templates"
    verbose_name = "Application templates"
