"""Application templates, as JSON and as YAML files."""

from typing import Any, TypedDict

from catalogweb.api.liquid import rendered
from catalogweb.api.routes import Call, Route
from catalogweb.api.shapes.application_templates import (
    TemplateChange,
    TemplateCreation,
    TemplateReplacement,
    application_in,
    template_reply,
    variables_in,
)
from catalogweb.api.uploads import document_in
from catalogweb.application_templates.models import ApplicationTemplate
from catalogweb.application_templates.services import (
    create_template,
    delete_template,
    edit_template,
    find_template,
    write_template,
)
from catalogweb.core.errors import Invalid
from catalogweb.core.rights import Right, require
from catalogweb.core.text import typed


class TemplateList(TypedDict):
    applicationTemplates: list[dict[str, Any]]


class WrittenTemplate(TypedDict):
    id: int
    name: str


def template_list(call: Call) -> TemplateList:
    templates = ApplicationTemplate.objects.with_variables()
    return {"applicationTemplates": [template_reply(template, is_listed=True) for template in templates]}


def template_get(call: Call, name: str) -> dict[str, Any]:
    return template_reply(find_template(name), is_listed=False)


def template_create(call: Call) -> WrittenTemplate:
    return _written(create_template(by=call.by, **{"application": {}, **_fields(call.given)}))


def template_replace(call: Call, name: str) -> WrittenTemplate:
    """Change what is given, or make the template; another name in the body renames it."""
    return _written(write_template(by=call.by, current=name, **_fields(call.given)))


def template_upload(call: Call) -> WrittenTemplate:
    """Make the template that a YAML file describes."""
    return _written(create_template(by=call.by, **_uploaded(call)))


def template_replace_upload(call: Call, name: str) -> WrittenTemplate:
    """Make the template what a YAML file says; another name in it renames the template."""
    return _written(write_template(by=call.by, current=name, **_uploaded(call)))


def template_edit(call: Call, name: str) -> None:
    edit_template(by=call.by, template=find_template(name), **call.given)


def template_delete(call: Call, name: str) -> None:
    """Delete it; clients rely on an unknown one being no failure."""
    require(call.by, Right.CHANGE)
    template = ApplicationTemplate.objects.filter(name=typed(name)).first()
    if template:
        delete_template(by=call.by, template=template)


def _written(template: ApplicationTemplate) -> WrittenTemplate:
    return {"id": template.pk, "name": template.name}


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    fields = dict(given)
    if "variables" in fields:
        fields["variables"] = variables_in(fields["variables"])
    if "application" in fields:
        fields["application"] = application_in(fields["application"])
    return fields


def _uploaded(call: Call) -> dict[str, Any]:
    """Only the variables of a file are rendered; what it does not say is empty."""
    document = document_in(call.text, "ApplicationTemplate")
    spec, application = document["spec"], document["spec"].get("application") or {}
    if not isinstance(application, dict):
        raise Invalid("Field 'spec.application' is not of a type(s) object", field="application")
    variables = rendered(spec.get("variables") or [], by=call.by, within=document)
    shape = TemplateReplacement.read(
        {
            "name": spec.get("name") or document["metadata"].get("name"),
            "description": spec.get("description") or "",
            "schemaVersion": spec.get("schemaVersion") or "",
            "variables": variables,
        }
    )
    if "name" not in shape:
        raise Invalid("Required field 'metadata.name' is missing", field="name")
    parts = {name: application.get(name) or [] for name in ("microservices", "routes")}
    return {**shape, "variables": variables_in(shape["variables"]), "application": parts}


ONE = "/applicationTemplate/<str:name>"
YAML = "/applicationTemplate/yaml"
ROUTES = [
    Route("GET", "/applicationTemplates", template_list, gives=TemplateList),
    Route("POST", "/applicationTemplate", template_create, 201, takes=TemplateCreation, gives=WrittenTemplate),
    Route("POST", YAML, template_upload, 201, upload="template", gives=WrittenTemplate),
    Route("PUT", f"{YAML}/<str:name>", template_replace_upload, upload="template", gives=WrittenTemplate),
    Route("GET", ONE, template_get, gives=dict[str, Any]),
    Route("PUT", ONE, template_replace, takes=TemplateReplacement, gives=WrittenTemplate),
    Route("PATCH", ONE, template_edit, 204, takes=TemplateChange),
    Route("DELETE", ONE, template_delete, 204),
]
