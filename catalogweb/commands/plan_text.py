"""A manifest's plan as text for a terminal."""

from collections.abc import Iterator
from typing import Any

from catalogweb.changelog.words import label, said
from catalogweb.core.text import counted
from catalogweb.deployments.manifests import Change, Fault, Plan

HEADINGS = ("DOCUMENT", "KIND", "NAME", "ACTION")


def plan_lines(plan: Plan) -> Iterator[str]:
    """A table with what differs below each row, then the sum."""
    rows = [(str(c.document), c.kind, c.name, c.action) for c in plan.changes]
    widths = [max(len(row[column]) for row in [HEADINGS, *rows]) for column in range(len(HEADINGS))]
    yield _row(HEADINGS, widths)
    for change, row in zip(plan.changes, rows, strict=True):
        yield _row(row, widths)
        yield from _details(change)
    yield ""
    said = [f"{number} {action}" for action, number in plan.counts.items() if number]
    yield f"{counted(len(plan.changes), 'object')}: {', '.join(said)}."


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _details(change: Change) -> Iterator[str]:
    for name, before, after in change.fields:
        if change.action == "update":
            yield f"    {label(name)}: {_plain(name, before)} -> {_plain(name, after)}"
        else:
            yield f"    {label(name)}: {_plain(name, after if change.action == 'create' else before)}"
    for warning in change.warnings:
        yield f"    warning: {warning}"


def _plain(name: str, value: Any) -> str:
    return said(name, value).replace("\n", ", ") if value not in ("", None, [], {}) else "(empty)"


def fault_line(file: str, fault: Fault) -> str:
    """As compilers write it, so that editors can jump there."""
    place = " ".join(filter(None, [f"document {fault.document}", fault.kind, fault.field]))
    return f"{file}:{fault.line}: {place}: {fault.message}"
