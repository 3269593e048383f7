"""Routes between the microservices of an application."""

from django.db import models

from catalogweb.core.names import valid_name


class RouteQuerySet(models.QuerySet["Route"]):
    def named(self) -> "RouteQuerySet":
        """With the names of all that it connects."""
        return self.select_related("application", "source", "destination")


class Route(models.Model):
    """Where one microservice's messages go: to another of its application."""

    name = models.CharField(max_length=500, validators=[valid_name])
    application = models.ForeignKey("deployments.Application", on_delete=models.CASCADE, related_name="routes")
    source = models.ForeignKey("deployments.Microservice", on_delete=models.CASCADE, related_name="routes_out")
    destination = models.ForeignKey("deployments.Microservice", on_delete=models.CASCADE, related_name="routes_in")

    objects = RouteQuerySet.as_manager()

    LOGGED = ("name", "source_name", "destination_name")

    class Meta:
        ordering = ["application__name", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "name"],
                name="route_name_unique",
                violation_error_message="The application already has a route of this name.",
            ),
            models.UniqueConstraint(
                fields=["source", "destination"],
                name="route_ends_unique",
                violation_error_message="There is a route between these two already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.name}/{self.name}"

    @property
    def source_name(self) -> str:
        return self.source.name

    @property
    def destination_name(self) -> str:
        return self.destination.name
