"""The REST reference, read from the product's own OpenAPI document: families of endpoints, for people."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from drf_spectacular.generators import SchemaGenerator

from catalogweb.web.docs.markdown import inline

JSON = dict[str, Any]
# What the first step of a path means to people.
TITLES = {
    "application": "Applications",
    "applicationTemplate": "Application templates",
    "applicationTemplates": "Application templates",
    "catalog": "Catalog items",
    "certificates": "Certificates",
    "cluster": "Controllers of a cluster",
    "config": "Values by key",
    "configmaps": "Config maps",
    "deployments": "Deployments",
    "edgeResource": "Edge resources",
    "edgeResources": "Edge resources",
    "email-activation": "Mail",
    "events": "Events",
    "flow": "Applications, as older clients call them",
    "fog-types": "Architectures",
    "iofog": "Agents",
    "iofog-list": "Agents",
    "manifests": "Manifests",
    "microservices": "Microservices",
    "nats": "NATS",
    "registries": "Registries",
    "rolebindings": "Roles",
    "roles": "Roles",
    "router": "Default router",
    "routes": "Routes",
    "secrets": "Secrets",
    "serviceaccounts": "Roles",
    "services": "Services",
    "user": "Sign-in and your account",
    "volumeMounts": "Volume mounts",
}
DEEPEST = 6


@dataclass(frozen=True)
class Field:
    """One field of a body; `name` says where it stands, such as ports[].external."""

    name: str
    holds: str
    is_required: bool


@dataclass(frozen=True)
class Answer:
    status: str
    fields: tuple[Field, ...]
    holds: str


@dataclass(frozen=True)
class Call:
    family: str
    method: str
    path: str
    about: str
    is_open: bool
    query: tuple[str, ...]
    takes: str
    fields: tuple[Field, ...]
    answers: tuple[Answer, ...]

    @property
    def sentence(self) -> SafeString:
        return inline(self.about)

    @property
    def anchor(self) -> str:
        return self.method.lower() + "".join(c if c.isalnum() else "-" for c in self.path)

    @property
    def link(self) -> str:
        return f"{reverse('web:docs-rest', args=[self.family])}#{self.anchor}"


@dataclass(frozen=True)
class Family:
    slug: str
    title: str
    calls: tuple[Call, ...]


@cache
def families() -> dict[str, Family]:
    """The document takes a second or two to make, and never changes while the program runs."""
    document = SchemaGenerator().get_schema(public=True)
    found: defaultdict[str, list[Call]] = defaultdict(list)
    slugs: dict[str, str] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = operation["tags"][0]
            title = TITLES.get(tag, tag)
            slug = slugs.setdefault(title, tag.lower())
            found[title].append(_call(document, slug, method, path, operation))
    named = (Family(slugs[title], title, tuple(found[title])) for title in sorted(found))
    return {family.slug: family for family in named}


def _call(document: JSON, family: str, method: str, path: str, operation: JSON) -> Call:
    kind, body = _body(operation.get("requestBody", {}))
    return Call(
        family=family,
        method=method.upper(),
        path=path,
        about=operation.get("summary", ""),
        is_open=not any(operation.get("security", [])),
        query=tuple(p["name"] for p in operation.get("parameters", []) if p["in"] == "query"),
        takes="" if body is None else f"A {kind} body" if kind.startswith("multipart") else "A JSON body",
        fields=tuple(_fields(document, body or {})),
        answers=tuple(_answer(document, status, one) for status, one in operation["responses"].items()),
    )


def _body(part: JSON) -> tuple[str, JSON | None]:
    for kind, content in part.get("content", {}).items():
        return kind, content.get("schema", {})
    return "", None


def _answer(document: JSON, status: str, response: JSON) -> Answer:
    _, schema = _body(response)
    fields = tuple(_fields(document, schema or {}))
    holds = "nothing" if schema is None else "" if fields else _kind(document, schema)
    return Answer(status, fields, holds)


def _fields(document: JSON, schema: JSON, place: str = "", depth: int = 0) -> Iterator[Field]:
    """Every field, those inside others included; a shape inside itself ends at some depth."""
    schema = _resolved(document, schema)
    if schema.get("type") == "array":
        yield from _fields(document, schema.get("items", {}), f"{place}[]", depth + 1)
        return
    required = schema.get("required", [])
    for name, inner in schema.get("properties", {}).items():
        full = f"{place}.{name}".lstrip(".")
        yield Field(full, _kind(document, inner), name in required)
        if depth < DEEPEST:
            yield from _fields(document, inner, full, depth + 1)


def _resolved(document: JSON, schema: JSON) -> JSON:
    for only in ("allOf", "oneOf", "anyOf"):
        if len(schema.get(only, [])) == 1:
            return _resolved(document, schema[only][0])
    if "$ref" in schema:
        found: JSON = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return _resolved(document, found)
    return schema


def _kind(document: JSON, schema: JSON) -> str:
    schema = _resolved(document, schema)
    if schema.get("type") == "array":
        return f"list of {_kind(document, schema.get('items', {}))}"
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    words |= {"object": "fields"}
    said = words.get(schema.get("type", ""), "anything")
    bounds = [schema.get(low) for low in ("minimum", "maximum")]
    if bounds[0] not in (None, 0) or bounds[1] not in (None, 2**31 - 1):
        said += "".join(
            f", {word} {bound}" for word, bound in zip(("from", "to"), bounds, strict=True) if bound is not None
        )
    if schema.get("format") in ("email", "date-time", "binary"):
        said = {"email": "e-mail address", "date-time": "time", "binary": "a file"}[schema["format"]]
    if longest := schema.get("maxLength"):
        said += f", at most {longest} characters"
    return said + (" or null" if schema.get("nullable") else "")
