"""What can run and where images come from: registries, catalog items, their revisions and images."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from catalogweb.catalog.deliveries import Delivery
from catalogweb.catalog.findings import ImageCheck, RegistryPace, RegistryProbe
from catalogweb.catalog.references import LOCAL_CACHE, host_of
from catalogweb.catalog.secret_references import resolved
from catalogweb.core.architectures import Architecture
from catalogweb.core.sealing import SealedField
from catalogweb.core.secrets import Unreadable, unseal
from catalogweb.core.storing import batches
from catalogweb.core.text import typed

__all__ = ["CatalogItem", "Delivery", "Image", "ImageCheck", "Registry", "RegistryPace", "RegistryProbe", "Revision"]

REMOTE, LOCAL = 1, 2
ALIASES = {"remote": REMOTE, "local": LOCAL}
SYSTEM = "SYSTEM"
FIRST_USER_ITEM = 17
# How long before its end one is reminded of a password.
REMINDED = timedelta(days=30)


class RegistryQuerySet(models.QuerySet["Registry"]):
    def matching(self, text: str) -> "RegistryQuerySet":
        for word in typed(text).split():
            self = self.filter(
                models.Q(url__icontains=word) | models.Q(username__icontains=word) | models.Q(email__icontains=word)
            )
        return self

    def with_uses(self) -> "RegistryQuerySet":
        return self.annotate(item_count=models.Count("revisions__item", distinct=True))

    def expiring(self, today: date) -> "RegistryQuerySet":
        """Those whose password has expired or soon will, the first to expire before the others."""
        return self.filter(expires_on__lte=today + REMINDED).order_by("expires_on", "pk")


class Registry(models.Model):
    """Where images are pulled from. 1 and 2 are built in; private ones carry credentials, sealed."""

    url = models.CharField(max_length=500, verbose_name="URL", help_text="Host, with port or path if needed.")
    username = models.CharField(max_length=200, blank=True, verbose_name="user name")
    password_sealed = SealedField(blank=True, editable=False)
    secret_reference = models.CharField(
        max_length=500,
        blank=True,
        help_text="Instead of a stored password: env:CATALOGWEB_REGISTRY_NAME, or file:NAME in CATALOGWEB_SECRETS_DIR.",
    )
    expires_on = models.DateField(
        null=True, blank=True, verbose_name="password expires on", help_text="You are reminded on the overview."
    )
    secret_version = models.PositiveIntegerField(default=0, editable=False)
    email = models.CharField(max_length=254, blank=True, verbose_name="e-mail address")
    is_private = models.BooleanField(default=False, verbose_name="private")
    is_secure = models.BooleanField(default=True, verbose_name="secure")
    requires_certificate = models.BooleanField(default=False)
    certificate = models.TextField(blank=True)
    # For our own checks alone: the engines of agents have their own.
    check_ca = models.TextField(blank=True, verbose_name="CA for checks")
    check_insecurely = models.BooleanField(default=False, verbose_name="check without TLS verification")
    check_concurrency = models.PositiveSmallIntegerField(
        default=4, validators=[MinValueValidator(1), MaxValueValidator(32)], verbose_name="checks at a time"
    )
    check_rate = models.PositiveIntegerField(
        default=120, validators=[MinValueValidator(1), MaxValueValidator(60_000)], verbose_name="checks per minute"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = RegistryQuerySet.as_manager()

    LOGGED = (
        "url", "username", "email", "is_private", "is_secure", "requires_certificate", "certificate", "check_ca",
        "check_insecurely", "check_concurrency", "check_rate", "secret_reference", "expires_on",
    )  # fmt: skip
    SECRET = ("password_sealed",)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "registries"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(password_sealed="", secret_reference="") | models.Q(is_private=True),
                name="registry_with_a_password_is_private",
            ),
            models.CheckConstraint(
                condition=models.Q(password_sealed="") | models.Q(secret_reference=""),
                name="registry_has_one_password",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.url} ({self.username})" if self.username else self.url

    @property
    def is_built_in(self) -> bool:
        return self.pk in (REMOTE, LOCAL)

    @property
    def is_local_cache(self) -> bool:
        return self.url == LOCAL_CACHE

    @property
    def alias(self) -> str:
        """How manifests name it: `remote`, `local`, else its id."""
        return next((alias for alias, pk in ALIASES.items() if pk == self.pk), str(self.pk))

    @property
    def host(self) -> str:
        return host_of(self.url)

    @property
    def password(self) -> str:
        """The secret in clear: for the reply to an agent that needs it, and for nothing else."""
        return resolved(self.secret_reference) if self.secret_reference else unseal(self.password_sealed)

    @property
    def has_password(self) -> bool:
        """Stored, or kept elsewhere and named here."""
        return bool(self.password_sealed or self.secret_reference)

    @property
    def password_trouble(self) -> str:
        """Why the password cannot be had just now, as a sentence; empty when it can, or there is none."""
        try:
            self.password  # noqa: B018 - whether it can be had is the question
        except Unreadable as trouble:
            return trouble.message
        return ""

    @property
    def days_left(self) -> int | None:
        """Until the password expires; less than 0 once it has."""
        return (self.expires_on - timezone.now().date()).days if self.expires_on else None


class CatalogItemQuerySet(models.QuerySet["CatalogItem"]):
    def with_images(self) -> "CatalogItemQuerySet":
        return self.select_related("current__registry").prefetch_related("current__images")

    def matching(self, text: str) -> "CatalogItemQuerySet":
        """Items whose name, description, category, publisher or current image contains `text`."""
        for word in typed(text).split():
            images = Image.objects.filter(reference__icontains=word, revision__current_of__isnull=False)
            self = self.filter(
                models.Q(name__icontains=word)
                | models.Q(description__icontains=word)
                | models.Q(category__icontains=word)
                | models.Q(publisher__icontains=word)
                | models.Q(current__in=images.values("revision_id"))
            )
        return self

    def with_uses(self) -> "CatalogItemQuerySet":
        return self.annotate(use_count=models.Count("revisions__microservices", distinct=True))  # type: ignore[no-redef]


class CatalogItem(models.Model):
    """One container image per agent architecture under one name. Its images live in revisions."""

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    category = models.CharField(max_length=100, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    picture = models.CharField(max_length=500, blank=True, default="images/shared/default.png")
    ram_required = models.PositiveIntegerField(default=0, verbose_name="RAM", help_text="MiB a microservice needs.")
    disk_required = models.PositiveIntegerField(default=0, verbose_name="disk", help_text="MiB a microservice needs.")
    config_example = models.TextField(blank=True, default="{}", help_text="A JSON object people can start from.")
    is_public = models.BooleanField(default=False)
    input_type = models.JSONField(null=True, blank=True)
    output_type = models.JSONField(null=True, blank=True)
    current = models.OneToOneField(
        "Revision", on_delete=models.SET_NULL, null=True, blank=True, related_name="current_of", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # Only with_uses() sets it.
    use_count: int

    objects = CatalogItemQuerySet.as_manager()

    LOGGED = (
        "name", "description", "category", "publisher", "picture", "ram_required", "disk_required", "config_example",
        "is_public", "input_type", "output_type", "registry_url", "images",
    )  # fmt: skip

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="catalog_item_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_system(self) -> bool:
        return self.category == SYSTEM

    @property
    def images(self) -> dict[str, str]:
        """Image reference by architecture, of the current revision."""
        return self.current.by_architecture if self.current else {}

    @property
    def registry(self) -> Registry | None:
        return self.current.registry if self.current else None

    @property
    def registry_url(self) -> str:
        return str(self.registry or "")


class Revision(models.Model):
    """An immutable choice of images and their registry. Without an item: a microservice's own images."""

    item = models.ForeignKey(CatalogItem, on_delete=models.CASCADE, null=True, blank=True, related_name="revisions")
    number = models.PositiveIntegerField(default=1)
    registry = models.ForeignKey(Registry, on_delete=models.PROTECT, related_name="revisions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["item", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="revision_number_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.item} revision {self.number}" if self.item_id else "own images"

    @property
    def by_architecture(self) -> dict[str, str]:
        return {image.architecture: image.reference for image in self.images.all()}

    def image_for(self, architecture: str) -> str:
        """The reference for this architecture, empty when there is none."""
        return self.by_architecture.get(architecture, "")


