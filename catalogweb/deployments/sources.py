"""Changes of catalog items, registries, secrets and config maps that agents must hear of."""

from typing import Any

from django.db import transaction

from catalogweb.agents.flags import raise_flags
from catalogweb.agents.models import Flag
from catalogweb.catalog.models import CatalogItem, Registry
from catalogweb.catalog.registries import edit_registry_row
from catalogweb.catalog.services import edit_item_row, look_ahead_of_edit
from catalogweb.configuration.config_maps import edit_config_map_row
from catalogweb.configuration.models import ConfigMap, Secret
from catalogweb.configuration.secrets import edit_secret_row
from catalogweb.core.rights import Actor, Right, require
from catalogweb.deployments.hints import failed_to_pull
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.rebuilding import rebuild
from catalogweb.deployments.services import move_to_revision
from catalogweb.deployments.telling import agents_using_registry


def edit_catalog_item(*, by: Actor, item: CatalogItem, move_running: bool = True, **changes: Any) -> CatalogItem:
    """Change an item. New images make a new revision, to which its microservices move now, or not at all."""
    require(by, Right.CHANGE)
    look_ahead_of_edit(item, **changes)
    return _edit_catalog_item(by=by, item=item, move_running=move_running, **changes)


@transaction.atomic
def _edit_catalog_item(*, by: Actor, item: CatalogItem, move_running: bool, **changes: Any) -> CatalogItem:
    item, revised = edit_item_row(by=by, item=item, **changes)
    if revised and move_running:
        users = Microservice.objects.filter(revision__item=item).exclude(revision=item.current)
        assert item.current is not None, "it was revised just now"
        move_to_revision(by=by, microservices=users, revision=item.current)
    return item


# What an agent gets of a registry, and what of it decides whether a pull succeeds.
TOLD = frozenset({"url", "is_private", "username", "password_sealed", "secret_reference", "email"})
PULLED_WITH = frozenset({"url", "username", "password_sealed", "secret_reference"})


@transaction.atomic
def edit_registry(*, by: Actor, registry: Registry, **changes: Any) -> Registry:
    """Change a registry. The agents that need it fetch it again; only what failed to pull starts anew."""
    registry, changed = edit_registry_row(by=by, registry=registry, **changes)
    if changed & TOLD:
        raise_flags(agents_using_registry(registry.pk), Flag.REGISTRIES)
    if changed & PULLED_WITH:
        rebuild(by=by, microservices=_not_pulled(registry))
    return registry


@transaction.atomic
def edit_secret(*, by: Actor, secret: Secret, **changes: Any) -> Secret:
    """Change a secret. The microservices with a variable from a value that changed get a new container."""
    secret, keys = edit_secret_row(by=by, secret=secret, **changes)
    _renew(by, uses__secret=secret, uses__key__in=keys)
    return secret


@transaction.atomic
def edit_config_map(*, by: Actor, config_map: ConfigMap, **changes: Any) -> ConfigMap:
    """Change a config map. The microservices with a variable from a value that changed get a new container."""
    config_map, keys = edit_config_map_row(by=by, config_map=config_map, **changes)
    _renew(by, uses__config_map=config_map, uses__key__in=keys)
    return config_map


def _renew(by: Actor, **use: Any) -> None:
    """A stopped one takes the new value when it starts."""
    rebuild(by=by, microservices=Microservice.objects.wanted().filter(**use).distinct())


def _not_pulled(registry: Registry) -> list[Microservice]:
    failed = Microservice.objects.wanted().filter(revision__registry=registry, status__state="FAILED")
    return [row for row in failed.select_related("status") if failed_to_pull(row)]
