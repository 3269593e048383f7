"""Which of the fleet's architectures a catalog item has an image for, and what differs between two revisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalogweb.catalog.models import CatalogItem, Revision
from catalogweb.core.architectures import Architecture
from catalogweb.core.text import number_in

Changes = list[tuple[str, str, str]]


@dataclass(frozen=True)
class Cell:
    """One architecture of one item. It lacks an image where agents have that architecture and the item none for it."""

    label: str
    image: str
    agents: int

    @property
    def is_lacking(self) -> bool:
        return bool(self.agents) and not self.image


def cells_of(item: CatalogItem, agents: Mapping[str, int]) -> list[Cell]:
    """One for each architecture; `agents` are counted by it."""
    images = item.images
    return [Cell(name.label, images.get(name, ""), agents.get(name, 0)) for name in Architecture]


@dataclass(frozen=True)
class Comparison:
    """What the newer one of two revisions changed."""

    older: Revision
    newer: Revision
    changes: Changes


def compare(revisions: Sequence[Revision], one: str, other: str) -> Comparison | None:
    """Those two numbers, else the newest with the one before it; nothing while there is only one."""
    by_number = {revision.number: revision for revision in revisions}
    asked = sorted(set(by_number).intersection([number_in(one), number_in(other)]))
    numbers = asked if len(asked) == 2 else sorted(by_number)[-2:]
    if len(numbers) < 2:
        return None
    older, newer = (by_number[number] for number in numbers)
    return Comparison(older, newer, _changes(older, newer))


def _changes(older: Revision, newer: Revision) -> Changes:
    before, after = older.by_architecture, newer.by_architecture
    pairs = [(f"{name.label} image", before.get(name, ""), after.get(name, "")) for name in Architecture]
    pairs.append(("registry", str(older.registry), str(newer.registry)))
    return [(what, was, now) for what, was, now in pairs if was != now]
