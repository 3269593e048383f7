"""Registries: found by any name people use, made, edited, removed."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils.text import capfirst

from catalogweb.catalog.models import ALIASES, Registry, Revision, describe_user, users_in
from catalogweb.catalog.references import LOCAL_CACHE, normalised_url, parse_reference
from catalogweb.catalog.saving import probe_when_saved
from catalogweb.catalog.secret_references import checked_reference
from catalogweb.changelog.services import record, snapshot
from catalogweb.core.drafts import draft_pk
from catalogweb.core.errors import InUse, Invalid, NotFound, Protected
from catalogweb.core.names import suggestion
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.secrets import Unreadable, seal, unseal
from catalogweb.core.storing import UNSTORABLE, batches, check_columns, is_storable, locked, same
from catalogweb.core.text import as_id, listed, typed

# Texts that end with a line of their own.
PEM = ("certificate", "check_ca")


def known_registries(names: Iterable[str | int]) -> dict[str | int, Registry]:
    """Those that one of these names means, by what was given; what means none, or several, is left out."""
    wanted = {name: typed(name) for name in names}
    found: list[Registry] = []
    for batch in batches(set(wanted.values())):
        ids = [number for text in batch if (number := _id_in(text))]
        found += Registry.objects.filter(Q(pk__in=ids) | Q(same("url", *map(_url_in, batch))))
    matches = {name: [registry for registry in found if _is_meant(registry, text)] for name, text in wanted.items()}
    return {name: rows[0] for name, rows in matches.items() if len(rows) == 1}


def _id_in(text: str) -> int:
    return ALIASES.get(text.lower()) or as_id(text)


def _url_in(text: str) -> str:
    return text.split(" (")[0]


def _is_meant(registry: Registry, text: str) -> bool:
    number = _id_in(text)
    return registry.pk == number if number else text.lower() in (registry.url.lower(), str(registry).lower())


def find_registry(name: str | int) -> Registry:
    """By alias (`remote`, `local`), id, URL, or "URL (user name)"; a near miss gets a suggestion."""
    found = known_registries([name]).get(name)
    if found:
        return found
    text = typed(name)
    several = [str(r.pk) for r in Registry.objects.filter(same("url", _url_in(text))) if _is_meant(r, text)]
    if several:
        raise Invalid(
            f"Several registries have the URL {text}: name one by its id ({listed(several)}).", field="registry"
        )
    known = [*ALIASES, *(word for r in Registry.objects.all()[:500] for word in (r.url, str(r)))]
    raise NotFound(
        f"Invalid registry id '{text}': there is no such registry.{suggestion(text, known)}", field="registry"
    )


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
    secret_reference: str = "",
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
    _take_password(registry, password, secret_reference)
    registry.save()
    record(by=by, action="create", obj=registry)
    probe_when_saved(by=by, registry=registry)
    return registry


@transaction.atomic
def edit_registry_row(
    *,
    by: Actor,
    registry: Registry,
    password: str = "",
    secret_reference: str | None = None,
    remove_credentials: bool = False,
    as_sent: bool = False,
    **fields: Any,
) -> tuple[Registry, set[str]]:
    """Change a registry; a blank password keeps the stored one, and one that is given replaces a reference.

    Returns it, and the columns that differ now. Refuses built-ins, a new host without the secret (the stored one was given for another server), and, unless
    `as_sent`, credentials that no longer serve the images of what uses it.
    """
    require(by, Right.CHANGE)
    registry = locked(Registry.objects.all(), registry.pk)
    refuse_built_in(registry)
    before, old_sealed = snapshot(registry), registry.password_sealed
    old_host, was_private = registry.host, registry.is_private
    for name, value in fields.items():
        setattr(registry, name, value.strip() if isinstance(value, str) and name not in PEM else value)
    if remove_credentials:
        _forget_credentials(registry)
        secret_reference = None
    _check(registry)
    if registry.password_sealed and registry.host != old_host and not (password or secret_reference):
        raise Invalid(
            "The stored password belongs to the old host: enter the password for the new one.", field="password"
        )
    _take_password(registry, "" if _holds(registry, password) else password, secret_reference)
    if not as_sent and (registry.host != old_host or not was_private):
        _refuse_strangers(registry, field="is_private" if registry.host == old_host else "url")
    registry.save()
    is_new_secret = registry.password_sealed not in ("", old_sealed)
    secrets = ["password_sealed"] if is_new_secret else []
    entry = record(by=by, action="update", obj=registry, before=before, secrets_changed=secrets)
    if entry:
        probe_when_saved(by=by, registry=registry)
    return registry, {*entry.before, *entry.after} if entry else set()


def strangers(registry: Registry) -> list[str]:
    """What uses this registry for images of another host, which its address and credentials do not serve."""
    if registry.is_built_in:
        return []
    used = Revision.objects.filter(Q(current_of__isnull=False) | Q(microservices__isnull=False), registry=registry)
    users = ("images", "microservices__application", "microservices__agent")
    found = [
        revision
        for revision in used.distinct().select_related("item").prefetch_related(*users)
        if not all(_serves(registry, image.reference) for image in revision.images.all())
    ]
    return sorted({describe_user(_user_of(revision)) for revision in found})


def _serves(registry: Registry, reference: str) -> bool:
    try:
        return parse_reference(reference).registry_host == registry.host
    except Invalid:
        return False


def warnings_of(registry: Registry) -> list[str]:
    """What an operator should know: a password that cannot be had, and images that the registry does not serve, as after
    its host changed."""
    still = "pulled without these credentials" if registry.is_private else "still pulled from where their names say"
    trouble = registry.password_trouble
    return [f"Its password cannot be read: {trouble}"] * bool(trouble) + [
        f"{capfirst(user)} has images that are not on {registry.host}: they are {still}."
        for user in strangers(registry)
    ]


def _refuse_strangers(registry: Registry, *, field: str) -> None:
    if registry.is_private and (users := strangers(registry)):
        raise Invalid(
            f"{capfirst(listed(users))} would be pulled without these credentials: the images there are not on "
            f"{registry.host}. Leave this registry as it is, add one for {registry.host}, and choose it there.",
            field=field,
        )


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
        return unseal(registry.password_sealed) == password
    except Unreadable:
        return False


def _take_password(registry: Registry, password: str, reference: str | None) -> None:
    """One of the two, the other goes. None keeps what there is of a reference, and so does the same one again."""
    if not is_storable(password):
        raise Invalid(f"The password: {UNSTORABLE}", field="password")
    named = registry.secret_reference if reference is None else checked_reference(reference)
    if password and named and named != registry.secret_reference:
        raise Invalid("Give either a password, or where it is kept.", field="secret_reference")
    if password:
        registry.password_sealed = seal(password)
        registry.secret_reference = ""
        registry.secret_version += 1
    elif named != registry.secret_reference:
        registry.password_sealed, registry.secret_reference = "" if named else registry.password_sealed, named
        registry.secret_version += 1
    _keep_private(registry)


def _forget_credentials(registry: Registry) -> None:
    registry.username, registry.password_sealed, registry.secret_reference = "", "", ""
    registry.is_private, registry.expires_on = False, None


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
        revisions = users_in(error.protected_objects, "item", "microservices__application", "microservices__agent")
        users = sorted({describe_user(_user_of(revision)) for revision in revisions})
        raise InUse(f"Registry is in use and can't be deleted: {listed(users)}.", users=users) from None


def _user_of(revision: Any) -> Any:
    """Behind an item's revision stands the item; own images belong to a microservice."""
    return revision.item or next(iter(revision.microservices.all()), revision)
