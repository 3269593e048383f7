"""Who may do what: three roles in one table, checked in services only."""

from enum import StrEnum
from typing import Protocol

from django.db import models

from catalogweb.core.errors import Forbidden


class Role(models.TextChoices):
    VIEWER = "viewer", "Viewer"
    OPERATOR = "operator", "Operator"
    SUPERUSER = "superuser", "Superuser"


class Right(StrEnum):
    READ = "read"
    CHANGE = "change and deploy"
    ADMINISTER = "administer users and built-ins"


GRANTS: dict[str, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.READ}),
    Role.OPERATOR: frozenset({Right.READ, Right.CHANGE}),
    Role.SUPERUSER: frozenset(Right),
}


class Actor(Protocol):
    """Whoever acts: a user, an agent speaking for itself, or the system."""

    @property
    def actor_label(self) -> str: ...
    @property
    def actor_kind(self) -> str: ...
    def may(self, right: Right) -> bool: ...


class System:
    """The product itself: seeds, housekeeping and commands that nobody signed in for."""

    actor_kind = "system"

    def __init__(self, label: str = "catalogweb") -> None:
        self.actor_label = label

    def may(self, right: Right) -> bool:
        return True


def user_id(by: Actor) -> int | None:
    """The primary key of the acting user, None when no person acts."""
    return getattr(by, "pk", None) if by.actor_kind == "user" else None


def require(by: Actor, right: Right) -> None:
    """Refuse unless `by` has the right; every service that changes something starts with this line."""
    if not by.may(right):
        raise Forbidden(f"{by.actor_label} may not {right}: this needs another role. Ask a superuser.")
