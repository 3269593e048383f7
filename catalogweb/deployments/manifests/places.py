"""What a service refuses, as faults at the lines of the document that asked for it."""

from catalogweb.core.errors import Refusal, Refusals
from catalogweb.deployments.manifests.faults import Fault
from catalogweb.deployments.manifests.reader import Document, Value

# Where a manifest says what a service calls by another name.
KEYS = {
    "name": "metadata", "agents": "agent", "catalog_item": "catalogId", "config_example": "configExample",
    "source": "from", "destination": "to", "extra_hosts": "extraHosts", "log_size": "logSize",
    "secret": "secretName", "config_map": "configMapName", "use_vault": "useVault",
}  # fmt: skip


def faults_of(refusal: Refusal, document: Document) -> list[Fault]:
    if isinstance(refusal, Refusals):
        return [fault for one in refusal.refusals for fault in faults_of(one.at(refusal.path), document)]
    # Inside a document things have a name of their own.
    key = "name" if refusal.path and refusal.field == "name" else KEYS.get(refusal.field or "", refusal.field or "")
    line = _line_of(_inside(document.root, refusal.path), key) or document.line
    return [Fault(document.number, line, document.kind, key, refusal.message)]


def _inside(root: Value, path: str) -> Value:
    """The mapping at a path such as spec.microservices[1]."""
    for step in filter(None, path.replace("[", ".").replace("]", "").split(".")):
        root = root.raw[int(step)] if root.kind == "list" else root.raw[step]
    return root


def _line_of(value: Value, key: str) -> int:
    """The line of the shallowest field of this name, that of the whole when there is none."""
    level = [value]
    while level:
        for mapping in level:
            if key in mapping.keys:
                return mapping.keys[key]
        level = [child for parent in level for child in _children(parent)]
    return value.line


def _children(value: Value) -> list[Value]:
    return list(value.raw.values()) if value.kind == "mapping" else (value.raw if value.kind == "list" else [])
