"""Applications by name, and the same by number under /flow, which starting, stopping and renaming go through."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypedDict

from catalogweb.accounts.models import User
from catalogweb.api.fields import Flag, Shape, Text
from catalogweb.api.routes import Call, Route
from catalogweb.api.shapes.application_templates import TemplateChoice
from catalogweb.api.shapes.microservices import ApplicationMicroservice, wish_in
from catalogweb.api.shapes.replies import ApplicationReply, application_reply
from catalogweb.core.errors import Invalid, NotFound, Protected
from catalogweb.core.rights import Right, require
from catalogweb.deployments.applications import delete_application, edit_application
from catalogweb.deployments.manifests.as_wishes import wishes_from
from catalogweb.deployments.manifests.template_specs import TemplateUse
from catalogweb.deployments.models import Application, Microservice
from catalogweb.deployments.variables import shown_of
from catalogweb.deployments.wishes import Wish, write_application


class ApplicationChange(Shape):
    name = Text(min_length=1, max_length=200)
    description = Text()
    isActivated = Flag(source="is_activated")
    isSystem = Flag(source="is_system")


class ApplicationReplacement(ApplicationChange):
    """A list of microservices, or a template, replaces those there are; without either they stay."""

    microservices = ApplicationMicroservice.listed()
    template = TemplateChoice(required=False)


class ApplicationCreation(ApplicationReplacement):
    name = Text(required=True, min_length=1, max_length=200)


class ApplicationList(TypedDict):
    applications: list[ApplicationReply]


class FlowList(TypedDict):
    flows: list[ApplicationReply]


class CreatedApplication(TypedDict):
    id: int
    name: str


def application_with(name: str) -> Application:
    return _one(Application.objects.filter(name=name, is_system=False), name)


def flow_with(id: str) -> Application:
    number = int(id) if id.isdecimal() and len(id) < 18 else 0
    return _one(Application.objects.filter(pk=number, is_system=False), id)


def _one(found: Any, given: str) -> Application:
    application = found.first()
    if application is None:
        raise NotFound(f"Invalid application id '{given}'")
    return application


def _described(applications: Iterable[Application]) -> list[ApplicationReply]:
    """In a fixed number of statements."""
    applications = list(applications)
    microservices: defaultdict[int, list[Microservice]] = defaultdict(list)
    rows = Microservice.objects.detailed().filter(application__is_system=False).order_by("name")
    if len(applications) == 1:
        rows = rows.filter(application=applications[0])
    for row in rows:
        microservices[row.application_id].append(row)
    shown = shown_of(rows)
    return [application_reply(application, microservices[application.pk], shown) for application in applications]


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    """What an application itself is changed by; system ones are made by the product."""
    fields = dict(given)
    if fields.pop("is_system", False):
        raise Protected("System applications are made by the controller only.", field="isSystem")
    fields.pop("microservices", None)
    fields.pop("template", None)
    return fields


def _wishes(given: dict[str, Any], name: str, by: User) -> list[Wish] | None:
    """Those of the body, and those that its template makes and the body does not name."""
    own = [wish_in(entry) for entry in given["microservices"]] if "microservices" in given else None
    if "template" not in given:
        return own
    variables = {entry["key"]: entry.get("value") for entry in given["template"].get("variables", ())}
    try:
        made = wishes_from(TemplateUse(given["template"]["name"], variables), name, by)
    except NotFound as refusal:
        # As with an agent that the body itself names.
        raise Invalid(refusal.message, field="agent") if refusal.field == "agent" else refusal from None
    names = {wish.name for wish in own or ()}
    return [*(wish for wish in made if wish.name not in names), *(own or ())]


def application_list(call: Call) -> ApplicationList:
    return {"applications": _described(Application.objects.filter(is_system=False))}


def application_get(call: Call, name: str) -> ApplicationReply:
    return _described([application_with(name)])[0]


def application_create(call: Call) -> CreatedApplication:
    """An application with its microservices, stopped unless it says otherwise."""
    fields = {"is_activated": False} | _fields(call.given)
    wishes = _wishes(call.given, call.given["name"], call.by)
    application = write_application(by=call.by, application=None, microservices=wishes, **fields)
    return {"id": application.pk, "name": application.name}


def application_edit(call: Call, name: str) -> None:
    edit_application(by=call.by, application=application_with(name), **_fields(call.given))


def application_replace(call: Call, name: str) -> None:
    """Change it; microservices that a given list lacks are deleted."""
    application = application_with(name)
    wishes = _wishes(call.given, name, call.by)
    write_application(by=call.by, application=application, microservices=wishes, **_fields(call.given))


def application_delete(call: Call, name: str) -> None:
    """Delete it with its microservices; clients rely on an unknown one being no failure."""
    _delete(call, Application.objects.filter(name=name).first())


def flow_list(call: Call) -> FlowList:
    return {"flows": application_list(call)["applications"]}


def flow_get(call: Call, id: str) -> ApplicationReply:
    return _described([flow_with(id)])[0]


def flow_create(call: Call) -> CreatedApplication:
    return application_create(call)


def flow_edit(call: Call, id: str) -> None:
    edit_application(by=call.by, application=flow_with(id), **_fields(call.given))


def flow_delete(call: Call, id: str) -> None:
    number = int(id) if id.isdecimal() and len(id) < 18 else 0
    _delete(call, Application.objects.filter(pk=number).first())


def _delete(call: Call, application: Application | None) -> None:
    require(call.by, Right.CHANGE)
    if application:
        delete_application(by=call.by, application=application)


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
    Route("GET", "/flow", flow_list, gives=FlowList),
    Route("POST", "/flow", flow_create, 201, takes=ApplicationCreation, gives=CreatedApplication),
    Route("GET", "/flow/<str:id>", flow_get, gives=ApplicationReply),
    Route("PATCH", "/flow/<str:id>", flow_edit, 204, takes=ApplicationChange),
    Route("DELETE", "/flow/<str:id>", flow_delete, 204),
]
