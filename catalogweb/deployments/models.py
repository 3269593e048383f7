"""What runs where: applications, deployments, microservices, and what agents report of them."""

from django.conf import settings
from django.db import models

from catalogweb.agents.models import Agent, new_uuid
from catalogweb.catalog.models import Revision
from catalogweb.core.names import valid_name
from catalogweb.core.text import typed
from catalogweb.deployments.container import (
    LARGEST_PORT,
    PROTOCOLS,
    RESERVED_PORTS,
    Container,
    Env,
    Port,
    Source,
    Volume,
    env_from_json,
)
from catalogweb.deployments.observed import Delivered, MicroserviceStatus  # noqa: F401 - models of this app
from catalogweb.deployments.routing import Route
from catalogweb.deployments.uses import Use  # noqa: F401 - a model of this app
from catalogweb.deployments.words import Status, status_of


class ApplicationQuerySet(models.QuerySet["Application"]):
    def matching(self, text: str) -> "ApplicationQuerySet":
        for word in typed(text).split():
            self = self.filter(models.Q(name__icontains=word) | models.Q(description__icontains=word))
        return self


class Application(models.Model):
    """A named group of microservices that start and stop together."""

    name = models.CharField(max_length=200, unique=True, validators=[valid_name])
    description = models.TextField(blank=True)
    is_activated = models.BooleanField(default=True, verbose_name="started")
    is_system = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ApplicationQuerySet.as_manager()

    LOGGED = ("name", "description", "is_activated", "is_system")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DeploymentQuerySet(models.QuerySet["Deployment"]):
    def with_source(self) -> "DeploymentQuerySet":
        """With application, author, and what was placed."""
        related = self.select_related("application", "author", "revision__registry", "revision__item")
        return related.prefetch_related("revision__images")

    def matching(self, text: str) -> "DeploymentQuerySet":
        for word in typed(text).split():
            self = self.filter(
                models.Q(name__icontains=word)
                | models.Q(application__name__icontains=word)
                | models.Q(revision__item__name__icontains=word)
                | models.Q(author__email__icontains=word)
            )
        return self


class Deployment(models.Model):
    """Who placed which revision with which settings on which agents; its microservices point at it."""

    name = models.CharField(max_length=200)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="deployments")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="deployments")
    container = models.JSONField(default=dict, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DeploymentQuerySet.as_manager()

    LOGGED = ("name", "application", "revision", "images", "container")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.application.name}/{self.name}"

    @property
    def images(self) -> dict[str, str]:
        return self.revision.by_architecture


class MicroserviceQuerySet(models.QuerySet["Microservice"]):
    def detailed(self) -> "MicroserviceQuerySet":
        """All that describing one needs, in a fixed number of statements."""
        return self.select_related(
            "application", "agent__status", "revision__registry", "revision__item", "status", "deployment"
        ).prefetch_related("ports", "revision__images")

    def with_receivers(self) -> "MicroserviceQuerySet":
        """With the uuids of those that their routes lead to."""
        routes = Route.objects.select_related("destination").only("source", "destination__uuid")
        return self.prefetch_related(models.Prefetch("routes_out", routes))

    def ordinary(self) -> "MicroserviceQuerySet":
        return self.filter(application__is_system=False)

    def wanted(self) -> "MicroserviceQuerySet":
        """Those that are to run: started, in a started application."""
        return self.filter(is_activated=True, application__is_activated=True)

    def matching(self, text: str) -> "MicroserviceQuerySet":
        for word in typed(text).split():
            self = self.filter(
                models.Q(name__icontains=word)
                | models.Q(application__name__icontains=word)
                | models.Q(agent__name__icontains=word)
            )
        return self


