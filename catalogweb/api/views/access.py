"""Roles, who has them, and the accounts of microservices: a view on the product's own three roles.

A rule that nothing here enforces would be a lie, so that whatever would store one is refused.
"""

from collections.abc import Callable
from typing import NoReturn, TypedDict

from django.db.models import QuerySet

from catalogweb.accounts.models import User
from catalogweb.api.routes import Call, Route
from catalogweb.api.wire import iso
from catalogweb.core.errors import Invalid, NotFound
from catalogweb.core.rights import GRANTS, Right, require
from catalogweb.core.rights import Role as Ours
from catalogweb.core.storing import same
from catalogweb.core.text import typed
from catalogweb.deployments.models import Application, Microservice

VERSION = "datasance.com/v3"
# Our roles by the names that clients of the wire know.
NAMES = {Ours.SUPERUSER: "admin", Ours.OPERATOR: "sre", Ours.VIEWER: "viewer"}
# What a container may do here: nothing, it has no token.
CONTAINER = "microservice"
CHANGEABLE = [
    "microservices", "fogs", "applications", "systemApplications", "systemMicroservices", "applicationTemplates",
    "flows", "catalog", "registries", "secrets", "configMaps", "volumeMounts", "edgeResources", "routes", "router",
    "config", "tunnels", "diagnostics",
]  # fmt: skip
READABLE = [*CHANGEABLE, "capabilities", "controller", "roles", "serviceAccounts"]


class Rule(TypedDict):
    apiGroups: list[str]
    resources: list[str]
    verbs: list[str]
    resourceNames: list[str]


class Role(TypedDict):
    name: str
    apiVersion: str
    kind: str
    rules: list[Rule]


class RoleRef(TypedDict):
    kind: str
    name: str


class Binding(TypedDict):
    id: int
    name: str
    apiVersion: str
    kind: str
    roleRef: RoleRef
    roleId: int | None
    subjects: list[RoleRef]
    createdAt: str
    updatedAt: str


class ApplicationName(TypedDict):
    name: str


class ServiceAccount(TypedDict):
    id: int
    name: str
    applicationId: int
    applicationName: str
    application: ApplicationName
    microserviceUuid: str
    roleRef: RoleRef
    roleId: int | None
    createdAt: str
    updatedAt: str


class Roles(TypedDict):
    roles: list[Role]


class OneRole(TypedDict):
    role: Role


class Bindings(TypedDict):
    bindings: list[Binding]


class OneBinding(TypedDict):
    binding: Binding


class ServiceAccounts(TypedDict):
    serviceAccounts: list[ServiceAccount]


class OneServiceAccount(TypedDict):
    serviceAccount: ServiceAccount


# The widest right that a role has decides.
RULES: dict[Right, list[tuple[list[str], list[str]]]] = {
    Right.ADMINISTER: [(["*"], ["*"])],
    Right.CHANGE: [(CHANGEABLE, ["*"]), (READABLE, ["get", "list"])],
    Right.READ: [(READABLE, ["get", "list"])],
}


def _role(name: str, rules: list[tuple[list[str], list[str]]]) -> Role:
    shown: list[Rule] = [
        {"apiGroups": [""], "resources": resources, "verbs": verbs, "resourceNames": []} for resources, verbs in rules
    ]
    return {"name": name, "apiVersion": VERSION, "kind": "Role", "rules": shown}


def _roles() -> list[Role]:
    people = [_role(NAMES[role], next(RULES[right] for right in RULES if right in GRANTS[role])) for role in NAMES]
    return [*people, _role(CONTAINER, [])]


def _reference(name: str) -> RoleRef:
    return {"kind": "Role", "name": name}


def role_list(call: Call) -> Roles:
    """The three roles that people can have, and that of containers."""
    return {"roles": _roles()}


def role_get(call: Call, name: str) -> OneRole:
    for role in _roles():
        if role["name"] == name:
            return {"role": role}
    raise NotFound(f"Role '{name}' not found")


# --- who has them -----------------------------------------------------------------------------------


def _users(call: Call) -> QuerySet[User]:
    """Those who can sign in; only who manages users may know of them."""
    require(call.by, Right.ADMINISTER)
    return User.objects.filter(is_active=True, is_activated=True).order_by("pk")


