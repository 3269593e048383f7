"""Secrets: found, made, edited, removed. Their values go in and stay in; only "changed" is ever said of one."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from catalogweb.changelog.services import HIDDEN, Snapshot, record, snapshot
from catalogweb.configuration.data import from_base64, key_faults, text_of, value_faults
from catalogweb.configuration.models import Secret
from catalogweb.configuration.sources import check_name, delete_source, refuse_lost_keys, renew_mounts
from catalogweb.core.drafts import draft_pk
from catalogweb.core.errors import Conflict, Invalid, NotFound, refuse_all
from catalogweb.core.names import suggestion
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.secrets import Unreadable, seal
from catalogweb.core.storing import contested, locked
from catalogweb.core.text import typed


def find_secret(name: str) -> Secret:
    """By its name; a near miss gets a suggestion."""
    text = typed(name)
    found = Secret.objects.filter(name=text).first()
    if found is None:
        near = suggestion(text, Secret.objects.values_list("name", flat=True)[:2000])
        raise NotFound(f'Secret with name "{text}" not found.{near}', field="secret")
    return found


@transaction.atomic
def create_secret(*, by: Actor, name: str, data: Mapping[str, Any], type: str = Secret.Type.OPAQUE) -> Secret:
    """A new secret. The values of a TLS secret are base64."""
    require(by, Right.CHANGE)
    secret = Secret(pk=draft_pk(), name=name.strip(), type=type)
    check_name(secret)
    if type not in Secret.Type.values:
        raise Invalid("A secret is of type Opaque or tls.", field="type")
    if Secret.objects.filter(name=secret.name).exists():
        raise Conflict(f'Secret with name "{secret.name}" already exists', field="name")
    texts = _checked(secret, data)
    secret.data_sealed = seal(json.dumps(texts))
    with contested("name"):
        secret.save()
    record(by=by, action="create", obj=secret, after=_shown(secret, texts))
    return secret


@transaction.atomic
def edit_secret_row(
    *, by: Actor, secret: Secret, data: Mapping[str, Any] | None = None, type: str | None = None
) -> tuple[Secret, set[str]]:
    """Change a secret's values. Returns it, and the keys whose value is another now.

    `data` holds all keys that it is to have; an empty text keeps the stored value. The type never changes.
    """
    require(by, Right.CHANGE)
    secret = locked(Secret.objects.all(), secret.pk)
    if type and type != secret.type:
        raise Invalid(
            f"Secret type mismatch. Secret {secret.name} is of type {secret.type} but trying to update with type {type}",
            field="type",
        )
    if data is None:
        return secret, set()
    old = _stored(secret)
    if old is None and "" in data.values():
        raise Unreadable("The stored values cannot be read: the encryption key has changed. Enter every one again.")
    given = _checked(secret, data)
    texts = {key: text or (old or {}).get(key, "") for key, text in given.items()}
    if texts == old:
        return secret, set()
    refuse_lost_keys(secret, texts)
    secret.data_sealed = seal(json.dumps(texts))
    secret.save()
    renew_mounts(secret)
    old = old or {}
    changed = {key for key in texts if old.get(key) != texts[key]}
    renewed = [_logged(key) for key in changed & old.keys()]
    before, after = _shown(secret, old), _shown(secret, texts)
    record(by=by, action="update", obj=secret, before=before, after=after, secrets_changed=renewed)
    return secret, changed


@transaction.atomic
def delete_secret(*, by: Actor, secret: Secret) -> None:
    """Remove a secret with its volume mounts; refuses while a microservice needs it, and says which."""
    require(by, Right.CHANGE)
    secret = locked(Secret.objects.all(), secret.pk)
    delete_source(by=by, source=secret, before=_shown(secret, secret.key_names))


def _stored(secret: Secret) -> dict[str, str] | None:
    """None when it cannot be read any more: then it is replaced by what is entered again."""
    try:
        return secret.data
    except Unreadable:
        return None


def _checked(secret: Secret, data: Mapping[str, Any]) -> dict[str, str]:
    nested = [key for key, value in data.items() if value is None or isinstance(value, dict | list)]
    odd = [Invalid(f"{key}: the value of a secret is text.", field="data") for key in nested]
    refuse_all([*key_faults(data), *value_faults(data), *odd])
    texts = {key: text_of(value) for key, value in data.items()}
    if secret.type == Secret.Type.TLS:
        wrong = [key for key, text in texts.items() if from_base64(text) is None]
        if wrong:
            raise Invalid(f"Invalid base64 encoding for keys: {', '.join(wrong)}", field="data")
    return texts


def _shown(secret: Secret, keys: Mapping[str, str] | list[str]) -> Snapshot:
    """For the change log: which keys there are, and no value. They stand apart from the fields' names."""
    return snapshot(secret) | {_logged(key): HIDDEN for key in keys}


def _logged(key: str) -> str:
    return f"data.{key}"
