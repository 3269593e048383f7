from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Django's admin with our site: superusers only."""

    default_site = "catalogweb.backoffice.site.Site"


class BackofficeConfig(AppConfig):
    name = "catalogweb.backoffice"
    label = "backoffice"
