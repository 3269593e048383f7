"""Microservices: listed, placed on agents, changed, started, stopped, deleted."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import wraps
from typing import Any, NotRequired, TypedDict

from catalogweb.api.routes import Call, Route
from catalogweb.api.shapes.microservice_replies import MicroserviceReply, microservice_replies, microservice_reply
from catalogweb.api.shapes.microservices import (
    DeploymentCreation,
    MicroserviceChange,
    MicroserviceCreation,
    wish_in,
)
from catalogweb.api.views.microservice_parts import PARTS
from catalogweb.catalog.revisions import warnings_for
from catalogweb.core.errors import Invalid, NotFound, Protected
from catalogweb.deployments.applications import find_application
from catalogweb.deployments.loading import load
from catalogweb.deployments.models import Application, Microservice, MicroserviceQuerySet
from catalogweb.deployments.rebuilding import rebuild
from catalogweb.deployments.services import delete_microservices, set_activated
from catalogweb.deployments.wishes import adapt, fulfil


class MicroserviceList(TypedDict):
    microservices: list[MicroserviceReply]


class CreatedMicroservice(TypedDict):
    uuid: str
    name: str
    warnings: NotRequired[list[str]]


class Deployed(TypedDict):
    uuids: list[str]
    microservices: list[CreatedMicroservice]


def microservice_with(uuid: str) -> Microservice:
    microservice = Microservice.objects.detailed().filter(uuid=uuid).first()
    if microservice is None:
        raise NotFound("Invalid microservice user or UUID")
    return microservice


def ordinary_with(uuid: str) -> Microservice:
    """One that people may change as they like."""
    microservice = microservice_with(uuid)
    if microservice.application.is_system:
        raise Protected(f"System microservice {microservice.name} can't be updated here.")
    return microservice


def system_with(uuid: str) -> Microservice:
    microservice = microservice_with(uuid)
    if not microservice.application.is_system:
        raise NotFound("Invalid microservice user or UUID")
    return microservice


def application_in(given: dict[str, Any]) -> Application:
    name = given.get("application") or given.get("flowId")
    if not name:
        raise Invalid("Required field 'application' is missing", field="application")
    return find_application(name)


def page_of(rows: MicroserviceQuerySet, call: Call) -> MicroserviceQuerySet:
    """ioFog's clients ask for everything; scripts on a large fleet ask for a part."""
    limit, offset = (call.query.get(name, "") for name in ("limit", "offset"))
    for name, text in (("limit", limit), ("offset", offset)):
        if text and (not text.isdecimal() or len(text) > 9):
            raise Invalid(f"{name} is a whole number, not “{text}”.", field=name)
    start = int(offset or 0)
    return rows[start : start + int(limit)] if limit else rows[start:]


def microservice_list(call: Call) -> MicroserviceList:
    """All, or those of `application` (a name or an id) or `flowId`; `limit` and `offset` give a page of them."""
    return _listed(call, is_system=False)


def system_microservice_list(call: Call) -> MicroserviceList:
    """Those of the applications that the controller made for itself."""
    return _listed(call, is_system=True)


def _listed(call: Call, *, is_system: bool) -> MicroserviceList:
    rows = Microservice.objects.filter(application__is_system=is_system).order_by("name", "pk")
    if wanted := call.query.get("application") or call.query.get("flowId"):
        rows = rows.filter(application=find_application(wanted))
    return {"microservices": microservice_replies(load(page_of(rows, call)))}


def microservice_create(call: Call) -> CreatedMicroservice:
    """Place a microservice on an agent."""
    [microservice] = fulfil(by=call.by, application=application_in(call.given), wish=wish_in(call.given))
    return created(microservice)


def created(microservice: Microservice) -> CreatedMicroservice:
    reply: CreatedMicroservice = {"uuid": microservice.uuid, "name": microservice.name}
    if warnings := warnings_for(microservice.revision):
        reply["warnings"] = warnings
    return reply


def microservice_deploy(call: Call) -> Deployed:
    """Place a microservice on several agents: all of them, or none with every refusal listed."""
    placed = fulfil(by=call.by, application=application_in(call.given), wish=wish_in(call.given))
    return {
        "uuids": [row.uuid for row in placed],
        "microservices": [{"uuid": row.uuid, "name": row.name} for row in placed],
    }


def public_ports(call: Call) -> list[dict[str, Any]]:
    """Nothing is published through a proxy here: ports open on the agents."""
    return []


def microservice_get(call: Call, microservice: Microservice) -> MicroserviceReply:
    return microservice_reply(microservice)


def microservice_edit(call: Call, microservice: Microservice) -> None:
    """Change what is given; another agent moves it there. A revision alone is one of the item that it runs."""
    item_id = microservice.revision.item_id
    implied = {"catalogItemId": str(item_id)} if item_id and "catalogItemRevision" in call.given else {}
    adapt(by=call.by, microservice=microservice, wish=wish_in(implied | call.given))


def microservice_delete(call: Call, microservice: Microservice) -> None:
    delete_microservices(by=call.by, microservices=[microservice])


def microservice_start(call: Call, microservice: Microservice) -> None:
    set_activated(by=call.by, microservices=[microservice], is_activated=True)


def microservice_stop(call: Call, microservice: Microservice) -> None:
    set_activated(by=call.by, microservices=[microservice], is_activated=False)


def microservice_rebuild(call: Call, microservice: Microservice) -> None:
    """Have its agent pull again and replace the container."""
    rebuild(by=call.by, microservices=[microservice])


# Below the path of one microservice; its handlers get the microservice itself.
ONE = [
    Route("GET", "", microservice_get, gives=MicroserviceReply),
    Route("PATCH", "", microservice_edit, 204, takes=MicroserviceChange, renders=True),
    Route("PATCH", "/rebuild", microservice_rebuild, 204),
    *PARTS,
]
ORDINARY_ONLY = [
    Route("DELETE", "", microservice_delete, 204),
    Route("PATCH", "/start", microservice_start, 204),
    Route("PATCH", "/stop", microservice_stop, 204),
]


def _below(path: str, rows: Iterable[Route], find: Callable[[str], Microservice], prefix: str = "") -> list[Route]:
    """The rows below `path`: what `find` finds by its uuid may be changed, and anything may be looked at."""

    def finding(row: Route) -> Callable[..., Any]:
        @wraps(row.handler)
        def handler(call: Call, uuid: str, **more: Any) -> Any:
            return row.handler(call, (microservice_with if row.method == "GET" else find)(uuid), **more)

        handler.__name__ = prefix + row.handler.__name__
        return handler

    return [replace(row, path=path + row.path, handler=finding(row)) for row in rows]


LIST: dict[str, Any] = {"gives": MicroserviceList, "query": ("application", "flowId", "limit", "offset")}
ROUTES = [
    Route("GET", "/microservices", microservice_list, **LIST),
    Route(
        "POST",
        "/microservices",
        microservice_create,
        201,
        takes=MicroserviceCreation,
        gives=CreatedMicroservice,
        renders=True,
    ),
    Route("POST", "/deployments", microservice_deploy, 201, takes=DeploymentCreation, gives=Deployed),
    Route("GET", "/microservices/public-ports", public_ports, gives=list[dict[str, Any]]),
    Route("GET", "/microservices/system", system_microservice_list, **LIST),
    *_below("/microservices/system/<str:uuid>", ONE, system_with, "system_"),
    *_below("/microservices/<str:uuid>", ONE + ORDINARY_ONLY, ordinary_with),
]
