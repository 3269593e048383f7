"""A plan is what applying would do, found by doing it and taking it back; so plan and apply cannot differ."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction

from catalogweb.changelog.door import current, through
from catalogweb.changelog.models import Entry
from catalogweb.core.drafts import tried
from catalogweb.core.errors import Refusal
from catalogweb.core.rights import Actor, Right, require
from catalogweb.deployments.manifests.consequences import further_faults
from catalogweb.deployments.manifests.faults import Fault, ManifestRefused
from catalogweb.deployments.manifests.reader import read
from catalogweb.deployments.manifests.specs import CatalogItemSpec, MicroserviceSpec, Reading, RegistrySpec, understand
from catalogweb.deployments.manifests.steps import carry_out, look_ahead_of, warnings_after
from catalogweb.deployments.manifests.templates import expanded

ORDER = [
    "Secret", "ConfigMap", "VolumeMount", "EdgeResource", "Registry", "CatalogItem", "ApplicationTemplate", "Application",
    "Microservice", "Route",
]  # fmt: skip
ACTIONS = {"create": "create", "update": "update", "delete": "remove"}


@dataclass
class Change:
    """What happens to one object because of one document: (field, before, after) per field that differs.

    `object_id` is how the change log knows the object; what a plan only tried to make has another one later.
    """

    document: int
    line: int
    kind: str
    name: str
    action: str
    fields: list[tuple[str, Any, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    object_id: str = field(default="", compare=False)

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "object_id"}


@dataclass
class Plan:
    """Every change, in the order of the documents."""

    changes: list[Change] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        actions = [change.action for change in self.changes]
        return {action: actions.count(action) for action in ("create", "update", "remove", "unchanged")}

    @property
    def is_empty(self) -> bool:
        return all(change.action == "unchanged" for change in self.changes)

    def as_json(self) -> dict[str, Any]:
        return {"counts": self.counts, "changes": [change.as_json() for change in self.changes]}


def plan(text: str, *, by: Actor, move_running: bool = True) -> Plan:
    """What `apply` would do. Refuses as `apply` would."""
    readings = _understood(text, by, move_running)
    with through(current().door):
        return tried(lambda: _run(readings, by))


def apply(text: str, *, by: Actor, move_running: bool = True) -> Plan:
    """Do all that the documents say, or nothing; returns what was done.

    What runs moves to new images of its catalog item, unless `move_running` is false.
    """
    readings = _understood(text, by, move_running)
    with transaction.atomic(), through(current().door, current().request_id):
        return _run(readings, by)


def _understood(text: str, by: Actor, move_running: bool) -> list[Reading]:
    """Before a transaction begins: while a long text is read, nobody waits for the database."""
    require(by, Right.CHANGE)
    readings = [understand(document) for document in read(text)]
    for reading in readings:
        if isinstance(reading.spec, CatalogItemSpec):
            reading.spec.move_running = move_running
    look_ahead_of(reading.spec for reading in readings)
    if readings:
        return readings
    raise ManifestRefused([Fault(1, 1, "", "", "There is no document in it.")])


def _run(readings: Sequence[Reading], by: Actor) -> Plan:
    faults = [fault for reading in readings for fault in reading.faults]
    failed = [reading for reading in readings if reading.faults]
    changes: dict[int, list[Change]] = {}
    for reading in sorted(readings, key=lambda r: ORDER.index(r.document.kind) if r.document.kind in ORDER else 9):
        try:
            changes[reading.document.number] = _carry_out(reading, by)
        except Refusal as refusal:
            faults += further_faults(refusal, reading, failed)
            failed.append(reading)
    if faults:
        raise ManifestRefused(faults)
    return Plan([change for number in sorted(changes) for change in changes[number]])


def _carry_out(reading: Reading, by: Actor) -> list[Change]:
    """Carry one document out; the change log says what it came to. What is faulty is only tried."""
    if reading.spec is None:
        if legible := reading.legible:
            tried(lambda: carry_out(expanded(legible, by, []), by))
        return []
    last = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with transaction.atomic():
        carry_out(expanded(reading.spec, by, reading.warnings), by)
    entries = Entry.objects.filter(id__gt=last, request_id=current().request_id).exclude(object_type="deployment")
    document = reading.document
    changes = [
        Change(
            document.number,
            document.line,
            _kind(entry),
            entry.object_label,
            ACTIONS[entry.action],
            _differences(entry),
            object_id=entry.object_id,
        )
        for entry in entries.order_by("id")
        if entry.action in ACTIONS
    ]
    changes = changes or [Change(document.number, document.line, document.kind, _name(reading), "unchanged")]
    changes[0].warnings = [*reading.warnings, *warnings_after(reading.spec)]
    return changes


def _kind(entry: Entry) -> str:
    return "".join(word.capitalize() for word in entry.object_type.split())


def _differences(entry: Entry) -> list[tuple[str, Any, Any]]:
    empty: tuple[Any, ...] = (None, "", [], {}, False, 0)
    return [row for row in entry.changes if not (row[1] in empty and row[2] in empty)]


def _name(reading: Reading) -> str:
    spec = reading.spec
    if isinstance(spec, RegistrySpec):
        return spec.url or f"registry {spec.id}"
    if isinstance(spec, MicroserviceSpec):
        return f"{spec.application}/{spec.name}"
    return spec.name if spec else ""
