"""Which engine this machine has, and if none: why, and the command that helps."""

import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docker.utils import kwargs_from_env

from catalogweb.edge.engine.base import EngineError
from catalogweb.edge.engine.docker_api import DockerEngine, knock


@dataclass(frozen=True)
class Problem:
    """Why there is no engine (`cause`) and what to type (`fix`)."""

    cause: str
    fix: str

    def __str__(self) -> str:
        return f"{self.cause} To fix it: {self.fix}"


@dataclass(frozen=True)
class Detection:
    """Exactly one of the two is set; as text it is a line for people."""

    engine: DockerEngine | None = None
    problem: Problem | None = None

    def __str__(self) -> str:
        if self.engine:
            return f"engine: {self.engine.description} at {self.engine.url}"
        return f"engine: none. {self.problem}"


def detect(url: str = "", *, publish_address: str = "127.0.0.1", environ: Mapping[str, str] = os.environ) -> Detection:
    """Look for an engine: `url` alone if given, else DOCKER_HOST, else the usual sockets in order."""
    if named := url or environ.get("DOCKER_HOST", ""):
        return _named(named, publish_address, {} if url else environ)
    problems = []
    for path in sockets(environ):
        found = _at(path, publish_address)
        if found.engine:
            return found
        problems.append(found.problem)
    reasons = [problem for problem in problems if problem]
    return Detection(problem=reasons[0] if reasons else _nothing_listens(environ))


def sockets(environ: Mapping[str, str] = os.environ) -> list[Path]:
    paths = [Path("/var/run/docker.sock"), Path("/run/podman/podman.sock")]
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        paths += [Path(runtime, "podman/podman.sock"), Path(runtime, "docker.sock")]
    return paths


def _named(url: str, publish_address: str, environ: Mapping[str, str]) -> Detection:
    if url.startswith("unix://"):
        path = Path(url.removeprefix("unix://"))
        found = _at(path, publish_address)
        if found.engine or found.problem:
            return found
        return Detection(problem=Problem(f"There is no socket at {path}.", _serve_command(path)))
    try:
        options = {"base_url": url} | kwargs_from_env(environment=dict(environ))
        return Detection(DockerEngine(url, publish_address=publish_address, options=options))
    except (EngineError, ValueError) as error:
        problem = Problem(f"No engine answers at {url} ({error}).", "start it, or correct the address")
        return Detection(problem=problem)


def _at(path: Path, publish_address: str) -> Detection:
    """Neither an engine nor a problem when there is no such socket."""
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            return Detection(problem=Problem(f"{path} is not a socket.", f"rm {path}"))
        knock(str(path))
        return Detection(DockerEngine(f"unix://{path}", publish_address=publish_address))
    except FileNotFoundError:
        return Detection()
    except PermissionError:
        return Detection(problem=_no_permission(path))
    except (EngineError, OSError):
        problem = Problem(f"There is a socket at {path}, but no engine answers.", _serve_command(path))
        return Detection(problem=problem)


def _no_permission(path: Path) -> Problem:
    cause = f"This user may not use the engine's socket {path}."
    if path.name == "docker.sock":
        return Problem(cause, "sudo usermod -aG docker $USER, then log in again")
    return Problem(cause, "systemctl --user enable --now podman.socket")


def _serve_command(path: Path) -> str:
    if "docker" in path.name:
        return "sudo systemctl restart docker"
    return f"podman system service --time=0 unix://{path}"


def _nothing_listens(environ: Mapping[str, str]) -> Problem:
    search = environ.get("PATH", os.defpath)
    if shutil.which("podman", path=search):
        return Problem("Podman is installed, but its socket is not open.", _podman_command(environ))
    if shutil.which("dockerd", path=search):
        return Problem("Docker is installed, but it does not run.", "sudo systemctl enable --now docker")
    installer = "dnf" if shutil.which("dnf", path=search) else "apt"
    return Problem("No container engine is installed.", f"sudo {installer} install podman")


def _podman_command(environ: Mapping[str, str]) -> str:
    has_systemd = Path("/run/systemd/system").is_dir()
    if os.geteuid() == 0:
        service = "podman system service --time=0 unix:///run/podman/podman.sock"
        return "systemctl enable --now podman.socket" if has_systemd else f"mkdir -p /run/podman && {service}"
    if has_systemd:
        return "systemctl --user enable --now podman.socket"
    runtime = environ.get("XDG_RUNTIME_DIR", "/run")
    return f"podman system service --time=0 unix://{runtime}/podman/podman.sock"
