"""What documents say of application templates: one itself, and that an application is made from one."""

from dataclasses import dataclass, field
from typing import Any

from catalogweb.application_templates.services import NewVariable
from catalogweb.deployments.manifests.fields import Fields
from catalogweb.deployments.manifests.reader import Document


@dataclass
class ApplicationTemplateSpec:
    document: Document
    name: str
    fields: dict[str, Any]


@dataclass
class TemplateUse:
    """The template's name, and what is given for its variables."""

    name: str
    variables: dict[str, Any] = field(default_factory=dict)


def read_template_use(spec: Fields) -> TemplateUse | None:
    """None when the application is made from no template."""
    if not spec.has("template"):
        return None
    template = spec.section("template")
    template.known(["name", "variables"])
    use = TemplateUse(template.text("name", required=True))
    for entry in template.sections("variables") or []:
        entry.known(["key", "value"])
        use.variables[entry.text("key", required=True)] = entry.plain("value")
    return use


def read_variables(spec: Fields) -> list[NewVariable]:
    variables = []
    for entry in spec.sections("variables") or []:
        entry.known(["key", "description", "defaultValue"])
        key = entry.text("key", required=True)
        variables.append(NewVariable(key, entry.text("description"), entry.plain("defaultValue")))
    return variables
