"""Signing in, tokens and users."""

from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from catalogweb.accounts import throttle
from catalogweb.accounts.models import AccessToken, User
from catalogweb.changelog.services import record, snapshot
from catalogweb.core.errors import Duplicate, Forbidden, Invalid, NotFound, Protected
from catalogweb.core.rights import Actor, Right, Role, require
from catalogweb.core.secrets import digest, new_token
from catalogweb.core.storing import UNSTORABLE, check_columns, contested, is_storable, locked, same
from catalogweb.core.text import typed

USED_EVERY = timedelta(minutes=1)


class NotActivated(Forbidden):
    """The right password, but nobody has confirmed the e-mail address."""


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    """Compared with for an unknown account, so that it costs as much time as a wrong password."""
    return make_password("not a password of anybody")


def check_credentials(*, email: str, password: str, address: str) -> User:
    """The user with this e-mail and password; Throttled after ten failures, else Forbidden without saying which."""
    throttle.check("sign-in", email, address)
    user = User.objects.filter(same("email", typed(email)), is_active=True).first()
    matches = is_storable(password) and check_password(password, user.password if user else _nobodys_hash())
    if not user or not matches:
        throttle.failed("sign-in", email, address)
        raise Forbidden("Wrong e-mail address or password.")
    if not user.is_activated:
        raise NotActivated("This account waits for its activation: open the link in the mail that was sent to it.")
    throttle.forgive("sign-in", email)
    return user


def issue_token(*, user: User, kind: str, name: str = "", lifetime: timedelta | None = None) -> tuple[AccessToken, str]:
    """A new token and its text, which is not stored and cannot be shown again."""
    seconds = settings.REFRESH_TOKEN_SECONDS if kind == AccessToken.Kind.REFRESH else settings.ACCESS_TOKEN_SECONDS
    text = new_token("cw_" if kind == AccessToken.Kind.NAMED else "")
    token = AccessToken.objects.create(
        user=user,
        kind=kind,
        name=name,
        digest=digest(text),
        hint=text[:8] if kind == AccessToken.Kind.NAMED else "",
        expires_at=timezone.now() + (lifetime or timedelta(seconds=seconds)),
    )
    return token, text


def sign_in_client(*, email: str, password: str, address: str) -> tuple[str, str]:
    """(access token, refresh token) for a client of the REST door."""
    user = check_credentials(email=email, password=password, address=address)
    return _token_pair(user)


def _token_pair(user: User) -> tuple[str, str]:
    access = issue_token(user=user, kind=AccessToken.Kind.SESSION)[1]
    refresh = issue_token(user=user, kind=AccessToken.Kind.REFRESH)[1]
    return access, refresh


@transaction.atomic
def refresh_client(*, refresh_token: str) -> tuple[str, str]:
    """A new pair for a refresh token, which is used up by this."""
    spent = AccessToken.objects.live().filter(
        digest=digest(refresh_token), kind=AccessToken.Kind.REFRESH, user__is_active=True
    )
    token = spent.select_related("user").first()
    if token is None or not spent.delete()[0]:
        raise Forbidden("The refresh token is unknown or has expired. Sign in again.")
    return _token_pair(token.user)


def user_of_token(text: str) -> tuple[User, AccessToken] | None:
    """Whom a token acts for, or None. A client's sign-in slides: each use renews it."""
    if not text:
        return None
    token = (
        AccessToken.objects.live()
        .exclude(kind=AccessToken.Kind.REFRESH)
        .select_related("user")
        .filter(digest=digest(text), user__is_active=True)
        .first()
    )
    if token is None:
        return None
    _note_use(token)
    return token.user, token


def _note_use(token: AccessToken) -> None:
    """At most one write a minute."""
    now = timezone.now()
    if token.last_used_at and now - token.last_used_at < USED_EVERY:
        return
    changes: dict[str, Any] = {"last_used_at": now}
    if token.kind == AccessToken.Kind.SESSION:
        changes["expires_at"] = now + timedelta(seconds=settings.ACCESS_TOKEN_SECONDS)
    AccessToken.objects.filter(pk=token.pk).update(**changes)


def sign_out_client(*, user: User) -> None:
    """End every sign-in of the user's clients; tokens made by hand stay."""
    user.tokens.exclude(kind=AccessToken.Kind.NAMED).delete()


@transaction.atomic
def make_token(*, by: User, name: str, days: int) -> tuple[AccessToken, str]:
    """A named token for automation that acts as `by`."""
    name = name.strip()
    if not name:
        raise Invalid("Give the token a name, such as the script that will use it.", field="name")
    if not 1 <= days <= 3650:
        raise Invalid("A token lives between 1 and 3650 days.", field="days")
    check_columns(AccessToken(name=name))
    if by.tokens.filter(kind=AccessToken.Kind.NAMED, name=name).exists():
        raise Duplicate("You already have a token with this name.", field="name")
    with contested("name"):
        token, text = issue_token(user=by, kind=AccessToken.Kind.NAMED, name=name, lifetime=timedelta(days=days))
    record(by=by, action="create", obj=token)
    return token, text


