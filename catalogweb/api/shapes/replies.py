"""Applications in answers, with their microservices and routes."""

from collections.abc import Iterable
from typing import TypedDict

from catalogweb.api.shapes.microservice_replies import MicroserviceReply, NatsConfig, microservice_replies
from catalogweb.api.wire import iso
from catalogweb.deployments.models import Application, Microservice, Route

# `from` is a word of Python's own.
RouteEntry = TypedDict("RouteEntry", {"name": str, "from": str, "to": str})


class ApplicationReply(TypedDict):
    id: int
    name: str
    description: str
    isActivated: bool
    isSystem: bool
    createdAt: str
    updatedAt: str
    userId: int | None
    natsAccess: bool
    natsConfig: NatsConfig
    microservices: list[MicroserviceReply]
    routes: list[RouteEntry]


def application_reply(application: Application, microservices: Iterable[Microservice]) -> ApplicationReply:
    return application_replies([application], microservices)[0]


def application_replies(
    applications: Iterable[Application], microservices: Iterable[Microservice]
) -> list[ApplicationReply]:
    """Each with its own of the microservices, in their order."""
    replies = {application.pk: _reply(application) for application in applications}
    for row in microservice_replies(microservices):
        replies[row["applicationId"]]["microservices"].append(row)
    routes = Route.objects.filter(application__in=list(replies)).order_by("name")
    for pk, name, source, destination in routes.values_list("application", "name", "source__name", "destination__name"):
        replies[pk]["routes"].append({"name": name, "from": source, "to": destination})
    return list(replies.values())


def _reply(application: Application) -> ApplicationReply:
    return {
        "id": application.pk,
        "name": application.name,
        "description": application.description,
        "isActivated": application.is_activated,
        "isSystem": application.is_system,
        "createdAt": iso(application.created_at),
        "updatedAt": iso(application.updated_at),
        "userId": None,
        "natsAccess": False,
        "natsConfig": {"natsAccess": False, "natsRule": None},
        "microservices": [],
        "routes": [],
    }
