"""Application templates as documents: read, and turned into applications."""

import json
from dataclasses import replace
from typing import Any

from catalogweb.application_templates.models import ApplicationTemplate
from catalogweb.application_templates.rendering import filled
from catalogweb.application_templates.services import create_template, edit_template, find_template
from catalogweb.core.errors import Invalid, Refusal, refuse_all
from catalogweb.core.rights import Actor, Right, require
from catalogweb.deployments.manifests.faults import Fault, ManifestRefused
from catalogweb.deployments.manifests.fields import Fields
from catalogweb.deployments.manifests.places import faults_of
from catalogweb.deployments.manifests.reader import Document, Value, read
from catalogweb.deployments.manifests.specs import (
    API_VERSIONS,
    READERS,
    ApplicationSpec,
    MicroserviceSpec,
    Spec,
    microservice_in,
    need_name,
    understand,
)
from catalogweb.deployments.manifests.template_specs import ApplicationTemplateSpec, TemplateUse, read_variables

KIND = "ApplicationTemplate"


def read_application_template(root: Fields, name: str) -> ApplicationTemplateSpec:
    """Its application is read as one, but for what placeholders stand for; it is kept as it is written."""
    spec = root.section("spec")
    spec.known(["name", "description", "schemaVersion", "variables", "application"], ignored=["id"])
    name = spec.text("name") or name
    need_name(root, name)
    part = replace(spec.section("application"), placeholders=True)
    part.known(["microservices", "routes"])
    for section in part.sections("microservices") or []:
        microservice_in(section, section.text("name"), name)
    part.sections("routes")
    # What is risky is said of the applications that are made from it.
    root.warnings.clear()
    fields = {
        "description": spec.text("description"),
        "schema_version": spec.text("schemaVersion"),
        "variables": read_variables(spec),
        "application": spec.plain("application") or {},
    }
    return ApplicationTemplateSpec(root.document, name, fields)


READERS[KIND] = read_application_template


def expanded(spec: Spec, by: Actor, warnings: list[str]) -> Spec:
    """An application with what its template makes; a microservice that is written out replaces the template's."""
    if not isinstance(spec, ApplicationSpec) or spec.template is None:
        return spec
    made = made_from(spec.template, spec.name, by, warnings, line=spec.document.line)
    own = spec.microservices or []
    names = {microservice.name for microservice in own}
    others = [microservice for microservice in made.microservices or [] if microservice.name not in names]
    routes = {route.full_name: route for route in [*(made.routes or ()), *(spec.routes or ())]}
    return replace(
        spec,
        template=None,
        microservices=[*others, *own],
        routes=list(routes.values()) if routes else spec.routes,
    )


def made_from(use: TemplateUse, name: str, by: Actor, warnings: list[str], *, line: int = 1) -> ApplicationSpec:
    """The application of this name that the template makes. What is wrong with it is told with the template's name."""
    return _made(find_template(use.name), use.variables, name, by, warnings, line)


def _made(
    template: ApplicationTemplate, variables: dict[str, Any], name: str, by: Actor, warnings: list[str], line: int = 1
) -> ApplicationSpec:
    application = filled(template, variables, by=by)
    entries = [_with_objects(entry) for entry in application.get("microservices") or []]
    head = {"apiVersion": API_VERSIONS[0], "kind": "Application", "metadata": {"name": name}}
    root = as_value({**head, "spec": {**application, "microservices": entries}}, line)
    # Whoever wrote a manifest was told of fields that mean nothing; clients of the wire may send some.
    reading = understand(Document(1, line, root), lenient=True)
    refuse_all([_told(template, fault) for fault in reading.faults])
    warnings += reading.warnings
    spec = reading.spec
    assert isinstance(spec, ApplicationSpec), "it was made as one, and has no fault"
    # Faults found later lie at the document's own words, not at those of the template.
    microservices = [replace(microservice, path="spec.template") for microservice in spec.microservices or []]
    routes = [replace(route, path="spec.template") for route in spec.routes or []]
    return replace(spec, microservices=microservices, routes=routes or None)


def made_by_default(template: ApplicationTemplate, *, by: Actor) -> tuple[list[MicroserviceSpec], list[str]]:
    """The microservices that it makes when nothing is given, or the sentences that say why it makes none."""
    try:
        made = _made(template, {}, template.name, by, warnings=[])
    except Refusal as refusal:
        return [], refusal.messages
    return made.microservices or [], []


def _told(template: ApplicationTemplate, fault: Fault) -> Refusal:
    place = fault.field.removeprefix("spec.")
    return Invalid(f"Template {template.name} makes no application of this: {place}: {fault.message}", field="template")


def _with_objects(entry: dict[str, Any]) -> dict[str, Any]:
    """Clients of the wire give config and annotations as the text of an object."""
    container = entry.get("container")
    if isinstance(container, dict):
        entry = entry | {"container": container | _objects(container, "annotations")}
    return entry | _objects(entry, "config")


def _objects(values: dict[str, Any], *names: str) -> dict[str, Any]:
    found = {}
    for name in names:
        if isinstance(values.get(name), str):
            try:
                found[name] = json.loads(values[name] or "{}")
            except (ValueError, RecursionError):
                continue
    return found


def as_value(value: Any, line: int) -> Value:
    """Plain data as a document that stands on one line."""
    if isinstance(value, dict):
        inner = {key: as_value(one, line) for key, one in value.items()}
        return Value("mapping", line, inner, keys=dict.fromkeys(inner, line))
    if isinstance(value, list):
        return Value("list", line, [as_value(one, line) for one in value])
    if value is None:
        return Value("null", line)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Value(type(value).__name__, line, value, text)


def save_template(text: str, *, by: Actor, template: ApplicationTemplate | None = None) -> ApplicationTemplate:
    """The template that this one document describes: a new one, or another state of `template`."""
    require(by, Right.CHANGE)
    documents = read(text)
    if len(documents) != 1 or documents[0].kind != KIND:
        raise ManifestRefused([Fault(1, 1, "", "kind", f"Write one document, of kind {KIND}.")])
    reading = understand(documents[0])
    if reading.faults:
        raise ManifestRefused(reading.faults)
    spec = reading.spec
    assert isinstance(spec, ApplicationTemplateSpec), "its kind says so, and it has no fault"
    try:
        if template is None:
            return create_template(by=by, name=spec.name, **spec.fields)
        return edit_template(by=by, template=template, name=spec.name, **spec.fields)
    except Refusal as refusal:
        raise ManifestRefused(faults_of(refusal, documents[0])) from None
