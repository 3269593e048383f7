"""Edge resources: things near agents, such as a camera, and how the containers there talk to them."""

from django.core.validators import RegexValidator
from django.db import models

from catalogweb.agents.models import Agent
from catalogweb.core.names import valid_name
from catalogweb.core.text import typed

valid_version = RegexValidator(
    r"\Av?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?\Z", "Use three numbers with dots, such as v1.0.0 or 1.0.0."
)


class Protocol(models.TextChoices):
    HTTP = "http", "http"
    HTTPS = "https", "https"
    WS = "ws", "ws"
    WSS = "wss", "wss"


class EdgeResourceQuerySet(models.QuerySet["EdgeResource"]):
    def with_agent_count(self) -> "EdgeResourceQuerySet":
        """`agent_count`: how many agents are linked to each."""
        return self.annotate(agent_count=models.Count("agents"))

    def matching(self, text: str) -> "EdgeResourceQuerySet":
        for word in typed(text).split():
            self = self.filter(
                models.Q(name__icontains=word)
                | models.Q(version__icontains=word)
                | models.Q(description__icontains=word)
                | models.Q(display_name__icontains=word)
            )
        return self


class EdgeResource(models.Model):
    """One version of a thing that agents are linked to; their local containers are told of it."""

    name = models.CharField(max_length=200, validators=[valid_name])
    version = models.CharField(max_length=60, validators=[valid_version])
    description = models.TextField(blank=True)
    protocol = models.CharField(max_length=5, choices=Protocol, default=Protocol.HTTPS)
    endpoints = models.JSONField(default=list, blank=True, help_text="What it can be asked: name, method, URL.")
    display_name = models.CharField(max_length=200, blank=True)
    display_icon = models.CharField(max_length=500, blank=True)
    display_color = models.CharField(max_length=50, blank=True)
    custom = models.JSONField(default=dict, blank=True, help_text="Anything else that containers may want to know.")
    orchestration_tags = models.JSONField(default=list, blank=True, help_text="Tags that every linked agent gets.")
    agents = models.ManyToManyField(Agent, blank=True, related_name="edge_resources")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EdgeResourceQuerySet.as_manager()

    LOGGED = (
        "name", "version", "description", "protocol", "endpoints", "display_name", "display_icon", "display_color",
        "custom", "orchestration_tags",
    )  # fmt: skip

    class Meta:
        ordering = ["name", "version"]
        verbose_name = "edge resource"
        constraints = [
            models.UniqueConstraint(
                fields=["name", "version"],
                name="edge_resource_version_unique",
                violation_error_message="This edge resource already has such a version.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
