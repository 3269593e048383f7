"""Documents of kind EdgeResource, read into plain values."""

from dataclasses import dataclass
from typing import Any

from catalogweb.core.names import camel
from catalogweb.deployments.manifests.catalog_specs import need_name
from catalogweb.deployments.manifests.fields import Fields
from catalogweb.deployments.manifests.reader import Document
from catalogweb.edge_resources.services import ENDPOINT_FIELDS

TEXTS = {"description": "description", "protocol": "interfaceProtocol"}
DISPLAY = ("name", "icon", "color")


@dataclass
class EdgeResourceSpec:
    """One version of it. What is not written stays as it is; agents are linked elsewhere."""

    document: Document
    name: str
    version: str
    fields: dict[str, Any]


def read_edge_resource(root: Fields, name: str) -> EdgeResourceSpec:
    spec = root.section("spec")
    known = ["name", "version", "interface", "display", "orchestrationTags", "custom", *TEXTS.values()]
    spec.known(known, ignored=["id"])
    fields: dict[str, Any] = {column: spec.text(key) for column, key in TEXTS.items() if spec.has(key)}
    fields |= _endpoints(spec) | _display(spec)
    if spec.has("orchestrationTags"):
        fields["orchestration_tags"] = spec.texts("orchestrationTags")
    if spec.has("custom"):
        fields["custom"] = spec.plain("custom")
    name = spec.text("name") or name
    need_name(root, name)
    return EdgeResourceSpec(root.document, name, spec.text("version", required=True), fields)


def _endpoints(spec: Fields) -> dict[str, Any]:
    """An interface that is written is the whole of it."""
    interface = spec.section("interface")
    interface.known(["endpoints"], ignored=["id", "edgeResourceId"])
    if not spec.has("interface"):
        return {}
    sections = interface.sections("endpoints") or []
    keys = {column: camel(column) for column in ENDPOINT_FIELDS}
    for section in sections:
        section.known(keys.values(), ignored=["id", "interfaceId"])
    return {"endpoints": [{column: section.text(key) for column, key in keys.items()} for section in sections]}


def _display(spec: Fields) -> dict[str, str]:
    display = spec.section("display")
    display.known(DISPLAY)
    return {f"display_{key}": display.text(key) for key in DISPLAY} if spec.has("display") else {}
