"""Image references and registry addresses as text: what they name, and whether they belong together."""

import re
from dataclasses import dataclass

from catalogweb.core.errors import Invalid

# Names under which people and engines know the same registry.
DOCKER_HUB = frozenset(
    {"registry.hub.docker.com", "docker.io", "index.docker.io", "registry-1.docker.io", "hub.docker.com"}
)
LOCAL_CACHE = "from_cache"

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?|\[[0-9a-f:]+\](:\d{1,5})?", re.I | re.A)
_URL_PATH = re.compile(r"[\w.~%+/-]*", re.A)
_PATH = re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"[a-z0-9]+([.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}")


@dataclass(frozen=True)
class Reference:
    """`host/path:tag@digest`; the host is empty when the reference names none."""

    host: str
    path: str
    tag: str
    digest: str

    @property
    def registry_host(self) -> str:
        """The registry it is pulled from: Docker Hub when it names none."""
        return canonical_host(self.host or "docker.io")


def parse_reference(text: str) -> Reference:
    """Refuses what no container engine would accept, saying which part is wrong."""
    rest, _, digest = text.partition("@")
    head, slash, tail = rest.partition("/")
    host = head if slash and _reads_as_host(head) else ""
    path, _, tag = (tail if host else rest).partition(":")
    checks = [
        (host and not _HOST.fullmatch(host), "its registry host"),
        (not _PATH.fullmatch(path), "its name (lower-case letters, digits, separators)"),
        (":" in rest[len(host) :] and not _TAG.fullmatch(tag), "its tag"),
        ("@" in text and not _DIGEST.fullmatch(digest), "its digest"),
    ]
    for wrong, what in checks:
        if wrong:
            raise Invalid(f"“{text}” is not an image reference: check {what}.", field="images")
    return Reference(host, path, tag, digest)


def _reads_as_host(head: str) -> bool:
    """Engines take the first part of a reference for a host only when it looks like one."""
    return "." in head or ":" in head or head == "localhost"


def canonical_host(host: str) -> str:
    """One spelling per registry, so that two hosts can be compared."""
    host = host.lower().removesuffix(":443")
    return "docker.io" if host in DOCKER_HUB else host


def normalised_url(text: str) -> str:
    """`https://Host/v2/` as `host`: without scheme, API version and closing slash. Refuses what names no host."""
    url = re.sub(r"^[a-z][a-z0-9+.-]*://", "", text.strip(), flags=re.IGNORECASE)
    if "@" in url:
        raise Invalid("Give user name and password in their own fields, not in the URL.", field="url")
    url = url.rstrip("/")
    while url.endswith(("/v1", "/v2")):
        url = url[:-3].rstrip("/")
    host, slash, path = url.partition("/")
    if url != LOCAL_CACHE and not (_HOST.fullmatch(host) and _URL_PATH.fullmatch(path)):
        raise Invalid(f"“{text}” is not a registry URL; use a host such as registry.example.org:5000.", field="url")
    return host.lower() + slash + path


def host_of(url: str) -> str:
    """The comparable host of a normalised registry URL."""
    return canonical_host(url.partition("/")[0])


def completed(reference: str, registry_url: str) -> str:
    """The reference with the registry's address in front when it names no host (Docker Hub needs none)."""
    parsed = parse_reference(reference)
    if parsed.host or registry_url == LOCAL_CACHE or host_of(registry_url) == "docker.io":
        return reference
    host, slash, path = registry_url.partition("/")
    # Written as `registry/app`, it would be pulled from Docker Hub.
    address = host if _reads_as_host(host) else f"{host}:443"
    return f"{address}{slash}{path}/{reference}"
