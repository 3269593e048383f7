"""The one document of a file that a client uploads."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from catalogweb.core.errors import Refusal
from catalogweb.core.liquid import has_liquid
from catalogweb.deployments.manifests.faults import Fault, ManifestRefused
from catalogweb.deployments.manifests.fields import plain
from catalogweb.deployments.manifests.reader import Document, Value, read
from catalogweb.deployments.manifests.specs import Reading, understand
from catalogweb.deployments.manifests.templates import as_value


def read_one(text: str, kind: str, *, render: Callable[[Any], Any] | None = None) -> Reading:
    """The document as it is understood; `render` makes its plain values what their Liquid says.

    Keys that mean nothing here are passed over, as is the version.
    """
    documents = read(text)
    if len(documents) != 1:
        raise _refused(1, "", "", f"Invalid YAML format: the file holds {len(documents)} documents instead of one.")
    [document] = documents
    _check_head(document, kind)
    if render:
        document = _rendered(document, render)
    reading = understand(document, lenient=True)
    if reading.faults:
        raise ManifestRefused(reading.faults)
    return reading


def _check_head(document: Document, kind: str) -> None:
    root = document.root
    if root.kind != "mapping":
        raise _refused(document.line, "", "", "Invalid YAML format: the document has no fields.")
    if document.kind != kind:
        message = f"Invalid kind {document.kind}: a document of kind {kind} belongs here."
        raise _refused(root.keys.get("kind", document.line), document.kind, "kind", message)
    for name in ("metadata", "spec"):
        found = root.raw.get(name)
        if found is None or found.kind not in ("mapping", "null"):
            message = f"Invalid YAML format: {name} is missing, or holds no fields."
            raise _refused(root.keys.get(name, document.line), kind, name, message)


def _rendered(document: Document, render: Callable[[Any], Any]) -> Document:
    values = plain(document.root)
    if not has_liquid(values):
        return document
    try:
        return replace(document, root=_with(document.root, render(values)))
    except Refusal as refusal:
        path = refusal.field or ""
        refusal.faults = [Fault(1, _line_at(document.root, path), document.kind, path, refusal.message)]
        raise


def _line_at(value: Value, path: str) -> int:
    """The line of spec.container.ports[0]; that of the whole for what does not say where it is."""
    line = value.line
    for step in filter(None, path.replace("[", ".").replace("]", "").split(".")):
        if value.kind == "mapping" and step in value.raw:
            line, value = value.keys[step], value.raw[step]
        elif value.kind == "list" and step.isdecimal() and int(step) < len(value.raw):
            value = value.raw[int(step)]
            line = value.line
    return line


def _with(value: Value, rendered: Any) -> Value:
    """The value with what its texts have become, on the lines where they stood."""
    if value.kind == "mapping":
        return replace(value, raw={key: _with(child, rendered[key]) for key, child in value.raw.items()})
    if value.kind == "list":
        return replace(value, raw=[_with(child, one) for child, one in zip(value.raw, rendered, strict=True)])
    return value if rendered == value.raw else as_value(rendered, value.line)


def _refused(line: int, kind: str, field: str, message: str) -> ManifestRefused:
    return ManifestRefused([Fault(1, line, kind, field, message)])
