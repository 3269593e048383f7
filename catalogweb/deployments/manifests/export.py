"""Objects as YAML that applies again without changing anything. A secret is exported as "keep it"."""

from collections.abc import Mapping
from functools import singledispatch
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from catalogweb.application_templates.models import ApplicationTemplate, Variable
from catalogweb.catalog.models import CatalogItem, Registry
from catalogweb.configuration.data import text_of
from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from catalogweb.core.names import camel
from catalogweb.deployments.container import Container, Source
from catalogweb.deployments.manifests.containers import SOURCES
from catalogweb.deployments.manifests.edge_resources import DISPLAY
from catalogweb.deployments.manifests.specs import API_VERSIONS, KEEP
from catalogweb.deployments.models import Application, Microservice, Route
from catalogweb.edge_resources.models import EdgeResource

Exported = (
    CatalogItem
    | Registry
    | ApplicationTemplate
    | Application
    | Microservice
    | Route
    | Secret
    | ConfigMap
    | VolumeMount
    | EdgeResource
)


def export(obj: Exported) -> str:
    """The object's manifest."""
    return as_yaml(_document(obj))


def as_yaml(values: Any, *, starts_document: bool = True) -> str:
    stream = StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.explicit_start = starts_document
    yaml.width = 200
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(_quoted(values), stream)
    return stream.getvalue()


def _quoted(value: Any) -> Any:
    """The one character that is a line end to whoever reads the text again stands in double quotes, escaped."""
    if isinstance(value, dict):
        return {_quoted(key): _quoted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_quoted(inner) for inner in value]
    return DoubleQuotedScalarString(value) if isinstance(value, str) and "\x85" in value else value


def _head(kind: str, metadata: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": API_VERSIONS[0], "kind": kind, "metadata": metadata, "spec": _filled(spec)}


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "", [], {}, False)}


@singledispatch
def _document(obj: Any) -> dict[str, Any]:
    raise TypeError(obj)


@_document.register
def _(item: CatalogItem) -> dict[str, Any]:
    registry = item.registry
    spec = {
        "id": item.pk,
        "description": item.description,
        **item.images,
        "registry": registry.alias if registry else "",
        "category": item.category,
        "publisher": item.publisher,
        "picture": item.picture,
        "ramRequired": item.ram_required or None,
        "diskRequired": item.disk_required or None,
        "configExample": item.config_example,
        "isPublic": item.is_public,
    }
    return _head("CatalogItem", {"name": item.name}, spec)


@_document.register
def _(registry: Registry) -> dict[str, Any]:
    spec = {
        "id": registry.pk,
        "url": registry.url,
        "private": registry.is_private,
        "username": registry.username,
        "password": KEEP if registry.password_sealed else "",
        "secretReference": registry.secret_reference,
        "expiresOn": registry.expires_on.isoformat() if registry.expires_on else "",
        "email": registry.email,
        "requiresCert": registry.requires_certificate,
        "certificate": registry.certificate,
    }
    return {"apiVersion": API_VERSIONS[0], "kind": "Registry", "spec": _filled(spec)}


@_document.register
def _(template: ApplicationTemplate) -> dict[str, Any]:
    spec = {
        "description": template.description,
        "schemaVersion": template.schema_version,
        "variables": [_variable(variable) for variable in template.variables.all()],
        "application": in_order(template.application),
    }
    return _head("ApplicationTemplate", {"name": template.name}, spec)


def _variable(variable: Variable) -> dict[str, Any]:
    values = _filled({"key": variable.key, "description": variable.description})
    return values if variable.default_value is None else values | {"defaultValue": variable.default_value}


def application_of(template: ApplicationTemplate) -> str:
    """What the template makes, as it is written: with its placeholders."""
    return as_yaml(in_order(template.application), starts_document=False)


def application_from(template: ApplicationTemplate, name: str, values: Mapping[str, Any]) -> str:
    """The manifest of an application that the template makes with these values."""
    variables = [{"key": key, "value": value} for key, value in values.items()]
    spec = {"template": {"name": template.name, "variables": variables}}
    return as_yaml(_head("Application", {"name": name}, spec))


# PostgreSQL keeps no order of an object's keys; people expect this one.
ORDER = (
    "name", "agent", "images", "catalogId", "revision", "x86", "arm", "registry", "container", "hostNetworkMode",
    "isPrivileged", "env", "ports", "volumes", "commands", "extraHosts", "config", "key", "value", "valueFromSecret", "valueFromConfigMap", "external", "internal",
    "protocol", "hostDestination", "containerDestination", "accessMode", "microservices", "routes",
)  # fmt: skip


