"""Containers made anew, because somebody asks for it or because what they were made with is no longer so."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from catalogweb.agents.flags import raise_flags
from catalogweb.changelog.services import record_many
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.storing import batches
from catalogweb.deployments.extra_hosts import naming
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.rows import locked_microservices
from catalogweb.deployments.telling import MICROSERVICES, agents_listing


@transaction.atomic
def rebuild(*, by: Actor, microservices: Iterable[Microservice]) -> None:
    """Have the agents pull again and replace the containers."""
    require(by, Right.CHANGE)
    rows = list(locked_microservices(microservices))
    for batch in batches([row.pk for row in rows]):
        Microservice.objects.filter(pk__in=batch).update(generation=F("generation") + 1, updated_at=timezone.now())
    raise_flags(agents_listing(rows), *MICROSERVICES)
    record_many(by=by, action="rebuild", changes=[(row, None, {"generation": row.generation + 1}) for row in rows])


def rebuild_those_naming(*, by: Actor, templates: Iterable[str]) -> None:
    """Extra hosts are set when a container is made: those that lead elsewhere now need another one."""
    require(by, Right.CHANGE)
    if found := naming(templates):
        rebuild(by=by, microservices=found)
