"""What an agent's error message means: what to do about it, and where; and whether the image was fetched at all."""

import re
from dataclasses import dataclass

from catalogweb.deployments.models import Microservice


@dataclass(frozen=True)
class Hint:
    """A sentence about what to do, and where it is done: the `registry`, the `item`, or the microservice's `settings`.

    `is_pull` says that the image was not fetched.
    """

    text: str = ""
    places: tuple[str, ...] = ("registry", "item", "settings")
    is_pull: bool = True

    def __bool__(self) -> bool:
        return bool(self.text)


# The first that fits counts, so the narrow ones stand first.
HINTS = [
    (
        r"not present on agent",
        Hint(
            "The registry “local” never pulls. Load the image on the agent, or choose the registry it lives in.",
            ("item", "settings"),
        ),
    ),
    (
        r"plain http|server gave http response to https",
        Hint(
            "The registry speaks plain http, which the agent's container engine refuses until it is told. Podman: add "
            '[[registry]] with location = "HOST:PORT" and insecure = true to /etc/containers/registries.conf. '
            'Docker: add HOST:PORT to "insecure-registries" in /etc/docker/daemon.json, then restart it.',
            ("registry",),
        ),
    ),
    (
        r"x509|certificate",
        Hint(
            "The agent's container engine does not trust the registry's certificate. Put the certificate authority "
            "on the agent: /etc/containers/certs.d/HOST:PORT/ca.crt for Podman, /etc/docker/certs.d/HOST:PORT/ca.crt "
            "for Docker.",
            ("registry",),
        ),
    ),
    (
        r"rate limit|too ?many ?requests",
        Hint(
            "The registry lets nobody pull more for now. Wait, or add the registry with a user name and password: "
            "accounts may pull more.",
            ("registry",),
        ),
    ),
    (
        r"wants a user name",
        Hint(
            "The image is private, or not there at all. Add the registry with user name and password, and choose it "
            "for the image.",
            ("item", "settings"),
        ),
    ),
    (
        r"unauthori[sz]ed|access denied|denied:|authentication required|(incorrect|wrong) user ?name|\b40[13]\b",
        Hint(
            "The registry refused the user name or password. Correct them on the registry's page: the agent pulls "
            "again by itself.",
            ("registry",),
        ),
    ),
    (
        r"no matching manifest|exec format error|image operating system|wrong architecture|no image for this arch",
        Hint(
            "The image is built for another processor. Check the image of this architecture.",
            ("item", "settings"),
            is_pull=False,
        ),
    ),
    (
        r"address already in use|port is already allocated|bind for|cannot expose|failed to listen|port \d+\S* is taken",
        Hint(
            "Another program or container on the agent already has this port. Choose another external port.",
            ("settings",),
            is_pull=False,
        ),
    ),
    (
        r"no space left",
        Hint("The agent's disk is full. Free some space, or lower what its images may take.", ()),
    ),
    (
        r"no such host|connection refused|i/o timeout|timed? ?out|no route|dial tcp|name resolution|unreachable|"
        r"cannot be reached",
        Hint(
            "The agent cannot reach the registry. Check the registry's URL, and the agent's network and proxy.",
            ("registry",),
        ),
    ),
    (
        r"bind source path|mount|statfs",
        Hint(
            "A folder that is to be mounted does not exist on the agent. Create it there, or correct the volume.",
            ("settings",),
            is_pull=False,
        ),
    ),
    (
        r"manifest unknown|not found|no such image|does not exist|name unknown|\b404\b",
        Hint("The registry has no such image or tag. Check its spelling.", ("item", "settings")),
    ),
    (
        r"exit|restart",
        Hint(
            "The container starts and ends again. Check its commands, variables and volumes, and its own log on the "
            "agent.",
            ("settings",),
            is_pull=False,
        ),
    ),
]


def hint_for(error: str) -> Hint:
    """What to do about this error; empty, and pointing everywhere, when nothing is known about it."""
    return next((hint for pattern, hint in HINTS if re.search(pattern, error, re.IGNORECASE)), Hint())


def failed_to_pull(microservice: Microservice) -> bool:
    """Of one that failed: whether its image was not fetched.

    Our own edge agent says so first; words that nobody knows are judged by whether a container of this generation
    was seen.
    """
    status = microservice.status
    if "could not be started" in status.error_message:
        return False
    if status.error_message.startswith("pull of "):
        return True
    hint = hint_for(status.error_message)
    return hint.is_pull if hint else status.built_generation < microservice.generation
