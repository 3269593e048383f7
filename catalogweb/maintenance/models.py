"""Looking after what runs: versions ordered, tunnels, hardware found, traces and image snapshots."""

from django.db import models
from django.utils import timezone

from catalogweb.agents.models import Agent
from catalogweb.agents.services import KEY_LIFETIME
from catalogweb.deployments.models import Microservice


class VersionOrder(models.Model):
    """The last order to an agent to install its next version, or to return to the one before."""

    class Command(models.TextChoices):
        UPGRADE = "upgrade", "Upgrade"
        ROLLBACK = "rollback", "Roll back"

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="version_order", primary_key=True)
    command = models.CharField(max_length=10, choices=Command)
    ordered_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True, help_text="When the agent fetched it first.")

    def __str__(self) -> str:
        return f"{self.command} of agent {self.agent_id}"

    @property
    def is_open(self) -> bool:
        """The key that goes with it is good once, and not for long: what was fetched is over after that time."""
        return self.fetched_at is None or self.fetched_at > timezone.now() - KEY_LIFETIME


class Tunnel(models.Model):
    """A way to an agent's own SSH server, which the agent opens towards a server of ours."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="tunnel", primary_key=True)
    username = models.CharField(max_length=100)
    host = models.CharField(max_length=253)
    remote_port = models.PositiveIntegerField(help_text="On the server; leads to the agent.")
    local_port = models.PositiveIntegerField(help_text="On the agent.")
    is_open = models.BooleanField(default=True)
    changed_at = models.DateTimeField(auto_now=True)

    LOGGED = ("username", "host", "remote_port", "local_port", "is_open")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host", "remote_port"],
                condition=models.Q(is_open=True),
                name="tunnel_remote_port_unique",
                violation_error_message="Another agent's tunnel has this port.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.username}@{self.host}:{self.remote_port}"


class Hardware(models.Model):
    """What an agent found in its machine, in the words of the program that looked. Written by its reports only."""

    class Kind(models.TextChoices):
        MACHINE = "machine", "Machine"
        USB = "usb", "USB devices"

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="hardware")
    kind = models.CharField(max_length=10, choices=Kind)
    info = models.TextField()
    reported_at = models.DateTimeField()

    class Meta:
        ordering = ["kind"]
        verbose_name_plural = "hardware"
        constraints = [models.UniqueConstraint(fields=["agent", "kind"], name="hardware_kind_unique")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of agent {self.agent_id}"


class Trace(models.Model):
    """The system calls of a microservice, while somebody wants to see them: the last of them only."""

    microservice = models.OneToOneField(Microservice, on_delete=models.CASCADE, related_name="trace", primary_key=True)
    is_enabled = models.BooleanField(default=False)
    text = models.TextField(blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"trace of microservice {self.microservice_id}"


class Snapshot(models.Model):
    """A microservice's image as its agent has it: asked for, then sent by the agent into a file."""

    microservice = models.OneToOneField(
        Microservice, on_delete=models.CASCADE, related_name="snapshot", primary_key=True
    )
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty once the agent has sent what was asked for."
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    file = models.CharField(max_length=100, blank=True, help_text="Its name in the folder of snapshots.")
    size = models.BigIntegerField(default=0, help_text="Bytes")

    def __str__(self) -> str:
        return f"snapshot of microservice {self.microservice_id}"
