from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CatalogConfig(AppConfig):
    name = "catalogweb.catalog"
    label = "catalog"

    def ready(self) -> None:
        from catalogweb.catalog.seeds import seed

        # A data migration would run once; this also completes a database that was emptied or restored.
        post_migrate.connect(seed, sender=self)
