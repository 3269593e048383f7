"""How it was, every few minutes: the fleet as a whole, and the machine of each agent."""

from django.db import models

from catalogweb.agents.models import Agent


class FleetSample(models.Model):
    """How many agents had each presence, and how many microservices were in each group."""

    at = models.DateTimeField(db_index=True)
    agents = models.JSONField(default=dict)
    microservices = models.JSONField(default=dict)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"the fleet at {self.at:%Y-%m-%d %H:%M}"


class AgentSample(models.Model):
    """What an agent's last report said of its machine; nothing while it is offline, and None of what it did not say."""

    # Looked for with its time only: the index below serves both.
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="samples", db_index=False)
    at = models.DateTimeField(db_index=True)
    cpu = models.FloatField(null=True, help_text="Percent of its processors.")
    memory_free = models.BigIntegerField(null=True, help_text="Bytes")
    disk_free = models.BigIntegerField(null=True, help_text="Bytes")

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["agent", "at"], name="agent_sample_by_time")]

    def __str__(self) -> str:
        return f"agent {self.agent_id} at {self.at:%Y-%m-%d %H:%M}"