@transaction.atomic
def revoke_token(*, by: User, token: AccessToken) -> None:
    """End a token: one's own, or anybody's for a superuser."""
    if token.user_id != by.pk:
        require(by, Right.ADMINISTER)
    record(by=by, action="delete", obj=token, before=snapshot(token))
    token.delete()


def _checked_email(email: str) -> str:
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid("Enter an e-mail address such as ann@example.org.", field="email") from None
    return email


def _refuse_taken(user: User) -> None:
    if User.objects.filter(same("email", user.email)).exclude(pk=user.pk).exists():
        raise Duplicate("There is already an account with this e-mail address.", field="email")


def set_password(user: User, password: str) -> None:
    """Refuse a weak password; a new one ends every token. Whoever calls this saves the user."""
    try:
        if not is_storable(password):
            raise ValidationError(UNSTORABLE)
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="password") from None
    user.set_password(password)
    if user.pk:
        user.tokens.all().delete()


@transaction.atomic
def create_user(
    *,
    by: Actor,
    email: str,
    password: str,
    role: str = Role.VIEWER,
    first_name: str = "",
    last_name: str = "",
    is_activated: bool = True,
) -> User:
    """A new account."""
    require(by, Right.ADMINISTER)
    if role not in Role.values:
        raise Invalid(f"A role is one of {', '.join(Role.values)}.", field="role")
    user = User(
        email=_checked_email(email), role=role, first_name=first_name, last_name=last_name, is_activated=is_activated
    )
    # Before the address is looked up: how long it takes, and what is refused, tells nobody whose account there is.
    set_password(user, password)
    check_columns(user)
    _refuse_taken(user)
    with contested("e-mail address"):
        user.save()
    record(by=by, action="create", obj=user)
    return user


@transaction.atomic
def edit_user(*, by: Actor, user: User, password: str = "", **fields: Any) -> User:
    """Change role, names, address, lock; a new password ends every sign-in. The last superuser stays one."""
    require(by, Right.ADMINISTER)
    superusers = _locked_superusers()
    user = locked(User.objects.all(), user.pk)
    before = snapshot(user)
    for name, value in fields.items():
        setattr(user, name, value)
    if before["is_activated"] and not user.is_activated:
        raise Invalid("A confirmed address stays confirmed. Lock the account instead.", field="is_activated")
    user.email = _checked_email(user.email)
    _refuse_taken(user)
    if user.role not in Role.values:
        raise Invalid(f"A role is one of {', '.join(Role.values)}.", field="role")
    if user.role != Role.SUPERUSER or not user.is_active:
        _refuse_the_last(superusers, user)
    if password:
        set_password(user, password)
    check_columns(user)
    with contested("e-mail address"):
        user.save()
    record(by=by, action="update", obj=user, before=before, secrets_changed=["password"] if password else [])
    return user


@transaction.atomic
def delete_user(*, by: Actor, user: User) -> None:
    """Remove an account and its tokens; the change log keeps the name."""
    require(by, Right.ADMINISTER)
    _remove(user, by=by)


@transaction.atomic
def delete_own_account(*, by: User) -> None:
    """People may leave; nothing else goes, since nothing here belongs to one person."""
    _remove(by, by=by)


def _remove(user: User, *, by: Actor) -> None:
    _refuse_the_last(_locked_superusers(), user)
    record(by=by, action="delete", obj=user, before=snapshot(user))
    user.delete()


def _locked_superusers() -> set[int]:
    """All of them are locked, in one order, so that two cannot demote each other at once."""
    found = User.objects.select_for_update().filter(role=Role.SUPERUSER, is_active=True).order_by("pk")
    return {user.pk for user in found}


def _refuse_the_last(superusers: set[int], user: User) -> None:
    if superusers == {user.pk}:
        raise Protected("This is the last superuser. Make somebody else a superuser first.", field="role")


def change_own_password(*, by: User, old: str, new: str) -> None:
    """Needs the old password; ends every token of the user, those made by hand too."""
    throttle.check("password", by.email)
    if not is_storable(old) or not by.check_password(old):
        throttle.failed("password", by.email)
        raise Invalid("Old password is incorrect", field="old")
    _change_password(by=by, new=new)


@transaction.atomic
def _change_password(*, by: User, new: str) -> None:
    set_password(by, new)
    by.save(update_fields=["password"])
    record(by=by, action="update", obj=by, before=snapshot(by), secrets_changed=["password"])


@transaction.atomic
def edit_own_profile(*, by: User, **names: str) -> User:
    """People may change their own names, nothing else."""
    before = snapshot(by)
    for name in {"first_name", "last_name"} & names.keys():
        setattr(by, name, names[name])
    check_columns(by)
    by.save(update_fields=["first_name", "last_name"])
    record(by=by, action="update", obj=by, before=before)
    return by


def user_named(email: str) -> User:
    """The active user with this e-mail address."""
    user = User.objects.filter(same("email", typed(email)), is_active=True).first()
    if user is None:
        raise NotFound(f"There is no active account {typed(email)}.", field="as")
    return user
