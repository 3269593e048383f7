"""A container engine that speaks Docker's API: podman with storage, networks and configuration of its own."""

import contextlib
import functools
import io
import os
import secrets
import shutil
import signal
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.testbed.parts import need, unavailable
from tests.testbed.processes import Child, NotReady, free_port, short_folder

CONTAINERS_CONF = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
{runtime}
events_logger = "file"
# Locks in shared memory would be those of the user's own podman.
lock_type = "file"
[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
default_network = "{network}"
"""

# Two test runs on one machine must not share a bridge or hand out the same addresses.
NETWORK = """\
{{"name": "{network}", "id": "{id}", "driver": "bridge", "network_interface": "{network}",
  "created": "2024-01-01T00:00:00Z", "subnets": [{{"subnet": "{subnet}.0/24", "gateway": "{subnet}.1"}}],
  "ipv6_enabled": false, "internal": false, "dns_enabled": false, "ipam_options": {{"driver": "host-local"}}}}
"""

# Without a port an entry stands for every port of its host: no test has to name its registry beforehand.
REGISTRIES_CONF = "unqualified-search-registries = []\n" + "".join(
    f'[[registry]]\nlocation = "{host}"\ninsecure = true\n' for host in ("127.0.0.1", "127.0.0.2", "localhost")
)

# vfs needs neither an overlay of an overlay (CI) nor fuse (rootless); the images here are tiny.
STORAGE_CONF = '[storage]\ndriver = "vfs"\ngraphroot = "{folder}/root"\nrunroot = "{folder}/run"\n'


class Engine:
    """`url` is what a DOCKER_HOST wants, `client` is the Docker SDK on it, `podman(...)` its command line."""

    def __init__(self) -> None:
        self.folder = short_folder("podman")
        self.url = f"unix://{self.folder}/podman.sock"
        write_configuration(self.folder)
        self.service = Child(
            [*self.command, "system", "service", "--time=0", self.url],
            log=self.folder / "service.log",
            env=self.environment,
        )

    @functools.cached_property
    def client(self) -> docker.DockerClient:
        return docker.DockerClient(base_url=self.url, timeout=60)

    @property
    def command(self) -> list[str]:
        root, run, tmp = (f"{self.folder}/{name}" for name in ("root", "run", "tmp"))
        return ["podman", "--root", root, "--runroot", run, "--tmpdir", tmp, "--storage-driver", "vfs"]

    @property
    def environment(self) -> dict[str, str]:
        return {
            "CONTAINERS_CONF": f"{self.folder}/containers.conf",
            "CONTAINERS_REGISTRIES_CONF": f"{self.folder}/registries.conf",
            "CONTAINERS_STORAGE_CONF": f"{self.folder}/storage.conf",
            "REGISTRY_AUTH_FILE": f"{self.folder}/auth.json",
            "XDG_CONFIG_HOME": f"{self.folder}/config",
            "XDG_DATA_HOME": f"{self.folder}/data",
        }

    def podman(self, *args: str, stdin: bytes = b"") -> str:
        """The output of one podman command; raises NotReady with what podman complained about."""
        done = subprocess.run(
            [*self.command, *args], env={**os.environ, **self.environment}, input=stdin, capture_output=True
        )
        if done.returncode:
            raise NotReady(f"podman {args[0]}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode().strip()

    def prove(self, busybox: str) -> None:
        """Installed is not enough: a kernel or a missing subuid range shows only once a container starts."""
        self.service.wait_until((self.folder / "podman.sock").exists, what="socket")
        self.podman("import", "-", "localhost/probe:latest", stdin=one_file_archive(busybox, "bin/true"))
        self.podman("run", "--rm", "--publish", f"127.0.0.1:{free_port()}:80", "localhost/probe", "/bin/true")
        self.podman("rmi", "localhost/probe")

    def close(self) -> None:
        """Also of an engine that never worked: then there is nothing to remove, and podman only complains again."""
        with contextlib.suppress(NotReady):
            self.podman("rm", "--all", "--force", "--time=0")
        if "client" in self.__dict__:
            self.client.close()
        self.service.stop()
        if os.geteuid():
            self.leave_user_namespace()
        shutil.rmtree(self.folder)

    def leave_user_namespace(self) -> None:
        """Rootless, a container's files belong to ids that only podman may act for, and a process holds those ids."""
        with contextlib.suppress(NotReady, FileNotFoundError):
            self.podman("unshare", "rm", "-rf", f"{self.folder}/root", f"{self.folder}/run")
            os.kill(int((self.folder / "tmp" / "pause.pid").read_text()), signal.SIGKILL)


def write_configuration(folder: Path) -> None:
    runtime = 'runtime = "runc"' if "runc" in need("podman")[1] else ""
    network = f"cw{secrets.token_hex(4)}"
    subnet = f"10.{200 + secrets.randbelow(50)}.{secrets.randbelow(256)}"
    for name in ("root", "run", "tmp", "networks"):
        (folder / name).mkdir()
    (folder / "containers.conf").write_text(CONTAINERS_CONF.format(runtime=runtime, folder=folder, network=network))
    (folder / "registries.conf").write_text(REGISTRIES_CONF)
    (folder / "storage.conf").write_text(STORAGE_CONF.format(folder=folder))
    (folder / "auth.json").write_text("{}")
    (folder / "networks" / f"{network}.json").write_text(
        NETWORK.format(network=network, id=secrets.token_hex(32), subnet=subnet)
    )


def one_file_archive(source: str, name: str) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(os.path.realpath(source), arcname=name)
    return archive.getvalue()


@pytest.fixture(scope="session")
def container_engine() -> Iterator[Engine]:
    """An empty engine; containers of a test end with the session at the latest."""
    need("podman")
    [busybox] = need("busybox")
    engine = Engine()
    try:
        try:
            engine.prove(busybox)
        except NotReady as problem:
            unavailable("podman", str(problem))
        yield engine
    finally:
        engine.close()
