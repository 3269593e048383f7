"""One document applied through the services that every other door uses."""

from collections.abc import Callable, Sized
from functools import singledispatch
from typing import Any

from catalogweb.agents.models import Agent
from catalogweb.agents.services import agent_named
from catalogweb.application_templates.services import write_template
from catalogweb.catalog.models import REMOTE, CatalogItem, Registry, Revision
from catalogweb.catalog.registries import create_registry, find_registry, same_registry
from catalogweb.catalog.services import create_item, find_item, own_revision
from catalogweb.configuration.config_maps import create_config_map, find_config_map, with_texts
from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from catalogweb.configuration.secrets import create_secret, find_secret
from catalogweb.configuration.volume_mounts import create_volume_mount, edit_volume_mount, relink
from catalogweb.core.errors import Invalid, NotFound, Protected, Refusal
from catalogweb.core.rights import Actor
from catalogweb.core.text import listed
from catalogweb.deployments.applications import create_application, edit_application, find_application
from catalogweb.deployments.extra_hosts import leads_to_others
from catalogweb.deployments.manifests.configuration import ConfigMapSpec, SecretSpec, VolumeMountSpec
from catalogweb.deployments.manifests.routes import RouteSpec
from catalogweb.deployments.manifests.specs import (
    KEEP,
    ApplicationSpec,
    CatalogItemSpec,
    MicroserviceSpec,
    RegistrySpec,
    Spec,
)
from catalogweb.deployments.manifests.template_specs import ApplicationTemplateSpec
from catalogweb.deployments.models import Application, Route
from catalogweb.deployments.routes import replace_routes, write_route
from catalogweb.deployments.services import PATTERN, delete_microservices, deploy, edit_microservice, names_on
from catalogweb.deployments.sources import edit_catalog_item, edit_config_map, edit_registry, edit_secret


@singledispatch
def carry_out(spec: Spec, by: Actor) -> None:
    raise TypeError(spec)


@carry_out.register
def _(spec: RegistrySpec, by: Actor) -> None:
    registry = _registry_of(spec)
    password = "" if spec.password == KEEP else spec.password
    if spec.password == KEEP and not (registry and registry.has_password):
        raise Invalid("There is no stored password to keep: write the password itself.", field="password")
    values: dict[str, Any] = {name: value for name, value in (("url", spec.url), ("username", spec.username)) if value}
    if registry is None:
        create_registry(by=by, password=password, **values, **spec.fields)
    elif registry.is_built_in:
        _unchanged_or_protected(registry, values | spec.fields, f"Registry {registry.pk}")
    else:
        edit_registry(by=by, registry=registry, password=password, **values, **spec.fields)


def _registry_of(spec: RegistrySpec) -> Registry | None:
    if spec.id:
        return _with_id(find_registry, spec.id)
    return same_registry(spec.url, spec.username or "")


def _with_id(find: Callable[[int], Any], identity: int) -> Any:
    """What has this id, else a refusal at the line where the id stands."""
    try:
        return find(identity)
    except NotFound as refusal:
        refusal.field = "id"
        raise


def _unchanged_or_protected(obj: Any, values: dict[str, Any], what: str) -> None:
    """An exported built-in object applies as "unchanged"; anything else would change it."""
    if any(getattr(obj, name) != value for name, value in values.items()):
        raise Protected(f"{what} is built in and cannot be changed by a manifest.", field="id")


@carry_out.register
def _(spec: CatalogItemSpec, by: Actor) -> None:
    item = _item_of(spec)
    if item is None:
        registry = find_registry(spec.registry or REMOTE)
        create_item(by=by, name=spec.name, images=spec.images, registry=registry, **spec.fields)
        return
    values: dict[str, Any] = spec.fields | {"name": spec.name or item.name}
    images = item.images | spec.images
    wanted = find_registry(spec.registry) if spec.registry else None
    if item.is_system:
        same = {"images": images, "registry": wanted or item.registry}
        _unchanged_or_protected(item, values | same, f"Catalog item {item.name}")
    else:
        edit_catalog_item(by=by, item=item, images=images, registry=wanted, **values)


@carry_out.register
def _(spec: ApplicationTemplateSpec, by: Actor) -> None:
    write_template(by=by, current=spec.name, **spec.fields)


@carry_out.register
def _(spec: ApplicationSpec, by: Actor) -> None:
    application = Application.objects.filter(name=spec.name).first()
    if application is None:
        application = create_application(by=by, name=spec.name, **spec.fields)
    elif spec.fields:
        application = edit_application(by=by, application=application, **spec.fields)
    if spec.microservices is not None:
        _replace(application, spec.microservices, by)
    if spec.routes is not None:
        replace_routes(by=by, application=application, wishes=spec.routes)


def _replace(application: Application, microservices: list[MicroserviceSpec], by: Actor) -> None:
    # Those that go leave their ports to those that come.
    listed = {name for microservice in microservices for name in _placed(microservice) or [microservice.name]}
    gone = application.microservices.exclude(name__in=listed)
    if gone:
        delete_microservices(by=by, microservices=gone)
    for microservice in sorted(microservices, key=lambda one: _leads_to_others(one)):
        try:
            carry_out(microservice, by)
        except Refusal as refusal:
            # So that the fault points at the line of this microservice, not at the application's first.
            refusal.path = microservice.path
            raise


def _leads_to_others(spec: MicroserviceSpec) -> bool:
    return leads_to_others(spec.container.extra_hosts if spec.container else ())


