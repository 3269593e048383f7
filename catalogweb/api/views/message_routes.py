"""Routes between microservices, which clients of the older line know."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypedDict

from django.db.models import QuerySet

from catalogweb.api.errors import AlreadyThere
from catalogweb.api.routes import Call, Route
from catalogweb.api.shapes.routes import RouteChange, RouteCreation
from catalogweb.api.views.microservices import application_in, microservice_with
from catalogweb.core.errors import Duplicate, Invalid, NotFound
from catalogweb.deployments import routes as services
from catalogweb.deployments.models import Application, Microservice
from catalogweb.deployments.models import Route as MessageRoute

RouteReply = TypedDict(
    "RouteReply",
    {
        "application": str,
        "name": str,
        "from": str,
        "to": str,
        "sourceMicroserviceUuid": str,
        "destMicroserviceUuid": str,
    },
)


class RouteList(TypedDict):
    routes: list[RouteReply]


class CreatedRoute(TypedDict):
    id: int
    name: str
    isNetworkConnection: bool
    sourceMicroserviceUuid: str
    destMicroserviceUuid: str
    applicationId: int


def _reply(route: MessageRoute) -> RouteReply:
    return {
        "application": route.application.name,
        "name": route.name,
        "from": route.source_name,
        "to": route.destination_name,
        "sourceMicroserviceUuid": route.source.uuid,
        "destMicroserviceUuid": route.destination.uuid,
    }


def _row(route: MessageRoute) -> CreatedRoute:
    return {
        "id": route.pk,
        "name": route.name,
        "isNetworkConnection": False,
        "sourceMicroserviceUuid": route.source.uuid,
        "destMicroserviceUuid": route.destination.uuid,
        "applicationId": route.application_id,
    }


def _application_named(name: str) -> Application:
    application = Application.objects.filter(name=name, is_system=False).first()
    if application is None:
        raise NotFound(f"Invalid application name '{name}'")
    return application


def _route_with(application: str, name: str) -> MessageRoute:
    return services.find_route(_application_named(application), name)


def route_list(call: Call) -> RouteList:
    routes = MessageRoute.objects.named().filter(application__is_system=False)
    return {"routes": [_reply(route) for route in routes]}


def route_get(call: Call, application: str, name: str) -> RouteReply:
    return _reply(_route_with(application, name))


def route_create(call: Call) -> CreatedRoute:
    """Have the messages of one microservice go to another of its application."""
    given = call.given
    if given.get("sourceMicroserviceUuid") and given.get("destMicroserviceUuid"):
        source = microservice_with(given["sourceMicroserviceUuid"])
        return _create(call, source, microservice_with(given["destMicroserviceUuid"]), given.get("name", ""))
    for word in ("from", "to"):
        if word not in given:
            raise Invalid(f"Required field '{word}' is missing", field=word)
    ends = _ends(application_in(given), given)
    return _create(call, ends["source"], ends["destination"], given.get("name", ""))


def route_edit(call: Call, application: str, name: str) -> None:
    route = _route_with(application, name)
    with _duplicates_as_clients_know_them():
        services.edit_route(
            by=call.by, route=route, name=call.given.get("name"), **_ends(route.application, call.given)
        )


def route_delete(call: Call, application: str, name: str) -> None:
    found = MessageRoute.objects.filter(application__name=application, application__is_system=False, name=name)
    _delete(call, found)


def receiver_add(call: Call, uuid: str, receiver: str) -> CreatedRoute:
    """A route under the usual name."""
    return _create(call, microservice_with(uuid), microservice_with(receiver))


def receiver_remove(call: Call, uuid: str, receiver: str) -> None:
    source = microservice_with(uuid)
    _delete(call, source.routes_out.filter(destination__uuid=receiver))


def _ends(application: Application, given: dict[str, Any]) -> dict[str, Microservice]:
    words = {"source": "from", "destination": "to"}
    return {
        end: services.microservice_in(application, given[word], field=word)
        for end, word in words.items()
        if word in given
    }


def _create(call: Call, source: Microservice, destination: Microservice, name: str = "") -> CreatedRoute:
    with _duplicates_as_clients_know_them():
        return _row(
            services.create_route(
                by=call.by, application=source.application, source=source, destination=destination, name=name
            )
        )


@contextmanager
def _duplicates_as_clients_know_them() -> Iterator[None]:
    """The same two ends are a bad request to them, the same name is a conflict."""
    try:
        yield
    except Duplicate as refusal:
        raise AlreadyThere(refusal.message) if refusal.field == "destination" else refusal from None


def _delete(call: Call, routes: QuerySet[MessageRoute]) -> None:
    found = list(routes)
    if not found:
        raise NotFound("Route not found")
    services.delete_routes(by=call.by, routes=found)


ONE, RECEIVER = "/routes/<str:application>/<str:name>", "/microservices/<str:uuid>/routes/<str:receiver>"
ROUTES = [
    Route("GET", "/routes", route_list, gives=RouteList),
    Route("POST", "/routes", route_create, takes=RouteCreation, gives=CreatedRoute),
    Route("GET", ONE, route_get, gives=RouteReply),
    Route("PATCH", ONE, route_edit, 204, takes=RouteChange),
    Route("DELETE", ONE, route_delete, 204),
    Route("POST", RECEIVER, receiver_add, 201, gives=CreatedRoute),
    Route("DELETE", RECEIVER, receiver_remove, 204),
]
