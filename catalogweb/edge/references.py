"""Image references: which registry, which repository, which tag or digest."""

import re
from dataclasses import dataclass

HUB = "docker.io"
HUB_NAMES = {HUB, "index.docker.io", "registry.hub.docker.com", "registry-1.docker.io", "hub.docker.com"}

_PATH = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_HOST = re.compile(r"(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]{1,5})?")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}")


@dataclass(frozen=True)
class Reference:
    """A fully qualified image reference; `str()` gives the name every engine understands."""

    host: str
    path: str
    tag: str = "latest"
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Read `[host[:port]/]path[:tag][@digest]`; raises ValueError with a sentence."""
        name, at, digest = text.strip().partition("@")
        host, rest = _split_host(name)
        path, colon, tag = rest.partition(":")
        if host == HUB and "/" not in path:
            path = f"library/{path}"
        valid = (
            _HOST.fullmatch(host)
            and _PATH.fullmatch(path)
            and (not colon or _TAG.fullmatch(tag))
            and (not at or _DIGEST.fullmatch(digest))
        )
        if not valid:
            raise ValueError(f"{text!r} is not an image reference.")
        return cls(host, path, tag or ("" if digest else "latest"), digest)

    @property
    def registry_host(self) -> str:
        """For comparing with a registry's."""
        return canonical_host(self.host)

    @property
    def repository(self) -> str:
        return f"{self.host}/{self.path}"

    @property
    def version(self) -> str:
        """What is pulled: the digest where there is one, for a tag beside it is only a remark."""
        return self.digest or self.tag

    def __str__(self) -> str:
        return f"{self.repository}@{self.digest}" if self.digest else f"{self.repository}:{self.tag}"


def _split_host(name: str) -> tuple[str, str]:
    """Port 443 stays where it is written: without it, an engine would take `registry` for a part of the path."""
    first, slash, rest = name.partition("/")
    is_host = slash and ("." in first or ":" in first or first == "localhost" or first != first.lower())
    if not is_host:
        return HUB, name
    return (HUB if canonical_host(first) == HUB else first.lower()), rest


def canonical_host(text: str) -> str:
    """The host (and port) a registry URL or host name stands for; all names of Docker Hub are one, 443 is no port."""
    host = re.sub(r"^[a-z]+://", "", text.strip().lower()).split("/")[0].removesuffix(":443")
    return HUB if host in HUB_NAMES or not host else host
