"""Application templates: applications with blanks in them, and the variables that fill the blanks."""

import json
from typing import Any

from django.db import models

from catalogweb.core.names import valid_name
from catalogweb.core.text import typed


class ApplicationTemplateQuerySet(models.QuerySet["ApplicationTemplate"]):
    def matching(self, text: str) -> "ApplicationTemplateQuerySet":
        for word in typed(text).split():
            self = self.filter(models.Q(name__icontains=word) | models.Q(description__icontains=word))
        return self

    def with_variables(self) -> "ApplicationTemplateQuerySet":
        return self.prefetch_related("variables")


class ApplicationTemplate(models.Model):
    """An application as manifests describe it, with `{{ placeholders }}` in it."""

    name = models.CharField(max_length=200, unique=True, validators=[valid_name])
    description = models.TextField(blank=True)
    schema_version = models.CharField(max_length=50, blank=True)
    application = models.JSONField(
        default=dict, blank=True, help_text="Microservices and routes in the words of manifests, not rendered."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ApplicationTemplateQuerySet.as_manager()

    LOGGED = ("name", "description", "schema_version", "defaults", "application")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def defaults(self) -> dict[str, str]:
        """Every variable with its default value, and what people are told about it, as the change log shows them."""
        return {variable.key: str(variable) for variable in self.variables.all()} if self.pk else {}

    @property
    def microservices(self) -> list[dict[str, Any]]:
        return list(self.application.get("microservices") or [])

    @property
    def routes(self) -> list[dict[str, Any]]:
        return list(self.application.get("routes") or [])


class Variable(models.Model):
    """A blank of a template: its key in `{{ … }}`, and what stands there when nothing is given."""

    template = models.ForeignKey(ApplicationTemplate, on_delete=models.CASCADE, related_name="variables")
    key = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    default_value = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "key"],
                name="variable_key_unique",
                violation_error_message="The template already has a variable of this key.",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.default_text, self.description]))

    @property
    def default_text(self) -> str:
        return json.dumps(self.default_value, ensure_ascii=False)
