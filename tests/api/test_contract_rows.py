"""The contract's endpoint tables, row by row: each success with the flags that it raises, each failure by its name."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from catalogweb.api.urls import TABLES
from tests.api.conftest import WireClient, fault_of
from tests.api.world import TUNNEL_HOST, File, Row, make_world, raised, send, settle
from tests.factories import PASSWORD

IMAGES = [{"containerImage": "team/web:1", "fogTypeId": 1}, {"containerImage": "", "fogTypeId": 2}]
MICROSERVICE = {"name": "fresh", "application": "shop", "iofogUuid": "{agent}", "images": IMAGES}
ITEM = {"name": "fresh", "registryId": 1, "images": IMAGES}
REGISTRY = {"url": "new.example.org", "isPublic": True, "username": "ann", "password": "", "email": "ann@example.org"}
ROUTE = {"name": "fresh", "application": "shop", "from": "till", "to": "web"}
RESOURCE = {"name": "fresh", "version": "v1.0.0", "interfaceProtocol": "https"}
VOLUME = {"hostDestination": "/a", "containerDestination": "/b", "accessMode": "rw"}
PORT = {"internal": 81, "external": 5081}
APPLICATION_FILE = "kind: Application\nmetadata: {name: %s}\nspec: {description: new}\n"
MICROSERVICE_FILE = (
    "kind: Microservice\nmetadata: {name: %s}\nspec: {agent: {name: north-1}, images: {x86: 'team/new:1'}}\n"
)
OWN_FILE = (MICROSERVICE_FILE % "system-north-1/router").replace("}}", "}, schedule: 3}")
TEMPLATE_FILE = "kind: ApplicationTemplate\nmetadata: {name: %s}\nspec: {application: {microservices: []}}\n"
SECRET_FILE = "kind: Secret\nmetadata: {name: %s}\nspec: {type: Opaque}\ntype: Opaque\ndata: {a: b}\n"
CONFIG_FILE = "kind: ConfigMap\nmetadata: {name: %s}\nspec: {}\ndata: {a: b}\n"
MOUNT_FILE = "kind: VolumeMount\nmetadata: {name: %s}\nspec: {configMapName: conf}\n"
MANIFEST = "apiVersion: iofog.org/v3\nkind: Application\nmetadata: {name: fresh}\n"

BOTH = "microservice_list microservice_config"
ONE, OWN = "/microservices/{web}", "/microservices/system/{own}"
VALIDATION, MISSING = (400, "ValidationError"), (404, "NotFoundError")
DUPLICATE, CONFLICT = (409, "DuplicatePropertyError"), (409, "ConflictError")


def ok(request: str, status: int = 200, body: Any = None, flags: str = "") -> Row:
    return Row(request, status, body, flags=frozenset(flags.split()))


def no(request: str, fault: tuple[int, str], words: str, body: Any = None) -> Row:
    return Row(request, fault[0], body, fault[1], words)


SUCCESSES = [
    ok("POST /user/login", body={"email": "ann@here.example.org", "password": PASSWORD, "totp": ""}),
    ok("GET /email-activation"),
    ok("POST /user/logout", 204),
    ok("GET /user/profile"),
    ok("PATCH /user/profile", body={"firstName": "Anna"}),
    ok("GET /catalog/microservices"),
    ok("POST /catalog/microservices", 201, ITEM),
    ok("GET /catalog/microservices/{item}"),
    ok("GET /catalog/microservices/1"),
    ok("PATCH /catalog/microservices/{item}", 204, {"images": IMAGES}),
    ok(
        "PATCH /catalog/microservices/{used_item}",
        204,
        {"images": [IMAGES[0] | {"containerImage": "team/web:9"}]},
        BOTH,
    ),
    ok("DELETE /catalog/microservices/{item}", 204),
    ok("GET /registries"),
    ok("POST /registries", 201, REGISTRY),
    ok("GET /registries/{registry}"),
    ok("PATCH /registries/{registry}", 204, {"email": "new@example.org"}),
    ok("PATCH /registries/{used_registry}", 204, {"password": "another"}, "registries"),
    ok("POST /registries/{used_registry}/rotate", 204, {"password": "another"}, "registries"),
    ok("GET /registries/{registry}/deliveries"),
    ok("DELETE /registries/{registry}", 204),
    ok("GET /applicationTemplates"),
    ok("POST /applicationTemplate", 201, {"name": "fresh"}),
    ok("POST /applicationTemplate/yaml", 201, File("template", TEMPLATE_FILE % "fresh")),
    ok("PUT /applicationTemplate/yaml/fresh", 200, File("template", TEMPLATE_FILE % "fresh")),
    ok("GET /applicationTemplate/shop-template"),
    ok("PUT /applicationTemplate/fresh", 200, {"name": "fresh"}),
    ok("PATCH /applicationTemplate/shop-template", 204, {"description": "fresh"}),
    ok("DELETE /applicationTemplate/shop-template", 204),
    ok("DELETE /applicationTemplate/none", 204),
    ok("GET /application"),
    ok(
        "POST /application",
        201,
        {"name": "fresh", "isActivated": True, "microservices": [MICROSERVICE | {"application": None}]},
        BOTH,
    ),
    ok("POST /application/yaml", 201, File("application", APPLICATION_FILE % "fresh")),
    ok("GET /application/shop"),
    ok("PATCH /application/shop", 204, {"isActivated": False}, f"{BOTH} registries"),
    ok("PATCH /application/shop", 204, {"description": "fresh"}),
    ok("PUT /application/shop", 204, {"name": "shop", "description": "fresh"}),
    ok("PUT /application/shop", 204, {"name": "shop", "microservices": []}, f"{BOTH} registries"),
    ok("PUT /application/yaml/shop", 204, File("application", APPLICATION_FILE % "shop")),
    ok("DELETE /application/shop", 204, flags=f"{BOTH} registries"),
    ok("DELETE /application/none", 204),
    ok("GET /application/system"),
    ok("GET /application/system/system-north-1"),
    ok("DELETE /application/system/system-north-1", 204, flags=BOTH),
    ok("GET /flow"),
    ok("POST /flow", 201, {"name": "fresh"}),
    ok("GET /flow/{flow}"),
    ok("PATCH /flow/{flow}", 204, {"isActivated": False}, f"{BOTH} registries"),
    ok("DELETE /flow/{flow}", 204, flags=f"{BOTH} registries"),
    ok("DELETE /flow/99999999", 204),
    ok("GET /microservices"),
    ok("GET /microservices?application=shop"),
    ok("GET /microservices?flowId={flow}"),
    ok("POST /microservices", 201, MICROSERVICE, BOTH),
    ok("POST /microservices/yaml", 201, File("microservice", MICROSERVICE_FILE % "shop/fresh"), BOTH),
    ok(
        "POST /deployments",
        201,
        {"name": "fresh", "application": "shop", "agents": ["north-1"], "catalogItemId": 4},
        BOTH,
    ),
    ok("GET /microservices/public-ports"),
    ok(f"GET {ONE}"),
    ok(f"PATCH {ONE}", 204, {"cmd": ["run"]}, BOTH),
    ok("PATCH /microservices/yaml/{web}", 204, File("microservice", MICROSERVICE_FILE % "shop/web"), BOTH),
    ok(f"DELETE {ONE}", 204, flags=BOTH),
    ok(f"PATCH {ONE}/rebuild", 204, flags=BOTH),
    ok(f"PATCH {ONE}/stop", 204, flags=BOTH),
    ok(f"PATCH {ONE}/start", 204),
    ok(f"GET {ONE}/config"),
    ok(f"PATCH {ONE}/config", 204, {"a": 1}, BOTH),
    ok(f"DELETE {ONE}/config", 204),
    ok("GET /microservices/{till}/port-mapping"),
    ok(f"POST {ONE}/port-mapping", 201, PORT, BOTH),
    ok("DELETE /microservices/{till}/port-mapping/80", 204, flags=BOTH),
    ok(f"GET {ONE}/volume-mapping"),
    ok(f"POST {ONE}/volume-mapping", 201, VOLUME, BOTH),
    ok("GET /microservices/system"),
    ok(f"GET {OWN}"),
    ok(f"PATCH {OWN}", 204, {"cmd": ["run"]}, BOTH),
    ok(
        "PATCH /microservices/system/yaml/{own}",
        204,
        File("microservice", OWN_FILE),
        BOTH,
    ),
    ok(f"PATCH {OWN}/rebuild", 204, flags=BOTH),
    ok(f"GET {OWN}/config"),
    ok(f"PATCH {OWN}/config", 204, {"a": 1}, BOTH),
    ok(f"DELETE {OWN}/config", 204),
    ok(f"GET {OWN}/port-mapping"),
    ok(f"POST {OWN}/port-mapping", 201, PORT, BOTH),
    ok(f"GET {OWN}/volume-mapping"),
    ok(f"POST {OWN}/volume-mapping", 201, VOLUME, BOTH),
    ok("GET /routes"),
    ok("POST /routes", 200, ROUTE, BOTH),
    ok("GET /routes/shop/sale"),
    ok("PATCH /routes/shop/sale", 204, ROUTE, BOTH),
    ok("DELETE /routes/shop/sale", 204, flags=BOTH),
    ok("POST /microservices/{till}/routes/{web}", 201, flags=BOTH),
    ok("DELETE /microservices/{web}/routes/{till}", 204, flags=BOTH),
    ok("GET /iofog-list"),
    ok("GET /iofog-list?system=false&filters[0][key]=name&filters[0][value]=north&filters[0][condition]=has"),
    ok("POST /iofog", 201, {"name": "fresh", "fogType": 1}),
    ok("GET /iofog/{agent}"),
    ok("PATCH /iofog/{agent}", 204, {"logLevel": "FINE"}, "config"),
    ok("PATCH /iofog/{agent}", 204, {"routerMode": "none"}, "config"),
    ok("PATCH /iofog/{agent}", 204, {"description": "fresh"}),
    ok("DELETE /iofog/{agent}", 202),
    ok("GET /iofog/{agent}/provisioning-key", 201),
    ok("POST /iofog/{agent}/version/upgrade", 204, flags="version"),
    ok("POST /iofog/{agent}/version/rollback", 204, flags="version"),
    ok("POST /iofog/{agent}/reboot", 204, flags="reboot"),
    ok("POST /iofog/{agent}/prune", 204, flags="prune"),
    ok("GET /iofog/{agent}/hal/hw"),
    ok("GET /iofog/{agent}/hal/usb"),
    ok("GET /iofog/{agent}/tunnel"),
    ok("PATCH /iofog/{agent}/tunnel", 204, {"action": "open"}, "tunnel"),
    ok("PATCH /iofog/{agent}/tunnel", 204, {"action": "close"}, "tunnel"),
    ok(f"POST {ONE}/image-snapshot", 201, flags="image_snapshot"),
    ok(f"PATCH {ONE}/strace", 204, {"enable": True}, "diagnostics"),
    ok(f"GET {ONE}/strace?format=string"),
    ok("GET /edgeResources"),
    ok("POST /edgeResource", 200, RESOURCE),
    ok("GET /edgeResource/cam"),
    ok("GET /edgeResource/cam/v1.0.0"),
    ok("PUT /edgeResource/cam/v1.0.0", 200, {"description": "fresh"}, "linked_edge_resources"),
    ok("PUT /edgeResource/fresh/v1.0.0", 200, RESOURCE),
    ok("DELETE /edgeResource/cam/v1.0.0", 202, flags="linked_edge_resources"),
    ok("POST /edgeResource/lamp/v1.0.0/link", 200, {"uuid": "{agent}"}, "linked_edge_resources"),
    ok("DELETE /edgeResource/cam/v1.0.0/link", 200, {"uuid": "{agent}"}, "linked_edge_resources"),
    ok("GET /secrets"),
    ok("POST /secrets", 201, {"name": "fresh", "type": "Opaque", "data": {"a": "b"}}),
    ok("POST /secrets/yaml", 201, File("secret", SECRET_FILE % "fresh")),
    ok("GET /secrets/db"),
    ok("PATCH /secrets/tls", 200, {"data": {"a": "b"}}, "volume_mounts"),
    ok("PATCH /secrets/yaml/db", 200, File("secret", SECRET_FILE % "db")),
    ok("DELETE /secrets/db"),
    ok("GET /configmaps"),
    ok("POST /configmaps", 201, {"name": "fresh", "data": {"a": 1}}),
    ok("POST /configmaps/yaml", 201, File("configMap", CONFIG_FILE % "fresh")),
    ok("GET /configmaps/conf"),
    ok("PATCH /configmaps/conf", 200, {"data": {"a": 1}}),
    ok("PATCH /configmaps/yaml/conf", 200, File("configMap", CONFIG_FILE % "conf")),
    ok("DELETE /configmaps/conf"),
    ok("GET /volumeMounts"),
    ok("POST /volumeMounts", 200, {"name": "fresh", "secretName": "db"}),
    ok("POST /volumeMounts/yaml", 200, File("volumeMount", MOUNT_FILE % "fresh")),
    ok("GET /volumeMounts/certs"),
    ok("PATCH /volumeMounts/certs", 200, {"configMapName": "conf"}, "volume_mounts"),
    ok("PATCH /volumeMounts/yaml/certs", 200, File("volumeMount", MOUNT_FILE % "certs"), "volume_mounts"),
    ok("DELETE /volumeMounts/certs", 202, flags="volume_mounts"),
    ok("GET /volumeMounts/certs/link"),
    ok("POST /volumeMounts/certs/link", 200, {"fogUuids": ["{agent}"]}),
    ok("DELETE /volumeMounts/certs/link", 200, {"fogUuids": ["{agent}"]}, "volume_mounts"),
    ok("GET /router"),
    ok("PUT /router", 200, {"host": "10.0.0.2"}),
    ok("GET /config"),
    ok("PUT /config", 200, {"key": "fresh", "value": "1"}),
    ok("GET /config/known"),
    ok("HEAD /capabilities/edgeResources", 204),
    ok("HEAD /capabilities/applicationTemplates", 204),
    ok("POST /manifests", 200, {"manifest": MANIFEST}),
    ok("GET /events"),
    ok("DELETE /events", 200, {"days": 0}),
    ok("GET /roles"),
    ok("GET /roles/admin"),
    ok("GET /rolebindings"),
    ok("GET /rolebindings/ann@here.example.org"),
    ok("GET /serviceaccounts"),
    ok("GET /serviceaccounts?applicationName=shop"),
    ok("GET /serviceaccounts/shop/web"),
    ok("GET /services"),
    ok("GET /certificates"),
    ok("GET /certificates/ca"),
    ok("GET /certificates/expiring?days=30"),
    ok("GET /nats/accounts"),
    ok("GET /nats/users"),
    ok("GET /nats/account-rules"),
    ok("GET /nats/user-rules"),
    ok("GET /cluster/controllers"),
    ok("GET /fog-types/"),
]
FAILURES = [
    no("POST /user/login", VALIDATION, "Required field 'password' is missing", {"email": "ann@here.example.org"}),
    no(
        "POST /user/login",
        (401, "InvalidCredentialsError"),
        "Invalid credentials",
        {"email": "a@b.org", "password": "x"},
    ),
    no("POST /user/refresh", VALIDATION, "Required field 'refreshToken' is missing", {}),
    no("POST /user/refresh", (401, "InvalidCredentialsError"), "invalid token", {"refreshToken": "x"}),
    no(
        "POST /user/signup",
        (403, "ForbiddenError"),
        "",
        {"firstName": "Ann", "lastName": "Boe", "email": "a@b.org", "password": "x" * 12},
    ),
    no("GET /user/signup/resend-activation", VALIDATION, "Required field 'email' is missing"),
    no("POST /user/activate", VALIDATION, "Required field 'activationCode' is missing", {}),
    no("POST /user/activate", MISSING, "Activation code not found", {"activationCode": "x"}),
    no("PATCH /user/profile", VALIDATION, "Field firstName does not meet minimum length of 3", {"firstName": "x"}),
    no("DELETE /user/profile", VALIDATION, "superuser"),
    no("PATCH /user/password", VALIDATION, "Old password is incorrect", {"oldPassword": "x", "newPassword": "y" * 12}),
    no("DELETE /user/password", (400, "EmailActivationSetupError"), "", {"email": "ann@here.example.org"}),
    no("GET /catalog/microservices/none", MISSING, "Invalid catalog item id 'none'"),
    no(
        "POST /catalog/microservices",
        VALIDATION,
        "Required field 'images' is missing",
        {"name": "fresh", "registryId": 1},
    ),
    no("POST /catalog/microservices", DUPLICATE, "Duplicate name 'used-item'", ITEM | {"name": "used-item"}),
    no("POST /catalog/microservices", DUPLICATE, "Duplicate name 'Router'", ITEM | {"name": "Router"}),
    no("POST /catalog/microservices", MISSING, "Invalid registry id '999'", ITEM | {"registryId": 999}),
    no("PATCH /catalog/microservices/9999", MISSING, "Invalid catalog item id '9999'", {}),
    no("PATCH /catalog/microservices/1", VALIDATION, "Catalog item id 1 is system and can't be updated", {"name": "x"}),
    no("PATCH /catalog/microservices/{item}", MISSING, "Invalid registry id '999'", {"registryId": 999}),
    no("PATCH /catalog/microservices/{item}", DUPLICATE, "Duplicate name 'used-item'", {"name": "used-item"}),
    no("DELETE /catalog/microservices/9999", MISSING, "Invalid catalog item id '9999'"),
    no("DELETE /catalog/microservices/1", VALIDATION, "Catalog item id 1 is system and can't be deleted"),
    no("DELETE /catalog/microservices/{used_item}", VALIDATION, "used-item"),
    no("GET /registries/999", MISSING, "Invalid registry id '999'"),
    no("POST /registries", VALIDATION, "Field username does not meet minimum length of 1", REGISTRY | {"username": ""}),
    no("PATCH /registries/999", MISSING, "Registry not found", {}),
    no("PATCH /registries/1", VALIDATION, "Registry is system and can't be updated or deleted", {"email": "a@b.org"}),
    no("POST /registries/999/rotate", MISSING, "Invalid registry id '999'", {"password": "another"}),
    no("POST /registries/1/rotate", VALIDATION, "", {"password": "another"}),
    no("POST /registries/999/probe", MISSING, "Invalid registry id '999'"),
    no("GET /registries/999/deliveries", MISSING, "Invalid registry id '999'"),
    no("DELETE /registries/none", VALIDATION, "Field 'id' is not of a type(s) integer"),
    no("DELETE /registries/999", MISSING, "Invalid registry id '999'"),
    no("DELETE /registries/2", VALIDATION, "Registry is system and can't be updated or deleted"),
    no("DELETE /registries/{used_registry}", VALIDATION, "in use"),
    no("GET /applicationTemplate/none", MISSING, "Could not find Application Template none"),
    no("POST /applicationTemplate", DUPLICATE, "shop-template", {"name": "shop-template"}),
    no(
        "POST /applicationTemplate",
        VALIDATION,
        "Required field 'variables[0].key' is missing",
        {"name": "fresh", "variables": [{}]},
    ),
    no("PATCH /applicationTemplate/none", MISSING, "", {"description": "x"}),
    no("POST /applicationTemplate/yaml", VALIDATION, "Template file missing", File("wrong", TEMPLATE_FILE % "fresh")),
    no(
        "PUT /applicationTemplate/yaml/fresh",
        VALIDATION,
        "Invalid kind Secret",
        File("template", SECRET_FILE % "fresh"),
    ),
    no("PUT /applicationTemplate/fresh", VALIDATION, "Invalid format for field 'name'", {"name": "N_"}),
    no("GET /application/none", MISSING, "Invalid application id 'none'"),
    no("GET /application/system-north-1", MISSING, "Invalid application id 'system-north-1'"),
    no("GET /application/system/shop", MISSING, "Invalid application id 'shop'"),
    no("POST /application", DUPLICATE, "Duplicate name 'taken'", {"name": "taken"}),
    no("POST /application", VALIDATION, "Invalid format for field 'name'", {"name": "N_"}),
    no(
        "POST /application",
        MISSING,
        "Could not find Application Template none",
        {"name": "fresh", "template": {"name": "none"}},
    ),
    no("PATCH /application/none", MISSING, "Invalid application id", {}),
    no("PUT /application/none", MISSING, "Invalid application id 'none'", {"name": "none"}),
    no(
        "PUT /application/yaml/none",
        MISSING,
        "Invalid application id 'none'",
        File("application", APPLICATION_FILE % "none"),
    ),
    no("DELETE /application/system-north-1", VALIDATION, "system"),
    no("POST /application/yaml", VALIDATION, "Application file missing", File("wrong", APPLICATION_FILE % "fresh")),
    no("POST /application/yaml", VALIDATION, "Invalid kind Secret", File("application", SECRET_FILE % "fresh")),
    no("POST /flow", DUPLICATE, "Duplicate name 'taken'", {"name": "taken"}),
    no("GET /flow/none", MISSING, "Invalid application id 'none'"),
    no("PATCH /flow/99999999", MISSING, "Invalid application id '99999999'", {}),
    no("GET /microservices?application=none", MISSING, "Invalid application id 'none'"),
    no("GET /microservices/none", MISSING, "Invalid microservice user or UUID"),
    no("POST /microservices", VALIDATION, "Invalid ioFog UUID 'none'", MICROSERVICE | {"iofogUuid": "none"}),
    no("POST /microservices", VALIDATION, "", MICROSERVICE | {"iofogUuid": None}),
    no("POST /microservices", VALIDATION, "", MICROSERVICE | {"images": None}),
    no("POST /microservices", MISSING, "Invalid catalog item id '9999'", MICROSERVICE | {"catalogItemId": 9999}),
    no("POST /microservices", MISSING, "Invalid registry id '999'", MICROSERVICE | {"registryId": 999}),
    no("POST /microservices", MISSING, "Invalid application id 'none'", MICROSERVICE | {"application": "none"}),
    no("POST /microservices", DUPLICATE, "Duplicate name 'web'", MICROSERVICE | {"name": "web"}),
    no(
        "POST /microservices",
        VALIDATION,
        "Port '5080' is not available",
        MICROSERVICE | {"ports": [PORT | {"external": 5080}]},
    ),
    no(
        "POST /microservices",
        VALIDATION,
        "Port '54321' is reserved",
        MICROSERVICE | {"ports": [PORT | {"external": 54321}]},
    ),
    no(
        "POST /microservices/yaml",
        VALIDATION,
        "Microservice file missing",
        File("wrong", MICROSERVICE_FILE % "shop/fresh"),
    ),
    no(
        "POST /microservices/yaml",
        MISSING,
        "Invalid application id 'none'",
        File("microservice", MICROSERVICE_FILE % "none/fresh"),
    ),
    no("POST /deployments", VALIDATION, "", {"name": "fresh", "application": "shop", "agents": [], "catalogItemId": 4}),
    no("PATCH /microservices/none", MISSING, "Invalid microservice user or UUID", {}),
    no("PATCH /microservices/{own}", VALIDATION, "System microservice router can't be updated here.", {"cmd": ["run"]}),
    no(f"PATCH {ONE}", DUPLICATE, "Duplicate name 'till'", {"name": "till"}),
    no(
        "PATCH /microservices/yaml/none",
        MISSING,
        "Invalid microservice user or UUID",
        File("microservice", MICROSERVICE_FILE % "shop/web"),
    ),
    no("DELETE /microservices/none", MISSING, "Invalid microservice user or UUID"),
    no("PATCH /microservices/none/rebuild", MISSING, "Invalid microservice"),
    no("PATCH /microservices/none/start", MISSING, "Invalid microservice"),
    no("PATCH /microservices/none/stop", MISSING, "Invalid microservice"),
    no("GET /microservices/none/config", MISSING, "Invalid microservice"),
    no("PATCH /microservices/none/config", MISSING, "Invalid microservice", {}),
    no("DELETE /microservices/none/config", MISSING, "Invalid microservice"),
    no("GET /microservices/none/port-mapping", MISSING, "Invalid microservice"),
    no("POST /microservices/none/port-mapping", MISSING, "Invalid microservice", PORT),
    no("POST /microservices/{till}/port-mapping", VALIDATION, "Port mapping already exists", PORT | {"internal": 80}),
    no("DELETE /microservices/none/port-mapping/80", MISSING, "Invalid microservice"),
    no(f"DELETE {ONE}/port-mapping/80", MISSING, "port mapping not exists"),
    no("GET /microservices/none/volume-mapping", MISSING, "Invalid microservice"),
    no("POST /microservices/none/volume-mapping", MISSING, "Invalid microservice", VOLUME),
    no("DELETE /microservices/none/volume-mapping/1", MISSING, "Invalid microservice"),
    no(f"DELETE {ONE}/volume-mapping/1", VALIDATION, "Invalid volume mapping id '1'"),
    no("GET /microservices/system/none", MISSING, "Invalid microservice"),
    no("PATCH /microservices/system/{web}", MISSING, "Invalid microservice", {}),
    no(
        "PATCH /microservices/system/yaml/{web}",
        MISSING,
        "Invalid microservice",
        File("microservice", MICROSERVICE_FILE % "shop/web"),
    ),
    no("PATCH /microservices/system/{web}/rebuild", MISSING, "Invalid microservice"),
    no("GET /microservices/system/none/config", MISSING, "Invalid microservice"),
    no("PATCH /microservices/system/{web}/config", MISSING, "Invalid microservice", {}),
    no("DELETE /microservices/system/{web}/config", MISSING, "Invalid microservice"),
    no("GET /microservices/system/none/port-mapping", MISSING, "Invalid microservice"),
    no("POST /microservices/system/{web}/port-mapping", MISSING, "Invalid microservice", PORT),
    no("DELETE /microservices/system/{web}/port-mapping/80", MISSING, "Invalid microservice"),
    no("GET /microservices/system/none/volume-mapping", MISSING, "Invalid microservice"),
    no("POST /microservices/system/{web}/volume-mapping", MISSING, "Invalid microservice", VOLUME),
    no("DELETE /microservices/system/{web}/volume-mapping/1", MISSING, "Invalid microservice"),
    no("GET /routes/none/sale", MISSING, "Invalid application name 'none'"),
    no("GET /routes/shop/none", MISSING, "Invalid route name 'none'"),
    no("POST /routes", (400, "DuplicatePropertyError"), "route already exists", ROUTE | {"from": "web", "to": "till"}),
    no("POST /routes", MISSING, "none", ROUTE | {"application": "none"}),
    no("POST /routes", MISSING, "none", ROUTE | {"from": "none"}),
    no("POST /routes", VALIDATION, "Invalid format for field 'name'", ROUTE | {"name": "N_"}),
    no("PATCH /routes/shop/none", MISSING, "Invalid route name 'none'", ROUTE),
    no("DELETE /routes/shop/none", MISSING, "Route not found"),
    no("POST /microservices/{web}/routes/none", MISSING, "Invalid microservice"),
    no("POST /microservices/{web}/routes/{till}", (400, "DuplicatePropertyError"), "route already exists"),
    no("DELETE /microservices/{till}/routes/{web}", MISSING, "Route not found"),
    no("GET /iofog-list?filters[0][key]=name&filters[0][value]=x&filters[0][condition]=like", VALIDATION, "condition"),
    no("GET /iofog/none", MISSING, "Invalid ioFog UUID 'none'"),
    no("POST /iofog", VALIDATION, "Required field 'fogType' is missing", {"name": "fresh"}),
    no("POST /iofog", VALIDATION, "Duplicate name 'north-1'", {"name": "north-1", "fogType": 1}),
    no("POST /iofog", VALIDATION, "Field fogType is not one of enum values: 0,1,2", {"name": "fresh", "fogType": 3}),
    no("POST /iofog", VALIDATION, '"host" is required', {"name": "fresh", "fogType": 1, "routerMode": "interior"}),
    no("PATCH /iofog/none", MISSING, "Invalid ioFog UUID 'none'", {}),
    no("PATCH /iofog/{agent}", VALIDATION, "Invalid router 'none'", {"upstreamRouters": ["none"]}),
    no("DELETE /iofog/none", MISSING, "Invalid ioFog UUID 'none'"),
    no("GET /iofog/none/provisioning-key", MISSING, "Invalid ioFog UUID 'none'"),
    no("POST /iofog/none/version/upgrade", MISSING, "Invalid ioFog UUID 'none'"),
    no("POST /iofog/{agent}/version/sideways", VALIDATION, "is not one of enum values: upgrade,rollback"),
    no("POST /iofog/none/reboot", MISSING, "Invalid ioFog UUID 'none'"),
    no("POST /iofog/none/prune", MISSING, "Invalid ioFog UUID 'none'"),
    no("GET /iofog/none/hal/hw", MISSING, "Invalid ioFog UUID 'none'"),
    no("GET /iofog/{agent}/hal/other", MISSING, ""),
    no("GET /iofog/none/tunnel", MISSING, "Invalid ioFog UUID 'none'"),
    no("PATCH /iofog/none/tunnel", MISSING, "Invalid ioFog UUID 'none'", {"action": "open"}),
    no(
        "PATCH /iofog/{agent}/tunnel", VALIDATION, "Field action is not one of enum values: open,close", {"action": "x"}
    ),
    no("POST /microservices/none/image-snapshot", MISSING, "Invalid microservice"),
    no("GET /microservices/none/image-snapshot", MISSING, "Invalid microservice"),
    no(f"GET {ONE}/image-snapshot", VALIDATION, "Image snapshot is not available for this microservice."),
    no("PATCH /microservices/none/strace", MISSING, "Invalid microservice", {"enable": True}),
    no(f"PATCH {ONE}/strace", VALIDATION, "Required field 'enable' is missing", {}),
    no("GET /microservices/none/strace", MISSING, "Invalid microservice"),
    no(f"GET {ONE}/strace", VALIDATION, "Field 'format' is not one of enum values: string,file"),
    no("PUT /microservices/none/strace", MISSING, "Invalid microservice"),
    no(f"PUT {ONE}/strace", VALIDATION, "FTP"),
    no("GET /edgeResource/cam/v9.0.0", MISSING, "Could not find resource cam version v9.0.0"),
    no("POST /edgeResource", DUPLICATE, "Duplicate edge resource", RESOURCE | {"name": "cam"}),
    no("POST /edgeResource", VALIDATION, "", RESOURCE | {"name": "N_"}),
    no("POST /edgeResource", VALIDATION, "Use three numbers with dots", RESOURCE | {"version": "one"}),
    no("PUT /edgeResource/cam/v1.0.0", VALIDATION, "A protocol is one of", {"interfaceProtocol": "ftp"}),
    no("DELETE /edgeResource/none/v1.0.0", MISSING, "Could not find resource"),
    no("POST /edgeResource/none/v1.0.0/link", MISSING, "Could not find resource", {"uuid": "{agent}"}),
    no("POST /edgeResource/cam/v1.0.0/link", MISSING, "Invalid ioFog UUID 'none'", {"uuid": "none"}),
    no("DELETE /edgeResource/cam/v1.0.0/link", MISSING, "Invalid ioFog UUID 'none'", {"uuid": "none"}),
    no("GET /secrets/none", MISSING, 'Secret with name "none" not found'),
    no("POST /secrets", CONFLICT, 'Secret with name "db" already exists', {"name": "db", "type": "Opaque", "data": {}}),
    no(
        "POST /secrets",
        VALIDATION,
        "Field type is not one of enum values: Opaque,tls",
        {"name": "fresh", "type": "x", "data": {}},
    ),
    no(
        "POST /secrets",
        VALIDATION,
        "Invalid base64 encoding for keys: a",
        {"name": "fresh", "type": "tls", "data": {"a": "%"}},
    ),
    no("POST /secrets/yaml", VALIDATION, "Secret file missing", File("wrong", SECRET_FILE % "fresh")),
    no("PATCH /secrets/none", MISSING, 'Secret with name "none" not found', {}),
    no("PATCH /secrets/db", VALIDATION, "Secret type mismatch", {"type": "tls", "data": {}}),
    no(
        "PATCH /secrets/yaml/db",
        VALIDATION,
        "Secret name in YAML (other) doesn't match endpoint path (db)",
        File("secret", SECRET_FILE % "other"),
    ),
    no("DELETE /secrets/none", MISSING, 'Secret with name "none" not found'),
    no("GET /configmaps/none", MISSING, "ConfigMap with name none not found"),
    no("POST /configmaps", CONFLICT, "ConfigMap with name conf already exists", {"name": "conf", "data": {}}),
    no("POST /configmaps", VALIDATION, "Required field 'data' is missing", {"name": "fresh"}),
    no("POST /configmaps/yaml", VALIDATION, "Configmap file missing", File("wrong", CONFIG_FILE % "fresh")),
    no("PATCH /configmaps/none", MISSING, "ConfigMap with name none not found", {}),
    no("PATCH /configmaps/fixed", VALIDATION, "is immutable", {"data": {"a": 1}}),
    no(
        "PATCH /configmaps/yaml/conf",
        VALIDATION,
        "ConfigMap name in YAML (other)",
        File("configMap", CONFIG_FILE % "other"),
    ),
    no("DELETE /configmaps/none", MISSING, "ConfigMap with name none not found"),
    no("GET /volumeMounts/none", MISSING, "Volume mount with name none not found"),
    no("POST /volumeMounts", VALIDATION, "Duplicate name 'certs'", {"name": "certs", "secretName": "db"}),
    no("POST /volumeMounts", VALIDATION, "either a secret or a config map", {"name": "fresh"}),
    no("POST /volumeMounts", MISSING, 'Secret with name "none" not found', {"name": "fresh", "secretName": "none"}),
    no("POST /volumeMounts/yaml", VALIDATION, "Volumemount file missing", File("wrong", MOUNT_FILE % "fresh")),
    no("PATCH /volumeMounts/none", MISSING, "Volume mount with name none not found", {}),
    no(
        "PATCH /volumeMounts/yaml/certs",
        VALIDATION,
        "VolumeMount name in YAML (other)",
        File("volumeMount", MOUNT_FILE % "other"),
    ),
    no("DELETE /volumeMounts/none", MISSING, "Volume mount with name none not found"),
    no("GET /volumeMounts/none/link", MISSING, "Volume mount with name none not found"),
    no("POST /volumeMounts/certs/link", MISSING, "Invalid ioFog UUID 'none'", {"fogUuids": ["none"]}),
    no("DELETE /volumeMounts/certs/link", MISSING, "Invalid ioFog UUID 'none'", {"fogUuids": ["none"]}),
    no("PUT /router", VALIDATION, "Required field 'host' is missing", {}),
    no("PUT /config", VALIDATION, "Required field 'value' is missing", {"key": "fresh"}),
    no("GET /config/none", MISSING, "Unkown config key 'none'"),
    no("POST /manifests", VALIDATION, "Required field 'manifest' is missing", {}),
    no("GET /events?limit=0", VALIDATION, ""),
    no("DELETE /events", VALIDATION, "Required field 'days' is missing", {}),
    no("GET /roles/none", MISSING, "Role 'none' not found"),
    no("GET /rolebindings/none", MISSING, "RoleBinding 'none' not found"),
    no("GET /serviceaccounts/none/web", MISSING, "Application 'none' not found"),
    no("GET /serviceaccounts/shop/none", MISSING, "ServiceAccount 'none' not found in application 'shop'"),
    no("PATCH /secrets/yaml/none", MISSING, 'Secret with name "none" not found', File("secret", SECRET_FILE % "none")),
    no("PATCH /configmaps/yaml/none", MISSING, "ConfigMap with name none", File("configMap", CONFIG_FILE % "none")),
    no(
        "PATCH /volumeMounts/yaml/none",
        MISSING,
        "Volume mount with name none",
        File("volumeMount", MOUNT_FILE % "none"),
    ),
    no("PATCH /microservices/yaml/{web}", VALIDATION, "Invalid kind Secret", File("microservice", SECRET_FILE % "x")),
    no(
        "PATCH /microservices/system/yaml/{own}",
        VALIDATION,
        "Invalid kind Secret",
        File("microservice", SECRET_FILE % "x"),
    ),
    no("PUT /application/yaml/shop", VALIDATION, "Invalid kind Secret", File("application", SECRET_FILE % "x")),
    no(f"POST {ONE}/port-mapping", VALIDATION, "Required field 'external' is missing", {"internal": 80}),
    no(f"POST {OWN}/port-mapping", VALIDATION, "Required field 'external' is missing", {"internal": 80}),
    no(
        f"POST {ONE}/volume-mapping",
        VALIDATION,
        "Required field 'accessMode' is missing",
        VOLUME | {"accessMode": None},
    ),
    no(
        f"POST {OWN}/volume-mapping",
        VALIDATION,
        "Required field 'accessMode' is missing",
        VOLUME | {"accessMode": None},
    ),
    no("POST /edgeResource/cam/v1.0.0/link", VALIDATION, "Required field 'uuid' is missing", {}),
    no("DELETE /edgeResource/cam/v1.0.0/link", VALIDATION, "Required field 'uuid' is missing", {}),
    no("POST /volumeMounts/certs/link", VALIDATION, "Required field 'fogUuids' is missing", {}),
    no("DELETE /volumeMounts/certs/link", VALIDATION, "Required field 'fogUuids' is missing", {}),
    no("PATCH /routes/shop/sale", VALIDATION, "Invalid format for field 'name'", ROUTE | {"name": "N_"}),
]
# Sign-up, its mails and volumes by number need more than one request: their tests are beside this one.
ELSEWHERE = {
    "POST /user/refresh", "POST /user/signup", "GET /user/signup/resend-activation", "POST /user/activate",
    "DELETE /user/profile", "PATCH /user/password", "DELETE /user/password",
    "DELETE /microservices/<str:uuid>/volume-mapping/<str:id>",
    "DELETE /microservices/system/<str:uuid>/volume-mapping/<str:id>",
    "GET /microservices/<str:uuid>/image-snapshot",
    "DELETE /microservices/system/<str:uuid>/port-mapping/<int:internal>",
    # It calls a registry: tests/api/test_registry_probe.py starts one.
    "POST /registries/<str:id>/probe",
}  # fmt: skip
# What is refused whatever is sent.
ALWAYS_REFUSED = {"PUT /microservices/<str:uuid>/strace"}
# What succeeds with whatever it is asked for.
NEVER_MISSING = {
    "DELETE /applicationTemplate/<str:name>", "PUT /applicationTemplate/<str:name>", "DELETE /application/<str:name>",
    "DELETE /application/system/<str:name>", "PUT /applicationTemplate/yaml/<str:name>", "DELETE /flow/<str:id>",
    "GET /edgeResource/<str:name>", "PUT /edgeResource/<str:name>/<str:version>",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """Made once: what a test does to it is rolled back to here."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def places(world: dict[str, str], db: None, settings: Any) -> dict[str, str]:
    settings.TUNNEL_HOST = TUNNEL_HOST
    return world


