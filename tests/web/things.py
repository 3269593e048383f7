"""One of everything that has a page, and the addresses of all pages about it."""

from collections.abc import Iterator
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from catalogweb.accounts.models import User
from catalogweb.changelog.models import Entry
from catalogweb.controller.services import set_default_router, set_value
from catalogweb.core.rights import System
from catalogweb.deployments.sources import edit_catalog_item, edit_registry
from tests.factories import (
    ApplicationTemplateFactory,
    CatalogItemFactory,
    ConfigMapFactory,
    EdgeResourceFactory,
    EventFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
    RouteFactory,
    VolumeMountFactory,
)


def one_of_everything(user: User) -> dict[str, dict[str, Any]]:
    """First word of a page's name -> what its address is made of."""
    by = System()
    registry, item = PrivateRegistryFactory(), CatalogItemFactory()
    edit_registry(by=by, registry=registry, email="ops@example.org")
    edit_catalog_item(by=by, item=item, images={"x86": "team/web:2", "arm": "team/web-arm:2"})
    microservice = MicroserviceFactory(revision=item.current, status__state="FAILED", status__error_message="no")
    route = RouteFactory(application=microservice.application)
    set_default_router(by=by, host="router.example.org")
    value = set_value(by=by, key="default-proxy-host", value="x")
    config_map, mount = ConfigMapFactory(), VolumeMountFactory()
    EventFactory()
    resource, template = EdgeResourceFactory(), ApplicationTemplateFactory()
    return {
        "agent": {"uuid": microservice.agent.uuid, "order": "reboot"},
        "application": {"name": microservice.application.name},
        "catalog": {"pk": item.pk},
        "changelog": {"pk": Entry.objects.latest("pk").pk},
        "config": {"pk": config_map.pk},
        "controller": {"pk": value.pk},
        "deployment": {"pk": microservice.deployment_id},
        "docs": {"slug": "rest", "family": "registries"},
        "edge": {"pk": resource.pk},
        "microservice": {"uuid": microservice.uuid},
        "registry": {"pk": registry.pk},
        "revision": {"pk": item.pk, "number": item.current.number},
        "route": {"name": route.application.name, "route": route.name},
        "secret": {"pk": mount.secret_id},
        "template": {"pk": template.pk},
        "user": {"pk": user.pk},
        "volume": {"uuid": mount.uuid},
    }


def pages_of(things: dict[str, dict[str, Any]], client: Client) -> list[str]:
    """The address of every page that this client may read, each once; one without its thing in `things` fails."""
    found: dict[str, None] = {}
    for name, parameters in _patterns(get_resolver("catalogweb.web.urls")):
        given = things.get(name.partition("-")[0], {})
        if not parameters <= given.keys():
            assert name in ACTS, f"{name} needs something in tests/web/things.py for {parameters}"
            continue
        address = reverse(f"web:{name}", kwargs={key: given[key] for key in parameters})
        response = client.get(address)
        # Sign-up is closed, no snapshot is there, some acts have no page.
        assert response.status_code in (200, 302, 403, 405, 409), f"{address}: {response.status_code}"
        if response.status_code == 200 and response.headers["Content-Type"].startswith("text/html"):
            found[address] = None
    return list(found)


# What is no page of a person who is signed in: mailed links, and what is revoked.
ACTS = ("activate-with", "password-reset", "token-revoke")


def _patterns(resolver: URLResolver) -> Iterator[tuple[str, set[str]]]:
    """The name and the parameters of every pattern."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield pattern.name, set(pattern.pattern.converters)
