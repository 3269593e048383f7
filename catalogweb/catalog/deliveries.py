"""Which agent received which version of a registry's credentials, and when. Never the value."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone

from catalogweb.agents.models import Agent

if TYPE_CHECKING:
    from catalogweb.catalog.models import Registry


class Delivery(models.Model):
    """An agent fetched one version for the first time. The agent's name outlasts the agent."""

    registry = models.ForeignKey("catalog.Registry", on_delete=models.CASCADE, related_name="deliveries")
    agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, related_name="deliveries")
    agent_name = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["registry", "agent", "version"], name="delivery_once_per_version"),
        ]

    def __str__(self) -> str:
        return f"version {self.version} of {self.registry_id} to {self.agent_name}"


def note_delivered(agent: Agent, registries: "Iterable[Registry]") -> None:
    """The agent has the credentials of these as they are now; what is known already is not written again."""
    given = {registry.pk: registry.secret_version for registry in registries}
    if not given:
        return
    known = set(agent.deliveries.filter(registry__in=given).values_list("registry_id", "version"))
    Delivery.objects.bulk_create(
        [
            Delivery(registry_id=pk, agent=agent, agent_name=agent.name, version=version)
            for pk, version in given.items()
            if (pk, version) not in known
        ],
        ignore_conflicts=True,
    )


def forget_old_deliveries() -> None:
    """But for those of versions in use: whether an agent has the newest can be told for ever."""
    old = Delivery.objects.filter(at__lte=timezone.now() - timedelta(days=settings.DELIVERY_DAYS))
    old.exclude(version=F("registry__secret_version"), agent__isnull=False).delete()
