"""What a service refuses, as faults at the lines of the document that asked for it."""

from collections.abc import Sequence

from catalogweb.core.errors import Refusal, Refusals
from catalogweb.core.names import camel
from catalogweb.deployments.manifests.faults import Fault
from catalogweb.deployments.manifests.fields import SECRETS
from catalogweb.deployments.manifests.reader import Document, Value

# Where a manifest says what a service calls by another name, and not in its own spelling.
KEYS = {
    "name": "metadata", "agents": "agent", "catalog_item": "catalogId", "source": "from", "destination": "to",
    "secret": "secretName", "config_map": "configMapName", "protocol": "interfaceProtocol",
    "display_name": "display", "display_icon": "display", "display_color": "display",
}  # fmt: skip


def faults_of(refusal: Refusal, document: Document) -> list[Fault]:
    return [_fault(one, document) for one in singles(refusal)]


def singles(refusal: Refusal) -> list[Refusal]:
    """One by one, each with the path of those that hold it, unless it has one of its own."""
    if not isinstance(refusal, Refusals):
        return [refusal]
    return [single for one in refusal.refusals for single in singles(one.at(refusal.path))]


def _fault(refusal: Refusal, document: Document) -> Fault:
    # Inside a document things have a name of their own; that of the whole stands in its metadata.
    path = "" if refusal.field == "name" and refusal.path == "spec" else refusal.path
    word = refusal.field or ""
    key = "name" if path and word == "name" else KEYS.get(word) or camel(word)
    # One agent or several are written by two names.
    mapping, name = _place_of(_inside(document.root, path), [key, f"{key}s"])
    line = mapping.keys.get(name, mapping.line) or document.line
    return Fault(document.number, line, document.kind, key, refusal.message, _written(mapping, name, document))


def _written(mapping: Value, name: str, document: Document) -> str:
    """The text that stands there, unless it may be a secret's, or have one in it as `https://user:password@host`."""
    found = mapping.get(name)
    if found and name == "metadata":
        found = found.get("name")
    if found is None or found.kind in ("mapping", "list") or name in SECRETS:
        return ""
    may_hide = (document.kind == "Secret" and name != "metadata") or (name == "url" and "@" in found.text)
    return "" if may_hide else found.text


def _inside(root: Value, path: str) -> Value:
    """The mapping at a path such as spec.microservices[1], or the innermost around it that is written."""
    for step in filter(None, path.replace("[", ".").replace("]", "").split(".")):
        if root.kind == "mapping" and step in root.raw:
            root = root.raw[step]
        elif root.kind == "list" and step.isdecimal() and int(step) < len(root.raw):
            root = root.raw[int(step)]
        else:
            break
    return root


def _place_of(value: Value, names: Sequence[str]) -> tuple[Value, str]:
    """The mapping with the shallowest field of one of these names, and that name; the whole when there is none."""
    level = [value]
    while level:
        for mapping in level:
            if found := [name for name in names if name in mapping.keys]:
                return mapping, found[0]
        level = [child for parent in level for child in _children(parent)]
    return value, ""


def _children(value: Value) -> list[Value]:
    return list(value.raw.values()) if value.kind == "mapping" else (value.raw if value.kind == "list" else [])
