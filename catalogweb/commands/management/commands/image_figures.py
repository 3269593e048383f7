"""`manage.py image_figures`: how long looking up many images takes, beside what the rate allows."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from catalogweb.catalog.models import ImageCheck, Registry
from catalogweb.catalog.resolving import check_images

CONFIG = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}/images}}}}
http: {{addr: "{host}", secret: only-for-figures}}
"""
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
# The highest rate that a registry can be given: what is left is what we cost.
UNBOUNDED = 60_000


class Command(BaseCommand):
    help = "Measure on a throw-away database and a local registry. Needs docker-registry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--images", type=int, default=1000, help="How many tags are looked up (default 1000).")
        parser.add_argument("--rate", type=int, default=6000, help="The rate of the bounded run, a minute.")
        parser.add_argument("--inside", action="store_true", help="Used by the command itself.")

    def handle(self, *args: Any, images: int, rate: int, inside: bool, **options: Any) -> None:
        if not shutil.which("docker-registry"):
            raise CommandError("The figures need a registry to ask: apt install docker-registry")
        if not inside:
            with tempfile.TemporaryDirectory(prefix="catalogweb-figures-") as folder:
                command = [
                    sys.executable, sys.argv[0], "image_figures", "--inside", f"--images={images}", f"--rate={rate}",
                ]  # fmt: skip
                done = subprocess.run(command, env=os.environ | {"CATALOGWEB_DATA": folder}, check=False)
            if done.returncode:
                raise CommandError("The figures could not be taken.")
            return
        call_command("migrate", verbosity=0)
        settings.REGISTRY_CHECKS = settings.REGISTRY_PRIVATE_ADDRESSES = True
        with tempfile.TemporaryDirectory(prefix="catalogweb-registry-") as folder, _Local(Path(folder)) as local:
            local.push(images)
            self._measure(local.host, images, rate)

    def _measure(self, host: str, images: int, rate: int) -> None:
        references = [f"{host}/team/web:{number}" for number in range(images)]
        self.stdout.write(f"{connection.vendor}, {os.cpu_count()} cores, loopback, {images:,} tags of indexes\n\n")
        for name, pace in (
            ("first look, unbounded", UNBOUNDED),
            ("again, unbounded", UNBOUNDED),
            ("again, bounded", rate),
        ):
            registry = Registry.objects.get_or_create(url=host)[0]
            registry.check_rate, registry.check_concurrency = pace, 4
            registry.save()
            started = time.monotonic()
            found = check_images(registry, references, seconds=3600)
            seconds = time.monotonic() - started
            good = sum(check.is_ok for check in found.values())
            self.stdout.write(
                f"{name:26}{seconds:8.1f} s{good / seconds * 60:10,.0f} a minute, of {pace:,} allowed; {good:,} found\n"
            )
        self.stdout.write(f"\n{ImageCheck.objects.count():,} findings are stored.\n")


class _Local:
    """A registry of its own, in a folder that goes with it."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.host = f"127.0.0.1:{free.getsockname()[1]}"
        (folder / "config.yml").write_text(CONFIG.format(folder=folder, host=self.host))
        self.command = ["docker-registry", "serve", str(folder / "config.yml")]

    def __enter__(self) -> "_Local":
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                self._send("GET", "")
                return self
            except OSError:
                time.sleep(0.05)
        raise CommandError("The registry did not start.")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def push(self, tags: int) -> None:
        """Two images, and an index of both under each tag."""
        entries = []
        for architecture in ("amd64", "arm64"):
            config = (
                f'{{"os": "linux", "architecture": "{architecture}", "rootfs": {{"type": "layers", "diff_ids": []}}}}'
            )
            told = self._described(self._blob(config.encode()), "application/vnd.oci.image.config.v1+json", len(config))
            manifest = f'{{"schemaVersion": 2, "mediaType": "{MANIFEST}", "config": {told}, "layers": []}}'
            digest = _digest(manifest.encode())
            self._send("PUT", f"team/web/manifests/{digest}", manifest.encode(), MANIFEST)
            platform = f'{{"os": "linux", "architecture": "{architecture}"}}'
            entries.append(self._described(digest, MANIFEST, len(manifest))[:-1] + f', "platform": {platform}}}')
        for number in range(tags):
            index = (
                f'{{"schemaVersion": 2, "mediaType": "{INDEX}", "manifests": [{", ".join(entries)}], '
                f'"annotations": {{"number": "{number}"}}}}'
            )
            self._send("PUT", f"team/web/manifests/{number}", index.encode(), INDEX)

    def _described(self, digest: str, media_type: str, size: int) -> str:
        return f'{{"mediaType": "{media_type}", "digest": "{digest}", "size": {size}}}'

    def _blob(self, content: bytes) -> str:
        digest = _digest(content)
        place = self._send("POST", "team/web/blobs/uploads/").headers["Location"]
        self._send("PUT", f"{place}&digest={digest}", content, "application/octet-stream")
        return digest

    def _send(self, method: str, path: str, body: bytes = b"", media_type: str = "") -> Any:
        url = path if path.startswith("http") else f"http://{self.host}/v2/{path}"
        headers = {"Content-Type": media_type} if media_type else {}
        request = urllib.request.Request(url, data=body or None, headers=headers, method=method)  # noqa: S310
        try:
            return urllib.request.urlopen(request, timeout=10)  # noqa: S310
        except urllib.error.HTTPError as error:
            raise CommandError(f"The registry answers {error.code} to {method} {path}.") from None


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"
