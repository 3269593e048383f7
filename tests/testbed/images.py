"""A tiny web image, written as an OCI layout and pushed with skopeo: no build, no download.

Every platform gets the same x86 program, only labelled differently. That suffices to test which one is chosen.
"""

import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.testbed.parts import need
from tests.testbed.registry import Registry

OCI = "application/vnd.oci.image"
PLATFORMS = ("linux/amd64", "linux/arm64")
WEB_PORT = 80

# The shell stays the first process and leaves on SIGTERM, which the web server alone would ignore there.
SERVE = """\
#!/bin/sh
echo "<h1>${{GREETING:-Hello}}</h1><p>{reference} for {platform}</p>" > /www/index.html
httpd -f -p 80 -h /www &
trap 'exit 0' TERM INT
wait
"""


def push_web_image(
    registry: Registry, name: str = "team/web", tag: str = "1.0", *, platforms: Sequence[str] = PLATFORMS
) -> str:
    """Push the image and return its reference. One platform makes a plain image, several make an index.

    The container answers on port 80 with $GREETING, its name and tag, and the platform it was labelled for.
    """
    reference = f"{registry.host}/{name}:{tag}"
    with tempfile.TemporaryDirectory(prefix="cw-image-") as folder:
        layout = Layout(Path(folder))
        images = [layout.add_image(f"{name}:{tag}", platform) for platform in platforms]
        layout.finish(images[0] if len(images) == 1 else layout.add_index(images))
        push(folder, reference, registry)
    return reference


def push(layout: str, reference: str, registry: Registry) -> None:
    login = f"--dest-creds={registry.username}:{registry.password}" if registry.username else "--dest-no-creds"
    options = ["--insecure-policy", "copy", "--all", "--quiet", "--dest-tls-verify=false", login]
    subprocess.run(
        [*need("skopeo"), *options, f"oci:{layout}:image", f"docker://{reference}"],
        check=True,
        env={**os.environ, "XDG_DATA_HOME": layout},  # its cache stays out of the user's
    )


class Layout:
    """A folder in the OCI image layout; everything in it is a blob named by its digest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "blobs" / "sha256").mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    def add_image(self, title: str, platform: str) -> dict[str, Any]:
        system, architecture, *variant = platform.split("/")
        labels = {"architecture": architecture, "os": system} | ({"variant": variant[0]} if variant else {})
        archive = file_tree(SERVE.format(reference=title, platform=platform))
        layer = self.add_blob(archive, f"{OCI}.layer.v1.tar")
        config = labels | {
            "config": {"Cmd": ["/bin/serve"], "Env": ["PATH=/bin"], "ExposedPorts": {f"{WEB_PORT}/tcp": {}}},
            "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
        }
        manifest = {"config": self.add_json(config, f"{OCI}.config.v1+json"), "layers": [layer]}
        return self.add_json(manifest, f"{OCI}.manifest.v1+json") | {"platform": labels}

    def add_index(self, images: list[dict[str, Any]]) -> dict[str, Any]:
        return self.add_json({"manifests": images}, f"{OCI}.index.v1+json")

    def add_json(self, content: dict[str, Any], media_type: str) -> dict[str, Any]:
        if "rootfs" not in content:
            content = {"schemaVersion": 2, "mediaType": media_type} | content
        return self.add_blob(json.dumps(content).encode(), media_type)

    def add_blob(self, content: bytes, media_type: str) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        (self.folder / "blobs" / "sha256" / digest).write_bytes(content)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    def finish(self, top: dict[str, Any]) -> None:
        named = top | {"annotations": {"org.opencontainers.image.ref.name": "image"}}
        (self.folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [named]}))


def file_tree(serve: str) -> bytes:
    """An archive with busybox, the few names it is called by, and the script that serves the page."""
    [busybox] = need("busybox")
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for folder in ("bin", "www", "tmp"):
            add_entry(tar, folder, type=tarfile.DIRTYPE, mode=0o755)
        add_entry(tar, "bin/busybox", Path(os.path.realpath(busybox)).read_bytes(), mode=0o755)
        add_entry(tar, "bin/serve", serve.encode(), mode=0o755)
        for name in ("sh", "httpd", "sleep", "true", "cat", "env"):
            add_entry(tar, f"bin/{name}", type=tarfile.SYMTYPE, linkname="busybox")
    return archive.getvalue()


def add_entry(tar: tarfile.TarFile, name: str, content: bytes = b"", **fields: Any) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    for field, value in fields.items():
        setattr(entry, field, value)
    tar.addfile(entry, io.BytesIO(content))
