"""Applications: made, renamed, started, stopped, deleted with all that runs in them."""

from typing import Any

from django.db import transaction

from catalogweb.agents.models import new_uuid
from catalogweb.changelog.services import record, snapshot
from catalogweb.core.errors import Duplicate, Invalid, NotFound, Protected
from catalogweb.core.names import NAME_RULE, is_name, refuse_reserved, suggestion
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.storing import check_columns, contested, locked
from catalogweb.core.text import as_id, typed
from catalogweb.deployments.models import Application, Microservice
from catalogweb.deployments.services import delete_microservices
from catalogweb.deployments.telling import MICROSERVICES, needed_registries, tell


def find_application(name: str | int) -> Application:
    """By name, else by id; a near miss gets a suggestion."""
    text = typed(name)
    found = Application.objects.filter(name=text).first()
    found = found or Application.objects.filter(pk=as_id(text)).first()
    if found is None:
        near = suggestion(text, Application.objects.values_list("name", flat=True)[:2000])
        raise NotFound(f"Invalid application id '{text}': there is no such application.{near}", field="application")
    return found


def stand_in() -> Application:
    """Where the one that is meant cannot be: all else can be checked in it. It goes with the refusal that follows."""
    return Application.objects.create(name=new_uuid())


@transaction.atomic
def create_application(*, by: Actor, name: str, description: str = "", is_activated: bool = True) -> Application:
    """A new, empty application."""
    require(by, Right.CHANGE)
    application = Application(name=name, description=description, is_activated=is_activated)
    _check(application)
    with contested("name"):
        application.save()
    record(by=by, action="create", obj=application)
    return application


@transaction.atomic
def edit_application(*, by: Actor, application: Application, **fields: Any) -> Application:
    """Change name, description, or whether it is started; that starts or stops all its microservices."""
    require(by, Right.CHANGE)
    application = locked(Application.objects.all(), application.pk)
    before, agent_ids = snapshot(application), _agents_of(application)
    registries = needed_registries(agent_ids)
    for name, value in fields.items():
        setattr(application, name, value)
    _check(application, old_name=before["name"])
    with contested("name"):
        application.save()
    # While it is started, agents know its name too: it is part of a microservice's address.
    is_renamed = application.is_activated and application.name != before["name"]
    if is_renamed or application.is_activated != before["is_activated"]:
        tell(agent_ids, registries, *MICROSERVICES)
    record(by=by, action="update", obj=application, before=before)
    return application


@transaction.atomic
def delete_application(*, by: Actor, application: Application, built_in: bool = False) -> int:
    """Remove it with its microservices; returns how many went along.

    A system application is refused, unless a superuser says `built_in` on purpose.
    """
    require(by, Right.CHANGE)
    application = locked(Application.objects.all(), application.pk)
    if application.is_system:
        if not built_in:
            raise Protected(f"{application.name} belongs to the product: it cannot be deleted.")
        require(by, Right.ADMINISTER)
    gone = delete_microservices(by=by, microservices=application.microservices.all())
    record(by=by, action="delete", obj=application, before=snapshot(application))
    application.delete()
    return gone


def _check(application: Application, *, old_name: str = "") -> None:
    if not is_name(application.name):
        raise Invalid(f"Invalid format for field 'name': “{application.name}”. {NAME_RULE}", field="name")
    if application.name != old_name:
        refuse_reserved(application.name)
    check_columns(application)
    if Application.objects.filter(name=application.name).exclude(pk=application.pk).exists():
        raise Duplicate(f"Duplicate name '{application.name}': another application already has it.", field="name")


def _agents_of(application: Application) -> set[int]:
    """Those that have something to run of it while it is started."""
    rows = Microservice.objects.filter(application=application, is_activated=True).order_by()
    return set(rows.values_list("agent_id", flat=True))
