"""Which of the faults that services find in a document are news, and which only follow from faults found before."""

import re
from collections.abc import Iterable

from catalogweb.core.errors import NotFound, Refusal
from catalogweb.deployments.manifests.faults import Fault
from catalogweb.deployments.manifests.places import faults_of, singles
from catalogweb.deployments.manifests.reader import Value
from catalogweb.deployments.manifests.specs import Reading

# Which kind of document would have made what a service looked for in vain.
MAKERS = {
    "application": "Application", "registry": "Registry", "catalog_item": "CatalogItem", "secret": "Secret",
    "config_map": "ConfigMap", "template": "ApplicationTemplate",
}  # fmt: skip
# What a sentence looked for stands in it in quotes.
QUOTED = re.compile(r"“([^”]*)”|'([^']*)'")


def further_faults(refusal: Refusal, reading: Reading, failed: Iterable[Reading]) -> list[Fault]:
    """What a service refuses of a document, but for what is missing because others `failed`, and what was read wrong."""
    found = [one for one in singles(refusal) if not any(_would_have_made(other, one) for other in failed)]
    faults = [fault for one in found for fault in faults_of(one, reading.document)]
    known = {word for fault in reading.faults for word in re.split(r"[.\[\]]+", fault.field)}
    if "name" in known:
        known.add("metadata")
    return [fault for fault in faults if fault.field not in known]


def _would_have_made(reading: Reading, refusal: Refusal) -> bool:
    if not isinstance(refusal, NotFound):
        return False
    names = _names_in(reading.document.root)
    if not names:
        return MAKERS.get(refusal.field or "") == reading.document.kind
    looked_for = {(double or single).lower() for double, single in QUOTED.findall(refusal.message)}
    return bool(names & looked_for)


def _names_in(root: Value) -> set[str]:
    """By what others may mean the thing that a document describes."""
    places = [root, root.get("metadata"), root.get("spec")]
    found = [place.get(key) for place in places if place for key in ("name", "id", "url")]
    return {value.text.lower() for value in found if value and value.text}
