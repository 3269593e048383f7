"""What is set once for the whole installation: its default router, and values that clients keep by key."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from catalogweb.core.text import typed


def _port(default: int) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(default=default, validators=[MinValueValidator(1), MaxValueValidator(65535)])


class DefaultRouter(models.Model):
    """Where the installation's own router listens. There is one, or none."""

    THE_ONE = 1

    host = models.CharField(max_length=253)
    messaging_port = _port(5672)
    edge_router_port = _port(56722)
    inter_router_port = _port(56721)
    updated_at = models.DateTimeField(auto_now=True)

    LOGGED = ("host", "messaging_port", "edge_router_port", "inter_router_port")

    class Meta:
        verbose_name = "default router"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="default_router_single")]

    def __str__(self) -> str:
        return f"{self.host}:{self.messaging_port}"


class ValueQuerySet(models.QuerySet["Value"]):
    def matching(self, text: str) -> "ValueQuerySet":
        for word in typed(text).split():
            self = self.filter(models.Q(key__icontains=word) | models.Q(value__icontains=word))
        return self


class Value(models.Model):
    """A value that clients keep with the controller, such as `default-proxy-host`. It means nothing to us."""

    key = models.CharField(max_length=200, unique=True)
    value = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ValueQuerySet.as_manager()

    LOGGED = ("key", "value")

    class Meta:
        ordering = ["key"]
        verbose_name = "controller value"

    def __str__(self) -> str:
        return self.key