def in_order(value: Any) -> Any:
    """The usual keys first, in the usual order."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: ORDER.index(key) if key in ORDER else len(ORDER))
        return {key: in_order(value[key]) for key in keys}
    return [in_order(inner) for inner in value] if isinstance(value, list) else value


@_document.register
def _(secret: Secret) -> dict[str, Any]:
    kind, data = str(secret.type), dict.fromkeys(secret.key_names, KEEP)
    return {**_head("Secret", {"name": secret.name}, {"type": kind}), "type": kind, "data": data}


@_document.register
def _(config_map: ConfigMap) -> dict[str, Any]:
    data = {key: value if isinstance(value, dict | list) else text_of(value) for key, value in config_map.data.items()}
    spec = {"immutable": config_map.immutable, "useVault": config_map.use_vault}
    return {**_head("ConfigMap", {"name": config_map.name}, {}), "spec": spec, "data": data}


@_document.register
def _(mount: VolumeMount) -> dict[str, Any]:
    sources = {"secretName": str(mount.secret or ""), "configMapName": str(mount.config_map or "")}
    return _head("VolumeMount", {"name": mount.name}, sources | {"agents": mount.agent_names})


@_document.register
def _(resource: EdgeResource) -> dict[str, Any]:
    endpoints = [{camel(key): text for key, text in one.items() if text} for one in resource.endpoints]
    display = {key: getattr(resource, f"display_{key}") for key in DISPLAY}
    spec = {
        "version": resource.version,
        "description": resource.description,
        "interfaceProtocol": str(resource.protocol),
        "interface": _filled({"endpoints": endpoints}),
        "display": _filled(display),
        "orchestrationTags": resource.orchestration_tags,
        "custom": resource.custom,
    }
    return _head("EdgeResource", {"name": resource.name}, spec)


@_document.register
def _(application: Application) -> dict[str, Any]:
    microservices = Microservice.objects.detailed().filter(application=application).order_by("name")
    routes = Route.objects.named().filter(application=application).order_by("name")
    spec = {
        "description": application.description,
        "microservices": [{"name": m.name, **_microservice(m), "status": _status(m)} for m in microservices],
        "routes": [_route(route) for route in routes],
    }
    document = _head("Application", {"name": application.name}, spec)
    if not application.is_activated:
        document["spec"]["isActivated"] = False
    return document


@_document.register
def _(microservice: Microservice) -> dict[str, Any]:
    spec = {"application": microservice.application.name, **_microservice(microservice)}
    return {
        "apiVersion": API_VERSIONS[0], "kind": "Microservice", "metadata": {"name": microservice.name}, "spec": spec,
        "status": _status(microservice),
    }  # fmt: skip


@_document.register
def _(route: Route) -> dict[str, Any]:
    spec = {"application": route.application.name, **_route(route)}
    return {"apiVersion": API_VERSIONS[0], "kind": "Route", "metadata": {"name": spec.pop("name")}, "spec": spec}


def _route(route: Route) -> dict[str, Any]:
    return {"name": route.name, "from": route.source_name, "to": route.destination_name}


def _status(microservice: Microservice) -> dict[str, Any]:
    """What its agent really gets. Whoever reads a manifest passes over it."""
    revision = microservice.revision
    item = {"catalogItem": revision.item.name, "revision": revision.number} if revision.item else {}
    return {
        "image": microservice.image,
        "architecture": microservice.agent.architecture,
        **item,
        "registry": str(revision.registry),
    }


def _microservice(microservice: Microservice) -> dict[str, Any]:
    container = microservice.container
    spec: dict[str, Any] = {"agent": {"name": microservice.agent.name}, "images": _images(microservice)}
    spec |= _filled({"container": _container(container), "config": container.config})
    if container.schedule != Container().schedule:
        spec["schedule"] = container.schedule
    if not microservice.is_activated:
        spec["isActivated"] = False
    return spec


def _images(microservice: Microservice) -> dict[str, Any]:
    revision = microservice.revision
    if revision.item is None:
        return {**revision.by_architecture, "registry": revision.registry.alias}
    images: dict[str, Any] = {"catalogId": revision.item_id}
    if revision.item.current_id != revision.pk:
        images["revision"] = revision.number
    return images


def _container(container: Container) -> dict[str, Any]:
    values = _filled(
        {
            "hostNetworkMode": container.host_network,
            "isPrivileged": container.privileged,
            "env": [{"key": key, **_value(value)} for key, value in container.env.items()],
            "ports": [
                {"internal": port.internal, "external": port.external, "protocol": port.protocol}
                for port in container.ports
            ],
            "volumes": [
                {
                    "hostDestination": volume.host,
                    "containerDestination": volume.container,
                    "accessMode": volume.access,
                    "type": volume.type,
                }
                for volume in container.volumes
            ],
            "commands": list(container.commands),
            "extraHosts": [{"name": name, "address": address} for name, address in container.extra_hosts],
        }
    )
    values |= {camel(name): value for name, value in container.options.items()}
    if container.log_size != Container().log_size:
        values["logSize"] = container.log_size
    return values


def _value(value: str | Source) -> dict[str, str]:
    if isinstance(value, Source):
        return {next(key for key, kind in SOURCES.items() if kind == value.kind): str(value)}
    return {"value": value}
