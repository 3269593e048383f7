"""The kinds of documents, read into plain values. Only shape is checked here; rules live in services."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from catalogweb.core.architectures import Architecture
from catalogweb.core.names import suggestion
from catalogweb.deployments.container import Container, risks
from catalogweb.deployments.manifests.configuration import (
    BESIDE_SPEC,
    ConfigMapSpec,
    SecretSpec,
    VolumeMountSpec,
    read_config_map,
    read_secret,
    read_volume_mount,
)
from catalogweb.deployments.manifests.containers import read_container
from catalogweb.deployments.manifests.faults import Fault
from catalogweb.deployments.manifests.fields import Fields
from catalogweb.deployments.manifests.reader import Document
from catalogweb.deployments.manifests.template_specs import ApplicationTemplateSpec, TemplateUse, read_template_use

API_VERSIONS = ("iofog.org/v3", "datasance.com/v3")
KEEP = "<keep>"


@dataclass
class CatalogItemSpec:
    document: Document
    name: str
    id: int
    images: dict[str, str]
    registry: str
    fields: dict[str, Any]


@dataclass
class RegistrySpec:
    document: Document
    id: int
    url: str
    username: str | None
    password: str
    fields: dict[str, Any]


@dataclass
class MicroserviceSpec:
    document: Document
    name: str
    application: str
    agents: list[str]
    pattern: str
    catalog_item: str
    revision: int
    images: dict[str, str]
    registry: str
    container: Container | None
    is_activated: bool | None
    path: str = ""


@dataclass
class ApplicationSpec:
    document: Document
    name: str
    fields: dict[str, Any]
    microservices: list[MicroserviceSpec] | None
    template: TemplateUse | None = None


Spec = (
    CatalogItemSpec
    | RegistrySpec
    | MicroserviceSpec
    | ApplicationSpec
    | ApplicationTemplateSpec
    | SecretSpec
    | ConfigMapSpec
    | VolumeMountSpec
)


@dataclass
class Reading:
    """What a document says, with what is wrong or noteworthy about it; `spec` is None when it cannot be used."""

    document: Document
    spec: Spec | None = None
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def understand(document: Document, *, lenient: bool = False) -> Reading:
    """The document's kind decides which fields it may have; `lenient` passes over those that mean nothing here."""
    root = Fields(document, document.root, lenient=lenient)
    if document.root.kind != "mapping":
        root.fault("", "A document holds apiVersion, kind, metadata and spec.")
        return Reading(document, None, root.faults)
    beside = BESIDE_SPEC.get(document.kind, [])
    root.known(["apiVersion", "kind", "metadata", "spec", *beside], ignored=["name", "status"])
    _check_head(root)
    reader, name = READERS.get(document.kind), _head_name(root)
    if document.kind in ("Secret", "ConfigMap", "VolumeMount"):
        need_name(root, name)
    spec = reader(root, name) if reader else None
    return Reading(document, None if root.faults else spec, root.faults, root.warnings)


def _check_head(root: Fields) -> None:
    version = root.text("apiVersion", required=not root.lenient)
    if version and version not in API_VERSIONS and not root.lenient:
        root.fault(
            "apiVersion",
            f"“{version}” is not known: use {API_VERSIONS[0]}.",
            root.value and root.value.get("apiVersion"),
        )
    kind = root.text("kind", required=True)
    if kind and kind not in READERS:
        near = suggestion(kind, READERS)
        root.fault(
            "kind", f"“{kind}” is not a kind that can be applied here.{near}", root.value and root.value.get("kind")
        )


def _head_name(root: Fields) -> str:
    metadata = root.section("metadata")
    metadata.known(["name", "namespace", "tags", "labels"])
    name = metadata.text("name")
    if root.has("name"):
        root.fault("name", "metadata.name is missing: “name” stands beside metadata. Indent it by two spaces to put it inside."
                   if not name else "“name” belongs inside metadata, where another one stands already.",
                   root.value and root.value.get("name"))  # fmt: skip
    return name


def need_name(root: Fields, name: str) -> None:
    if not name and not root.has("name"):
        root.fault("metadata", "metadata.name is missing.")


def _images(fields: Fields) -> dict[str, str]:
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
    return CatalogItemSpec(root.document, name, spec.integer("id"), _images(spec), spec.text("registry"), fields)


