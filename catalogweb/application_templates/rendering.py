"""A template with its blanks filled in: an application in the words of manifests."""

from collections.abc import Mapping
from typing import Any

from catalogweb.application_templates.models import ApplicationTemplate
from catalogweb.core.errors import Invalid, Refusal
from catalogweb.core.liquid import names_in, render
from catalogweb.core.names import suggestion
from catalogweb.core.rights import Actor

# In scope of every text: the application itself, and times.
BUILT_IN = {"self", "now", "today"}


def values_of(template: ApplicationTemplate, given: Mapping[str, Any]) -> dict[str, Any]:
    """Per variable the given value, else its default, else null. Refuses a key that the template does not have."""
    known = {variable.key: variable.default_value for variable in template.variables.all()}
    for key in given:
        if key not in known:
            raise Invalid(
                f"Template {template.name} has no variable “{key}”.{suggestion(key, known)}", field="variables"
            )
    return known | {key: value for key, value in given.items() if value is not None}


def filled(template: ApplicationTemplate, given: Mapping[str, Any], *, by: Actor) -> dict[str, Any]:
    """Its application with `given` in place of the placeholders; one that is a whole text keeps the value's type."""
    names = values_of(template, given) | {"self": template.application}
    try:
        return render(template.application, by=by, names=names)
    except Refusal as refusal:
        raise Invalid(f"Template {template.name}: {refusal.message}", field="template") from None


def undeclared(template: ApplicationTemplate) -> list[str]:
    """Names in placeholders that are no variable of it: null takes their place."""
    declared = {variable.key for variable in template.variables.all()}
    return sorted(names_in(template.application) - declared - BUILT_IN)
