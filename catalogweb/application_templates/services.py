"""Application templates: found, made, changed, removed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from catalogweb.application_templates.models import ApplicationTemplate, Variable
from catalogweb.changelog.services import record, snapshot
from catalogweb.core.errors import Duplicate, Invalid, NotFound, Refusal, refuse_all
from catalogweb.core.liquid import check_liquid
from catalogweb.core.names import NAME_RULE, is_name, refuse_reserved, suggestion
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.storing import check_columns, contested, locked
from catalogweb.core.text import typed

# What Liquid can read as one name.
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
PARTS = ("microservices", "routes")
# So that it fits into a manifest, where it lies a little deeper.
DEEPEST = 20
TOO_DEEP = f"nested deeper than {DEEPEST} levels."


@dataclass(frozen=True)
class NewVariable:
    """A variable as any door describes it."""

    key: str
    description: str = ""
    default: Any = None


def find_template(name: str) -> ApplicationTemplate:
    """By name; a near miss gets a suggestion."""
    text = typed(name)
    found = ApplicationTemplate.objects.with_variables().filter(name=text).first()
    if found is None:
        near = suggestion(text, ApplicationTemplate.objects.values_list("name", flat=True)[:2000])
        raise NotFound(f"Could not find Application Template {text}.{near}", field="template")
    return found


@transaction.atomic
def create_template(
    *, by: Actor, name: str, application: dict[str, Any], variables: Iterable[NewVariable] = (), **fields: Any
) -> ApplicationTemplate:
    """A new template. Refuses texts in it that are no Liquid."""
    require(by, Right.CHANGE)
    template = ApplicationTemplate(name=name.strip(), application=application, **fields)
    variables = list(variables)
    refuse_reserved(template.name)
    _check(template, variables)
    with contested("name"):
        template.save()
    _write_variables(template, variables)
    record(by=by, action="create", obj=template)
    return template


@transaction.atomic
def edit_template(
    *,
    by: Actor,
    template: ApplicationTemplate,
    variables: Iterable[NewVariable] | None = None,
    **fields: Any,
) -> ApplicationTemplate:
    """Change what is given; a list of variables replaces those it has. What was made from it stays as it is."""
    require(by, Right.CHANGE)
    template = locked(ApplicationTemplate.objects.with_variables(), template.pk)
    before = snapshot(template)
    for field, value in fields.items():
        setattr(template, field, value.strip() if field == "name" else value)
    if template.name != before["name"]:
        refuse_reserved(template.name)
    wanted = _variables_of(template) if variables is None else list(variables)
    _check(template, wanted)
    with contested("name"):
        template.save()
    # True equals 1 to Python, and is another default.
    if repr(wanted) != repr(_variables_of(template)):
        _write_variables(template, wanted)
    record(by=by, action="update", obj=template, before=before)
    return template


@transaction.atomic
def write_template(*, by: Actor, current: str, **fields: Any) -> ApplicationTemplate:
    """Change the template of this name, or make it; `fields` may hold another name."""
    template = ApplicationTemplate.objects.filter(name=typed(current)).first()
    if template is None:
        return create_template(by=by, **{"name": current, "application": {}, **fields})
    return edit_template(by=by, template=template, **fields)


@transaction.atomic
def delete_template(*, by: Actor, template: ApplicationTemplate) -> None:
    """Remove it; applications made from it stay."""
    require(by, Right.CHANGE)
    template = locked(ApplicationTemplate.objects.with_variables(), template.pk)
    record(by=by, action="delete", obj=template, before=snapshot(template))
    template.delete()


def _variables_of(template: ApplicationTemplate) -> list[NewVariable]:
    return [NewVariable(row.key, row.description, row.default_value) for row in template.variables.all()]


def _write_variables(template: ApplicationTemplate, variables: Iterable[NewVariable]) -> None:
    """In the order in which they are given: forms ask for them in it."""
    template.variables.all().delete()
    rows = [
        Variable(template=template, key=v.key, description=v.description, default_value=v.default) for v in variables
    ]
    Variable.objects.bulk_create(rows)
    getattr(template, "_prefetched_objects_cache", {}).clear()


def _check(template: ApplicationTemplate, variables: list[NewVariable]) -> None:
    if not is_name(template.name):
        raise Invalid(f"Invalid format for field 'name': “{template.name}”. {NAME_RULE}", field="name")
    if ApplicationTemplate.objects.filter(name=template.name).exclude(pk=template.pk).exists():
        raise Duplicate(f"Duplicate name '{template.name}': another template already has it.", field="name")
    faults = [*_variable_faults(variables), *_part_faults(template.application)]
    refuse_all(faults)
    check_columns(template)
    for v in variables:
        check_columns(Variable(key=v.key, description=v.description, default_value=v.default))


def _variable_faults(variables: list[NewVariable]) -> list[Refusal]:
    keys = [variable.key for variable in variables]
    faults: list[Refusal] = [
        Invalid(
            f"“{key}” cannot be a variable's key: use letters, digits, _ and -, beginning with a letter.",
            field="variables",
        )
        for key in keys
        if not KEY.fullmatch(key)
    ]
    faults += [Invalid(f"Two variables have the key {key}.", field="variables") for key in _twice(keys)]
    faults += [
        Invalid(f"The default of {variable.key} is {TOO_DEEP}", field="variables")
        for variable in variables
        if _is_too_deep(variable.default)
    ]
    if "self" in keys:
        faults.append(Invalid("“self” is the template's application itself: choose another key.", field="variables"))
    return faults


def _twice(keys: list[str]) -> list[str]:
    return sorted({key for key in keys if keys.count(key) > 1})


def _part_faults(application: Any) -> list[Refusal]:
    """Only what every template has to be; what its values say is read when it is deployed."""
    if not isinstance(application, dict):
        return [Invalid("The application holds fields, such as microservices.", field="application")]
    if _is_too_deep(application):
        return [Invalid(f"The application is {TOO_DEEP}", field="application")]
    faults: list[Refusal] = [
        Invalid(f"“{part}” is no part of an application.{suggestion(part, PARTS)}", field="application")
        for part in application
        if part not in PARTS
    ]
    for part in PARTS:
        entries = application.get(part) or []
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            faults.append(Invalid(f"{part} is a list of groups of fields.", field=part))
    names = [str(entry.get("name")) for entry in application.get("microservices") or [] if isinstance(entry, dict)]
    faults += [Invalid(f"Two microservices have the name {name}.", field="microservices") for name in _twice(names)]
    try:
        check_liquid(application)
    except Refusal as refusal:
        faults.append(Invalid(refusal.message, field="application"))
    return faults


def _is_too_deep(value: Any, left: int = DEEPEST) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return left == 0 or any(_is_too_deep(one, left - 1) for one in inner)
