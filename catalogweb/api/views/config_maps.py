"""Config maps: values that everybody here may read."""

from typing import Any, TypedDict

from catalogweb.api.fields import Flag, Object, Shape, Text
from catalogweb.api.routes import Call, Route
from catalogweb.api.uploads import document_in, document_named
from catalogweb.api.views.secrets import Nothing
from catalogweb.configuration.config_maps import create_config_map, delete_config_map, find_config_map, with_texts
from catalogweb.configuration.models import ConfigMap
from catalogweb.deployments.sources import edit_config_map


class ConfigMapChange(Shape):
    """`data` holds all keys that it is to have; what is absent stays."""

    data = Object()  # type: ignore[assignment]
    immutable = Flag()
    useVault = Flag(source="use_vault")


class ConfigMapCreation(ConfigMapChange):
    name = Text(required=True, min_length=1, max_length=255)
    data = Object(required=True)


class ConfigMapEntry(TypedDict):
    id: int
    name: str
    immutable: bool
    useVault: bool


class ConfigMapDetail(ConfigMapEntry):
    data: dict[str, Any]


class ConfigMapList(TypedDict):
    configMaps: list[ConfigMapEntry]


def entry(config_map: ConfigMap) -> ConfigMapEntry:
    return {
        "id": config_map.pk,
        "name": config_map.name,
        "immutable": config_map.immutable,
        "useVault": config_map.use_vault,
    }


def config_map_list(call: Call) -> ConfigMapList:
    return {"configMaps": [entry(config_map) for config_map in ConfigMap.objects.defer("data").order_by("pk")]}


def config_map_get(call: Call, name: str) -> ConfigMapDetail:
    config_map = find_config_map(name)
    return {**entry(config_map), "data": config_map.data}


def config_map_create(call: Call) -> ConfigMapEntry:
    return entry(create_config_map(by=call.by, **call.given))


def config_map_upload(call: Call) -> ConfigMapEntry:
    """A new config map from YAML."""
    document = document_in(call.text, "ConfigMap")
    given = ConfigMapCreation.read({"name": document["metadata"].get("name"), **_written(document)})
    return entry(create_config_map(by=call.by, **given))


def config_map_edit(call: Call, name: str) -> ConfigMapEntry:
    """Change what is given. What takes a value from it starts anew, what has them as files fetches them."""
    return entry(edit_config_map(by=call.by, config_map=find_config_map(name), **call.given))


def config_map_edit_upload(call: Call, name: str) -> ConfigMapEntry:
    """Change it by YAML."""
    config_map = find_config_map(name)
    given = ConfigMapChange.read(_written(document_named(call.text, "ConfigMap", name)))
    if "data" in given:
        given["data"] = with_texts(config_map, given["data"])
    return entry(edit_config_map(by=call.by, config_map=config_map, **given))


def _written(document: dict[str, Any]) -> dict[str, Any]:
    spec = document["spec"]
    flags = {name: spec.get(name) for name in ("immutable", "useVault")}
    return {"data": document.get("data", spec.get("data")), **flags}


def config_map_delete(call: Call, name: str) -> Nothing:
    """Delete it with its volume mounts; one that a microservice needs stays."""
    delete_config_map(by=call.by, config_map=find_config_map(name))
    return {}


ROUTES = [
    Route("GET", "/configmaps", config_map_list, gives=ConfigMapList),
    Route("POST", "/configmaps", config_map_create, 201, takes=ConfigMapCreation, gives=ConfigMapEntry),
    Route("POST", "/configmaps/yaml", config_map_upload, 201, upload="configMap", gives=ConfigMapEntry),
    Route("PATCH", "/configmaps/yaml/<str:name>", config_map_edit_upload, upload="configMap", gives=ConfigMapEntry),
    Route("GET", "/configmaps/<str:name>", config_map_get, gives=ConfigMapDetail),
    Route("PATCH", "/configmaps/<str:name>", config_map_edit, takes=ConfigMapChange, gives=ConfigMapEntry),
    Route("DELETE", "/configmaps/<str:name>", config_map_delete, gives=Nothing),
]
