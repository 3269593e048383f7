"""What agents got last of each microservice: sent again in place of what cannot be sent."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from catalogweb.core.secrets import Unreadable, seal, unseal
from catalogweb.core.storing import batches
from catalogweb.deployments.models import Delivered, Microservice, MicroserviceStatus


def delivered_items(microservices: Iterable[Microservice]) -> dict[int, dict[str, Any]]:
    """Those that were sent in this life of the microservice, and can still be read; by its id."""
    pks = [row.pk for row in microservices if row.status.served_generation]
    found = {}
    for pk, sealed in Delivered.objects.filter(pk__in=pks).values_list("pk", "item_sealed"):
        try:
            found[pk] = json.loads(unseal(sealed))
        except Unreadable:
            continue
    return found


def keep_items(items: Mapping[Microservice, Mapping[str, Any]]) -> None:
    """Of those whose generation is served for the first time; no statement when there are none."""
    rows = [
        Delivered(
            microservice=microservice,
            registry_id=microservice.revision.registry_id,
            item_sealed=seal(json.dumps(item)),
        )
        for microservice, item in items.items()
        if microservice.generation != microservice.status.served_generation
    ]
    if rows:
        Delivered.objects.bulk_create(
            rows,
            batch_size=200,
            update_conflicts=True,
            unique_fields=["microservice"],
            update_fields=["registry", "item_sealed"],
        )


def note_withheld(reasons: Mapping[Microservice, str]) -> None:
    """Why each is withheld, empty if it is not; only what is not known yet is written, a statement a reason."""
    news: dict[str, list[int]] = {}
    for microservice, reason in reasons.items():
        if reason != microservice.status.withheld:
            news.setdefault(reason, []).append(microservice.pk)
    for reason, pks in news.items():
        for batch in batches(pks):
            MicroserviceStatus.objects.filter(pk__in=batch).update(withheld=reason)
