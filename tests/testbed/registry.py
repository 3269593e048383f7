"""Image registries: one that asks for a password, one that is open to everyone."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.testbed.parts import need
from tests.testbed.processes import Child, free_port, short_folder

CONFIG = """\
version: 0.1
log: {{level: warn}}
storage:
  filesystem: {{rootdirectory: {folder}/images}}
  delete: {{enabled: true}}
http: {{addr: "{host}", secret: only-for-tests}}
"""

PASSWORD_CONFIG = """\
auth:
  htpasswd: {{realm: test-registry, path: {folder}/htpasswd}}
"""


class Registry:
    """`host` is what stands in front of an image name; `username` and `password` are empty in an open registry."""

    def __init__(self, folder: Path, *, username: str = "", password: str = "") -> None:
        self.folder = folder
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.host}"
        self.username = username
        self.password = password
        if username:
            self.change_password(password)
        template = CONFIG + PASSWORD_CONFIG if username else CONFIG
        (folder / "config.yml").write_text(template.format(folder=folder, host=self.host))
        program = need("docker-registry")[0]
        self.process = Child([program, "serve", folder / "config.yml"], log=folder / "registry.log")

    @property
    def credentials(self) -> dict[str, str]:
        """As the Docker SDK wants them in `auth_config`."""
        return {"username": self.username, "password": self.password} if self.username else {}

    def change_password(self, new: str) -> None:
        """Takes effect at once: the registry reads its password file again when that has changed."""
        htpasswd = need("docker-registry")[1]
        line = subprocess.run([htpasswd, "-Bbn", self.username, new], check=True, capture_output=True).stdout
        (self.folder / "htpasswd.new").write_bytes(line)
        (self.folder / "htpasswd.new").replace(self.folder / "htpasswd")
        self.password = new


@contextmanager
def registry(*, username: str = "", password: str = "") -> Iterator[Registry]:
    need("docker-registry")
    folder = short_folder("registry")
    running = Registry(folder, username=username, password=password)
    try:
        running.process.wait_for_url(f"{running.url}/v2/")
        yield running
    finally:
        running.process.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def private_registry() -> Iterator[Registry]:
    """Asks for the name and password of john. A test that changes the password changes it back."""
    with registry(username="john", password="secret-of-john") as running:
        yield running


@pytest.fixture(scope="session")
def open_registry() -> Iterator[Registry]:
    with registry() as running:
        yield running
