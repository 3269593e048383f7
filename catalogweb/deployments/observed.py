"""What agents report of microservices, and what they were sent of them."""

from django.db import models

from catalogweb.catalog.models import Registry
from catalogweb.core.sealing import SealedField


class MicroserviceStatus(models.Model):
    """What the agent reported last of a microservice, in the agent's words. Written by reports only."""

    microservice = models.OneToOneField(
        "deployments.Microservice", on_delete=models.CASCADE, related_name="status", primary_key=True
    )
    state = models.CharField(max_length=20, default="QUEUED", db_index=True)
    state_since = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    percentage = models.FloatField(default=0)
    error_message = models.TextField(blank=True)
    container_id = models.CharField(max_length=80, blank=True)
    started_ms = models.BigIntegerField(default=0, help_text="Milliseconds since 1970, by the agent's clock.")
    operating_ms = models.BigIntegerField(default=0)
    cpu_usage = models.FloatField(default=0, help_text="Percent of the agent's processors.")
    memory_usage = models.BigIntegerField(default=0, help_text="Bytes")
    ip_address = models.CharField(max_length=45, blank=True)
    health = models.CharField(max_length=20, blank=True)
    image_digest = models.CharField(max_length=200, blank=True)
    compared_digest = models.CharField(max_length=200, blank=True, help_text="The digest that was compared last.")
    is_stale = models.BooleanField(default=False, help_text="That digest is not what the image leads to.")
    served_generation = models.PositiveIntegerField(default=0, help_text="The generation the agent fetched last.")
    served_container = models.CharField(max_length=80, blank=True, help_text="The container it had at that time.")
    built_generation = models.PositiveIntegerField(default=0, help_text="The generation a container was seen of.")
    # Of the generation that was served last.
    acknowledged_at = models.DateTimeField(null=True, blank=True, help_text="When the agent fetched it.")
    pulled_at = models.DateTimeField(null=True, blank=True, help_text="When its image was first seen to be there.")
    running_at = models.DateTimeField(null=True, blank=True, help_text="Since when it runs without a break.")
    healthy_at = models.DateTimeField(null=True, blank=True, help_text="Since when its check says that it is well.")
    withheld = models.TextField(blank=True, help_text="Why the agent does not get it as it is wanted.")

    class Meta:
        verbose_name_plural = "microservice statuses"

    def __str__(self) -> str:
        return f"{self.microservice_id}: {self.state}"

    @property
    def runs_stale_image(self) -> bool:
        """Only of what it reports now; a container of another image is yet to be compared."""
        return self.is_stale and self.compared_digest == self.image_digest

    @property
    def runs_wanted_image(self) -> bool:
        return bool(self.image_digest) and self.compared_digest == self.image_digest and not self.is_stale


class Delivered(models.Model):
    """The item as it was sent, sealed since it holds secrets in clear. Read only when there is something to replace."""

    microservice = models.OneToOneField(
        "deployments.Microservice", on_delete=models.CASCADE, related_name="+", primary_key=True
    )
    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="+")
    item_sealed = SealedField()

    def __str__(self) -> str:
        return f"what was sent of microservice {self.microservice_id}"
