"""Where microservices can run: agents, what they report, and how they prove who they are."""

import uuid
from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from catalogweb.agents.configuration import DEFAULTS, implied_values
from catalogweb.agents.presence import Presence, presence
from catalogweb.core.architectures import Architecture
from catalogweb.core.hosts import is_host
from catalogweb.core.text import typed


def new_uuid() -> str:
    return str(uuid.uuid4())


class Tag(models.Model):
    """A word that groups agents, such as a site or a role."""

    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AgentQuerySet(models.QuerySet["Agent"]):
    def with_status(self) -> "AgentQuerySet":
        return self.select_related("status").prefetch_related("tags")

    def matching(self, text: str) -> "AgentQuerySet":
        """Agents whose name, description, location, tag or address contains `text`."""
        for word in typed(text).split():
            self = self.filter(
                models.Q(name__icontains=word)
                | models.Q(description__icontains=word)
                | models.Q(location__icontains=word)
                | models.Q(status__ip_address__icontains=word)
                | models.Q(pk__in=Agent.tags.through.objects.filter(tag__name__icontains=word).values("agent_id"))
            )
        return self

    def in_presence(self, presence: str) -> "AgentQuerySet":
        return self.filter(presence_conditions()[presence])

    def count_presences(self) -> dict[str, int]:
        """How many are online, late, offline, never connected: one statement."""
        counts = {name: models.Count("pk", filter=condition) for name, condition in presence_conditions().items()}
        return self.order_by().aggregate(**counts)


def presence_conditions() -> dict[str, models.Q]:
    now = timezone.now()
    return {
        "online": models.Q(status__late_at__gt=now),
        "late": models.Q(status__late_at__lte=now, status__offline_at__gt=now),
        "offline": models.Q(status__offline_at__lte=now),
        "never": models.Q(status__reported_at=None),
    }


class Agent(models.Model):
    """An edge node that pulls its microservices from us. It calls us; we never call it."""

    uuid = models.CharField(max_length=36, unique=True, default=new_uuid, editable=False)
    name = models.CharField(max_length=100)
    architecture = models.CharField(
        max_length=8, choices=Architecture, blank=True, help_text="Unspecified until the agent is provisioned."
    )
    description = models.TextField(blank=True)
    location = models.CharField(max_length=200, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    tags = models.ManyToManyField(Tag, blank=True, related_name="agents")
    configuration = models.JSONField(
        default=dict, blank=True, help_text="Only what an operator set; the rest follows the agent, then the defaults."
    )
    is_system = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AgentQuerySet.as_manager()

    LOGGED = (
        "name", "architecture", "description", "location", "latitude", "longitude", "tag_names", "configuration",
        "is_system",
    )  # fmt: skip
    actor_kind = "agent"

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="agent_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def actor_label(self) -> str:
        return self.name

    def may(self, right: Any) -> bool:
        """An agent reports what is its own; it never changes what people decide."""
        return False

    @property
    def tag_names(self) -> list[str]:
        return sorted(tag.name for tag in self.tags.all()) if self.pk else []

    @property
    def presence(self) -> Presence:
        """Derived from the last report, never stored."""
        return presence(self.status.reported_at, self.status.late_at, self.status.offline_at, timezone.now())

    @property
    def is_reachable(self) -> bool:
        return self.presence in (Presence.ONLINE, Presence.LATE)

    @property
    def address(self) -> str:
        """Where people reach the ports it publishes, fit for a URL; an agent on this machine says 127.0.0.1."""
        published = self.status.report.get("publishAddress", "")
        said = ["" if published in ("0.0.0.0", "::") else published, self.status.ip_address]  # noqa: S104
        # An agent's words: they lead to a host, or nowhere.
        known = [text for text in (self.effective_configuration["host"], *said) if text and is_host(str(text))]
        host = known[0] if known else "127.0.0.1"
        return f"[{host}]" if ":" in host and not host.startswith("[") else host

    @property
    def network_address(self) -> str:
        """Where containers of other agents reach it: as configured, else as it said itself; empty until it did."""
        return self.effective_configuration["host"] or self.status.ip_address

    @property
    def effective_configuration(self) -> dict[str, Any]:
        """What an operator set, else what follows from that, else what the agent reported, else the defaults."""
        implied = implied_values(has_place=(self.latitude, self.longitude) != (None, None), is_system=self.is_system)
        return DEFAULTS | self.status.reported_configuration | implied | self.configuration


class AgentStatus(models.Model):
    """What an agent reported last. Written by its reports only; one narrow row each."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="status", primary_key=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    late_at = models.DateTimeField(null=True, blank=True)
    offline_at = models.DateTimeField(null=True, blank=True, db_index=True)
    daemon_status = models.CharField(max_length=20, default="NOT_PROVISIONED")
    version = models.CharField(max_length=40, blank=True)
    ip_address = models.CharField(max_length=45, blank=True)
    simulated = models.BooleanField(default=False)
    engine = models.CharField(max_length=100, blank=True)
    engine_problem = models.TextField(blank=True)
    started_ms = models.BigIntegerField(default=0, help_text="Milliseconds since 1970, by the agent's clock.")
    report = models.JSONField(default=dict, blank=True, help_text="The rest of the last report, by its names there.")
    reported_configuration = models.JSONField(default=dict, blank=True)
    provisioned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "agent statuses"

    def __str__(self) -> str:
        return f"{self.agent_id}: {self.daemon_status}"

    @property
    def pulls_any_reference(self) -> bool:
        """Also from a registry with a port, and by digest: an agent that can says so, when it is provisioned too."""
        return self.report.get("pullsAnyReference") is True

    @property
    def is_ready_to_upgrade(self) -> bool:
        """Assumed of an agent that has not said otherwise."""
        return self.report.get("isReadyToUpgrade", True) is True

    @property
    def is_ready_to_roll_back(self) -> bool:
        return self.report.get("isReadyToRollback") is True


class Credential(models.Model):
    """How an agent proves who it is: by its token, of which we keep the digest, or by its key, of which the public half.

    It gets both; the one that it does not use first is revoked.
    """

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="credential", primary_key=True)
    token_digest = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - unique but for those without
    public_key = models.TextField(blank=True, help_text="Ed25519 public key in base64url, for signed requests.")
    created_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"credential of agent {self.agent_id}"


class ProvisioningKey(models.Model):
    """Turns a program into an agent, once, within 20 minutes. Only its digest is kept."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="provisioning_key", primary_key=True)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    LOGGED = ("expires_at",)
    SECRET = ("digest",)

    def __str__(self) -> str:
        return f"provisioning key of agent {self.agent_id}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class Tombstone(models.Model):
    """A deleted agent that has yet to hear of it; its credential still answers, and only with "delete yourself"."""

    uuid = models.CharField(max_length=36, unique=True)
    name = models.CharField(max_length=100)
    token_digest = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - unique but for those without
    public_key = models.TextField(blank=True)
    deleted_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.name} (deleted)"


