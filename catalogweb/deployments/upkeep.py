"""What becomes of deployments when their microservices change: they move along, split, or end."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Count

from catalogweb.catalog.models import Revision
from catalogweb.changelog.services import record_many, snapshot
from catalogweb.core.rights import Actor
from catalogweb.core.storing import batches
from catalogweb.deployments.models import Deployment, Microservice

Moves = dict[tuple[Deployment, Revision], list[Microservice]]


def move_deployments(*, by: Actor, moved: Iterable[tuple[Microservice, Revision, Revision]]) -> None:
    """Of microservices with the revision they had and the one they got: a deployment moves along when all of it does.

    Else those that moved become one of their own.
    """
    moves: Moves = defaultdict(list)
    for microservice, old, new in moved:
        deployment = microservice.deployment
        # Known here already, so that the log need not ask for them one by one.
        deployment.application, deployment.revision = microservice.application, old
        moves[deployment, new].append(microservice)
    sizes = _sizes({deployment.pk for deployment, _ in moves})
    whole = {key: rows for key, rows in moves.items() if len(rows) == sizes[key[0].pk]}
    _move(by, list(whole))
    _split(by, {key: rows for key, rows in moves.items() if key not in whole})


def _sizes(ids: Iterable[int]) -> dict[int, int]:
    sizes: dict[int, int] = {}
    for batch in batches(sorted(ids)):
        rows = Microservice.objects.filter(deployment__in=batch).order_by()
        sizes |= dict(rows.values_list("deployment").annotate(Count("pk")))
    return sizes


def _move(by: Actor, whole: Sequence[tuple[Deployment, Revision]]) -> None:
    before = [snapshot(deployment) for deployment, _ in whole]
    for deployment, revision in whole:
        deployment.revision = revision
    deployments = [deployment for deployment, _ in whole]
    Deployment.objects.bulk_update(deployments, ["revision"])
    changes = [(deployment, was, snapshot(deployment)) for deployment, was in zip(deployments, before, strict=True)]
    record_many(by=by, action="update", changes=changes)


def _split(by: Actor, moves: Moves) -> None:
    parts = Deployment.objects.bulk_create(
        [
            Deployment(
                name=deployment.name,
                application=deployment.application,
                revision=revision,
                container=deployment.container,
                author_id=deployment.author_id,
            )
            for deployment, revision in moves
        ]
    )
    for part, rows in zip(parts, moves.values(), strict=True):
        for row in rows:
            row.deployment = part
    Microservice.objects.bulk_update([row for rows in moves.values() for row in rows], ["deployment"])
    record_many(by=by, action="create", changes=[(part, None, None) for part in parts])


def end_empty_deployments(*, by: Actor, ids: Iterable[int]) -> None:
    """A deployment goes with the last of its microservices."""
    for batch in batches(sorted(ids)):
        empty = list(Deployment.objects.with_source().filter(pk__in=batch, microservices=None))
        record_many(by=by, action="delete", changes=[(deployment, snapshot(deployment), None) for deployment in empty])
        Deployment.objects.filter(pk__in=[deployment.pk for deployment in empty]).delete()
