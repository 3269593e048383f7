"""The settings of the installation. Agents are not told of the router: one that runs none would wait for it for ever."""

from django.db import transaction

from catalogweb.changelog.services import record, snapshot
from catalogweb.controller.models import DefaultRouter, Value
from catalogweb.core.errors import Invalid, NotFound
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.storing import check_columns, contested
from catalogweb.core.text import typed


def default_router() -> DefaultRouter | None:
    return DefaultRouter.objects.first()


@transaction.atomic
def set_default_router(*, by: Actor, host: str, **ports: int) -> DefaultRouter:
    """Say where the default router is; a port that is not given has its usual number."""
    require(by, Right.CHANGE)
    known = DefaultRouter.objects.select_for_update().first()
    router = DefaultRouter(pk=DefaultRouter.THE_ONE, host=host.strip(), **ports)
    if not router.host:
        raise Invalid("Give the router's host.", field="host")
    check_columns(router)
    with contested("router"):
        router.save(force_insert=known is None, force_update=known is not None)
    if known:
        record(by=by, action="update", obj=router, before=snapshot(known))
    else:
        record(by=by, action="create", obj=router)
    return router


@transaction.atomic
def forget_default_router(*, by: Actor, router: DefaultRouter) -> None:
    require(by, Right.CHANGE)
    record(by=by, action="delete", obj=router, before=snapshot(router))
    router.delete()


def find_value(key: str) -> Value:
    value = Value.objects.filter(key=typed(key)).first()
    if value is None:
        raise NotFound(f"Unkown config key '{key}'")
    return value


@transaction.atomic
def set_value(*, by: Actor, key: str, value: str) -> Value:
    """Keep a value; the one before is replaced."""
    require(by, Right.CHANGE)
    key = key.strip()
    if not key:
        raise Invalid("Give the value a key, such as default-proxy-host.", field="key")
    check_columns(Value(key=key, value=value))
    row = Value.objects.select_for_update().filter(key=key).first()
    before = snapshot(row) if row else None
    row = row or Value(key=key)
    row.value = value
    with contested("key"):
        row.save()
    record(by=by, action="update" if before else "create", obj=row, before=before)
    return row


@transaction.atomic
def forget_value(*, by: Actor, value: Value) -> None:
    require(by, Right.CHANGE)
    record(by=by, action="delete", obj=value, before=snapshot(value))
    value.delete()
