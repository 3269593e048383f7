"""One kind of request sent for some seconds over persistent connections by wrk, and its statements counted."""

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

CONNECTIONS = 8


@dataclass(frozen=True)
class Request:
    """What is sent; `like` names the comparison view that does the same work."""

    name: str
    method: str
    path: str
    token: str = ""
    body: str = ""
    like: str = ""


@dataclass(frozen=True)
class Measured:
    request: Request
    statements: int
    rate: float


def statements_of(request: Request) -> int:
    """Database statements of one such request, after a first one that fills caches."""
    client = Client(SERVER_NAME="127.0.0.1")
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            response = client.generic(
                request.method, request.path, request.body, "application/json", headers={"Authorization": request.token}
            )
    if response.status_code >= 400:
        raise RuntimeError(f"{request.name} answered {response.status_code}")
    return len(captured)


def rate_of(request: Request, base: str, seconds: int) -> float:
    """Answers per second; refuses a run in which any request failed."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "request.lua")
        script.write_text(
            f"wrk.method = {json.dumps(request.method)}\nwrk.body = {json.dumps(request.body)}\n"
            f'wrk.headers["Authorization"] = {json.dumps(request.token)}\n'
            'wrk.headers["Content-Type"] = "application/json"\n'
        )
        command = [
            "wrk",
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{seconds}s",
            "--timeout",
            "30s",
            "-s",
            str(script),
            base + request.path,
        ]
        output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise RuntimeError(f"{request.name} failed under load:\n{output}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    return float(found.group(1)) if found else 0.0
