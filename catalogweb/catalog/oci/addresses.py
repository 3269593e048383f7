"""Which addresses we call: looked up once, judged, and the one that was judged is connected to."""

import ipaddress
import socket
import threading
import time
from typing import Any

from catalogweb.catalog.failures import Failed, Failure

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Where clouds keep credentials of the machine itself, apart from the link-local addresses.
METADATA = {ipaddress.ip_address(text) for text in ("fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")}
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Deadline:
    """When all of it must be over: every wait on the way takes what is left."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds; fails when there are none."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise Failed(Failure.TIMEOUT)
        return left


def allowed_addresses(host: str, port: int, *, deadline: Deadline, private_allowed: bool) -> list[str]:
    """The addresses of `host`. Refused are all of them when one is: names that lead to both are made to deceive."""
    addresses = list(dict.fromkeys(_looked_up(host, port, deadline)))
    for text in addresses:
        if reason := _objection(ipaddress.ip_address(text), private_allowed=private_allowed):
            raise Failed(Failure.BLOCKED_BY_POLICY, f"{host} leads to {text}, {reason}.")
    return addresses


def _looked_up(host: str, port: int, deadline: Deadline) -> list[str]:
    """In a thread of its own: the system's resolver takes as long as it likes."""
    found: list[Any] = []

    def look_up() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            pass

    asking = threading.Thread(target=look_up, daemon=True, name="registry-name")
    asking.start()
    asking.join(deadline.left)
    if asking.is_alive():
        raise Failed(Failure.TIMEOUT, f"The name {host} was not resolved in time.")
    if not found:
        raise Failed(Failure.DNS, f"{host} is not known.")
    return [str(row[4][0]).partition("%")[0] for row in found]


def _objection(address: Address, *, private_allowed: bool) -> str:
    """Why not to call it; empty when it may be called. Addresses inside others are judged as well."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if not inner and address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return _objection(inner, private_allowed=private_allowed)
    if address in METADATA:
        return "where a cloud keeps credentials"
    if address.is_link_local:
        return "a link-local address"
    if address.is_multicast or address.is_unspecified or (address.is_reserved and not address.is_loopback):
        return "which no registry can have"
    if not private_allowed and not address.is_global:
        return "a private address"
    return ""
