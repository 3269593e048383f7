"""Config maps: found, made, edited, removed."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from catalogweb.changelog.services import record, snapshot
from catalogweb.configuration.data import key_faults, text_of, value_faults
from catalogweb.configuration.models import ConfigMap
from catalogweb.configuration.sources import check_name, delete_source, refuse_lost_keys, renew_mounts
from catalogweb.core.drafts import draft_pk
from catalogweb.core.errors import Conflict, Invalid, NotFound, refuse_all
from catalogweb.core.names import suggestion
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.storing import contested, locked
from catalogweb.core.text import typed


def find_config_map(name: str) -> ConfigMap:
    """By its name; a near miss gets a suggestion."""
    text = typed(name)
    found = ConfigMap.objects.filter(name=text).first()
    if found is None:
        near = suggestion(text, ConfigMap.objects.values_list("name", flat=True)[:2000])
        raise NotFound(f"ConfigMap with name {text} not found.{near}", field="config_map")
    return found


@transaction.atomic
def create_config_map(
    *, by: Actor, name: str, data: Mapping[str, Any], immutable: bool = False, use_vault: bool = True
) -> ConfigMap:
    """A new config map. Values may be any JSON."""
    require(by, Right.CHANGE)
    config_map = ConfigMap(pk=draft_pk(), name=name.strip(), data=dict(data), immutable=immutable, use_vault=use_vault)
    check_name(config_map)
    if ConfigMap.objects.filter(name=config_map.name).exists():
        raise Conflict(f"ConfigMap with name {config_map.name} already exists", field="name")
    _check(data)
    with contested("name"):
        config_map.save()
    record(by=by, action="create", obj=config_map)
    return config_map


@transaction.atomic
def edit_config_map_row(
    *,
    by: Actor,
    config_map: ConfigMap,
    data: Mapping[str, Any] | None = None,
    immutable: bool | None = None,
    use_vault: bool | None = None,
) -> tuple[ConfigMap, set[str]]:
    """Change a config map; None keeps what it has. Returns it, and the keys whose value is another now.

    Refuses one that was made immutable, and the loss of a key that a variable takes its value from.
    """
    require(by, Right.CHANGE)
    config_map = locked(ConfigMap.objects.all(), config_map.pk)
    if config_map.immutable:
        raise Invalid(
            f"Configmap {config_map} is immutable and cannot be updated. Delete it, or make another.", field="immutable"
        )
    before, old = snapshot(config_map), config_map.data
    data = old if data is None else dict(data)
    _check(data)
    refuse_lost_keys(config_map, data)
    config_map.data = data
    config_map.immutable = config_map.immutable if immutable is None else immutable
    config_map.use_vault = config_map.use_vault if use_vault is None else use_vault
    config_map.save()
    # 1 and true are equal, but read differently.
    was, now = ({key: text_of(value) for key, value in some.items()} for some in (old, data))
    if was != now:
        renew_mounts(config_map)
    record(by=by, action="update", obj=config_map, before=before)
    return config_map, {key for key in now if was.get(key) != now[key]}


def with_texts(config_map: ConfigMap | None, data: Mapping[str, Any]) -> dict[str, Any]:
    """Data from a door that knows texts alone: a stored value that reads the same stays what it is."""
    old = config_map.data if config_map else {}
    return {
        key: old[key] if key in old and text_of(old[key]) == text_of(value) else value for key, value in data.items()
    }


@transaction.atomic
def delete_config_map(*, by: Actor, config_map: ConfigMap) -> None:
    """Remove a config map with its volume mounts; refuses while a microservice needs it, and says which."""
    require(by, Right.CHANGE)
    config_map = locked(ConfigMap.objects.all(), config_map.pk)
    delete_source(by=by, source=config_map, before=snapshot(config_map))


def _check(data: Mapping[str, Any]) -> None:
    refuse_all([*key_faults(data), *value_faults(data)])
