"""Image registries: open to everyone, with a password, with tokens, with TLS."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.testbed.certificates import Certificate
from tests.testbed.parts import need
from tests.testbed.processes import Child, free_port, short_folder
from tests.testbed.servers import TokenServer, token_server

CONFIG = """\
version: 0.1
log: {{level: warn}}
storage:
  filesystem: {{rootdirectory: {folder}/images}}
  delete: {{enabled: true}}
http: {{addr: "{host}", secret: only-for-tests{tls}}}
"""

PASSWORD_CONFIG = """\
auth:
  htpasswd: {{realm: test-registry, path: {folder}/htpasswd}}
"""

TOKEN_CONFIG = """\
auth:
  token: {{realm: "{realm}", service: test-registry, issuer: test-tokens, rootcertbundle: {bundle}}}
"""


class Registry:
    """`host` is what stands in front of an image name; `username` and `password` are empty in an open registry."""

    def __init__(
        self, folder: Path, *, username: str = "", password: str = "", tls: Certificate | None = None,
        tokens: TokenServer | None = None, storage: Path | None = None,
    ) -> None:  # fmt: skip
        self.folder = folder
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"{'https' if tls else 'http'}://{self.host}"
        self.username = username
        self.password = password
        self.tokens = tokens
        config = CONFIG.format(
            folder=storage or folder,
            host=self.host,
            tls=f", tls: {{certificate: {tls.certificate}, key: {tls.key}}}" if tls else "",
        )
        if tokens:
            config += TOKEN_CONFIG.format(realm=tokens.realm, bundle=tokens.certificate.certificate)
        elif username:
            self.change_password(password)
            config += PASSWORD_CONFIG.format(folder=folder)
        (folder / "config.yml").write_text(config)
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
def registry(**options: Any) -> Iterator[Registry]:
    need("docker-registry")
    folder = short_folder("registry")
    running = Registry(folder, **options)
    try:
        running.process.wait_for_port(running.port)
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


@pytest.fixture(scope="session")
def token_registry() -> Iterator[Registry]:
    """John gets tokens for everything below team/, and for nothing else; nobody else gets any."""
    john = {"username": "john", "password": "secret-of-john"}
    with token_server(**john) as tokens, registry(tokens=tokens, **john) as running:
        yield running
