"""What is wrong with a manifest: every fault with its document, line, field and value."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from catalogweb.core.errors import Invalid


@dataclass(frozen=True)
class Fault:
    """One fault. Documents count from 1, lines from 1 in the whole text; a secret's value stays empty."""

    document: int
    line: int
    kind: str
    field: str
    message: str
    value: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        place = " ".join(filter(None, [self.kind, self.field]))
        return ", ".join(filter(None, [f"Document {self.document}", f"line {self.line}", place])) + f": {self.message}"


class ManifestRefused(Invalid):
    """Nothing was applied; `faults` says all that stands against it."""

    faults: list[Fault]

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: (fault.document, fault.line))
        super().__init__(" ".join(str(fault) for fault in self.faults), field="manifest")

    @property
    def messages(self) -> list[str]:
        return [str(fault) for fault in self.faults]
