"""What an image reference leads to: digest, platforms, sizes. Reads indexes and single manifests of both kinds."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalogweb.catalog.failures import Failed, Failure
from catalogweb.catalog.oci.client import Client, read_json
from catalogweb.catalog.oci.transport import Answer
from catalogweb.catalog.references import Reference
from catalogweb.core.architectures import Architecture

INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
ACCEPT = ", ".join([*INDEXES, *MANIFESTS])
# What agents of each architecture run, in the words of images.
RUNS = {Architecture.X86.value: ("amd64", "386"), Architecture.ARM.value: ("arm64", "arm")}
# Each costs a request that registries count.
MOST_SIZES = 8


@dataclass(frozen=True)
class Platform:
    os: str
    architecture: str
    variant: str = ""
    digest: str = ""
    size: int = 0

    @property
    def label(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)

    @property
    def slot(self) -> str:
        """The architecture of ours that can run it; empty when none can."""
        slots = (slot for slot, names in RUNS.items() if self.os == "linux" and self.architecture in names)
        return next(slots, "")

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Found:
    """The digest that a pull of the reference gets; `platforms` without attestations and the like."""

    digest: str
    media_type: str
    platforms: tuple[Platform, ...]


def repository_of(reference: Reference) -> str:
    is_official = reference.registry_host == "docker.io" and "/" not in reference.path
    return f"library/{reference.path}" if is_official else reference.path


def resolve(client: Client, reference: Reference, *, known: Found | None = None) -> Found:
    """Ask by HEAD, which registries count least; only a digest that is not `known` is looked into."""
    repository, wanted = repository_of(reference), reference.digest or reference.tag or "latest"
    path = f"{repository}/manifests/{wanted}"
    head = client.get(path, repository=repository, method="HEAD", accept=ACCEPT)
    digest = head.headers.get("docker-content-digest", "")
    if known and digest and digest == known.digest:
        return known
    answer = client.get(path, repository=repository, accept=ACCEPT)
    digest = _digest(answer, expected=reference.digest)
    content, media_type = read_json(answer), _media_type(answer)
    if media_type in INDEXES or "manifests" in content:
        return Found(digest, media_type, tuple(_of_index(client, repository, content)))
    if media_type in MANIFESTS or "config" in content:
        return Found(digest, media_type, (_of_manifest(client, repository, content, digest),))
    raise Failed(Failure.NOT_FOUND, f"{wanted} is not an image but “{media_type[:100]}”.")


def _media_type(answer: Answer) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()


def _digest(answer: Answer, *, expected: str) -> str:
    """Of what was read: a registry that says another one, or gives another than was asked for, is not believed."""
    digest = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
    said = expected or answer.headers.get("docker-content-digest", "")
    if said.startswith("sha256:") and said != digest:
        raise Failed(Failure.SERVER_ERROR, "It gives a manifest that does not have the digest it should have.")
    return said or digest


def _of_index(client: Client, repository: str, index: Mapping[str, Any]) -> Iterator[Platform]:
    sized = 0
    for entry in _objects(index.get("manifests")):
        told, annotations = _object(entry.get("platform")), _object(entry.get("annotations"))
        platform = Platform(_text(told, "os"), _text(told, "architecture"), _variant(told), _text(entry, "digest"))
        if "unknown" in (platform.os, platform.architecture) or "vnd.docker.reference.type" in annotations:
            continue
        if platform.slot and sized < MOST_SIZES and platform.digest:
            sized += 1
            path = f"{repository}/manifests/{platform.digest}"
            answer = client.get(path, repository=repository, accept=ACCEPT)
            _digest(answer, expected=platform.digest)
            size = _size(read_json(answer))
            platform = Platform(platform.os, platform.architecture, platform.variant, platform.digest, size)
        yield platform


def _of_manifest(client: Client, repository: str, manifest: Mapping[str, Any], digest: str) -> Platform:
    config = _text(_object(manifest.get("config")), "digest")
    told = read_json(client.get(f"{repository}/blobs/{config}", repository=repository))
    return Platform(_text(told, "os") or "linux", _text(told, "architecture"), _variant(told), digest, _size(manifest))


def _size(manifest: Mapping[str, Any]) -> int:
    """Bytes that a pull transfers: config and layers, as compressed."""
    parts = [_object(manifest.get("config")), *_objects(manifest.get("layers"))]
    return sum(part["size"] for part in parts if isinstance(part.get("size"), int))


def _variant(told: Mapping[str, Any]) -> str:
    return _text(told, "variant")


def _text(source: Mapping[str, Any], key: str) -> str:
    value = source.get(key)
    return value[:200] if isinstance(value, str) else ""


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
