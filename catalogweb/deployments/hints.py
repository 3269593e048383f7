"""What to do about an agent's error message, for people who did not write it."""

import re

# The first that fits counts, so the narrow ones stand first.
HINTS = [
    (
        r"not present on agent",
        "The registry “local” never pulls. Load the image on the agent, or choose the registry it lives in.",
    ),
    (
        r"unauthori[sz]ed|access denied|denied:|authentication required|incorrect username|\b40[13]\b",
        "The registry refused the user name or password. Correct them on the registry's page: the agent pulls again "
        "by itself.",
    ),
    (
        r"x509|certificate|server gave http response to https",
        "The agent's container engine does not trust the registry's certificate. Install it on the agent, or allow "
        "the registry as insecure in the engine's settings.",
    ),
    (
        r"no matching manifest|exec format error|image operating system|wrong architecture",
        "The image is built for another processor. Check the image of this architecture on the catalog item.",
    ),
    (
        r"address already in use|port is already allocated|bind for|cannot expose|failed to listen",
        "Another program on the agent already has this port. Choose another external port.",
    ),
    (
        r"no space left",
        "The agent's disk is full. Free some space, or lower what its images may take.",
    ),
    (
        r"no such host|connection refused|i/o timeout|timed? ?out|no route|dial tcp|name resolution|unreachable",
        "The agent cannot reach the registry. Check the registry's URL, and the agent's network and proxy.",
    ),
    (
        r"bind source path|mount|statfs",
        "A folder that is to be mounted does not exist on the agent. Create it there, or correct the volume.",
    ),
    (
        r"manifest unknown|not found|no such image|does not exist|name unknown|\b404\b",
        "The registry has no such image or tag. Check its spelling on the catalog item.",
    ),
    (
        r"exit|restart",
        "The container starts and ends again. Check its commands, variables and volumes, and its own log on the agent.",
    ),
]


def hint_for(error: str) -> str:
    """A sentence about what to do, empty when nothing is known about this error."""
    return next((hint for pattern, hint in HINTS if re.search(pattern, error, re.IGNORECASE)), "")
