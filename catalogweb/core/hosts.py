"""Host names and addresses."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches itself there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
