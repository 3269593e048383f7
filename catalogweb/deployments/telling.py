"""Which agents must hear of a change, and which registries an agent needs."""

from collections.abc import Collection, Iterable

from catalogweb.agents.flags import BATCH, raise_flags
from catalogweb.agents.models import Flag
from catalogweb.catalog.models import LOCAL, REMOTE
from catalogweb.deployments.models import Microservice

NeededRegistries = dict[int, set[int]]


def needed_registries(agent_ids: Iterable[int]) -> NeededRegistries:
    """Per agent the ids of the registries its microservices pull from, with the two built-in ones."""
    ids = sorted(set(agent_ids))
    needed: NeededRegistries = {agent_id: {REMOTE, LOCAL} for agent_id in ids}
    for start in range(0, len(ids), BATCH):
        rows = Microservice.objects.wanted().filter(agent_id__in=ids[start : start + BATCH])
        for agent_id, registry_id in rows.order_by().values_list("agent_id", "revision__registry_id").distinct():
            needed[agent_id].add(registry_id)
    return needed


def tell(agent_ids: Collection[int], before: NeededRegistries, *flags: Flag) -> None:
    """Raise the flags, and `registries` too on agents whose set of needed registries is not what it was."""
    after = needed_registries(agent_ids)
    changed = [agent_id for agent_id in agent_ids if before.get(agent_id, {REMOTE, LOCAL}) != after[agent_id]]
    raise_flags(changed, Flag.REGISTRIES, *flags)
    raise_flags([agent_id for agent_id in agent_ids if agent_id not in changed], *flags)


MICROSERVICES = (Flag.MICROSERVICE_LIST, Flag.MICROSERVICE_CONFIG)


def agents_using_registry(registry_id: int) -> list[int]:
    """The agents that fetch this registry because of a microservice they are to run."""
    rows = Microservice.objects.wanted().filter(revision__registry_id=registry_id)
    return sorted(set(rows.order_by().values_list("agent_id", flat=True)))
