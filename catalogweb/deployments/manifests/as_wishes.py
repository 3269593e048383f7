"""What documents say of microservices, for those who make applications from wishes."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from catalogweb.agents.services import agent_named
from catalogweb.catalog.models import Revision
from catalogweb.catalog.registries import find_registry
from catalogweb.catalog.services import find_item
from catalogweb.core.errors import NotFound, Refusal
from catalogweb.core.rights import Actor
from catalogweb.deployments.container import OPTIONS, Container
from catalogweb.deployments.manifests.specs import ApplicationSpec, MicroserviceSpec
from catalogweb.deployments.manifests.template_specs import TemplateUse
from catalogweb.deployments.manifests.templates import made_from
from catalogweb.deployments.routes import RouteWish
from catalogweb.deployments.services import names_on
from catalogweb.deployments.wishes import Wish


@dataclass(frozen=True)
class Contents:
    """What an application is to hold; None leaves alone what it has."""

    microservices: list[Wish] | None = None
    routes: list[RouteWish] | None = None

    def over(self, made: "Contents") -> "Contents":
        """With what a template makes; what is written out replaces the template's of the same name."""
        return Contents(
            _over(self.microservices, made.microservices, lambda wish: wish.name),
            _over(self.routes, made.routes, lambda wish: wish.full_name),
        )


def _over(own: list[Any] | None, made: list[Any] | None, name_of: Callable[[Any], Any]) -> list[Any] | None:
    if not made:
        return own
    names = {name_of(one) for one in own or ()}
    return [*(one for one in made if name_of(one) not in names), *(own or ())]


def contents_from(use: TemplateUse, name: str, by: Actor) -> Contents:
    """What a template makes of an application of this name."""
    return contents_of(made_from(use, name, by, warnings=[]))


def contents_of(spec: ApplicationSpec) -> Contents:
    if spec.microservices is None:
        return Contents(None, spec.routes)
    return Contents([wish for microservice in spec.microservices for wish in wishes_of(microservice)], spec.routes)


def wishes_of(spec: MicroserviceSpec) -> list[Wish]:
    """One for each of its agents. What it does not say of the container is as in a new one."""
    try:
        return _wishes(spec)
    except Refusal as refusal:
        refusal.path = spec.path
        raise


def _wishes(spec: MicroserviceSpec) -> list[Wish]:
    agents = [agent_named(name) for name in spec.agents]
    item = find_item(spec.catalog_item) if spec.catalog_item else None
    shared: dict[str, Any] = {
        "item": item,
        "revision": _revision(item, spec.revision),
        "images": {architecture: image for architecture, image in spec.images.items() if image} or None,
        "registry": find_registry(spec.registry) if spec.registry else None,
        "container": _whole(spec.container, spec.root_access) if spec.container else {},
        "root_access": spec.root_access,
        "is_activated": spec.is_activated,
        "path": spec.path,
    }
    if not agents:
        return [Wish(name=spec.name, **shared)]
    names = names_on(agents, spec.name, spec.pattern)
    return [Wish(name=name, agent=agent, **shared) for name, agent in names.items()]


def _revision(item: Any, number: int) -> Revision | None:
    if item is None or not number:
        return None
    found = item.revisions.filter(number=number).first()
    if found is None:
        raise NotFound(f"Catalog item {item.name} has no revision {number}.", field="revision")
    return found


def _whole(container: Container, root_access: bool | None) -> dict[str, Any]:
    """Every setting, so that what is not said ends; two of them the one word for both decides, if it is written."""
    values = {field.name: getattr(container, field.name) for field in fields(container)}
    if root_access is not None:
        del values["host_network"], values["privileged"]
    return values | {"options": dict.fromkeys(OPTIONS) | container.options}
