"""Recording changes. A model says in LOGGED which fields count, and in SECRET which are never shown."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from catalogweb.changelog.door import current
from catalogweb.changelog.models import Entry
from catalogweb.core.rights import Actor

HIDDEN = "••••"

Snapshot = dict[str, Any]


def snapshot(obj: models.Model) -> Snapshot:
    """The logged fields of `obj`, readable; secrets only as present or absent."""
    shown = {name: _readable(getattr(obj, name)) for name in getattr(obj, "LOGGED", ())}
    hidden = {name: HIDDEN if getattr(obj, name) else "" for name in getattr(obj, "SECRET", ())}
    return shown | hidden


def _readable(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value)
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def record(
    *,
    by: Actor,
    action: str,
    obj: models.Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    secrets_changed: Iterable[str] = (),
) -> Entry | None:
    """Log one change; an update that changed nothing logs nothing. `after` defaults to `obj` as it is now."""
    entries = record_many(by=by, action=action, changes=[(obj, before, after)], secrets_changed=secrets_changed)
    return entries[0] if entries else None


def record_many(
    *,
    by: Actor,
    action: str,
    changes: Iterable[tuple[models.Model, Mapping[str, Any] | None, Mapping[str, Any] | None]],
    secrets_changed: Iterable[str] = (),
) -> list[Entry]:
    """The same for many objects of one request, in one insert a batch."""
    passage = current()
    entries = []
    for obj, before, after in changes:
        now = dict(snapshot(obj) if after is None and action != "delete" else after or {})
        was = dict(before or {})
        for name in secrets_changed:
            was[name], now[name] = HIDDEN if was.get(name) else "", f"{HIDDEN} (changed)" if now.get(name) else ""
        if action == "update":
            same = [name for name in now if was.get(name) == now[name]]
            was, now = _without(was, same), _without(now, same)
            if not was and not now:
                continue
        entries.append(
            Entry(
                actor_kind=by.actor_kind,
                actor=by.actor_label,
                door=passage.door,
                request_id=passage.request_id,
                action=action,
                object_type=str(obj._meta.verbose_name),
                object_id=str(getattr(obj, "uuid", obj.pk)),
                object_label=str(obj)[:254],
                before=was,
                after=now,
            )
        )
    return Entry.objects.bulk_create(entries)


def _without(values: Snapshot, names: list[str]) -> Snapshot:
    return {name: value for name, value in values.items() if name not in names}


def entries_of(obj: models.Model) -> models.QuerySet[Entry]:
    """The changes of one object, newest first."""
    return Entry.objects.filter(
        object_type=obj._meta.verbose_name, object_id=str(getattr(obj, "uuid", obj.pk))
    ).order_by("-id")
