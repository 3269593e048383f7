"""Application templates on the wire. Their microservices lie there as bodies of requests, here as in manifests.

Nothing is rendered, so that a placeholder may stand where either side expects something else.
"""

import json
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from catalogweb.api.fields import Shape, Text
from catalogweb.api.wire import ARCHITECTURES, TYPE_IDS, iso
from catalogweb.application_templates.models import ApplicationTemplate, Variable
from catalogweb.application_templates.services import NewVariable
from catalogweb.catalog.models import ALIASES
from catalogweb.core.architectures import Architecture
from catalogweb.core.errors import Invalid
from catalogweb.core.names import camel
from catalogweb.core.text import number_in
from catalogweb.deployments.options import OPTIONS

# What has the same name and value on both sides, in the microservice and in its container.
BESIDE = ("name", "schedule", "isActivated", "serviceAccount", "natsConfig", "agents", "namePattern")
INSIDE = (
    "env", "ports", "extraHosts", "rootHostAccess", "hostNetworkMode", "isPrivileged", "logSize", *map(camel, OPTIONS),
)  # fmt: skip
# Wire name -> name in a manifest's container.
RENAMED = {"volumeMappings": "volumes", "cmd": "commands"}
# On the wire these are the text of an object.
TEXTS = ("config", "annotations")
REGISTRIES = {number: alias for alias, number in ALIASES.items()}


class TemplateVariable(Shape):
    key = Text(required=True, min_length=1, max_length=100)
    description = Text()
    defaultValue = serializers.JSONField(required=False)


class TemplateChange(Shape):
    name = Text(min_length=1, max_length=200)
    description = Text()


class TemplateReplacement(TemplateChange):
    """What is absent stays as it is."""

    schemaVersion = Text(source="schema_version", max_length=50)
    variables = TemplateVariable.listed()
    application = serializers.JSONField(required=False)


class TemplateCreation(TemplateReplacement):
    name = Text(required=True, min_length=1, max_length=200)


class VariableValue(Shape):
    key = Text(required=True, min_length=1)
    value = serializers.JSONField(required=False)


class TemplateChoice(Shape):
    """The template that an application is made from."""

    name = Text(required=True, min_length=1)
    variables = VariableValue.listed()


def variables_in(entries: list[dict[str, Any]]) -> list[NewVariable]:
    return [NewVariable(e["key"], e.get("description", ""), e.get("defaultValue")) for e in entries]


def application_in(body: Any) -> dict[str, Any]:
    """A template's application, from the wire."""
    if not isinstance(body, dict):
        raise Invalid("Field 'application' is not of a type(s) object", field="application")
    microservices, routes = body.get("microservices") or [], body.get("routes") or []
    for name, entries in (("microservices", microservices), ("routes", routes)):
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise Invalid(f"Field 'application.{name}' is not of a type(s) array of objects", field="application")
    return {"microservices": [_microservice_in(entry) for entry in microservices], "routes": routes}


def _microservice_in(entry: dict[str, Any]) -> dict[str, Any]:
    given = {key: value for key, value in entry.items() if value is not None}
    container = {name: given[name] for name in INSIDE if name in given}
    container |= {inside: given[name] for name, inside in RENAMED.items() if name in given}
    made = {name: given[name] for name in BESIDE if name in given} | {"container": container, "images": _images(given)}
    if agent := given.get("iofogUuid") or given.get("agentName"):
        made["agent"] = {"name": agent}
    if "config" in given:
        made["config"] = given["config"]
    for place in (made, container):
        place |= {name: _object(place[name]) for name in TEXTS if name in place}
    return {key: value for key, value in made.items() if value not in ({}, None)}


def _images(given: dict[str, Any]) -> dict[str, Any]:
    images: dict[str, Any] = {}
    if given.get("catalogItemId"):
        images["catalogId"] = given["catalogItemId"]
    for number, image in enumerate(given.get("images") or []):
        kind = image.get("fogTypeId") if isinstance(image, dict) else None
        if type(kind) is not int or not ARCHITECTURES.get(kind):
            raise Invalid(f"Field 'images[{number}].fogTypeId' is 1 for x86 or 2 for ARM", field="application")
        images[ARCHITECTURES[kind]] = image.get("containerImage")
    if "registryId" in given:
        images["registry"] = _named(given["registryId"], REGISTRIES)
    return images


def _object(value: Any) -> Any:
    """The object that a text holds; one with placeholders is rendered as the text that it is."""
    if not isinstance(value, str) or "{{" in value or "{%" in value:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def application_out(application: dict[str, Any]) -> dict[str, Any]:
    """The other way round."""
    microservices = application.get("microservices") or []
    return {
        "microservices": [_microservice_out(entry) for entry in microservices],
        "routes": application.get("routes") or [],
    }


def _microservice_out(entry: dict[str, Any]) -> dict[str, Any]:
    container, images, agent = (_mapping(entry.get(name)) for name in ("container", "images", "agent"))
    made = {name: entry[name] for name in BESIDE if name in entry}
    if agent.get("name"):
        made["agentName"] = agent["name"]
    if images.get("catalogId"):
        made["catalogItemId"] = _number(images["catalogId"])
    own = [{"containerImage": images[a], "fogTypeId": TYPE_IDS[a]} for a in Architecture if images.get(a)]
    if own:
        made["images"] = own
    if images.get("registry"):
        made["registryId"] = _number(_named(images["registry"], ALIASES))
    made |= {name: container[name] for name in INSIDE if name in container}
    made |= {name: container[inside] for name, inside in RENAMED.items() if inside in container}
    if "config" in entry:
        made["config"] = entry["config"]
    return made | {name: _text(made[name]) for name in TEXTS if name in made}


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _named(value: Any, names: Mapping[Any, Any]) -> Any:
    return names.get(value, value) if isinstance(value, int | str) else value


def _number(value: Any) -> Any:
    number = number_in(value) if isinstance(value, str) else None
    return value if number is None else number


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else json.dumps(value)


def template_reply(template: ApplicationTemplate, *, is_listed: bool) -> dict[str, Any]:
    """Needs what `with_variables` loads. A list has default values as JSON texts, a single template as values."""
    return {
        "id": template.pk,
        "name": template.name,
        "description": template.description,
        "schemaVersion": template.schema_version,
        "createdAt": iso(template.created_at),
        "updatedAt": iso(template.updated_at),
        "userId": None,
        "variables": [_variable_reply(variable, is_listed) for variable in template.variables.all()],
        "application": application_out(template.application),
    }


def _variable_reply(variable: Variable, is_listed: bool) -> dict[str, Any]:
    default = variable.default_value
    return {
        "id": variable.pk,
        "key": variable.key,
        "description": variable.description,
        "defaultValue": json.dumps(default) if is_listed and default is not None else default,
        "createdAt": iso(variable.created_at),
        "updatedAt": iso(variable.updated_at),
        "applicationTemplateId": variable.template_id,
    }
