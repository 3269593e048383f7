"""One document applied through the services that every other door uses."""

from collections.abc import Callable, Iterable
from functools import singledispatch
from typing import Any

from django.conf import settings

from catalogweb.agents.services import agents_named
from catalogweb.application_templates.services import write_template
from catalogweb.catalog.fitting import concerns_about
from catalogweb.catalog.models import REMOTE, CatalogItem, Registry
from catalogweb.catalog.registries import create_registry, find_registry, known_registries, same_registry, warnings_of
from catalogweb.catalog.saving import look_ahead
from catalogweb.catalog.services import create_item, find_item, known_items
from catalogweb.configuration.config_maps import create_config_map, find_config_map, with_texts
from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from catalogweb.configuration.secrets import create_secret, find_secret
from catalogweb.configuration.volume_mounts import create_volume_mount, edit_volume_mount, relink
from catalogweb.core.errors import Invalid, NotFound, Protected, noting, refuse_all
from catalogweb.core.rights import Actor
from catalogweb.core.storing import same
from catalogweb.core.text import listed
from catalogweb.deployments.applications import find_application, stand_in
from catalogweb.deployments.manifests.as_wishes import found_wishes
from catalogweb.deployments.manifests.configuration import ConfigMapSpec, SecretSpec, VolumeMountSpec
from catalogweb.deployments.manifests.edge_resources import EdgeResourceSpec
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
from catalogweb.deployments.routes import write_route
from catalogweb.deployments.sources import edit_catalog_item, edit_config_map, edit_registry, edit_secret
from catalogweb.deployments.wishes import fulfil_all, write_application
from catalogweb.edge_resources.models import EdgeResource
from catalogweb.edge_resources.services import create_edge_resource, edit_edge_resource


@singledispatch
def carry_out(spec: Spec, by: Actor) -> None:
    raise TypeError(spec)


@carry_out.register
def _(spec: RegistrySpec, by: Actor) -> None:
    registry = _registry_of(spec)
    password = "" if spec.password == KEEP else spec.password
    if spec.password == KEEP and not (registry and registry.password_sealed):
        raise Invalid("There is no stored password to keep: write the password itself.", field="password")
    values: dict[str, Any] = {name: value for name, value in (("url", spec.url), ("username", spec.username)) if value}
    if registry is None:
        create_registry(by=by, password=password, **values, **spec.fields)
    elif registry.is_built_in:
        _unchanged_or_protected(registry, values | spec.fields, f"Registry {registry.pk}")
    else:
        edit_registry(by=by, registry=registry, password=password, **values, **spec.fields)


def warnings_after(spec: Spec) -> list[str]:
    """What is noteworthy now that this was carried out."""
    if isinstance(spec, CatalogItemSpec) and settings.REGISTRY_CHECKS:
        item = _item_of(spec)
        return concerns_about([item.current]) if item and item.current else []
    registry = _registry_of(spec) if isinstance(spec, RegistrySpec) else None
    return warnings_of(registry) if registry else []


def look_ahead_of(specs: Iterable[Spec | None]) -> None:
    """Ask the registries about new images before the transaction begins, all within the time that saving one has."""
    wanted = [spec for spec in specs if isinstance(spec, CatalogItemSpec) and any(spec.images.values())]
    if not wanted or not settings.REGISTRY_CHECKS:
        return
    items = known_items({spec.id or spec.name for spec in wanted})
    registries = known_registries({spec.registry or REMOTE for spec in wanted})
    for spec in wanted:
        item = items.get(spec.id or spec.name)
        own = item.registry if item else None
        registry = own if own and not spec.registry else registries.get(spec.registry or REMOTE)
        if registry:
            look_ahead(registry, spec.images, kept=item.images if item and own == registry else {})


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
        edit_catalog_item(by=by, item=item, images=images, registry=wanted, move_running=spec.move_running, **values)


@carry_out.register
def _(spec: ApplicationTemplateSpec, by: Actor) -> None:
    write_template(by=by, current=spec.name, **spec.fields)


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
        agents = agents_named(spec.agents)
        others = mount.agents.exclude(pk__in=[agent.pk for agent in agents])
        relink(by=by, mount=mount, joining=agents, leaving=others)


@carry_out.register
def _(spec: EdgeResourceSpec, by: Actor) -> None:
    resource = EdgeResource.objects.filter(name=spec.name, version=spec.version).first()
    if resource is None:
        create_edge_resource(by=by, name=spec.name, version=spec.version, **spec.fields)
    else:
        edit_edge_resource(by=by, resource=resource, **spec.fields)


def _item_of(spec: CatalogItemSpec) -> CatalogItem | None:
    if spec.id:
        return _with_id(find_item, spec.id)
    return CatalogItem.objects.with_images().filter(same("name", spec.name)).first()


@carry_out.register
def _(spec: ApplicationSpec, by: Actor) -> None:
    application = Application.objects.filter(name=spec.name).first()
    wishes, faults = found_wishes(spec.microservices or [])
    microservices = None if spec.microservices is None else wishes
    named = {} if application else {"name": spec.name}
    with noting(faults):
        write_application(
            by=by, application=application, microservices=microservices, routes=spec.routes, **named, **spec.fields
        )
    refuse_all(faults)


@carry_out.register
def _(spec: MicroserviceSpec, by: Actor) -> None:
    wishes, faults = found_wishes([spec])
    application = None
    with noting(faults):
        application = find_application(spec.application)
    with noting(faults):
        fulfil_all(by=by, application=application or stand_in(), wishes=wishes)
    refuse_all(faults)
