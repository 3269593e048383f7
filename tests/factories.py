"""What tests start from: rows with only what the database requires."""

import json
from typing import Any

import factory
from factory.django import DjangoModelFactory

from catalogweb.accounts.models import User
from catalogweb.agents.models import Agent, AgentStatus, ChangeFlags
from catalogweb.application_templates.models import ApplicationTemplate
from catalogweb.catalog.models import CatalogItem, Image, Registry, Revision
from catalogweb.changelog.models import Event
from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from catalogweb.core.rights import Role
from catalogweb.core.secrets import seal
from catalogweb.deployments.models import Application, Deployment, Microservice, MicroserviceStatus, Route
from catalogweb.edge_resources.models import EdgeResource

PASSWORD = "correct horse battery staple"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"operator-{n}@example.org")
    role = Role.OPERATOR

    @factory.post_generation
    def password(user: User, create: bool, given: str | None, **_: Any) -> None:
        # Hashing is slow on purpose: only users that sign in with a password get one.
        if given:
            user.set_password(given)
            user.save()


class EventFactory(DjangoModelFactory[Event]):
    class Meta:
        model = Event

    actor = "ann@example.org"
    method = "PATCH"
    path = "/api/v3/iofog/u1"
    subject = "agent"
    subject_id = "u1"
    address = "192.0.2.1"
    status_code = 204
    request_id = factory.Sequence(lambda n: f"request-{n}")


class AgentFactory(DjangoModelFactory[Agent]):
    class Meta:
        model = Agent
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"agent-{n}")
    architecture = "x86"
    status = factory.RelatedFactory("tests.factories.AgentStatusFactory", "agent")
    flags = factory.RelatedFactory("tests.factories.ChangeFlagsFactory", "agent")


class AgentStatusFactory(DjangoModelFactory[AgentStatus]):
    class Meta:
        model = AgentStatus

    agent = factory.SubFactory(AgentFactory, status=None)


class ChangeFlagsFactory(DjangoModelFactory[ChangeFlags]):
    class Meta:
        model = ChangeFlags

    agent = factory.SubFactory(AgentFactory, flags=None)


class EdgeResourceFactory(DjangoModelFactory[EdgeResource]):
    class Meta:
        model = EdgeResource

    name = factory.Sequence(lambda n: f"camera-{n}")
    version = "v1.0.0"


class RegistryFactory(DjangoModelFactory[Registry]):
    class Meta:
        model = Registry

    url = factory.Sequence(lambda n: f"registry-{n}.example.org")


class PrivateRegistryFactory(RegistryFactory):
    username = "john"
    is_private = True
    password_sealed = factory.LazyFunction(lambda: seal("q1u45ic9kst563art"))


class RevisionFactory(DjangoModelFactory[Revision]):
    class Meta:
        model = Revision
        skip_postgeneration_save = True

    class Params:
        registry = None

    registry_id = factory.LazyAttribute(lambda row: row.registry.pk if row.registry else 1)
    item = None

    @factory.post_generation
    def images(revision: Revision, create: bool, given: dict[str, str] | None, **_: Any) -> None:
        images = given or {"x86": "team/web:1", "arm": "team/web-arm:1"}
        Image.objects.bulk_create([Image(revision=revision, architecture=a, reference=r) for a, r in images.items()])


class CatalogItemFactory(DjangoModelFactory[CatalogItem]):
    class Meta:
        model = CatalogItem
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"item-{n}")

    @factory.post_generation
    def images(item: CatalogItem, create: bool, given: dict[str, str] | None, **more: Any) -> None:
        item.current = RevisionFactory(item=item, images=given, **more)
        item.save()


class SecretFactory(DjangoModelFactory[Secret]):
    class Meta:
        model = Secret

    class Params:
        data = {"password": "q1u45ic9kst563art"}

    name = factory.Sequence(lambda n: f"secret-{n}")
    data_sealed = factory.LazyAttribute(lambda row: seal(json.dumps(row.data)))


class ConfigMapFactory(DjangoModelFactory[ConfigMap]):
    class Meta:
        model = ConfigMap

    name = factory.Sequence(lambda n: f"config-{n}")
    data = factory.LazyFunction(lambda: {"level": "3"})


class VolumeMountFactory(DjangoModelFactory[VolumeMount]):
    class Meta:
        model = VolumeMount
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"mount-{n}")
    secret = factory.Maybe("config_map", None, factory.SubFactory(SecretFactory))
    config_map = None

    @factory.post_generation
    def agents(mount: VolumeMount, create: bool, given: list[Agent] | None, **_: Any) -> None:
        mount.agents.set(given or [])


class ApplicationFactory(DjangoModelFactory[Application]):
    class Meta:
        model = Application

    name = factory.Sequence(lambda n: f"app-{n}")


class DeploymentFactory(DjangoModelFactory[Deployment]):
    class Meta:
        model = Deployment

    name = "web"
    application = factory.SubFactory(ApplicationFactory)
    revision = factory.SubFactory(RevisionFactory)


class MicroserviceFactory(DjangoModelFactory[Microservice]):
    class Meta:
        model = Microservice
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"web-{n}")
    agent = factory.SubFactory(AgentFactory)
    application = factory.SubFactory(ApplicationFactory)
    revision = factory.SubFactory(RevisionFactory)
    deployment = factory.SubFactory(
        DeploymentFactory,
        application=factory.SelfAttribute("..application"),
        revision=factory.SelfAttribute("..revision"),
    )
    status = factory.RelatedFactory("tests.factories.MicroserviceStatusFactory", "microservice")


class RouteFactory(DjangoModelFactory[Route]):
    class Meta:
        model = Route

    name = factory.Sequence(lambda n: f"route-{n}")
    application = factory.SubFactory(ApplicationFactory)
    source = factory.SubFactory(MicroserviceFactory, application=factory.SelfAttribute("..application"))
    destination = factory.SubFactory(MicroserviceFactory, application=factory.SelfAttribute("..application"))


class MicroserviceStatusFactory(DjangoModelFactory[MicroserviceStatus]):
    class Meta:
        model = MicroserviceStatus

    microservice = factory.SubFactory(MicroserviceFactory, status=None)


class ApplicationTemplateFactory(DjangoModelFactory[ApplicationTemplate]):
    class Meta:
        model = ApplicationTemplate
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"template-{n}")

    @factory.post_generation
    def variables(template: ApplicationTemplate, create: bool, given: dict[str, Any] | None, **_: Any) -> None:
        """`variables={"port": 80}`: keys with their default values."""
        for key, default in (given or {}).items():
            template.variables.create(key=key, default_value=default)
