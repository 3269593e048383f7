"""Volume mounts: found, made, edited, linked with agents, removed. The linked agents hear of each change."""

from collections.abc import Iterable

from django.db import transaction

from catalogweb.agents.flags import raise_flags
from catalogweb.agents.models import Agent, Flag
from catalogweb.changelog.services import record, snapshot
from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from catalogweb.configuration.sources import tell_linked, users_of
from catalogweb.core.errors import Duplicate, InUse, Invalid, NotFound
from catalogweb.core.names import NAME_RULE, is_name, refuse_reserved, suggestion
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.storing import check_columns, contested, locked
from catalogweb.core.text import listed, typed


def find_volume_mount(name: str) -> VolumeMount:
    """By its name; a near miss gets a suggestion."""
    text = typed(name)
    found = VolumeMount.objects.with_source().filter(name=text).first()
    if found is None:
        near = suggestion(text, VolumeMount.objects.values_list("name", flat=True)[:2000])
        raise NotFound(f"Volume mount with name {text} not found.{near}", field="volume_mount")
    return found


@transaction.atomic
def create_volume_mount(
    *, by: Actor, name: str, secret: Secret | None = None, config_map: ConfigMap | None = None
) -> VolumeMount:
    """A new volume mount of one secret or config map, on no agent yet."""
    require(by, Right.CHANGE)
    mount = VolumeMount(name=name)
    _take_source(mount, secret, config_map)
    if not is_name(name):
        raise Invalid(f"Invalid format for field 'name': “{name}”. {NAME_RULE}", field="name")
    refuse_reserved(name)
    check_columns(mount)
    if VolumeMount.objects.filter(name=name).exists():
        raise Duplicate(f"Duplicate name '{name}': another volume mount already has it.", field="name")
    with contested("name"):
        mount.save()
    record(by=by, action="create", obj=mount)
    return mount


@transaction.atomic
def edit_volume_mount(
    *, by: Actor, mount: VolumeMount, secret: Secret | None = None, config_map: ConfigMap | None = None
) -> VolumeMount:
    """Give it this source in place of the one it has; the linked agents fetch its files again."""
    require(by, Right.CHANGE)
    mount = locked(VolumeMount.objects.with_source(), mount.pk)
    before = snapshot(mount)
    _take_source(mount, secret, config_map)
    mount.version += 1
    mount.save()
    tell_linked([mount.pk])
    record(by=by, action="update", obj=mount, before=before)
    return mount


def _take_source(mount: VolumeMount, secret: Secret | None, config_map: ConfigMap | None) -> None:
    if (secret is None) == (config_map is None):
        raise Invalid("A volume mount has either a secret or a config map: give one of them.", field="secret")
    mount.secret, mount.config_map = secret, config_map


@transaction.atomic
def relink(
    *, by: Actor, mount: VolumeMount, joining: Iterable[Agent] = (), leaving: Iterable[Agent] = ()
) -> VolumeMount:
    """Hand its files to the agents that join, take them from those that leave. The others hear nothing."""
    require(by, Right.CHANGE)
    mount = locked(VolumeMount.objects.with_source(), mount.pk)
    before, linked = snapshot(mount), set(mount.agents.values_list("pk", flat=True))
    new, gone = {agent.pk for agent in joining} - linked, {agent.pk for agent in leaving} & linked
    mount.agents.add(*new)
    mount.agents.remove(*gone)
    raise_flags(new | gone, Flag.VOLUME_MOUNTS)
    record(by=by, action="update", obj=mount, before=before)
    return mount


@transaction.atomic
def delete_volume_mount(*, by: Actor, mount: VolumeMount) -> None:
    """Remove it from its agents; refuses while a microservice mounts it, and says which."""
    require(by, Right.CHANGE)
    mount = locked(VolumeMount.objects.with_source(), mount.pk)
    if users := sorted(users_of(mount.uses.all())):
        raise InUse(f"Volume mount {mount} is in use and can't be deleted: {listed(users)}.", users=users)
    tell_linked([mount.pk])
    record(by=by, action="delete", obj=mount, before=snapshot(mount))
    mount.delete()


def mounts_on(agent_id: int) -> list[VolumeMount]:
    """What the agent is to have as files."""
    return list(VolumeMount.objects.select_related("secret", "config_map").filter(agents=agent_id))
