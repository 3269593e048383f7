"""Applications by name, and the same by number under /flow, which starting, stopping and renaming go through."""

from collections.abc import Iterable
from typing import Any, TypedDict

from django.db.models import QuerySet

from catalogweb.accounts.models import User
from catalogweb.api.fields import Flag, Shape, Text
from catalogweb.api.routes import Call, Route
from catalogweb.api.shapes.application_templates import TemplateChoice
from catalogweb.api.shapes.microservices import ApplicationMicroservice, agents_as_clients_name_them, wishes_in
from catalogweb.api.shapes.replies import ApplicationReply, application_replies
from catalogweb.api.shapes.routes import ApplicationRoute, route_wish_in
from catalogweb.core.errors import Invalid, NotFound, Protected
from catalogweb.core.rights import Right, require
from catalogweb.core.text import as_id
from catalogweb.deployments.applications import delete_application, edit_application
from catalogweb.deployments.loading import load
from catalogweb.deployments.manifests.as_wishes import Contents, contents_from
from catalogweb.deployments.manifests.template_specs import TemplateUse
from catalogweb.deployments.models import Application, Microservice
from catalogweb.deployments.wishes import write_application


class ApplicationChange(Shape):
    name = Text(min_length=1, max_length=200)
    description = Text()
    isActivated = Flag(source="is_activated")
    isSystem = Flag(source="is_system")


class ApplicationReplacement(ApplicationChange):
    """A list of microservices or routes, or a template, replaces those there are; without one they stay."""

    microservices = ApplicationMicroservice.listed()
    routes = ApplicationRoute.listed()
    template = TemplateChoice(required=False)

    @classmethod
    def read(cls, body: Any) -> dict[str, Any]:
        if body.get("natsAccess"):
            raise Invalid("natsAccess must be provided under natsConfig.natsAccess", field="natsAccess")
        return super().read(body)


class ApplicationCreation(ApplicationReplacement):
    name = Text(required=True, min_length=1, max_length=200)


class ApplicationList(TypedDict):
    applications: list[ApplicationReply]


class FlowList(TypedDict):
    flows: list[ApplicationReply]


class CreatedApplication(TypedDict):
    id: int
    name: str


Applications = QuerySet[Application]


def named(name: str, is_system: bool = False) -> Applications:
    return Application.objects.filter(name=name, is_system=is_system)


def numbered(id: str) -> Applications:
    return Application.objects.filter(pk=as_id(id))


def one(found: Applications, given: str) -> Application:
    application = found.first()
    if application is None:
        raise NotFound(f"Invalid application id '{given}'")
    return application


def _described(applications: Iterable[Application]) -> list[ApplicationReply]:
    """In a fixed number of statements."""
    applications = list(applications)
    rows = Microservice.objects.filter(application__in=[application.pk for application in applications])
    return application_replies(applications, load(rows.order_by("name")))


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    """What an application itself is changed by; system ones are made by the product."""
    fields = dict(given)
    if fields.pop("is_system", False):
        raise Protected("System applications are made by the controller only.", field="isSystem")
    return {key: value for key, value in fields.items() if key not in ("microservices", "routes", "template")}


def _contents(given: dict[str, Any], name: str, by: User) -> dict[str, Any]:
    """What the body lists, over what its template makes."""
    microservices, routes = given.get("microservices"), given.get("routes")
    contents = Contents(
        None if microservices is None else wishes_in(microservices),
        None if routes is None else [route_wish_in(entry) for entry in routes],
    )
    if "template" in given:
        variables = {entry["key"]: entry.get("value") for entry in given["template"].get("variables", ())}
        with agents_as_clients_name_them():
            contents = contents.over(contents_from(TemplateUse(given["template"]["name"], variables), name, by))
    return vars(contents)


def application_list(call: Call) -> ApplicationList:
    return {"applications": _described(Application.objects.filter(is_system=False))}


def application_get(call: Call, name: str) -> ApplicationReply:
    return _described([one(named(name), name)])[0]


def application_create(call: Call) -> CreatedApplication:
    """An application with its microservices and routes, stopped unless it says otherwise."""
    fields = {"is_activated": False} | _fields(call.given)
    contents = _contents(call.given, call.given["name"], call.by)
    application = write_application(by=call.by, application=None, **fields, **contents)
    return {"id": application.pk, "name": application.name}


def application_edit(call: Call, name: str) -> None:
    edit_application(by=call.by, application=one(named(name), name), **_fields(call.given))


def application_replace(call: Call, name: str) -> None:
    """Change it; microservices and routes that a given list lacks are deleted."""
    application, contents = one(named(name), name), _contents(call.given, name, call.by)
    write_application(by=call.by, application=application, **_fields(call.given), **contents)


def application_delete(call: Call, name: str) -> None:
    """Delete it with its microservices; clients rely on an unknown one being no failure."""
    _delete(call, Application.objects.filter(name=name))


def flow_list(call: Call) -> FlowList:
    return {"flows": application_list(call)["applications"]}


def flow_get(call: Call, id: str) -> ApplicationReply:
    return _described([one(numbered(id).filter(is_system=False), id)])[0]


def flow_create(call: Call) -> CreatedApplication:
    return application_create(call)


def flow_edit(call: Call, id: str) -> None:
    edit_application(by=call.by, application=one(numbered(id).filter(is_system=False), id), **_fields(call.given))


def flow_delete(call: Call, id: str) -> None:
    _delete(call, numbered(id))


def system_application_list(call: Call) -> ApplicationList:
    """Those that the controller made for itself."""
    return {"applications": _described(Application.objects.filter(is_system=True))}


def system_application_get(call: Call, name: str) -> ApplicationReply:
    return _described([one(named(name, is_system=True), name)])[0]


def system_application_delete(call: Call, name: str) -> None:
    """Delete it, on purpose, with its microservices."""
    _delete(call, Application.objects.filter(name=name), built_in=True)


def _delete(call: Call, found: Applications, *, built_in: bool = False) -> None:
    require(call.by, Right.CHANGE)
    for application in found:
        delete_application(by=call.by, application=application, built_in=built_in)


ROUTES = [
    Route("GET", "/application", application_list, gives=ApplicationList),
    Route(
        "POST",
        "/application",
        application_create,
        201,
        takes=ApplicationCreation,
        gives=CreatedApplication,
        renders=True,
    ),
    Route("GET", "/application/<str:name>", application_get, gives=ApplicationReply),
    Route("PATCH", "/application/<str:name>", application_edit, 204, takes=ApplicationChange, renders=True),
    Route("PUT", "/application/<str:name>", application_replace, 204, takes=ApplicationReplacement, renders=True),
    Route("DELETE", "/application/<str:name>", application_delete, 204),
    Route("GET", "/application/system", system_application_list, gives=ApplicationList),
    Route("GET", "/application/system/<str:name>", system_application_get, gives=ApplicationReply),
    Route("DELETE", "/application/system/<str:name>", system_application_delete, 204),
    Route("GET", "/flow", flow_list, gives=FlowList),
    Route("POST", "/flow", flow_create, 201, takes=ApplicationCreation, gives=CreatedApplication),
    Route("GET", "/flow/<str:id>", flow_get, gives=ApplicationReply),
    Route("PATCH", "/flow/<str:id>", flow_edit, 204, takes=ApplicationChange),
    Route("DELETE", "/flow/<str:id>", flow_delete, 204),
]
