"""Who may act: people, their role, and the tokens that act for them."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from catalogweb.core.rights import GRANTS, Right, Role
from catalogweb.core.storing import same
from catalogweb.core.text import typed


class UserQuerySet(models.QuerySet["User"]):
    def matching(self, text: str) -> "UserQuerySet":
        for word in typed(text).split():
            self = self.filter(
                models.Q(email__icontains=word)
                | models.Q(first_name__icontains=word)
                | models.Q(last_name__icontains=word)
            )
        return self


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(same("email", username or ""))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """For the first admin; `manage.py createsuperuser` goes through the service."""
        return self.create_user(email, password, role=Role.SUPERUSER, **fields)


class User(AbstractBaseUser):
    """A person who signs in by e-mail. What they may do follows from `role` alone."""

    email = models.EmailField(max_length=254, unique=True, verbose_name="e-mail address")
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)
    is_active = models.BooleanField(default=True, help_text="Untick to lock someone out and keep their history.")
    is_activated = models.BooleanField(
        "e-mail address confirmed", default=True, help_text="Nobody signs in before; the owner confirms it by mail."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    LOGGED = ("email", "first_name", "last_name", "role", "is_active", "is_activated")
    SECRET = ("password",)
    actor_kind = "user"

    class Meta:
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def actor_label(self) -> str:
        return self.email

    def may(self, right: Right) -> bool:
        return self.is_active and self.is_activated and right in GRANTS[self.role]

    @property
    def may_change(self) -> bool:
        return self.may(Right.CHANGE)

    @property
    def may_administer(self) -> bool:
        return self.may(Right.ADMINISTER)

    # Django admin asks in these words.
    @property
    def is_staff(self) -> bool:
        return self.may_administer

    @property
    def is_superuser(self) -> bool:
        return self.may_administer

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.may_administer

    def has_perms(self, perm_list: Any, obj: object = None) -> bool:
        return self.may_administer

    def has_module_perms(self, app_label: str) -> bool:
        return self.may_administer


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def live(self) -> "AccessTokenQuerySet":
        return self.filter(expires_at__gt=timezone.now())


class AccessToken(models.Model):
    """Acts for one user at the REST door until it expires. Only its digest is kept."""

    class Kind(models.TextChoices):
        SESSION = "session", "Sign-in of a client"
        REFRESH = "refresh", "Renews a sign-in"
        NAMED = "named", "Made by hand for automation"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12, blank=True, help_text="The first characters, to recognise it by.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = AccessTokenQuerySet.as_manager()

    LOGGED = ("name", "kind", "expires_at")
    SECRET = ("digest",)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=models.Q(kind="named"),
                name="access_token_name_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_kind_display()} of {self.user_id}"

    @property
    def is_live(self) -> bool:
        return self.expires_at > timezone.now()


class MailedCode(models.Model):
    """Proves that whoever has it reads the mail of an account: once, until it expires. Only its digest is kept."""

    class Purpose(models.TextChoices):
        ACTIVATION = "activation", "Confirms the e-mail address"
        RESET = "reset", "Sets a new password"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mailed_codes")
    purpose = models.CharField(max_length=10, choices=Purpose)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "purpose"], name="mailed_code_once_per_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.user_id}"


class FailedAttempt(models.Model):
    """A sign-in or provisioning that failed, counted per account and per address, then forgotten."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="failed_attempt_key_at")]

    def __str__(self) -> str:
        return f"{self.key} at {self.at}"


class KeyFingerprint(models.Model):
    """Which keys this database's secrets were sealed with, so that a node with other keys refuses to start."""

    purpose = models.CharField(max_length=20, primary_key=True)
    fingerprint = models.CharField(max_length=16)

    LOGGED = ("fingerprint",)

    def __str__(self) -> str:
        return f"{self.purpose}: {self.fingerprint}"
