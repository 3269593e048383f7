"""What was found out about images and registries, and when. Appended beside revisions, never written into them."""

from django.db import models

from catalogweb.catalog.failures import Failure
from catalogweb.catalog.oci.images import Found, Platform


class ImageCheck(models.Model):
    """What one reference led to, at one registry with its credentials, from `found_at` until `checked_at`.

    A check that finds the same again only moves `checked_at`; anything else appends a row, which becomes the latest.
    """

    registry = models.ForeignKey("catalog.Registry", on_delete=models.CASCADE, related_name="image_checks")
    reference = models.CharField(max_length=500)
    found_at = models.DateTimeField()
    checked_at = models.DateTimeField()
    is_latest = models.BooleanField(default=True)
    failure = models.CharField(max_length=20, choices=Failure, blank=True, help_text="Empty when it was found.")
    detail = models.CharField(max_length=500, blank=True)
    digest = models.CharField(max_length=200, blank=True, help_text="Of the index, or of the only manifest.")
    media_type = models.CharField(max_length=100, blank=True)
    platform_list = models.JSONField(default=list)

    class Meta:
        ordering = ["-found_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registry", "reference"],
                condition=models.Q(is_latest=True),
                name="image_check_one_latest",
            ),
        ]
        indexes = [
            models.Index(fields=["registry", "reference", "-found_at"], name="image_check_history"),
            models.Index(fields=["checked_at"], condition=models.Q(is_latest=True), name="image_check_due"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.failure or 'ok'}"

    @property
    def is_ok(self) -> bool:
        return not self.failure

    @property
    def failure_class(self) -> Failure | None:
        return Failure(self.failure) if self.failure else None

    @property
    def platforms(self) -> tuple[Platform, ...]:
        return tuple(Platform(**told) for told in self.platform_list)

    def platforms_for(self, architecture: str) -> list[Platform]:
        """Those that agents of this architecture can run."""
        return [platform for platform in self.platforms if platform.slot == architecture]

    def fits(self, architecture: str) -> bool:
        return bool(self.platforms_for(architecture))

    def size_for(self, architecture: str) -> int:
        """Bytes a pull transfers, of the first platform that fits; 0 when nobody said."""
        return next((platform.size for platform in self.platforms_for(architecture)), 0)

    @property
    def found(self) -> Found | None:
        return Found(self.digest, self.media_type, self.platforms) if self.is_ok else None


class RegistryProbe(models.Model):
    """One test of a registry as an agent would use it, step by step."""

    registry = models.ForeignKey("catalog.Registry", on_delete=models.CASCADE, related_name="probes")
    probed_at = models.DateTimeField(auto_now_add=True)
    failure = models.CharField(max_length=20, choices=Failure, blank=True, help_text="Of the first step that failed.")
    detail = models.CharField(max_length=500, blank=True)
    steps = models.JSONField(default=list)

    class Meta:
        ordering = ["-probed_at", "-pk"]
        indexes = [models.Index(fields=["registry", "-probed_at"], name="registry_probe_history")]

    def __str__(self) -> str:
        return f"{self.registry}: {self.failure or 'ok'}"

    @property
    def is_ok(self) -> bool:
        return not self.failure


class RegistryPace(models.Model):
    """When a registry may be asked next: by our own rate, and by what it asked for itself."""

    registry = models.OneToOneField("catalog.Registry", on_delete=models.CASCADE, primary_key=True, related_name="pace")
    next_at = models.DateTimeField(null=True, blank=True)
    rests_until = models.DateTimeField(null=True, blank=True, help_text="The registry asked for rest until then.")

    def __str__(self) -> str:
        return f"pace of {self.registry}"
