"""Secrets. Their values come in, and never go out: people read the keys alone."""

from typing import Any, TypedDict

from catalogweb.api.fields import Choice, Object, Shape, Text
from catalogweb.api.routes import Call, Route
from catalogweb.api.uploads import document_in, document_named
from catalogweb.configuration.models import Secret
from catalogweb.configuration.secrets import create_secret, delete_secret, find_secret
from catalogweb.deployments.sources import edit_secret


class SecretChange(Shape):
    """All keys that it is to have; an empty text keeps the stored value. A given type must be the one it has."""

    type = Text()
    data = Object()  # type: ignore[assignment]


class SecretCreation(Shape):
    name = Text(required=True, min_length=1, max_length=255)
    type = Choice(["Opaque", "tls"], required=True)
    data = Object(required=True)  # type: ignore[assignment]


class SecretEntry(TypedDict):
    id: int
    name: str
    type: str


class SecretDetail(SecretEntry):
    data: dict[str, str]


class SecretList(TypedDict):
    secrets: list[SecretEntry]


class Nothing(TypedDict):
    pass


def entry(secret: Secret) -> SecretEntry:
    return {"id": secret.pk, "name": secret.name, "type": secret.type}


def secret_list(call: Call) -> SecretList:
    return {"secrets": [entry(secret) for secret in Secret.objects.only("name", "type").order_by("pk")]}


def secret_get(call: Call, name: str) -> SecretDetail:
    """One secret with its keys; their values are always empty."""
    secret = find_secret(name)
    return {**entry(secret), "data": dict.fromkeys(secret.key_names, "")}


def secret_create(call: Call) -> SecretEntry:
    return entry(create_secret(by=call.by, **call.given))


def secret_upload(call: Call) -> SecretEntry:
    """A new secret from YAML."""
    document = document_in(call.text, "Secret")
    given = SecretCreation.read({"name": document["metadata"].get("name"), **_written(document)})
    return entry(create_secret(by=call.by, **given))


def secret_edit(call: Call, name: str) -> SecretEntry:
    """Change its values. What takes one of them starts anew, what has them as files fetches them."""
    return entry(edit_secret(by=call.by, secret=find_secret(name), **call.given))


def secret_edit_upload(call: Call, name: str) -> SecretEntry:
    """Change its values by YAML."""
    secret = find_secret(name)
    given = SecretChange.read(_written(document_named(call.text, "Secret", name)))
    return entry(edit_secret(by=call.by, secret=secret, **given))


def _written(document: dict[str, Any]) -> dict[str, Any]:
    """Clients write type and data beside spec, people often inside."""
    return {name: document.get(name, document["spec"].get(name)) for name in ("type", "data")}


def secret_delete(call: Call, name: str) -> Nothing:
    """Delete it with its volume mounts; one that a microservice needs stays."""
    delete_secret(by=call.by, secret=find_secret(name))
    return {}


ROUTES = [
    Route("GET", "/secrets", secret_list, gives=SecretList),
    Route("POST", "/secrets", secret_create, 201, takes=SecretCreation, gives=SecretEntry),
    Route("POST", "/secrets/yaml", secret_upload, 201, upload="secret", gives=SecretEntry),
    Route("PATCH", "/secrets/yaml/<str:name>", secret_edit_upload, upload="secret", gives=SecretEntry),
    Route("GET", "/secrets/<str:name>", secret_get, gives=SecretDetail),
    Route("PATCH", "/secrets/<str:name>", secret_edit, takes=SecretChange, gives=SecretEntry),
    Route("DELETE", "/secrets/<str:name>", secret_delete, gives=Nothing),
]