class Microservice(models.Model):
    """One container that one agent is to run. What people want; reports never touch it."""

    uuid = models.CharField(max_length=36, unique=True, default=new_uuid, editable=False)
    name = models.CharField(max_length=200, validators=[valid_name])
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="microservices")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="microservices")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="microservices")
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="microservices")
    is_activated = models.BooleanField(default=True, verbose_name="started")
    generation = models.PositiveIntegerField(
        default=1, editable=False, help_text="Grows with every change that needs a new container."
    )
    # Pairs, since PostgreSQL keeps no order of an object's keys.
    env = models.JSONField(default=list, blank=True)
    volumes = models.JSONField(default=list, blank=True)
    commands = models.JSONField(default=list, blank=True)
    extra_hosts = models.JSONField(default=list, blank=True)
    config = models.JSONField(default=dict, blank=True)
    host_network = models.BooleanField(default=False)
    privileged = models.BooleanField(default=False)
    log_size = models.PositiveIntegerField(default=1, help_text="MB")
    schedule = models.PositiveSmallIntegerField(default=50, help_text="Lower starts earlier.")
    options = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MicroserviceQuerySet.as_manager()

    LOGGED = (
        "name", "application", "agent", "image", "catalog_item", "registry", "is_activated", "generation", "env",
        "port_list", "volumes", "commands", "extra_hosts", "config", "host_network", "privileged", "log_size",
        "schedule", "options",
    )  # fmt: skip

    class Meta:
        ordering = ["application__name", "name"]
        constraints = [
            models.UniqueConstraint(fields=["application", "name"], name="microservice_name_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.application.name}/{self.name} on {self.agent.name}"

    @property
    def full_name(self) -> str:
        return f"{self.application.name}/{self.name}"

    @property
    def image(self) -> str:
        """What its agent really gets: the image for the agent's architecture."""
        return self.revision.image_for(self.agent.architecture)

    @property
    def catalog_item(self) -> str:
        return str(self.revision) if self.revision.item_id else ""

    @property
    def registry(self) -> str:
        return str(self.revision.registry)

    @property
    def port_list(self) -> list[str]:
        return [str(Port(p.internal, p.external, p.protocol)) for p in self.ports.all()] if self.pk else []

    @property
    def receivers(self) -> list[str]:
        """The uuids of those that its messages go to."""
        return [route.destination.uuid for route in self.routes_out.all()]

    @property
    def is_wanted(self) -> bool:
        return self.is_activated and self.application.is_activated

    @property
    def state(self) -> Status:
        return status_of(self)

    @property
    def open_urls(self) -> list[tuple[str, str]]:
        """(port, where people reach it) of every published tcp port."""
        address = self.agent.address
        return [(str(p.external), f"http://{address}:{p.external}/") for p in self.ports.all() if p.protocol == "tcp"]

    @property
    def variables(self) -> Env:
        return env_from_json(self.env)

    @property
    def sources(self) -> set[Source]:
        """As its container's, without a look at its ports."""
        return Container(env=self.variables, volumes=tuple(Volume(**volume) for volume in self.volumes)).sources

    @property
    def container(self) -> Container:
        return Container(
            env=self.variables,
            ports=tuple(Port(p.internal, p.external, p.protocol) for p in self.ports.all()),
            volumes=tuple(Volume(**volume) for volume in self.volumes),
            commands=tuple(self.commands),
            extra_hosts=tuple((name, address) for name, address in self.extra_hosts),
            config=self.config,
            host_network=self.host_network,
            privileged=self.privileged,
            log_size=self.log_size,
            schedule=self.schedule,
            options=self.options,
        )


class PortMapping(models.Model):
    """A published port. The agent stands here too, so that the database can keep its ports apart."""

    microservice = models.ForeignKey(Microservice, on_delete=models.CASCADE, related_name="ports")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    internal = models.PositiveIntegerField()
    external = models.PositiveIntegerField()
    protocol = models.CharField(max_length=3, choices=[(name, name) for name in PROTOCOLS], default="tcp")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["agent", "external"], name="port_mapping_external_unique"),
            models.CheckConstraint(
                condition=models.Q(internal__range=(1, LARGEST_PORT), external__range=(1, LARGEST_PORT)),
                name="port_mapping_in_range",
            ),
            models.CheckConstraint(
                condition=~models.Q(external__in=RESERVED_PORTS), name="port_mapping_external_not_reserved"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.external}:{self.internal}/{self.protocol}"
