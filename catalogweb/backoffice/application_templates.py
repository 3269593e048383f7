"""Application templates, with their variables as one JSON list."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from catalogweb.application_templates.models import ApplicationTemplate
from catalogweb.application_templates.services import NewVariable, create_template, delete_template, edit_template
from catalogweb.backoffice.base import JSONField, ServiceAdmin, ServiceForm
from catalogweb.core.rights import Actor


class ApplicationTemplateForm(ServiceForm):
    variable_list = JSONField(
        label="Variables",
        required=False,
        initial=list,
        help_text='[{"key": "port", "description": "Where it opens", "default": 8080}]',
    )
    places = {"variables": "variable_list", "microservices": "application", "routes": "application"}

    def initial_of(self, instance: Any) -> dict[str, Any]:
        rows = instance.variables.all() if instance.pk else ()
        return {
            "variable_list": [
                {"key": row.key, "description": row.description, "default": row.default_value} for row in rows
            ]
        }

    def clean_variable_list(self) -> list[NewVariable]:
        try:
            return [NewVariable(**entry) for entry in self.cleaned_data["variable_list"] or []]
        except TypeError:
            raise forms.ValidationError('Write a list such as [{"key": "port", "default": 8080}].') from None

    def clean_application(self) -> Any:
        return self.cleaned_data["application"] or {}


FIELDS = ["name", "description", "schema_version", "application"]


@admin.register(ApplicationTemplate)
class ApplicationTemplateAdmin(ServiceAdmin):
    form = ApplicationTemplateForm
    fields = [*FIELDS, "variable_list"]
    list_display = ["name", "description", "variable_keys", "updated_at"]
    search_fields = ["name", "description"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApplicationTemplate]:
        return ApplicationTemplate.objects.with_variables()

    @admin.display(description="variables")
    def variable_keys(self, template: ApplicationTemplate) -> str:
        return ", ".join(variable.key for variable in template.variables.all())

    def create(self, by: Actor, data: dict[str, Any]) -> ApplicationTemplate:
        return create_template(by=by, **_arguments(data))

    def change(self, by: Actor, obj: ApplicationTemplate, data: dict[str, Any]) -> ApplicationTemplate:
        return edit_template(by=by, template=obj, **_arguments(data))

    def remove(self, by: Actor, obj: ApplicationTemplate) -> None:
        delete_template(by=by, template=obj)


def _arguments(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in FIELDS} | {"variables": data["variable_list"]}