class Flag(models.TextChoices):
    """What an agent is told to fetch again."""

    CONFIG = "config"
    VERSION = "version"
    REBOOT = "reboot"
    DELETE_NODE = "delete_node"
    MICROSERVICE_LIST = "microservice_list"
    MICROSERVICE_CONFIG = "microservice_config"
    REGISTRIES = "registries"
    TUNNEL = "tunnel"
    DIAGNOSTICS = "diagnostics"
    IMAGE_SNAPSHOT = "image_snapshot"
    PRUNE = "prune"
    LINKED_EDGE_RESOURCES = "linked_edge_resources"
    VOLUME_MOUNTS = "volume_mounts"
    EXEC_SESSIONS = "exec_sessions"
    MICROSERVICE_LOGS = "microservice_logs"
    AGENT_LOGS = "agent_logs"


class ChangeFlags(models.Model):
    """What an agent has yet to hear of: per flag the count at which it was last raised, 0 once acknowledged.

    One counter per agent only ever grows, so "acknowledged up to n" leaves raised what came after n. A count below 0
    is that of a flag that the next acknowledgement lowers for good; see `flags`.
    """

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="flags", primary_key=True)
    counter = models.BigIntegerField(default=0)
    acknowledged_start = models.BigIntegerField(default=0, help_text="The agent's start when it acknowledged last.")
    config = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)
    reboot = models.BigIntegerField(default=0)
    delete_node = models.BigIntegerField(default=0)
    microservice_list = models.BigIntegerField(default=0)
    microservice_config = models.BigIntegerField(default=0)
    registries = models.BigIntegerField(default=0)
    tunnel = models.BigIntegerField(default=0)
    diagnostics = models.BigIntegerField(default=0)
    image_snapshot = models.BigIntegerField(default=0)
    prune = models.BigIntegerField(default=0)
    linked_edge_resources = models.BigIntegerField(default=0)
    volume_mounts = models.BigIntegerField(default=0)
    exec_sessions = models.BigIntegerField(default=0)
    microservice_logs = models.BigIntegerField(default=0)
    agent_logs = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "change flags"

    def __str__(self) -> str:
        return f"flags of agent {self.agent_id}: {', '.join(sorted(self.raised)) or 'none'}"

    @property
    def raised(self) -> set[str]:
        return {flag for flag in Flag.values if getattr(self, flag)}
