"""Becoming a known agent: a key for credentials."""

import platform

from catalogweb.edge.client import ControllerClient, ControllerError, is_loopback
from catalogweb.edge.state import State, StateFolder

TYPES = {"x86": 1, "arm": 2}
# What controllers say of a key that they do not take.
WRONG_KEY = "provisioning key"
MACHINES = {"x86_64": "x86", "amd64": "x86", "i386": "x86", "i686": "x86"}


class NotProvisioned(Exception):
    """The agent has no credentials, or could not get any; the text is a sentence for people."""


def provision(
    url: str,
    key: str,
    state: State,
    *,
    architecture: str = "",
    insecure: bool = False,
    client: ControllerClient | None = None,
) -> str:
    """Trade the key for credentials, keep them in `state`, and return the agent's uuid.

    Refuses plain http beyond this machine unless `insecure`: key and token would travel readable.
    """
    refuse_plain_http(url, insecure)
    if isinstance(state, StateFolder):
        state.prepare()  # before the key is used up
    client = client or ControllerClient(url)
    body = {"key": key, "type": TYPES[architecture or this_architecture()], "pullsAnyReference": True}
    try:
        answer = client.call("POST", "agent/provision", body)
    except ControllerError as error:
        if WRONG_KEY in str(error).lower():
            raise NotProvisioned(
                "This key is wrong, used or expired: make a new one on the agent's page (Connect)."
            ) from error
        raise NotProvisioned(str(error)) from error
    uuid, token = answer.get("uuid"), answer.get("token")
    if not (isinstance(uuid, str) and isinstance(token, str) and uuid and token):
        raise NotProvisioned("The controller's answer holds no uuid and token.")
    state.forget()  # lists of an earlier life
    name = str(answer.get("name") or "")
    state.save("credentials", {"url": client.url, "uuid": uuid, "token": token, "name": name})
    return uuid


def refuse_plain_http(url: str, insecure: bool) -> None:
    if not url.startswith(("http://", "https://")):
        raise NotProvisioned(f"{url} is not an http or https address.")
    if url.startswith("http://") and not is_loopback(url) and not insecure:
        raise NotProvisioned(
            "Plain http would send key and token readable over the network: use https, or add --insecure."
        )


def this_architecture() -> str:
    """x86 or arm, as this machine says; raises NotProvisioned for any other."""
    machine = platform.machine().lower()
    if machine.startswith(("arm", "aarch64")):
        return "arm"
    if machine not in MACHINES:
        raise NotProvisioned(f"This machine is a {machine}: declare --architecture x86 or arm.")
    return MACHINES[machine]
