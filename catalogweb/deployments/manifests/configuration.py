"""Documents of kind Secret, ConfigMap and VolumeMount, read into plain values."""

from dataclasses import dataclass
from typing import Any

from catalogweb.deployments.manifests.fields import Fields, as_written
from catalogweb.deployments.manifests.reader import Document

# Clients write these beside spec.
BESIDE_SPEC = {"Secret": ["type", "data"], "ConfigMap": ["data"]}


@dataclass
class SecretSpec:
    """Without data the values stay as they are; so does each that is empty or KEEP."""

    document: Document
    name: str
    type: str
    data: dict[str, Any] | None


@dataclass
class ConfigMapSpec:
    document: Document
    name: str
    data: dict[str, Any] | None
    fields: dict[str, bool]


@dataclass
class VolumeMountSpec:
    """`agents` are all that are to have its files; None leaves them alone."""

    document: Document
    name: str
    secret: str
    config_map: str
    agents: list[str] | None


def read_secret(root: Fields, name: str) -> SecretSpec:
    spec = root.section("spec")
    spec.known(["type", "data"])
    return SecretSpec(root.document, name, root.text("type") or spec.text("type"), _data(root, spec))


def read_config_map(root: Fields, name: str) -> ConfigMapSpec:
    spec = root.section("spec")
    spec.known(["data", "immutable", "useVault"])
    fields = {"immutable": "immutable", "use_vault": "useVault"}
    given = {column: spec.boolean(key) for column, key in fields.items() if spec.has(key)}
    return ConfigMapSpec(root.document, name, _data(root, spec), given)


def _data(root: Fields, spec: Fields) -> dict[str, Any] | None:
    """Whatever is wrong with it, its text is not repeated: it may be a secret."""
    place = root if root.has("data") else spec
    found = place.value.get("data") if place.value else None
    if found is not None and found.kind != "mapping":
        place.fault("data", "data holds values by key.")
        return None
    return as_written(found) if found else None


def read_volume_mount(root: Fields, name: str) -> VolumeMountSpec:
    spec = root.section("spec")
    spec.known(["secretName", "configMapName", "agents"])
    agents = spec.texts("agents") if spec.has("agents") else None
    return VolumeMountSpec(root.document, name, spec.text("secretName"), spec.text("configMapName"), agents)
