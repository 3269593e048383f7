"""What holds for secrets and config maps alike: names, keys that are in use, and the mounts that hand them out."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from catalogweb.agents.flags import raise_flags
from catalogweb.agents.models import Flag
from catalogweb.changelog.services import Snapshot, record, record_many, snapshot
from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from catalogweb.core.errors import InUse, Invalid
from catalogweb.core.names import refuse_reserved
from catalogweb.core.rights import Actor
from catalogweb.core.storing import check_columns
from catalogweb.core.text import listed


def check_name(source: Secret | ConfigMap) -> None:
    """A name is one step of a path, and the first part of `name/key`."""
    if not source.name:
        raise Invalid(f"Give the {source._meta.verbose_name} a name.", field="name")
    if "/" in source.name:
        raise Invalid("A name holds no “/”: what follows one is a key.", field="name")
    if not source.name.isprintable():
        raise Invalid("A name is one line of text.", field="name")
    refuse_reserved(source.name)
    check_columns(source)


def users_of(uses: QuerySet[Any]) -> set[str]:
    """The microservices behind some uses, in words."""
    rows = uses.select_related("microservice__application", "microservice__agent")
    return {f"microservice {use.microservice}" for use in rows}


def refuse_lost_keys(source: Secret | ConfigMap, keys: Collection[str]) -> None:
    """`keys` are all that it is to have: refuses when a microservice takes a value from another one."""
    lost = source.uses.exclude(key__in=keys)
    if users := sorted(users_of(lost)):
        names = listed(sorted({use.key for use in lost}))
        raise InUse(f"{names} of {source} is in use and can't be removed: {listed(users)}.", users=users, field="data")


def renew_mounts(source: Secret | ConfigMap) -> None:
    """Its values changed: the agents that have them as files fetch them again."""
    source.volume_mounts.update(version=F("version") + 1, updated_at=timezone.now())
    tell_linked(source.volume_mounts.values_list("pk", flat=True))


def tell_linked(mount_ids: Iterable[int]) -> None:
    links = VolumeMount.agents.through.objects.filter(volumemount_id__in=mount_ids)
    raise_flags(set(links.values_list("agent_id", flat=True)), Flag.VOLUME_MOUNTS)


def delete_source(*, by: Actor, source: Secret | ConfigMap, before: Snapshot) -> None:
    """Remove it with its volume mounts; refuses while a microservice needs it, or one of them."""
    mounts = list(source.volume_mounts.all())
    of_mounts = Q(volume_mount__in=source.volume_mounts.all())
    users = sorted(users_of(source.uses.model.objects.filter(Q(pk__in=source.uses.values("pk")) | of_mounts)))
    if users:
        what = str(source._meta.verbose_name).capitalize()
        raise InUse(f"{what} {source} is in use and can't be deleted: {listed(users)}.", users=users)
    tell_linked([mount.pk for mount in mounts])
    record_many(by=by, action="delete", changes=[(mount, snapshot(mount), None) for mount in mounts])
    record(by=by, action="delete", obj=source, before=before)
    source.volume_mounts.all().delete()
    source.delete()
