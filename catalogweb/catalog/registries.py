"""Registries: found by any name people use, made, edited, removed."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import ProtectedError

from catalogweb.catalog.models import ALIASES, Registry, describe_user
from catalogweb.catalog.references import LOCAL_CACHE, host_of, normalised_url
from catalogweb.changelog.services import record, snapshot
from catalogweb.core.drafts import draft_pk
from catalogweb.core.errors import InUse, Invalid, NotFound, Protected
from catalogweb.core.names import suggestion
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.secrets import Unreadable, seal
from catalogweb.core.storing import UNSTORABLE, check_columns, is_storable, locked
from catalogweb.core.text import listed, typed


def find_registry(name: str | int) -> Registry:
    """By alias (`remote`, `local`), id, URL, or "URL (user name)"; a near miss gets a suggestion."""
    text = typed(name)
    pk = ALIASES.get(text.lower()) or (int(text) if text.isdecimal() and len(text) < 18 else None)
    found = Registry.objects.filter(pk=pk).first() if pk else _by_url(text)
    if found:
        return found
    known = [*ALIASES, *(word for r in Registry.objects.all()[:500] for word in (r.url, str(r)))]
    raise NotFound(
        f"Invalid registry id '{text}': there is no such registry.{suggestion(text, known)}", field="registry"
    )


def _by_url(text: str) -> Registry | None:
    matches = [
        r
        for r in Registry.objects.filter(url__iexact=text.split(" (")[0])
        if text.lower() in (r.url.lower(), str(r).lower())
    ]
    if len(matches) > 1:
        ids = listed([str(r.pk) for r in matches])
        raise Invalid(f"Several registries have the URL {text}: name one by its id ({ids}).", field="registry")
    return matches[0] if matches else None


def same_registry(url: str, username: str) -> Registry | None:
    """The registry that a document without an id means: same normalised URL and user name, never a built-in."""
    return Registry.objects.filter(url=normalised_url(url), username=username, pk__gt=max(ALIASES.values())).first()


@transaction.atomic
def create_registry(
    *,
    by: Actor,
    url: str,
    username: str = "",
    password: str = "",
    email: str = "",
    is_private: bool = False,
    **fields: Any,
) -> Registry:
    """A new registry. With user name and password it is private, whatever `is_private` says."""
    require(by, Right.CHANGE)
    registry = Registry(
        pk=draft_pk(), url=url, username=username.strip(), email=email.strip(), is_private=is_private, **fields
    )
    _check(registry)
    _take_password(registry, password)
    registry.save()
    record(by=by, action="create", obj=registry)
    return registry


@transaction.atomic
def edit_registry_row(
    *, by: Actor, registry: Registry, password: str = "", remove_credentials: bool = False, **fields: Any
) -> tuple[Registry, bool]:
    """Change a registry; a blank password keeps the stored one. Returns it, and whether agents must hear of it.

    Refuses built-ins, and a new host without the secret: the stored one was given for another server.
    """
    require(by, Right.CHANGE)
    registry = locked(Registry.objects.all(), registry.pk)
    refuse_built_in(registry)
    before, old_sealed, old_host = snapshot(registry), registry.password_sealed, registry.host
    for name, value in fields.items():
        setattr(registry, name, value.strip() if isinstance(value, str) and name != "certificate" else value)
    if remove_credentials:
        registry.username, registry.password_sealed, registry.is_private = "", "", False
    _check(registry)
    if registry.has_password and registry.host != old_host and not password:
        raise Invalid(
            "The stored password belongs to the old host: enter the password for the new one.", field="password"
        )
    _take_password(registry, "" if _holds(registry, password) else password)
    registry.save()
    changed = registry.password_sealed != old_sealed
    secrets = ["password_sealed"] if changed and registry.has_password else []
    entry = record(by=by, action="update", obj=registry, before=before, secrets_changed=secrets)
    return registry, entry is not None


def _check(registry: Registry) -> None:
    if not registry.url.strip():
        raise Invalid("Give the registry's URL, such as registry.example.org.", field="url")
    registry.url = normalised_url(registry.url)
    if registry.url == LOCAL_CACHE:
        raise Invalid("from_cache is built in: use the registry “local” instead.", field="url")
    if registry.email:
        try:
            validate_email(registry.email)
        except ValidationError:
            raise Invalid(
                "Invalid format for field 'email': use an address such as ann@example.org.", field="email"
            ) from None
    check_columns(registry)


def _holds(registry: Registry, password: str) -> bool:
    """Whether this is the stored password; one that cannot be read any more is replaced by any."""
    try:
        return registry.password == password
    except Unreadable:
        return False


def _take_password(registry: Registry, password: str) -> None:
    if not is_storable(password):
        raise Invalid(f"The password: {UNSTORABLE}", field="password")
    if password:
        registry.password_sealed = seal(password)
        registry.secret_version += 1
    _keep_private(registry)


def _keep_private(registry: Registry) -> None:
    if registry.has_password and not registry.username:
        raise Invalid("A password needs a user name.", field="username")
    registry.is_private = registry.is_private or registry.has_password


def refuse_built_in(registry: Registry) -> None:
    if registry.is_built_in:
        raise Protected(f"The registry “{registry.alias}” belongs to the product: it cannot be changed or deleted.")


@transaction.atomic
def delete_registry(*, by: Actor, registry: Registry) -> None:
    """Remove a registry that nothing uses; refuses built-ins, and says what uses it."""
    require(by, Right.CHANGE)
    registry = locked(Registry.objects.all(), registry.pk)
    refuse_built_in(registry)
    record(by=by, action="delete", obj=registry, before=snapshot(registry))
    try:
        registry.delete()
    except ProtectedError as error:
        users = sorted({describe_user(_user_of(revision)) for revision in error.protected_objects})
        raise InUse(f"Registry is in use and can't be deleted: {listed(users)}.", users=users) from None


def _user_of(revision: Any) -> Any:
    """Behind an item's revision stands the item; own images belong to a microservice."""
    return revision.item or revision.microservices.first() or revision


def credentials_for(registry: Registry) -> tuple[str, str] | None:
    """(user name, password) of a private registry."""
    return (registry.username, registry.password) if registry.is_private else None


def belongs(reference_host: str, registry: Registry) -> bool:
    """Whether an image of this host is pulled with this registry's credentials; Docker Hub's aliases are one."""
    return registry.is_local_cache or host_of(reference_host) == registry.host
