"""Routes: made, changed, removed. The agents of both ends hear of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction

from catalogweb.agents.flags import raise_flags
from catalogweb.changelog.services import record, record_many, snapshot
from catalogweb.core.errors import Duplicate, Invalid, NotFound, Refusal
from catalogweb.core.names import NAME_RULE, is_name, suggestion
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.storing import batches, check_columns, contested, locked
from catalogweb.core.text import typed
from catalogweb.deployments.models import Application, Microservice
from catalogweb.deployments.routing import Route
from catalogweb.deployments.telling import MICROSERVICES


@dataclass(frozen=True)
class RouteWish:
    """A route as an application's list describes it: by the names of its ends, and one of its own if it has one.

    `path` is where it stands in what was read.
    """

    source: str
    destination: str
    name: str = ""
    path: str = field(default="", compare=False)

    @property
    def full_name(self) -> str:
        return self.name or usual_name(self.source, self.destination)


def usual_name(source: str, destination: str) -> str:
    return f"r-{source}-{destination}"


def find_route(application: Application, name: str) -> Route:
    """By its name in the application; a near miss gets a suggestion."""
    name = typed(name)
    routes = Route.objects.named().filter(application=application)
    found = routes.filter(name=name).first()
    if found is None:
        near = suggestion(name, routes.values_list("name", flat=True)[:2000])
        raise NotFound(f"Invalid route name '{name}': {application.name} has no such route.{near}", field="name")
    return found


@transaction.atomic
def create_route(
    *, by: Actor, application: Application, source: Microservice, destination: Microservice, name: str = ""
) -> Route:
    """Have the messages of `source` go to `destination`."""
    require(by, Right.CHANGE)
    application = locked(Application.objects.all(), application.pk)
    name = name or usual_name(source.name, destination.name)
    route = Route(application=application, name=name, source=source, destination=destination)
    _save(route)
    record(by=by, action="create", obj=route)
    return route


@transaction.atomic
def edit_route(
    *,
    by: Actor,
    route: Route,
    name: str | None = None,
    source: Microservice | None = None,
    destination: Microservice | None = None,
) -> Route:
    """Change its name or its ends; None keeps what it has."""
    require(by, Right.CHANGE)
    route = locked(Route.objects.named(), route.pk)
    before, old_ends = snapshot(route), {route.source.agent_id, route.destination.agent_id}
    route.name, route.source = name or route.name, source or route.source
    route.destination = destination or route.destination
    if snapshot(route) != before:
        _save(route)
        raise_flags(old_ends, *MICROSERVICES)
        record(by=by, action="update", obj=route, before=before)
    return route


def _save(route: Route) -> None:
    if not is_name(route.name):
        raise Invalid(f"Invalid format for field 'name': “{route.name}”. {NAME_RULE}", field="name")
    for end, microservice in (("source", route.source), ("destination", route.destination)):
        if microservice.application_id != route.application_id:
            raise Invalid(
                f"{microservice.name} is not in {route.application.name}: a route stays inside one application.",
                field=end,
            )
    check_columns(route)
    others = Route.objects.exclude(pk=route.pk)
    if others.filter(source=route.source, destination=route.destination).exists():
        raise Duplicate(
            f"route already exists: the messages of {route.source.name} go to {route.destination.name} already.",
            field="destination",
        )
    if others.filter(application=route.application, name=route.name).exists():
        raise Duplicate(
            f"Duplicate name '{route.name}': {route.application.name} already has this route.", field="name"
        )
    with contested("route"):
        route.save()
    raise_flags({route.source.agent_id, route.destination.agent_id}, *MICROSERVICES)


@transaction.atomic
def delete_routes(*, by: Actor, routes: Iterable[Route]) -> None:
    """Remove them; messages stop going that way."""
    require(by, Right.CHANGE)
    for batch in batches([route.pk for route in routes]):
        rows = list(Route.objects.named().filter(pk__in=batch).order_by("pk"))
        record_many(by=by, action="delete", changes=[(row, snapshot(row), None) for row in rows])
        Route.objects.filter(pk__in=batch).delete()
        raise_flags({end.agent_id for row in rows for end in (row.source, row.destination)}, *MICROSERVICES)


def routes_of(microservices: list[int]) -> list[Route]:
    """Those that lead to or from any of these; two statements, since each takes so many parameters at most."""
    outgoing = Route.objects.named().filter(source__in=microservices)
    incoming = Route.objects.named().filter(destination__in=microservices)
    return list({route.pk: route for routes in (outgoing, incoming) for route in routes}.values())


@transaction.atomic
def replace_routes(*, by: Actor, application: Application, wishes: Iterable[RouteWish]) -> None:
    """Exactly these routes, by their names: others go, those that differ change, new ones come."""
    require(by, Right.CHANGE)
    wanted = {wish.full_name: wish for wish in wishes}
    existing = {route.name: route for route in Route.objects.named().filter(application=application)}
    delete_routes(by=by, routes=[route for name, route in existing.items() if name not in wanted])
    for name, wish in wanted.items():
        write_route(by=by, application=application, wish=wish, route=existing.get(name))


def write_route(*, by: Actor, application: Application, wish: RouteWish, route: Route | None) -> Route:
    """Make the route, or change the one that has its name."""
    require(by, Right.CHANGE)
    try:
        source = microservice_in(application, wish.source, field="source")
        destination = microservice_in(application, wish.destination, field="destination")
        if route:
            return edit_route(by=by, route=route, source=source, destination=destination)
        return create_route(by=by, application=application, source=source, destination=destination, name=wish.full_name)
    except Refusal as refusal:
        refusal.path = wish.path
        raise


def microservice_in(application: Application, name: str, *, field: str) -> Microservice:
    """An end of a route, by its name in the application; a near miss gets a suggestion."""
    name = typed(name)
    rows = Microservice.objects.filter(application=application)
    found = rows.filter(name=name).first()
    if found is None:
        near = suggestion(name, rows.values_list("name", flat=True)[:2000])
        raise NotFound(f"{application.name} has no microservice “{name}”.{near}", field=field)
    return found