@pytest.mark.parametrize("row", SUCCESSES, ids=str)
def test_a_row_succeeds_and_raises_its_flags(superuser: WireClient, places: dict[str, str], row: Row) -> None:
    reply = send(superuser, row, places)

    assert reply.status_code == row.status, reply.content
    if "DELETE /iofog/" not in row.request:
        assert raised() == row.flags


@pytest.mark.parametrize("row", FAILURES, ids=str)
def test_a_row_fails_by_its_name_and_raises_nothing(superuser: WireClient, places: dict[str, str], row: Row) -> None:
    reply = send(superuser, row, places)

    assert fault_of(reply) == (row.status, row.error)
    assert row.words in reply.json()["message"]
    assert raised() == frozenset()


def named(rows: list[Row]) -> set[str]:
    return {f"{row.method} {row.route.path}" for row in rows}


ROUTES = {f"{route.method} {route.path}": route for table in TABLES for route in table.ROUTES if route.is_shown}


def test_every_endpoint_has_a_row_of_success() -> None:
    assert set(ROUTES) - ELSEWHERE - ALWAYS_REFUSED - named(SUCCESSES) == set()


def test_every_endpoint_that_names_something_has_a_row_of_its_absence() -> None:
    with_names = {name for name in ROUTES if "<" in name}
    absent = [row for row in FAILURES if row.status == 404]

    assert with_names - NEVER_MISSING - named(absent) == set()