def read_registry(root: Fields, name: str) -> RegistrySpec:
    spec = root.section("spec")
    spec.known(["id", "url", "private", "username", "password", "email", "requiresCert", "certificate"])
    identity = spec.integer("id")
    url = spec.text("url", required=not identity)
    fields: dict[str, Any] = {}
    if spec.has("email"):
        fields["email"] = spec.text("email")
    if spec.has("private"):
        fields["is_private"] = spec.boolean("private")
    if spec.has("requiresCert"):
        fields["requires_certificate"] = spec.boolean("requiresCert")
    if spec.has("certificate"):
        fields["certificate"] = spec.text("certificate")
    username = spec.text("username") if spec.has("username") else None
    return RegistrySpec(root.document, identity, url, username, spec.text("password"), fields)


def read_application(root: Fields, name: str) -> ApplicationSpec:
    spec = root.section("spec")
    ignored = ("isSystem", "id", "natsConfig")
    spec.known(["name", "description", "isActivated", "microservices", "routes", "template"], ignored)
    name = spec.text("name") or name
    need_name(root, name)
    fields: dict[str, Any] = {}
    if spec.has("description"):
        fields["description"] = spec.text("description")
    if spec.has("isActivated"):
        fields["is_activated"] = spec.boolean("isActivated")
    if spec.items("routes"):
        root.warnings.append("routes are not applied: microservices reach each other by name instead.")
    sections = spec.sections("microservices")
    microservices = None if sections is None else [microservice_in(s, s.text("name"), name) for s in sections]
    return ApplicationSpec(root.document, name, fields, microservices, template=read_template_use(spec))


def read_microservice(root: Fields, name: str) -> MicroserviceSpec:
    spec = root.section("spec")
    name = spec.text("name") or name
    application, _, rest = name.rpartition("/")
    if "/" in application:
        root.fault("metadata", f"Invalid name {name}: write application/microservice, or the name alone.")
    need_name(root, rest)
    application = application or spec.text("application")
    if not application:
        spec.fault(
            "application", "The application is missing: add spec.application, or name it application/microservice."
        )
    return microservice_in(spec, rest, application)


IGNORED = (
    "uuid",
    "flow",
    "created",
    "rebuild",
    "status",
    "serviceAccount",
    "natsConfig",
    "natsAccess",
    "msRoutes",
    "routes",
)


def microservice_in(spec: Fields, name: str, application: str) -> MicroserviceSpec:
    spec.known(
        [
            "name",
            "application",
            "agent",
            "agents",
            "namePattern",
            "images",
            "container",
            "config",
            "schedule",
            "isActivated",
        ],
        IGNORED,
    )
    if not name:
        spec.fault("name", "The microservice's name is missing.")
    agent, images = spec.section("agent"), spec.section("images")
    agent.known(["name", "config"])
    if agent.value and agent.value.get("config") and agent.plain("config"):
        spec.warnings.append(f"{name}: agent.config changes nothing on the agent. Edit the agent itself.")
    images.known(["catalogId", "revision", "registry", *Architecture.values])
    config = spec.plain("config") or {}
    if not isinstance(config, dict):
        spec.fault("config", "config holds fields, such as {level: 3}.")
        config = {}
    catalog_item = images.text("catalogId")
    # Without any spec nothing is said about it, so it stays as it is.
    container = read_container(spec.section("container"), config, spec.integer("schedule", 50)) if spec.value else None
    spec.warnings += [f"{name}: {risk}" for risk in risks(container)] if container else []
    return MicroserviceSpec(
        document=spec.document,
        name=name,
        application=application,
        agents=[*filter(None, [agent.text("name")]), *spec.texts("agents")],
        pattern=spec.text("namePattern"),
        catalog_item="" if catalog_item == "0" else catalog_item,
        revision=images.integer("revision"),
        images=_images(images),
        registry="" if images.text("registry") == "0" else images.text("registry"),
        container=container,
        is_activated=spec.boolean("isActivated") if spec.has("isActivated") else None,
        path=spec.path,
    )


READERS: dict[str, Callable[[Fields, str], Spec]] = {
    "CatalogItem": read_catalog_item,
    "Registry": read_registry,
    "Application": read_application,
    "Microservice": read_microservice,
    "Secret": read_secret,
    "ConfigMap": read_config_map,
    "VolumeMount": read_volume_mount,
}
