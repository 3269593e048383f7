"""What documents say of microservices, for those who make applications from wishes."""

from dataclasses import fields
from typing import Any

from catalogweb.agents.services import agent_named
from catalogweb.catalog.models import Revision
from catalogweb.catalog.registries import find_registry
from catalogweb.catalog.services import find_item
from catalogweb.core.errors import NotFound
from catalogweb.core.rights import Actor
from catalogweb.deployments.container import OPTIONS, Container
from catalogweb.deployments.manifests.specs import MicroserviceSpec
from catalogweb.deployments.manifests.template_specs import TemplateUse
from catalogweb.deployments.manifests.templates import made_from
from catalogweb.deployments.services import names_on
from catalogweb.deployments.wishes import Wish


def wishes_from(use: TemplateUse, name: str, by: Actor) -> list[Wish]:
    """What a template makes of an application of this name."""
    made = made_from(use, name, by, warnings=[])
    return [wish for spec in made.microservices or [] for wish in wishes_of(spec)]


def wishes_of(spec: MicroserviceSpec) -> list[Wish]:
    """One for each of its agents. What it does not say of the container is as in a new one."""
    agents = [agent_named(name) for name in spec.agents]
    item = find_item(spec.catalog_item) if spec.catalog_item else None
    shared: dict[str, Any] = {
        "item": item,
        "revision": _revision(item, spec.revision),
        "images": {architecture: image for architecture, image in spec.images.items() if image} or None,
        "registry": find_registry(spec.registry) if spec.registry else None,
        "container": _whole(spec.container) if spec.container else {},
        "is_activated": spec.is_activated,
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


def _whole(container: Container) -> dict[str, Any]:
    """Every setting, so that what is not said ends."""
    values = {field.name: getattr(container, field.name) for field in fields(container)}
    return values | {"options": dict.fromkeys(OPTIONS) | container.options}
