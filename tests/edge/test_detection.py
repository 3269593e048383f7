"""Every way to have no engine, and the command that helps."""

import shutil
import socket
from pathlib import Path

import pytest

from catalogweb.edge.engine import detection
from catalogweb.edge.engine.detection import detect
from tests.testbed.processes import short_folder


@pytest.fixture
def folder():
    folder = short_folder("sock")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def bare(folder, monkeypatch):
    """A machine without sockets and programs; its environment."""
    monkeypatch.setattr(detection, "sockets", lambda environ: [folder / "podman.sock"])
    return {"PATH": str(folder)}


def install(folder, name):
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(0o755)


def refuse(path):
    raise PermissionError(path)


def test_nothing_installed(bare):
    found = detect(environ=bare)

    assert str(found) == "engine: none. No container engine is installed. To fix it: sudo apt install podman"


def test_podman_without_its_socket(bare, folder):
    install(folder, "podman")

    problem = detect(environ=bare).problem

    assert problem.cause == "Podman is installed, but its socket is not open."
    assert "podman" in problem.fix


def test_docker_that_does_not_run(bare, folder):
    install(folder, "dockerd")

    assert detect(environ=bare).problem.fix == "sudo systemctl enable --now docker"


def test_a_socket_without_an_engine_behind_it(bare, folder):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "podman.sock"))

    problem = detect(environ=bare).problem

    assert "no engine answers" in problem.cause
    assert "podman system service" in problem.fix


@pytest.mark.parametrize(("name", "fix"), [("docker.sock", "usermod -aG docker"), ("podman.sock", "--user enable")])
def test_a_socket_this_user_may_not_use(bare, folder, monkeypatch, name, fix):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / name))
    monkeypatch.setattr(detection, "knock", refuse)

    problem = detect(f"unix://{folder}/{name}", environ=bare).problem

    assert "may not use" in problem.cause
    assert fix in problem.fix


def test_a_named_socket_that_is_not_there(bare, folder):
    problem = detect(f"unix://{folder}/none.sock", environ=bare).problem

    assert problem.cause == f"There is no socket at {folder}/none.sock."


def test_docker_host_is_used_before_the_usual_places(bare):
    problem = detect(environ=bare | {"DOCKER_HOST": "tcp://127.0.0.1:9"}).problem

    assert problem.cause.startswith("No engine answers at tcp://127.0.0.1:9")


def test_the_usual_places_in_their_order():
    places = detection.sockets({"XDG_RUNTIME_DIR": "/run/user/7"})

    assert places == [
        Path("/var/run/docker.sock"),
        Path("/run/podman/podman.sock"),
        Path("/run/user/7/podman/podman.sock"),
        Path("/run/user/7/docker.sock"),
    ]
