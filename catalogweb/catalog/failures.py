"""What can be wrong between us and a registry: one class, one sentence, one suggestion each."""

from typing import NamedTuple

from django.db import models


class Failure(models.TextChoices):
    """Stored and told by these names; `ok` is the empty text."""

    DNS = "dns", "name not found"
    REFUSED = "refused", "no connection"
    TIMEOUT = "timeout", "no answer in time"
    TLS_UNTRUSTED = "tls_untrusted", "certificate not trusted"
    TLS_NAME = "tls_name", "certificate of another name"
    NOT_A_REGISTRY = "not_a_registry", "not a registry"
    AUTH_REJECTED = "auth_rejected", "login rejected"
    AUTH_SCOPE = "auth_scope", "no right to pull"
    NOT_FOUND = "not_found", "image not found"
    PLATFORM_MISSING = "platform_missing", "wrong architecture"
    RATE_LIMITED = "rate_limited", "too many requests"
    SERVER_ERROR = "server_error", "registry fails"
    BLOCKED_BY_POLICY = "blocked_by_policy", "not allowed from here"

    @property
    def sentence(self) -> str:
        return _WORDS[self].sentence

    @property
    def fix(self) -> str:
        return _WORDS[self].fix


# What a registry itself says of an image. What else goes wrong on the way says that nobody could look.
SAID_OF_IMAGES = (Failure.AUTH_SCOPE, Failure.NOT_FOUND)


class Words(NamedTuple):
    sentence: str
    fix: str


_WORDS = {
    Failure.DNS: Words(
        "The registry's name leads to no address.",
        "Check the spelling of the host, and the name server of the machine that runs this controller.",
    ),
    Failure.REFUSED: Words(
        "Nothing accepts connections at the registry's address.",
        "Check the port, and whether the registry runs and a firewall lets this controller through.",
    ),
    Failure.TIMEOUT: Words(
        "The registry did not answer in time.",
        "Check the port and the firewall; agents may reach it even when this controller does not.",
    ),
    Failure.TLS_UNTRUSTED: Words(
        "The registry's certificate is not trusted.",
        "Enter the CA that signed it, and give it to the container engine of every agent as well.",
    ),
    Failure.TLS_NAME: Words(
        "The registry's certificate is made out to another name.",
        "Use the name that the certificate holds, or have one made for this name.",
    ),
    Failure.NOT_A_REGISTRY: Words(
        "What answers at this address is not a container registry.",
        "Give the registry's host and port alone; the address of its web page may be another one.",
    ),
    Failure.AUTH_REJECTED: Words(
        "The registry rejects the login.",
        "Enter user name and password again; a token may have expired.",
    ),
    Failure.AUTH_SCOPE: Words(
        "The login has no right to pull this image, or the image does not exist.",
        "Give the account the right to read this repository, and check the image's name.",
    ),
    Failure.NOT_FOUND: Words(
        "The registry does not have this image.",
        "Check name and tag; the tag may have been deleted.",
    ),
    Failure.PLATFORM_MISSING: Words(
        "The image is not made for this architecture.",
        "Use an image, or an index of several, that contains it.",
    ),
    Failure.RATE_LIMITED: Words(
        "The registry asks for fewer requests.",
        "Wait, log in to it with an account, or lower the rate of checks.",
    ),
    Failure.SERVER_ERROR: Words(
        "The registry fails to answer properly.",
        "Look at the registry's own log; agents would fail in the same way.",
    ),
    Failure.BLOCKED_BY_POLICY: Words(
        "This controller is not allowed to call that address.",
        "Use an address that may be called, or have the settings for registry checks changed.",
    ),
}


class Failed(Exception):
    """A call to a registry came to nothing. `detail` names what was met, and never holds a secret.

    `wait` says after how many seconds the registry wants to be asked again, when it said so.
    """

    def __init__(self, failure: Failure, detail: str = "", *, wait: int = 0) -> None:
        super().__init__(f"{failure.sentence} {detail}".strip())
        self.failure = failure
        self.detail = detail[:500]
        self.wait = wait