@carry_out.register
def _(spec: RouteSpec, by: Actor) -> None:
    application = find_application(spec.application)
    route = Route.objects.named().filter(application=application, name=spec.name).first()
    write_route(by=by, application=application, wish=spec.wish, route=route)


@carry_out.register
def _(spec: SecretSpec, by: Actor) -> None:
    secret = Secret.objects.filter(name=spec.name).first()
    kept = [key for key, value in (spec.data or {}).items() if value == KEEP]
    lacking = [key for key in kept if secret is None or key not in secret.data]
    if lacking:
        raise Invalid(f"There is no stored value of {listed(lacking)} to keep: write the value itself.", field="data")
    data = None if spec.data is None else spec.data | dict.fromkeys(kept, "")
    if secret is None:
        create_secret(by=by, name=spec.name, data=data or {}, type=spec.type or Secret.Type.OPAQUE)
    else:
        edit_secret(by=by, secret=secret, data=data, type=spec.type)


@carry_out.register
def _(spec: ConfigMapSpec, by: Actor) -> None:
    config_map = ConfigMap.objects.filter(name=spec.name).first()
    if config_map is None:
        create_config_map(by=by, name=spec.name, data=spec.data or {}, **spec.fields)
        return
    data = config_map.data if spec.data is None else with_texts(config_map, spec.data)
    changes: dict[str, Any] = {"data": data, **spec.fields}
    # An immutable one that stays as it is is no failure.
    if any(getattr(config_map, name) != value for name, value in changes.items()):
        edit_config_map(by=by, config_map=config_map, **changes)


@carry_out.register
def _(spec: VolumeMountSpec, by: Actor) -> None:
    mount = VolumeMount.objects.with_source().filter(name=spec.name).first()
    secret = find_secret(spec.secret) if spec.secret else None
    config_map = find_config_map(spec.config_map) if spec.config_map else None
    if mount is None:
        mount = create_volume_mount(by=by, name=spec.name, secret=secret, config_map=config_map)
    elif (secret or config_map) and (secret, config_map) != (mount.secret, mount.config_map):
        mount = edit_volume_mount(by=by, mount=mount, secret=secret, config_map=config_map)
    if spec.agents is not None:
        agents = [agent_named(name) for name in spec.agents]
        others = mount.agents.exclude(pk__in=[agent.pk for agent in agents])
        relink(by=by, mount=mount, joining=agents, leaving=others)


def _item_of(spec: CatalogItemSpec) -> CatalogItem | None:
    if spec.id:
        return _with_id(find_item, spec.id)
    return CatalogItem.objects.with_images().filter(name__iexact=spec.name).first()


def _agents(spec: MicroserviceSpec) -> list[Agent]:
    try:
        found = [agent_named(name) for name in spec.agents]
    except Refusal as refusal:
        refusal.path = spec.path
        raise
    return list({agent.pk: agent for agent in found}.values())


def _pattern(spec: MicroserviceSpec, agents: Sized) -> str:
    """Written out, since only some of the agents may have to be deployed to."""
    return spec.pattern or (PATTERN if len(agents) > 1 else "")


def _placed(spec: MicroserviceSpec) -> dict[str, Agent]:
    """The names that its microservices get, with their agents; empty when it names none."""
    agents = _agents(spec)
    return names_on(agents, spec.name, _pattern(spec, agents)) if agents else {}


@carry_out.register
def _(spec: MicroserviceSpec, by: Actor) -> None:
    application = find_application(spec.application)
    agents = _placed(spec)
    wanted = list(agents) or [spec.name]
    existing = {m.name: m for m in application.microservices.detailed().filter(name__in=wanted)}
    for name, microservice in existing.items():
        edit_microservice(
            by=by,
            microservice=microservice,
            agent=agents.get(name),
            revision=_revision(spec, by, microservice.revision),
            container=spec.container,
            is_activated=spec.is_activated,
        )
    missing = [agent for name, agent in agents.items() if name not in existing]
    if missing or not existing:
        if not missing:
            raise Invalid(f"Name the agent that is to run {spec.name}: agent.name is missing.", field="agent")
        deploy(
            by=by,
            application=application,
            agents=missing,
            revision=_revision(spec, by, None),
            name=spec.name,
            pattern=_pattern(spec, agents),
            container=spec.container,
            is_activated=spec.is_activated is not False,
        )


def _revision(spec: MicroserviceSpec, by: Actor, now: Revision | None) -> Revision:
    """The revision meant: what it has already as long as that fits what is written."""
    if spec.catalog_item:
        return _item_revision(spec, now)
    images = {architecture: image for architecture, image in spec.images.items() if image}
    if not images:
        if now is None:
            raise Invalid("Give images.catalogId, or images.x86 and images.arm.", field="images")
        return now
    registry = find_registry(spec.registry) if spec.registry else (now.registry if now else find_registry(REMOTE))
    return own_revision(by=by, images=images, registry=registry, now=now)


def _item_revision(spec: MicroserviceSpec, now: Revision | None) -> Revision:
    item = find_item(spec.catalog_item)
    if spec.revision:
        found = item.revisions.filter(number=spec.revision).first()
        if found is None:
            raise NotFound(f"Catalog item {item.name} has no revision {spec.revision}.", field="revision")
        return found
    if now and now.item_id == item.pk:
        return now
    assert item.current is not None, "every item has a revision"
    return item.current