def _binding(user: User) -> Binding:
    at = iso(user.created_at)
    return {
        "id": user.pk,
        "name": user.email,
        "apiVersion": VERSION,
        "kind": "RoleBinding",
        "roleRef": _reference(NAMES[Ours(user.role)]),
        "roleId": None,
        "subjects": [{"kind": "User", "name": user.email}],
        "createdAt": at,
        "updatedAt": at,
    }


def binding_list(call: Call) -> Bindings:
    """One binding for each user."""
    return {"bindings": [_binding(user) for user in _users(call)]}


def binding_get(call: Call, name: str) -> OneBinding:
    user = _users(call).filter(same("email", typed(name))).first()
    if user is None:
        raise NotFound(f"RoleBinding '{name}' not found")
    return {"binding": _binding(user)}


# --- accounts of microservices ----------------------------------------------------------------------


def _account(microservice: Microservice) -> ServiceAccount:
    application = microservice.application
    return {
        "id": microservice.pk,
        "name": microservice.name,
        "applicationId": application.pk,
        "applicationName": application.name,
        "application": {"name": application.name},
        "microserviceUuid": microservice.uuid,
        "roleRef": _reference(CONTAINER),
        "roleId": None,
        "createdAt": iso(microservice.created_at),
        "updatedAt": iso(microservice.updated_at),
    }


def _microservices(application: str) -> QuerySet[Microservice]:
    rows = Microservice.objects.select_related("application").order_by("application__name", "name", "pk")
    if not application:
        return rows
    if not Application.objects.filter(name=application).exists():
        raise NotFound(f"Application '{application}' not found")
    return rows.filter(application__name=application)


def account_list(call: Call) -> ServiceAccounts:
    """One account for each microservice; `applicationName` keeps those of one application."""
    return {"serviceAccounts": [_account(row) for row in _microservices(call.query.get("applicationName", ""))]}


def account_get(call: Call, application: str, name: str) -> OneServiceAccount:
    microservice = _microservices(application).filter(name=name).first()
    if microservice is None:
        raise NotFound(f"ServiceAccount '{name}' not found in application '{application}'")
    return {"serviceAccount": _account(microservice)}


# --- what is refused ----------------------------------------------------------------------------------


def _refuse() -> NoReturn:
    raise Invalid(
        "Roles are fixed here, and no rule is stored that would not be enforced: admin, sre and viewer are the roles "
        "of users, who get them on the page Users; a microservice's account comes and goes with it."
    )


def access_create(call: Call) -> None:
    _refuse()


def role_edit(call: Call, name: str) -> None:
    role_get(call, name)
    _refuse()


def binding_edit(call: Call, name: str) -> None:
    binding_get(call, name)
    _refuse()


def account_edit(call: Call, application: str, name: str) -> None:
    account_get(call, application, name)
    _refuse()


REFUSED: list[tuple[str, str, Callable[..., None]]] = [
    ("POST", "/roles", access_create),
    ("POST", "/roles/yaml", access_create),
    ("PATCH", "/roles/yaml/<str:name>", role_edit),
    ("PATCH", "/roles/<str:name>", role_edit),
    ("DELETE", "/roles/<str:name>", role_edit),
    ("POST", "/rolebindings", access_create),
    ("POST", "/rolebindings/yaml", access_create),
    ("PATCH", "/rolebindings/yaml/<str:name>", binding_edit),
    ("PATCH", "/rolebindings/<str:name>", binding_edit),
    ("DELETE", "/rolebindings/<str:name>", binding_edit),
    ("POST", "/serviceaccounts", access_create),
    ("POST", "/serviceaccounts/yaml", access_create),
    ("PATCH", "/serviceaccounts/yaml/<str:application>/<str:name>", account_edit),
    ("PATCH", "/serviceaccounts/<str:application>/<str:name>", account_edit),
    ("DELETE", "/serviceaccounts/<str:application>/<str:name>", account_edit),
]
ROUTES = [
    Route("GET", "/roles", role_list, gives=Roles),
    Route("GET", "/rolebindings", binding_list, gives=Bindings),
    Route("GET", "/serviceaccounts", account_list, gives=ServiceAccounts, query=("applicationName",)),
    *[Route(method, path, handler, 400, is_shown=False) for method, path, handler in REFUSED],
    Route("GET", "/roles/<str:name>", role_get, gives=OneRole),
    Route("GET", "/rolebindings/<str:name>", binding_get, gives=OneBinding),
    Route("GET", "/serviceaccounts/<str:application>/<str:name>", account_get, gives=OneServiceAccount),
]
