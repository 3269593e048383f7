"""How an image is fetched, with whose credentials, and what a failure means in one sentence."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from catalogweb.edge.items import Microservice, Registry
from catalogweb.edge.references import Reference, canonical_host


class Refused(Exception):
    """This image cannot be fetched; the text is a sentence for people."""


@dataclass(frozen=True)
class Fetch:
    """One decided pull. `elsewhere` is the host whose credentials stayed unused: they are not its own."""

    reference: Reference
    credentials: Mapping[str, str] | None = field(default=None, repr=False)
    only_local: bool = False
    elsewhere: str = ""

    def explain(self, error: str) -> str:
        """Our words about the cause; the engine's, without the credentials, only where we have none."""
        cause = _cause(error, with_credentials=bool(self.credentials)) or f"failed: {_one_line(self._clean(error))}"
        sentence = f"pull of {self.reference} {cause}"
        if self.elsewhere:
            sentence += f" (pulled without credentials: the registry's are for {self.elsewhere})"
        return sentence

    def _clean(self, text: str) -> str:
        for secret in filter(None, [(self.credentials or {}).get("password")]):
            text = text.replace(secret, "***")
        return re.sub(r"://[^/@\s]+@", "://", text)


def decide(microservice: Microservice, registries: Iterable[Registry]) -> Fetch:
    """Raises Refused for an unreadable reference or an unknown registry."""
    registry = next((r for r in registries if r.id == microservice.registry_id), None)
    try:
        reference = Reference.parse(microservice.image)
    except ValueError as error:
        raise Refused(str(error)) from error
    if registry is None:
        raise Refused(f"The registry {microservice.registry_id} of {reference} is not known to this agent.")
    if registry.is_cache:
        return Fetch(reference, only_local=True)
    if registry.is_public:
        return Fetch(reference)
    host = canonical_host(registry.url)
    if host != reference.registry_host:
        return Fetch(reference, elsewhere=host)
    return Fetch(reference, {"username": registry.username, "password": registry.password})


# The first that fits; engines and registries word the same cause in many ways.
_CAUSES = (
    (r"no such host|server misbehaving|name resolution",
     "failed: registry cannot be reached: its host name is unknown"),
    (r"connection refused", "failed: registry cannot be reached: connection refused"),
    (r"no route to host|network is unreachable", "failed: registry cannot be reached: no route to it"),
    (r"timeout|timed out|deadline exceeded", "failed: registry cannot be reached: it did not answer in time"),
    (r"x509|certificate", "failed: registry cannot be reached: its certificate is not trusted by the engine"),
    (r"server gave http response to https",
     "failed: registry cannot be reached: it speaks plain http, which the engine has to be told"),
    (r"toomanyrequests|too many requests|rate limit", "was refused: the registry's rate limit is reached"),
    (r"no space left", "failed: no space left on this machine"),
    (r"no image found in (manifest list|image index)|no matching manifest|"
     r"does not match the specified platform|no child with platform",
     "failed: it has no image for this architecture"),
    (r"manifest unknown|name unknown|repository name not known|not found|blob unknown|\b404\b",
     "failed: not found in the registry"),
)  # fmt: skip
_DENIED = r"unauthorized|authentication required|(?<!permission )denied|(invalid|incorrect) username|\b40[13]\b"


def _cause(error: str, *, with_credentials: bool) -> str:
    """Empty when nothing known fits."""
    low = error.lower()
    if re.search(_DENIED, low):
        if with_credentials:
            return "was refused: wrong user name or password, or no right to this image"
        if "does not exist" in low:
            return "was refused: not found in the registry, or it wants a user name and a password"
        return "was refused: the registry wants a user name and a password"
    return next((cause for pattern, cause in _CAUSES if re.search(pattern, low)), "")


def _one_line(error: str) -> str:
    return " ".join(error.split())[:300]
