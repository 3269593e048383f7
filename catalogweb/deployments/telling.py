"""Which agents must hear of a change, and which registries an agent needs."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from catalogweb.agents.flags import raise_flags
from catalogweb.agents.models import Flag
from catalogweb.catalog.models import LOCAL, REMOTE
from catalogweb.core.storing import batches
from catalogweb.deployments.models import Microservice

NeededRegistries = dict[int, set[int]]
MICROSERVICES = (Flag.MICROSERVICE_LIST, Flag.MICROSERVICE_CONFIG)


def needed_registries(agent_ids: Iterable[int]) -> NeededRegistries:
    """Per agent the ids of the registries its microservices pull from, with the two built-in ones."""
    needed: NeededRegistries = {agent_id: {REMOTE, LOCAL} for agent_id in agent_ids}
    for ids in batches(sorted(needed)):
        rows = Microservice.objects.wanted().filter(agent_id__in=ids)
        for agent_id, registry_id in rows.order_by().values_list("agent_id", "revision__registry_id").distinct():
            needed[agent_id].add(registry_id)
    return needed


def tell(agent_ids: Collection[int], before: NeededRegistries, *flags: Flag) -> None:
    """Raise the flags, and `registries` too on agents whose set of needed registries is not what it was."""
    after = needed_registries(agent_ids)
    changed = [agent_id for agent_id in after if before.get(agent_id, {REMOTE, LOCAL}) != after[agent_id]]
    raise_flags(changed, Flag.REGISTRIES, *flags)
    raise_flags(set(after).difference(changed), *flags)


class Listed(NamedTuple):
    """All that an agent's list says of a microservice."""

    agent_id: int
    name: str
    image: str
    registry_id: int
    generation: int
    container: str


def as_listed(microservice: Microservice) -> Listed | None:
    """None while it has no place in the list. Needs what `detailed` loads."""
    if not is_listed(microservice):
        return None
    return Listed(
        microservice.agent_id,
        microservice.full_name,
        microservice.image,
        microservice.revision.registry_id,
        microservice.generation,
        microservice.container.as_text(),
    )


def is_listed(microservice: Microservice) -> bool:
    return microservice.is_wanted and bool(microservice.image)


def agents_listing(microservices: Iterable[Microservice]) -> set[int]:
    """The agents that know of one of these, as they are now; a stopped one concerns none."""
    return {microservice.agent_id for microservice in microservices if is_listed(microservice)}


def agents_using_registry(registry_id: int) -> list[int]:
    """The agents that fetch this registry because of a microservice they are to run."""
    rows = Microservice.objects.wanted().filter(revision__registry_id=registry_id)
    return sorted(set(rows.order_by().values_list("agent_id", flat=True)))
