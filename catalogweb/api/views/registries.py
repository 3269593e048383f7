"""Registries. Their passwords come in, and never go out."""

from typing import TypedDict

from catalogweb.api.errors import built_in_said_as
from catalogweb.api.fields import Day, Email, Flag, Shape, Text
from catalogweb.api.routes import Call, Route
from catalogweb.api.views.catalog import Created
from catalogweb.catalog.models import Registry
from catalogweb.catalog.probing import ProbeStep, probe_registry
from catalogweb.catalog.registries import create_registry, delete_registry, warnings_of
from catalogweb.core.errors import Invalid, NotFound
from catalogweb.core.text import as_id
from catalogweb.deployments.registry_secrets import fetched_counts, latest_deliveries, rotate_registry_secret
from catalogweb.deployments.sources import edit_registry

DELIVERIES_TOLD = 1000
BUILT_IN = "Registry is system and can't be updated or deleted"


class RegistryFields(Shape):
    """A blank password keeps the stored one."""

    url = Text(min_length=1, max_length=500)
    isPublic = Flag()
    username = Text(min_length=1, max_length=200)
    password = Text()
    email = Email()
    requiresCert = Flag(source="requires_certificate")
    certificate = Text()
    secretReference = Text(source="secret_reference", max_length=500)
    expiresOn = Day(source="expires_on")


class RegistryChange(RegistryFields):
    """`removeCredentials` forgets user name and password: only that makes a private registry public again."""

    removeCredentials = Flag(source="remove_credentials")


class Rotation(Shape):
    """The new secret, or where it is kept; without `expiresOn` nothing is known of its end."""

    username = Text(max_length=200)
    password = Text(max_length=4000)
    secretReference = Text(source="secret_reference", max_length=500)
    expiresOn = Day(source="expires_on")


class RegistryCreation(RegistryFields):
    url = Text(required=True, min_length=1, max_length=500)
    isPublic = Flag(required=True)
    username = Text(required=True, min_length=1, max_length=200)
    password = Text(required=True)
    email = Email(required=True)


class RegistryEntry(TypedDict):
    id: int
    url: str
    isPublic: bool
    isSecure: bool
    certificate: str
    requiresCert: bool
    username: str
    userEmail: str
    userId: int | None


class RegistryDetail(RegistryEntry):
    password: str
    # Our own.
    secretReference: str
    secretVersion: int
    expiresOn: str | None
    warnings: list[str]


class DeliveryEntry(TypedDict):
    agentUuid: str | None
    agentName: str
    version: int
    at: str


class DeliveryList(TypedDict):
    secretVersion: int
    agents: int
    agentsWithNewest: int
    deliveries: list[DeliveryEntry]


class RegistryList(TypedDict):
    registries: list[RegistryEntry]


def entry(registry: Registry) -> RegistryEntry:
    return {
        "id": registry.pk,
        "url": registry.url,
        "isPublic": not registry.is_private,
        "isSecure": registry.is_secure,
        "certificate": registry.certificate,
        "requiresCert": registry.requires_certificate,
        "username": registry.username,
        "userEmail": registry.email,
        "userId": None,
    }


def registry_with(id: str, refusal: str = "Invalid registry id '{id}'") -> Registry:
    registry = Registry.objects.filter(pk=as_id(id)).first()
    if registry is None:
        raise NotFound(refusal.format(id=id))
    return registry


def registry_list(call: Call) -> RegistryList:
    return {"registries": [entry(registry) for registry in Registry.objects.order_by("pk")]}


def registry_get(call: Call, id: str) -> RegistryDetail:
    """One registry; the key `password` is there for clients that expect it, and always empty."""
    registry = registry_with(id)
    return {
        **entry(registry),
        "password": "",
        "secretReference": registry.secret_reference,
        "secretVersion": registry.secret_version,
        "expiresOn": registry.expires_on.isoformat() if registry.expires_on else None,
        "warnings": warnings_of(registry),
    }


def registry_create(call: Call) -> Created:
    """A registry with user name and password is private, whatever `isPublic` says."""
    fields = dict(call.given)
    return {"id": create_registry(by=call.by, is_private=not fields.pop("isPublic"), **fields).pk}


def registry_edit(call: Call, id: str) -> None:
    """Change what is given; a stored password keeps the registry private until its credentials are removed."""
    fields = dict(call.given)
    if "isPublic" in fields:
        fields["is_private"] = not fields.pop("isPublic")
    registry = registry_with(id, "Registry not found")
    with built_in_said_as(BUILT_IN):
        edit_registry(by=call.by, registry=registry, as_sent=True, **fields)


def registry_delete(call: Call, id: str) -> None:
    if not id.isdecimal():
        raise Invalid("Field 'id' is not of a type(s) integer", field="id")
    registry = registry_with(id)
    with built_in_said_as(BUILT_IN):
        delete_registry(by=call.by, registry=registry)


def registry_rotate(call: Call, id: str) -> None:
    """Put another secret in place of the one there is; the agents that need it fetch it."""
    with built_in_said_as(BUILT_IN):
        rotate_registry_secret(by=call.by, registry=registry_with(id), **call.given)


def registry_deliveries(call: Call, id: str) -> DeliveryList:
    """Which agent fetched which version of the secret first when, the newest first; at most the last 1,000."""
    registry = registry_with(id)
    agents, with_newest = fetched_counts(registry)
    return {
        "secretVersion": registry.secret_version,
        "agents": agents,
        "agentsWithNewest": with_newest,
        "deliveries": [
            {
                "agentUuid": row.agent.uuid if row.agent else None,
                "agentName": row.agent_name,
                "version": row.version,
                "at": row.at.isoformat(),
            }
            for row in latest_deliveries(registry)[:DELIVERIES_TOLD]
        ],
    }


class ProbeStepEntry(TypedDict):
    name: str
    status: str
    milliseconds: int
    # One of the failure classes, such as auth_rejected; empty when it went well.
    failure: str
    message: str
    suggestion: str
    detail: str
    image: str


class ProbeResult(TypedDict):
    # ok, unverified, or the class of the first failure.
    outcome: str
    steps: list[ProbeStepEntry]


def registry_probe(call: Call, id: str) -> ProbeResult:
    """Test a registry as an agent would use it, with every image that comes from it. 200 whatever comes of it."""
    report = probe_registry(by=call.by, registry=registry_with(id))
    return {"outcome": report.outcome, "steps": [_step(step) for step in report.steps]}


def _step(step: ProbeStep) -> ProbeStepEntry:
    return {
        "name": step.name,
        "status": step.status,
        "milliseconds": step.milliseconds,
        "failure": step.failure,
        "message": step.sentence,
        "suggestion": step.fix,
        "detail": step.detail,
        "image": step.subject,
    }


ROUTES = [
    Route("GET", "/registries", registry_list, gives=RegistryList),
    Route("POST", "/registries", registry_create, 201, takes=RegistryCreation, gives=Created, renders=True),
    Route("GET", "/registries/<str:id>", registry_get, gives=RegistryDetail),
    Route("PATCH", "/registries/<str:id>", registry_edit, 204, takes=RegistryChange, renders=True),
    Route("POST", "/registries/<str:id>/rotate", registry_rotate, 204, takes=Rotation),
    Route("GET", "/registries/<str:id>/deliveries", registry_deliveries, gives=DeliveryList),
    Route("DELETE", "/registries/<str:id>", registry_delete, 204),
    Route("POST", "/registries/<str:id>/probe", registry_probe, gives=ProbeResult),
]
