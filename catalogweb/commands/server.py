"""The web server that `up` starts, and its addresses."""

import http.client
import os

from django.conf import settings

from catalogweb.core.hosts import is_loopback

# Granian counts connections, kept-alive ones included, so there must be room for a whole fleet's.
CONNECTIONS = 4096
# An idle connection is closed after this; agents that ask every few seconds keep theirs.
KEEP_ALIVE_MS = 30_000
ANYWHERE = ("0.0.0.0", "::")  # noqa: S104


def arguments(host: str, port: int, workers: int) -> list[str]:
    options = {
        "interface": "rsgi",
        "loop": "uvloop",
        "host": host,
        "port": port,
        "workers": workers,
        "backlog": CONNECTIONS,
        "backpressure": CONNECTIONS,
        "http1-header-read-timeout": KEEP_ALIVE_MS,
        "workers-kill-timeout": 5,
        "log-level": "error",
    }
    given = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return ["-m", "granian", *given, "--no-ws", "--respawn-failed-workers", "catalogweb.rsgi:application"]


def local_url(host: str, port: int) -> str:
    """How this machine reaches the server."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def public_url(host: str, port: int) -> str:
    return settings.PUBLIC_URL or local_url(host, port)


def answers(host: str, port: int) -> bool:
    """Whether the server is up; it is asked by the one name that it always goes by."""
    address = local_url(host, port).removeprefix("http://").rpartition(":")[0].strip("[]")
    asked = http.client.HTTPConnection(address, port, timeout=5)
    try:
        asked.request("GET", "/api/v3/status", headers={"Host": "localhost"})
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def reach_warning(host: str, port: int) -> str:
    """What people must know when the server listens beyond this machine without a public address."""
    if is_loopback(host) or settings.PUBLIC_URL:
        return ""
    example = f"http://{os.uname().nodename if host in ANYWHERE else host}:{port}"
    return (
        f"It listens on {host}, but answers only requests for localhost and 127.0.0.1: "
        f"set CATALOGWEB_PUBLIC_URL, such as {example}, to the address that people and agents use."
    )
