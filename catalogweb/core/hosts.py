"""Host names and addresses."""

import ipaddress
import re

_NAME = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9_]([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?)*\.?"
)


def is_host(text: str) -> bool:
    """A host name or an address, and nothing that would lead elsewhere in a URL."""
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return bool(_NAME.fullmatch(text))
    return "%" not in text


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches itself there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
