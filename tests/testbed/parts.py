"""Which real parts this machine has. A test that needs a missing one is skipped, and fails in CI."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

# Debian keeps runc and PostgreSQL's own programs off an ordinary user's path.
SEARCHED = [*os.get_exec_path(), "/usr/sbin", "/usr/local/sbin", *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]


@dataclass(frozen=True)
class Part:
    """Ready when, of every entry in `programs`, one of the names separated by `|` is there."""

    packages: str
    programs: tuple[str, ...]


PARTS = {
    "podman": Part("podman runc", ("podman", "runc|crun")),
    "docker-registry": Part("docker-registry apache2-utils", ("docker-registry", "htpasswd")),
    "skopeo": Part("skopeo", ("skopeo",)),
    "busybox": Part("busybox-static", ("busybox",)),
    "chromium": Part("chromium", ("chromium|chromium-browser|google-chrome",)),
    "postgres": Part("postgresql", ("initdb", "postgres")),
}


def program(names: str) -> str | None:
    """The path of the first of `names` (separated by `|`) that is installed."""
    searched = os.pathsep.join(SEARCHED)
    return next((path for name in names.split("|") if (path := shutil.which(name, path=searched))), None)


def need(part: str) -> list[str]:
    """The paths of the part's programs; skips the test when one is missing, or fails it in CI."""
    paths = [program(names) for names in PARTS[part].programs]
    if missing := [names for names, path in zip(PARTS[part].programs, paths, strict=True) if path is None]:
        unavailable(part, f"{', '.join(missing)} not found")
    return [path for path in paths if path]


def unavailable(part: str, why: str) -> NoReturn:
    """Also for a part that is installed and does not work here."""
    reason = f"needs {part}: apt install {PARTS[part].packages} ({why})"
    if os.environ.get("CATALOGWEB_REQUIRE_ALL") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
