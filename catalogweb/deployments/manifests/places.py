"""What a service refuses, as faults at the lines of the document that asked for it."""

from collections.abc import Sequence

from catalogweb.core.errors import Refusal, Refusals
from catalogweb.deployments.manifests.faults import Fault
from catalogweb.deployments.manifests.reader import Document, Value

# Where a manifest says what a service calls by another name.
KEYS = {
    "name": "metadata", "agents": "agent", "catalog_item": "catalogId", "config_example": "configExample",
    "source": "from", "destination": "to", "extra_hosts": "extraHosts", "log_size": "logSize",
    "secret": "secretName", "config_map": "configMapName", "use_vault": "useVault",
    "protocol": "interfaceProtocol", "orchestration_tags": "orchestrationTags", "display_name": "display",
    "display_icon": "display", "display_color": "display",
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
    key = "name" if path and refusal.field == "name" else KEYS.get(refusal.field or "", refusal.field or "")
    # One agent or several are written by two names.
    line = _line_of(_inside(document.root, path), [key, f"{key}s"]) or document.line
    return Fault(document.number, line, document.kind, key, refusal.message)


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


def _line_of(value: Value, names: Sequence[str]) -> int:
    """The line of the shallowest field of one of these names, that of the whole when there is none."""
    level = [value]
    while level:
        for mapping in level:
            if lines := [mapping.keys[name] for name in names if name in mapping.keys]:
                return lines[0]
        level = [child for parent in level for child in _children(parent)]
    return value.line


def _children(value: Value) -> list[Value]:
    return list(value.raw.values()) if value.kind == "mapping" else (value.raw if value.kind == "list" else [])
