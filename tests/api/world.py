"""One of everything that paths of the REST door can name, and how rows of the contract ask for it."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.test import override_settings
from django.urls import resolve

from catalogweb.agents.models import AgentStatus, ChangeFlags, Flag
from catalogweb.api.routes import Route
from catalogweb.controller.services import set_default_router, set_value
from catalogweb.core.rights import System
from catalogweb.deployments.models import PortMapping
from catalogweb.maintenance.tunnels import open_tunnel
from tests.api.conftest import API, WireClient
from tests.factories import (
    PASSWORD,
    AgentFactory,
    ApplicationFactory,
    ApplicationTemplateFactory,
    CatalogItemFactory,
    ConfigMapFactory,
    EdgeResourceFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
    RevisionFactory,
    RouteFactory,
    SecretFactory,
    UserFactory,
    VolumeMountFactory,
)

TUNNEL_HOST = "ssh.example.org"


@dataclass(frozen=True)
class File:
    """YAML that is uploaded as this part."""

    part: str
    text: str


@dataclass(frozen=True)
class Row:
    """One request and what the contract says of it: status, the error's name if it fails, flags of the agent north-1."""

    request: str
    status: int
    body: Any = None
    error: str = ""
    words: str = ""
    flags: frozenset[str] = field(default_factory=frozenset)

    @property
    def method(self) -> str:
        return self.request.split()[0]

    @property
    def path(self) -> str:
        return self.request.split()[1]

    @property
    def route(self) -> Route:
        """The row of the product's table that answers it."""
        path = API + re.sub(r"\{\w+\}", "7", self.path.partition("?")[0])
        return resolve(path).func.view_class.routes[self.method]  # type: ignore[attr-defined]

    def __str__(self) -> str:
        return f"{self.request} {self.status} {self.words}".strip()


def send(client: WireClient, row: Row, places: dict[str, str]) -> Any:
    path = re.sub(r"\{(\w+)\}", lambda found: places[found[1]], row.path)
    if isinstance(row.body, File):
        return client.upload(row.method, path, row.body.part, row.body.text)
    return client.call(row.method, path, filled(row.body, places))


def filled(value: Any, places: dict[str, str]) -> Any:
    """The body with what `{agent}` and the like stand for."""
    if isinstance(value, dict):
        return {key: filled(inner, places) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, places) for inner in value]
    if isinstance(value, str) and re.fullmatch(r"\{\w+\}", value):
        return places[value[1:-1]]
    return value


def make_world() -> dict[str, str]:
    """What the places in paths are; the agent north-1 has heard of all of it."""
    north = AgentFactory(name="north-1")
    AgentStatus.objects.filter(agent=north).update(report={"isReadyToRollback": True})
    shop = ApplicationFactory(name="shop")
    item = CatalogItemFactory(name="used-item")
    web = MicroserviceFactory(name="web", application=shop, agent=north, revision=item.current)
    used = PrivateRegistryFactory(url="used.example.org")
    till = MicroserviceFactory(name="till", application=shop, agent=north, revision=RevisionFactory(registry=used))
    PortMapping.objects.create(agent=north, microservice=till, internal=80, external=5080)
    own = MicroserviceFactory(
        name="router", application=ApplicationFactory(name="system-north-1", is_system=True), agent=north, schedule=3
    )
    places = {
        "agent": north.uuid, "web": web.uuid, "till": till.uuid, "own": own.uuid, "flow": str(shop.pk),
        "used_item": str(item.pk), "item": str(CatalogItemFactory(name="spare-item").pk), "used_registry": str(used.pk),
        "registry": str(PrivateRegistryFactory(url="spare.example.org").pk),
    }  # fmt: skip
    ApplicationFactory(name="taken")
    RouteFactory(name="sale", application=shop, source=web, destination=till)
    ApplicationTemplateFactory(name="shop-template")
    EdgeResourceFactory(name="cam").agents.add(north)
    EdgeResourceFactory(name="lamp")
    SecretFactory(name="db")
    ConfigMapFactory(name="conf")
    ConfigMapFactory(name="fixed", immutable=True)
    VolumeMountFactory(name="certs", secret=SecretFactory(name="tls"), agents=[north])
    with override_settings(TUNNEL_HOST=TUNNEL_HOST):
        open_tunnel(by=System(), agent=north)
    set_default_router(by=System(), host="10.0.0.1")
    set_value(by=System(), key="known", value="1")
    UserFactory(email="ann@here.example.org", password=PASSWORD)
    settle()
    return places


def settle() -> None:
    ChangeFlags.objects.update(**dict.fromkeys(Flag.values, 0))


def raised() -> frozenset[str]:
    return frozenset(ChangeFlags.objects.get(agent__name="north-1").raised)
