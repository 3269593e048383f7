"""Catalog items and registries, as documents describe them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from catalogweb.core.architectures import Architecture
from catalogweb.deployments.manifests.fields import Fields
from catalogweb.deployments.manifests.reader import Document


@dataclass
class CatalogItemSpec:
    document: Document
    name: str
    id: int
    images: dict[str, str]
    registry: str
    fields: dict[str, Any]
    # Whether what runs moves to new images: not the document's to say, but of whoever applies it.
    move_running: bool = True


@dataclass
class RegistrySpec:
    document: Document
    id: int
    url: str
    username: str | None
    password: str
    fields: dict[str, Any]


def need_name(root: Fields, name: str) -> None:
    if not name and not root.has("name"):
        root.fault("metadata", "metadata.name is missing.")


def images_in(fields: Fields) -> dict[str, str]:
    """What is written; an empty text is kept, since it removes an image, while an absent one keeps it."""
    return {a: fields.text(a) for a in Architecture.values if fields.has(a)}


def read_catalog_item(root: Fields, name: str) -> CatalogItemSpec:
    spec = root.section("spec")
    texts = {"description": "description", "category": "category", "publisher": "publisher", "picture": "picture"}
    numbers = {"ram_required": "ramRequired", "disk_required": "diskRequired"}
    spec.known(
        [
            "id",
            "name",
            "registry",
            "configExample",
            "isPublic",
            *Architecture.values,
            *texts.values(),
            *numbers.values(),
        ]
    )
    name = name or spec.text("name")
    need_name(root, name)
    fields: dict[str, Any] = {column: spec.text(key) for column, key in texts.items() if spec.has(key)}
    fields |= {column: spec.integer(key) for column, key in numbers.items() if spec.has(key)}
    if spec.has("configExample"):
        fields["config_example"] = spec.text("configExample")
    if spec.has("isPublic"):
        fields["is_public"] = spec.boolean("isPublic")
    return CatalogItemSpec(root.document, name, spec.integer("id"), images_in(spec), spec.text("registry"), fields)


def read_registry(root: Fields, name: str) -> RegistrySpec:
    spec = root.section("spec")
    spec.known(
        [
            "id",
            "url",
            "private",
            "username",
            "password",
            "email",
            "requiresCert",
            "certificate",
            "secretReference",
            "expiresOn",
        ]
    )
    identity = spec.integer("id")
    url = spec.text("url", required=not identity)
    fields: dict[str, Any] = {}
    if spec.has("email"):
        fields["email"] = spec.text("email")
    if spec.has("private"):
        fields["is_private"] = spec.boolean("private")
    if spec.has("requiresCert"):
        fields["requires_certificate"] = spec.boolean("requiresCert")
    if spec.has("secretReference"):
        fields["secret_reference"] = spec.text("secretReference")
    if spec.has("expiresOn"):
        fields["expires_on"] = _day(spec, "expiresOn")
    if spec.has("certificate"):
        fields["certificate"] = spec.text("certificate")
    username = spec.text("username") if spec.has("username") else None
    return RegistrySpec(root.document, identity, url, username, spec.text("password"), fields)


def _day(spec: Fields, key: str) -> date | None:
    """None for an empty text."""
    text = spec.text(key)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        spec.fault(key, f"“{text}” is not a day, such as 2027-01-31.")
        return None
