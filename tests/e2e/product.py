"""The product as people run it: a server process on its own data folder, edge agents, and clients of its doors."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import requests

from catalogweb.commands.server import arguments as web_server
from tests.testbed.processes import Child, accepts, free_port

ROOT = Path(__file__).parent.parent.parent
EMAIL, PASSWORD = "admin@example.org", "a password for the story"
MANAGE = [sys.executable, str(ROOT / "manage.py")]


def wait_for(what: str, look: Callable[[], Any], *, limit: float = 60) -> Any:
    """The first truthy answer of `look`; fails with the last one."""
    deadline, seen = time.monotonic() + limit, None
    while time.monotonic() < deadline:
        seen = look()
        if seen:
            return seen
        time.sleep(0.2)
    raise AssertionError(f"{what} did not come within {limit:.0f} s; last seen: {seen!r}")


def new_database(folder: Path) -> dict[str, str]:
    """A database of its own for one product, where the suite runs on PostgreSQL; else SQLite in its folder."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        return {}
    name = f"story_{folder.name.replace('-', '_')}_{os.getpid()}".lower()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return {"DATABASE_URL": f"{server.rpartition('/')[0]}/{name}"}


class Product:
    """A server on a free port with a data folder of its own, and its first admin."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.api = f"{self.url}/api/v3/"
        password = folder / "password"
        password.write_text(PASSWORD)
        self.env = {
            "DJANGO_SETTINGS_MODULE": "catalogweb.settings",
            "CATALOGWEB_DATA": str(folder / "data"),
            "CATALOGWEB_ADMIN_EMAIL": EMAIL,
            "CATALOGWEB_ADMIN_PASSWORD_FILE": str(password),
            **new_database(folder),
        }
        self.starts = 0
        self.start()

    def start(self) -> None:
        self._run([*MANAGE, "up", "--no-agent", "--port", str(self.port)])

    def start_web_server(self) -> None:
        """Only what answers requests, as `up` starts it: the database is migrated already."""
        self._run([sys.executable, *web_server("127.0.0.1", self.port, 1)])

    def _run(self, command: list[str]) -> None:
        self.starts += 1
        log = self.folder / f"server-{self.starts}.log"
        self.server = Child(command, log=log, env=self.env, cwd=ROOT, stop_with=signal.SIGINT)
        self.server.wait_for_url(self.api + "status", limit=60)

    def kill(self) -> None:
        """As a power cut would: no time to finish anything."""
        self.server.signal(signal.SIGKILL)
        self.server.process.wait()
        wait_for("the port to be free", lambda: not accepts("127.0.0.1", self.port))

    def stop(self) -> None:
        self.server.stop(limit=30)

    def manage(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """A management command on this product's data."""
        return subprocess.run(
            [*MANAGE, *arguments], input=text, capture_output=True, text=True, env=os.environ | self.env, cwd=ROOT,
            timeout=120, check=False,
        )  # fmt: skip


class Operator:
    """A script that signed in at the REST door."""

    def __init__(self, product: Product) -> None:
        self.product = product
        answer = requests.post(product.api + "user/login", json={"email": EMAIL, "password": PASSWORD}, timeout=10)
        assert answer.status_code == 200, answer.text
        self.headers = {"Authorization": answer.json()["accessToken"]}

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        return requests.request(method, self.product.api + path, json=body, headers=self.headers, timeout=60)

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def send(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.call(method, path, body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def microservices(self) -> dict[str, dict[str, Any]]:
        return {m["name"]: m for m in self.get("microservices")["microservices"]}

    def provisioning_key(self, name: str) -> str:
        uuid = next(agent["uuid"] for agent in self.get("iofog-list")["fogs"] if agent["name"] == name)
        return str(self.get(f"iofog/{uuid}/provisioning-key")["key"])


class Edge:
    """One edge agent: provisioned with a key, running in a process of its own."""

    def __init__(
        self, product: Product, name: str, engine_url: str, *, address: str = "127.0.0.1", architecture: str = "x86"
    ) -> None:
        self.product, self.name, self.address = product, name, address
        self.engine_url, self.architecture = engine_url, architecture
        self.state = product.folder / f"edge-{name}"
        self.starts = 0

    def provision(self, key: str) -> "Edge":
        command = [sys.executable, "-m", "catalogweb.edge", "provision", "--url", self.product.api]
        command += ["--state", str(self.state), "--architecture", self.architecture]
        done = subprocess.run(command, input=key, text=True, cwd=ROOT, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return self

    def start(self) -> "Edge":
        self.starts += 1
        command = [sys.executable, "-m", "catalogweb.edge", "run", "--state", str(self.state), "--interval", "1"]
        command += ["--publish-address", self.address, "--engine-url", self.engine_url]
        if self.architecture == "arm":
            command += ["--platform", "linux/arm64"]
        self.process = Child(command, log=self.product.folder / f"edge-{self.name}-{self.starts}.log", cwd=ROOT)
        return self

    def stop(self) -> None:
        self.process.stop(limit=30)


def containers(engine: Any) -> list[dict[str, Any]]:
    """Every container of the engine, by one call: the SDK's own list fails when one is removed meanwhile."""
    return list(engine.client.api.containers(all=True))
