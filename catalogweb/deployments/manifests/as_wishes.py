"""What documents say of microservices, as wishes: what they name is looked up together, however many they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from catalogweb.agents.models import Agent
from catalogweb.agents.services import agent_named, known_agents
from catalogweb.catalog.models import CatalogItem, Registry, Revision
from catalogweb.catalog.registries import find_registry, known_registries
from catalogweb.catalog.revisions import item_revisions, no_revision
from catalogweb.catalog.services import find_item, known_items
from catalogweb.core.errors import Refusal, noting, refuse_all
from catalogweb.core.names import is_name
from catalogweb.core.rights import Actor
from catalogweb.deployments.container import Container, container_faults
from catalogweb.deployments.manifests.specs import ApplicationSpec, MicroserviceSpec
from catalogweb.deployments.manifests.template_specs import TemplateUse
from catalogweb.deployments.manifests.templates import made_from
from catalogweb.deployments.options import OPTIONS
from catalogweb.deployments.placing import bad_name
from catalogweb.deployments.routes import RouteWish
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
    """For the wire: images stay as they were sent, and each microservice is a wish of its own."""
    if spec.microservices is None:
        return Contents(None, spec.routes)
    wishes = wishes_of(spec.microservices, as_sent=True)
    return Contents([one for wish in wishes for one in wish.each()], spec.routes)


def wishes_of(specs: Sequence[MicroserviceSpec], *, as_sent: bool = False) -> list[Wish]:
    """One each; what is not there is refused at its own place in the document, all at once.

    What a document does not say of the container is as in a new one. `as_sent` is for clients of the wire, whose
    one word for host network and privileged counts as they mean it.
    """
    wishes, faults = found_wishes(specs, as_sent=as_sent)
    refuse_all(faults)
    return wishes


def found_wishes(specs: Sequence[MicroserviceSpec], *, as_sent: bool = False) -> tuple[list[Wish], list[Refusal]]:
    """Those that name nothing but what is there, and all that is wrong with the others."""
    named, wishes = _Named(specs), []
    faults: list[Refusal] = []
    for spec in specs:
        try:
            wishes.append(named.wish(spec, as_sent))
        except Refusal as refusal:
            faults += [fault.at(spec.path) for fault in (refusal, *_own_faults(spec))]
    return wishes, faults


def _own_faults(spec: MicroserviceSpec) -> list[Refusal]:
    """What is wrong with it wherever it would be placed."""
    names = [] if is_name(spec.name) else [bad_name(spec.name)]
    return [*names, *container_faults(spec.container or Container())]


class _Named:
    """All that some microservices name, found in a statement a kind; only what is missing is asked for once more."""

    def __init__(self, specs: Sequence[MicroserviceSpec]) -> None:
        self.agents = known_agents({name for spec in specs for name in spec.agents})
        self.items = known_items({spec.catalog_item for spec in specs if spec.catalog_item})
        self.registries = known_registries({spec.registry for spec in specs if spec.registry})
        said = [(self.items[spec.catalog_item], spec.revision) for spec in specs if spec.catalog_item in self.items]
        self.revisions = item_revisions(said)

    def wish(self, spec: MicroserviceSpec, as_sent: bool) -> Wish:
        faults: list[Refusal] = []
        for look in (self.agents_of, self.item, self.registry, self.revision):
            with noting(faults):
                look(spec)
        refuse_all(faults)
        container: Container | dict[str, Any] = spec.container or {}
        if as_sent and spec.container:
            container = _whole(spec.container, spec.root_access)
        return Wish(
            name=spec.name,
            agents=self.agents_of(spec),
            pattern=spec.pattern,
            revision=self.revision(spec),
            item=self.item(spec),
            images=spec.images,
            registry=self.registry(spec),
            as_sent=as_sent,
            container=container,
            root_access=spec.root_access if as_sent else None,
            is_activated=spec.is_activated,
            path=spec.path,
        )

    def agents_of(self, spec: MicroserviceSpec) -> list[Agent]:
        """Each once, although a name and a uuid may be one agent's."""
        found: dict[int, Agent] = {}
        faults: list[Refusal] = []
        for name in spec.agents:
            with noting(faults):
                agent = self.agents.get(name) or agent_named(name)
                found[agent.pk] = agent
        refuse_all(faults)
        return list(found.values())

    def item(self, spec: MicroserviceSpec) -> CatalogItem | None:
        if not spec.catalog_item:
            return None
        return self.items.get(spec.catalog_item) or find_item(spec.catalog_item)

    def registry(self, spec: MicroserviceSpec) -> Registry | None:
        if not spec.registry:
            return None
        return self.registries.get(spec.registry) or find_registry(spec.registry)

    def revision(self, spec: MicroserviceSpec) -> Revision | None:
        item = self.items.get(spec.catalog_item)
        if item is None or not spec.revision:
            return None
        found = self.revisions.get((item.pk, spec.revision))
        if found is None:
            raise no_revision(item, spec.revision)
        return found


def _whole(container: Container, root_access: bool | None) -> dict[str, Any]:
    """Every setting, so that what is not said ends; two of them the one word for both decides, if it is written."""
    values = {field.name: getattr(container, field.name) for field in fields(container)}
    if root_access is not None:
        del values["host_network"], values["privileged"]
    return values | {"options": dict.fromkeys(OPTIONS) | container.options}