class ImageQuerySet(models.QuerySet["Image"]):
    def wanted(self) -> "ImageQuerySet":
        """Those that agents pull, or would: of current revisions, and of revisions that microservices have."""
        current = models.Q(revision__current_of__isnull=False)
        return self.filter(current | models.Q(revision__microservices__isnull=False))


class Image(models.Model):
    """One architecture's image in a revision."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="images")
    architecture = models.CharField(max_length=8, choices=Architecture)
    reference = models.CharField(max_length=500)

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering = ["-architecture"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "architecture"], name="image_one_per_architecture"),
            models.CheckConstraint(condition=~models.Q(reference=""), name="image_has_a_reference"),
        ]

    def __str__(self) -> str:
        return self.reference


def users_in(rows: Iterable[models.Model], *related: str) -> list[Any]:
    """What keeps something from being deleted is known by its ids only: the rows themselves, loaded together."""
    ids: defaultdict[type[models.Model], list[Any]] = defaultdict(list)
    for row in rows:
        ids[type(row)].append(row.pk)
    found = ((model._default_manager.all(), batch) for model, keys in ids.items() for batch in batches(keys))
    return [row for rows, batch in found for row in rows.filter(pk__in=batch).prefetch_related(*related)]


def describe_user(obj: Any) -> str:
    """How a refusal names what still uses something: "microservice web on north-1"."""
    return f"{obj._meta.verbose_name} {obj}"
