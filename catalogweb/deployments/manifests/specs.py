"""The kinds of documents, read into plain values. Only shape is checked here; rules live in services."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from catalogweb.core.architectures import Architecture
from catalogweb.core.names import suggestion
from catalogweb.deployments.container import Container, risks
from catalogweb.deployments.manifests.catalog_specs import (
    CatalogItemSpec,
    RegistrySpec,
    images_in,
    need_name,
    read_catalog_item,
    read_registry,
)
from catalogweb.deployments.manifests.configuration import (
    BESIDE_SPEC,
    ConfigMapSpec,
    SecretSpec,
    VolumeMountSpec,
    read_config_map,
    read_secret,
    read_volume_mount,
)
from catalogweb.deployments.manifests.containers import read_container, root_access_in
from catalogweb.deployments.manifests.edge_resources import EdgeResourceSpec, read_edge_resource
from catalogweb.deployments.manifests.faults import Fault
from catalogweb.deployments.manifests.fields import Fields
from catalogweb.deployments.manifests.reader import Document
from catalogweb.deployments.manifests.routes import RouteSpec, read_route, read_routes
from catalogweb.deployments.manifests.template_specs import ApplicationTemplateSpec, TemplateUse, read_template_use
from catalogweb.deployments.routes import RouteWish

API_VERSIONS = ("iofog.org/v3", "datasance.com/v3")
KEEP = "<keep>"


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
    root_access: bool | None = None


@dataclass
class ApplicationSpec:
    document: Document
    name: str
    fields: dict[str, Any]
    microservices: list[MicroserviceSpec] | None
    routes: list[RouteWish] | None
    template: TemplateUse | None = None


Spec = (
    CatalogItemSpec
    | RegistrySpec
    | MicroserviceSpec
    | ApplicationSpec
    | ApplicationTemplateSpec
    | RouteSpec
    | SecretSpec
    | ConfigMapSpec
    | VolumeMountSpec
    | EdgeResourceSpec
)


@dataclass
class Reading:
    """What a document says, with what is wrong or noteworthy about it; `spec` is None when it cannot be used.

    `legible` is what can be read of it in spite of its faults, so that more can be found.
    """

    document: Document
    spec: Spec | None = None
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    legible: Spec | None = None


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
    return Reading(document, None if root.faults else spec, root.faults, root.warnings, spec)


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
    sections = spec.sections("microservices")
    microservices = None if sections is None else [microservice_in(s, s.text("name"), name) for s in sections]
    _refuse_twins(sections or [], microservices or [])
    return ApplicationSpec(
        root.document, name, fields, microservices, read_routes(spec), template=read_template_use(spec)
    )


def _refuse_twins(sections: Iterable[Fields], microservices: Iterable[MicroserviceSpec]) -> None:
    """Those on several agents get names of their own, which a service compares."""
    first: dict[str, int] = {}
    for section, spec in zip(sections, microservices, strict=True):
        if not spec.name or spec.pattern or len(spec.agents) > 1:
            continue
        if spec.name in first:
            said = f"Duplicate name '{spec.name}': the microservice on line {first[spec.name]} has it already."
            section.fault("name", said)
        first.setdefault(spec.name, section.line_of("name"))


def read_microservice(root: Fields, name: str) -> MicroserviceSpec:
    spec = root.section("spec")
    application, _, rest = (spec.text("name") or name).rpartition("/")
    application = application or name.rpartition("/")[0]
    if "/" in application:
        root.fault("metadata", f"Invalid name {name}: write application/microservice, or the name alone.")
    need_name(root, rest)
    application = application or spec.text("application")
    # A client that changes a microservice by its uuid need not say where it is.
    if not application and not root.lenient:
        spec.fault(
            "application", "The application is missing: add spec.application, or name it application/microservice."
        )
    return microservice_in(spec, rest, application)


KNOWN = (
    "name", "application", "agent", "agents", "namePattern", "images", "container", "config", "schedule", "isActivated",
)  # fmt: skip
IGNORED = (
    "uuid", "flow", "created", "rebuild", "status", "serviceAccount", "natsConfig", "natsAccess", "msRoutes", "routes",
)  # fmt: skip


def microservice_in(spec: Fields, name: str, application: str) -> MicroserviceSpec:
    spec.known(KNOWN, IGNORED)
    if not name:
        spec.fault("name", "The microservice's name is missing.")
    images = spec.section("images")
    images.known(["catalogId", "revision", "registry", *Architecture.values])
    return MicroserviceSpec(
        document=spec.document,
        name=name,
        application=application,
        agents=_agent_names(spec, name),
        pattern=spec.text("namePattern"),
        catalog_item=_named(images, "catalogId"),
        revision=images.integer("revision"),
        images=images_in(images),
        registry=_named(images, "registry"),
        container=_container(spec, name),
        is_activated=spec.boolean("isActivated") if spec.has("isActivated") else None,
        path=spec.path,
        root_access=root_access_in(spec.section("container")),
    )


def _agent_names(spec: Fields, name: str) -> list[str]:
    agent = spec.section("agent")
    agent.known(["name", "config"])
    if agent.has("config") and agent.plain("config"):
        spec.warnings.append(f"{name}: agent.config changes nothing on the agent. Edit the agent itself.")
    return [*filter(None, [agent.text("name")]), *spec.texts("agents")]


def _named(images: Fields, key: str) -> str:
    """The number 0 names nothing."""
    text = images.text(key)
    return "" if text == "0" else text


def _container(spec: Fields, name: str) -> Container | None:
    """Without any spec nothing is said about it, so it stays as it is."""
    config = spec.plain("config") or {}
    if not isinstance(config, dict):
        spec.fault("config", "config holds fields, such as {level: 3}.")
        config = {}
    if not spec.value:
        return None
    container = read_container(spec.section("container"), config, spec.integer("schedule", 50))
    spec.warnings += [f"{name}: {risk}" for risk in risks(container)]
    return container


READERS: dict[str, Callable[[Fields, str], Spec]] = {
    "CatalogItem": read_catalog_item,
    "Registry": read_registry,
    "Application": read_application,
    "Microservice": read_microservice,
    "Secret": read_secret,
    "ConfigMap": read_config_map,
    "VolumeMount": read_volume_mount,
    "Route": read_route,
    "EdgeResource": read_edge_resource,
}
