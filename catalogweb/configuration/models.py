"""What microservices read besides their image: secrets, config maps, and volume mounts of either."""

import json
from typing import Any

from django.db import models

from catalogweb.agents.models import Agent, new_uuid
from catalogweb.configuration.data import from_base64, text_of
from catalogweb.core.names import valid_name
from catalogweb.core.sealing import SealedField
from catalogweb.core.secrets import Unreadable, unseal
from catalogweb.core.text import typed


class SourceQuerySet(models.QuerySet[Any]):
    """Secrets and config maps alike."""

    def matching(self, text: str) -> "SourceQuerySet":
        for word in typed(text).split():
            self = self.filter(name__icontains=word)
        return self

    def with_uses(self) -> "SourceQuerySet":
        """How many microservices have a variable from it, and how many volume mounts hand it out."""
        return self.annotate(
            use_count=models.Count("uses__microservice", distinct=True),
            mount_count=models.Count("volume_mounts", distinct=True),
        )


class Secret(models.Model):
    """Values by key that agents alone read in clear. They are sealed together, as one JSON text."""

    class Type(models.TextChoices):
        OPAQUE = "Opaque", "Opaque"
        TLS = "tls", "TLS"

    name = models.CharField(max_length=255, unique=True)
    type = models.CharField(
        max_length=10, choices=Type, default=Type.OPAQUE, help_text="Values of a TLS secret are base64."
    )
    data_sealed = SealedField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SourceQuerySet.as_manager()

    LOGGED = ("name", "type")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(type__in=["Opaque", "tls"]),
                name="secret_type_known",
                violation_error_message="A secret is of type Opaque or tls.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def data(self) -> dict[str, str]:
        """The values as they were given: for services that compare, and for nobody else."""
        return json.loads(unseal(self.data_sealed) or "{}")

    @property
    def is_readable(self) -> bool:
        """Not while the encryption key is another than that of its values."""
        try:
            return self.data is not None
        except Unreadable:
            return False

    @property
    def key_names(self) -> list[str]:
        """What people may see of it."""
        return sorted(self.data) if self.is_readable else []

    @property
    def files(self) -> dict[str, bytes]:
        """In clear, for agents. TLS values are written out as what their base64 stands for."""
        if self.type == self.Type.TLS:
            return {key: from_base64(text) or b"" for key, text in self.data.items()}
        return {key: text.encode() for key, text in self.data.items()}


class ConfigMap(models.Model):
    """Values by key that everybody here may read."""

    name = models.CharField(max_length=255, unique=True)
    data = models.JSONField(default=dict, blank=True)
    immutable = models.BooleanField(default=False, help_text="For good: it can only be deleted then.")
    use_vault = models.BooleanField(default=True, help_text="Kept for clients that send it.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SourceQuerySet.as_manager()

    LOGGED = ("name", "data", "immutable", "use_vault")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def key_names(self) -> list[str]:
        return sorted(self.data)

    @property
    def files(self) -> dict[str, bytes]:
        return {key: text_of(value).encode() for key, value in self.data.items()}


class VolumeMountQuerySet(models.QuerySet["VolumeMount"]):
    def with_source(self) -> "VolumeMountQuerySet":
        """With the name of the secret or config map; the values, which may be long, are read when they are asked for."""
        return self.select_related("secret", "config_map").defer("secret__data_sealed", "config_map__data")

    def matching(self, text: str) -> "VolumeMountQuerySet":
        for word in typed(text).split():
            self = self.filter(
                models.Q(name__icontains=word)
                | models.Q(secret__name__icontains=word)
                | models.Q(config_map__name__icontains=word)
            )
        return self

    def with_uses(self) -> "VolumeMountQuerySet":
        """How many agents receive it, and how many microservices mount it."""
        return self.annotate(
            agent_count=models.Count("agents", distinct=True),
            use_count=models.Count("uses__microservice", distinct=True),
        )


class VolumeMount(models.Model):
    """The values of a secret or of a config map as files on the agents that are linked to it."""

    uuid = models.CharField(max_length=36, unique=True, default=new_uuid, editable=False)
    name = models.CharField(max_length=200, unique=True, validators=[valid_name])
    version = models.PositiveIntegerField(default=1, editable=False, help_text="Grows with every change of its files.")
    secret = models.ForeignKey(Secret, on_delete=models.PROTECT, null=True, blank=True, related_name="volume_mounts")
    config_map = models.ForeignKey(
        ConfigMap, on_delete=models.PROTECT, null=True, blank=True, related_name="volume_mounts"
    )
    agents = models.ManyToManyField(Agent, blank=True, related_name="volume_mounts")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = VolumeMountQuerySet.as_manager()

    LOGGED = ("name", "secret", "config_map", "agent_names")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(secret__isnull=True) ^ models.Q(config_map__isnull=True),
                name="volume_mount_has_one_source",
                violation_error_message="A volume mount has either a secret or a config map.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> Secret | ConfigMap:
        source = self.secret or self.config_map
        assert source is not None, "the database keeps exactly one"
        return source

    @property
    def agent_names(self) -> list[str]:
        return list(self.agents.values_list("name", flat=True)) if self.pk else []
