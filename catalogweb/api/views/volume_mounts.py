"""Volume mounts, and the agents that have their files."""

from typing import Any, TypedDict

from catalogweb.agents.models import Agent
from catalogweb.api.fields import Shape, Text, Texts
from catalogweb.api.liquid import rendered
from catalogweb.api.routes import Call, Route
from catalogweb.api.uploads import document_in, document_named
from catalogweb.api.views.secrets import Nothing
from catalogweb.api.wire import iso
from catalogweb.configuration.config_maps import find_config_map
from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from catalogweb.configuration.secrets import find_secret
from catalogweb.configuration.volume_mounts import (
    create_volume_mount,
    delete_volume_mount,
    edit_volume_mount,
    find_volume_mount,
    relink,
)
from catalogweb.core.errors import Duplicate, Invalid, NotFound


class MountChange(Shape):
    """One of the two sources; it takes the place of the one before."""

    secretName = Text()
    configMapName = Text()


class MountCreation(MountChange):
    name = Text(required=True, min_length=1, max_length=200)


class Links(Shape):
    fogUuids = Texts(required=True, allow_empty=False)


class MountReply(TypedDict):
    uuid: str
    name: str
    secretName: str | None
    configMapName: str | None
    version: int
    createdAt: str
    updatedAt: str


class LinkedAgents(TypedDict):
    fogUuids: list[str]


def reply(mount: VolumeMount) -> MountReply:
    return {
        "uuid": mount.uuid,
        "name": mount.name,
        "secretName": mount.secret.name if mount.secret else None,
        "configMapName": mount.config_map.name if mount.config_map else None,
        "version": mount.version,
        "createdAt": iso(mount.created_at),
        "updatedAt": iso(mount.updated_at),
    }


def _sources(given: dict[str, Any]) -> dict[str, Secret | ConfigMap]:
    sources: dict[str, Secret | ConfigMap] = {}
    if name := given.get("secretName"):
        sources["secret"] = find_secret(name)
    if name := given.get("configMapName"):
        sources["config_map"] = find_config_map(name)
    return sources


def mount_list(call: Call) -> list[MountReply]:
    """All of them, as a bare list."""
    return [reply(mount) for mount in VolumeMount.objects.with_source()]


def mount_get(call: Call, name: str) -> MountReply:
    return reply(find_volume_mount(name))


def mount_create(call: Call) -> MountReply:
    return _create(call, call.given)


def mount_upload(call: Call) -> MountReply:
    """A new volume mount from YAML."""
    document = rendered(document_in(call.text, "VolumeMount"), by=call.by)
    return _create(call, MountCreation.read({**document["spec"], "name": document["metadata"].get("name")}))


def _create(call: Call, given: dict[str, Any]) -> MountReply:
    try:
        return reply(create_volume_mount(by=call.by, name=given["name"], **_sources(given)))  # type: ignore[arg-type]
    except Duplicate as refusal:
        raise Invalid(refusal.message, field="name") from None


def mount_edit(call: Call, name: str) -> MountReply:
    """Take the files from another source; the linked agents fetch them again."""
    return _edit(call, name, call.given)


def mount_edit_upload(call: Call, name: str) -> MountReply:
    """The same by YAML."""
    mount = find_volume_mount(name)
    document = rendered(document_named(call.text, "VolumeMount", name), by=call.by)
    return _edit(call, mount.name, MountChange.read(document["spec"]))


def _edit(call: Call, name: str, given: dict[str, Any]) -> MountReply:
    mount = find_volume_mount(name)
    return reply(edit_volume_mount(by=call.by, mount=mount, **_sources(given)))  # type: ignore[arg-type]


def mount_delete(call: Call, name: str) -> Nothing:
    """Delete it, unless a microservice mounts it; its agents remove the files."""
    delete_volume_mount(by=call.by, mount=find_volume_mount(name))
    return {}


def links_get(call: Call, name: str) -> LinkedAgents:
    """The agents that have its files."""
    agents = find_volume_mount(name).agents.order_by("name")
    return {"fogUuids": list(agents.values_list("uuid", flat=True))}


def links_add(call: Call, name: str) -> MountReply:
    """Hand its files to more agents."""
    return reply(relink(by=call.by, mount=find_volume_mount(name), joining=_agents(call.given["fogUuids"])))


def links_remove(call: Call, name: str) -> Nothing:
    """Take its files from some agents."""
    relink(by=call.by, mount=find_volume_mount(name), leaving=_agents(call.given["fogUuids"]))
    return {}


def _agents(uuids: list[str]) -> list[Agent]:
    found = {agent.uuid: agent for agent in Agent.objects.filter(uuid__in=uuids)}
    for uuid in uuids:
        if uuid not in found:
            raise NotFound(f"Invalid ioFog UUID '{uuid}'")
    return list(found.values())


ONE = "/volumeMounts/<str:name>"
ROUTES = [
    Route("GET", "/volumeMounts", mount_list, gives=list[MountReply]),
    Route("POST", "/volumeMounts", mount_create, takes=MountCreation, gives=MountReply, renders=True),
    Route("POST", "/volumeMounts/yaml", mount_upload, upload="volumeMount", gives=MountReply),
    Route("PATCH", "/volumeMounts/yaml/<str:name>", mount_edit_upload, upload="volumeMount", gives=MountReply),
    Route("GET", ONE, mount_get, gives=MountReply),
    Route("PATCH", ONE, mount_edit, takes=MountChange, gives=MountReply, renders=True),
    Route("DELETE", ONE, mount_delete, 202, gives=Nothing),
    Route("GET", f"{ONE}/link", links_get, gives=LinkedAgents),
    Route("POST", f"{ONE}/link", links_add, takes=Links, gives=MountReply),
    Route("DELETE", f"{ONE}/link", links_remove, takes=Links, gives=Nothing),
]