def test_every_endpoint_that_needs_a_body_has_a_row_of_a_faulty_one() -> None:
    needy = {name for name, route in ROUTES.items() if route.upload or _needs(route.takes)}

    assert needy - named([row for row in FAILURES if row.status != 404]) == set()


def _needs(shape: Any) -> bool:
    return shape is not None and any(field.required for field in shape().fields.values())


# One's own account is everybody's own to change.
OWN_ACCOUNT = "/user/"
CHANGING = [
    row for row in SUCCESSES if row.method not in ("GET", "HEAD") and OWN_ACCOUNT not in row.path
] + [row for row in SUCCESSES if row.path.startswith(("/events", "/iofog/{agent}/provisioning-key"))]  # fmt: skip


@pytest.mark.parametrize("row", CHANGING, ids=str)
def test_a_viewer_changes_nothing(viewer: WireClient, places: dict[str, str], row: Row) -> None:
    assert fault_of(send(viewer, row, places)) == (403, "ForbiddenError")
    assert raised() == frozenset()


@pytest.mark.parametrize("one", [ONE, OWN])
def test_ports_and_volumes_are_taken_away_again(superuser: WireClient, places: dict[str, str], one: str) -> None:
    send(superuser, ok(f"POST {one}/port-mapping", 201, PORT), places)
    number = send(superuser, ok(f"POST {one}/volume-mapping", 201, VOLUME), places).json()["id"]

    for path in ("port-mapping/81", f"volume-mapping/{number}"):
        settle()
        assert send(superuser, ok(f"DELETE {one}/{path}", 204), places).status_code == 204
        assert raised() == frozenset(BOTH.split())
