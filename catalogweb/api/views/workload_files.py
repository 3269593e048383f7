"""Applications and microservices as YAML files, which the CLIs upload: the same wishes as in JSON, told by line."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from catalogweb.api.liquid import rendered
from catalogweb.api.routes import Call, Route
from catalogweb.api.shapes.microservices import agents_as_clients_name_them
from catalogweb.api.views.applications import CreatedApplication, named, one
from catalogweb.api.views.microservices import (
    CreatedMicroservice,
    application_in,
    created,
    ordinary_with,
    system_with,
)
from catalogweb.core.errors import Forbidden, Invalid, Refusal
from catalogweb.deployments.manifests.as_wishes import contents_of, wishes_of
from catalogweb.deployments.manifests.places import faults_of
from catalogweb.deployments.manifests.reader import Document
from catalogweb.deployments.manifests.single import read_one
from catalogweb.deployments.manifests.specs import ApplicationSpec, MicroserviceSpec
from catalogweb.deployments.manifests.templates import expanded
from catalogweb.deployments.wishes import Wish, adapt, fulfil, write_application


@contextmanager
def _pointing_into(document: Document) -> Iterator[None]:
    """What is refused says at which line of the file."""
    try:
        with agents_as_clients_name_them():
            yield
    except Forbidden:
        raise
    except Refusal as refusal:
        refusal.faults = refusal.faults or faults_of(refusal, document)
        raise


def _application(call: Call) -> tuple[ApplicationSpec, dict[str, Any]]:
    """The document, and what the application is to be: started, with those of its lists that the file has."""
    reading = read_one(call.text, "Application")
    with _pointing_into(reading.document):
        spec = expanded(reading.spec, call.by, reading.warnings) if reading.spec else None
        assert isinstance(spec, ApplicationSpec), "its kind was checked"
        contents = contents_of(spec)
    return spec, {**spec.fields, "name": spec.name, "is_activated": True, **vars(contents)}


def _microservice(call: Call) -> tuple[MicroserviceSpec, Wish]:
    """An uploaded microservice is whole: only its images and their registry stay when the file has none."""
    reading = read_one(call.text, "Microservice", render=lambda values: rendered(values, by=call.by))
    spec = reading.spec
    assert isinstance(spec, MicroserviceSpec), "its kind was checked"
    with _pointing_into(spec.document):
        [wish] = wishes_of([spec], as_sent=True)
        if len(wish.agents) > 1:
            raise Invalid("A file places a microservice on one agent; a manifest may name several.", field="agents")
    return spec, wish


def application_upload(call: Call) -> CreatedApplication:
    """Make the application of the file, and start it."""
    spec, fields = _application(call)
    with _pointing_into(spec.document):
        application = write_application(by=call.by, application=None, **fields)
    return {"id": application.pk, "name": application.name}


def application_upload_replace(call: Call, name: str) -> None:
    """Make the application what the file says, and start it; another name in the file renames it."""
    application, (spec, fields) = one(named(name), name), _application(call)
    with _pointing_into(spec.document):
        write_application(by=call.by, application=application, **fields)


def microservice_upload(call: Call) -> CreatedMicroservice:
    """Place the microservice of the file on its agent."""
    spec, wish = _microservice(call)
    with _pointing_into(spec.document):
        application = application_in({"application": spec.application})
        [microservice] = fulfil(by=call.by, application=application, wish=wish)
    return created(microservice)


def microservice_upload_edit(call: Call, uuid: str) -> None:
    """Make the microservice what the file says; another name in the file renames it."""
    microservice, (spec, wish) = ordinary_with(uuid), _microservice(call)
    with _pointing_into(spec.document):
        adapt(by=call.by, microservice=microservice, wish=wish)


def system_microservice_upload_edit(call: Call, uuid: str) -> None:
    """The same; its place in the start order stays the controller's business."""
    microservice, (spec, wish) = system_with(uuid), _microservice(call)
    assert isinstance(wish.container, Mapping), "what clients send says what differs"
    container = {name: value for name, value in wish.container.items() if name != "schedule"}
    with _pointing_into(spec.document):
        adapt(by=call.by, microservice=microservice, wish=replace(wish, container=container))


APPLICATION, MICROSERVICE = "application", "microservice"
ROUTES = [
    Route("POST", "/application/yaml", application_upload, 201, upload=APPLICATION, gives=CreatedApplication),
    Route("PUT", "/application/yaml/<str:name>", application_upload_replace, 204, upload=APPLICATION),
    Route("POST", "/microservices/yaml", microservice_upload, 201, upload=MICROSERVICE, gives=CreatedMicroservice),
    Route("PATCH", "/microservices/yaml/<str:uuid>", microservice_upload_edit, 204, upload=MICROSERVICE),
    Route("PATCH", "/microservices/system/yaml/<str:uuid>", system_microservice_upload_edit, 204, upload=MICROSERVICE),
]
