"""`python -m catalogweb.edge` as a person runs it."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.edge.controller import TOKEN, item

COMMAND = [sys.executable, "-m", "catalogweb.edge"]


def command(*arguments, stdin="", **environ):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, **environ},
    )


@pytest.fixture
def folder(controller, tmp_path):
    command("provision", "--url", controller.url, "--key", "KEY-1", "--state", tmp_path / "state")
    return tmp_path / "state"


@pytest.fixture
def running(folder):
    """An agent in a process of its own; ended if the test did not."""
    started = []

    def start(*arguments, **environ):
        options = ["run", "--state", folder, "--interval", "0.2", *arguments]
        started.append(
            subprocess.Popen(
                [*COMMAND, *map(str, options)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, **environ},
            )  # fmt: skip
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_until(holds, seconds=20):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(controller):
    return lambda: controller.statuses("m1")[-1:] == ["RUNNING"]


@pytest.mark.parametrize("way", ["argument", "stdin", "file"])
def test_provision_takes_the_key_and_never_shows_it(controller, tmp_path, way):
    (tmp_path / "key").write_text("KEY-1\n")
    options = {"argument": ["--key", "KEY-1"], "stdin": [], "file": ["--key-file", tmp_path / "key"]}[way]

    done = command("provision", "--url", controller.url, "--state", tmp_path / "s", *options, stdin="KEY-1\n")

    assert done.returncode == 0
    assert "Provisioned as agent-1" in done.stdout
    assert controller.sent("POST", "agent/provision")[0]["key"] == "KEY-1"
    assert not {"KEY-1", TOKEN} & set((done.stdout + done.stderr).split())


def test_provision_refuses_plain_http_in_one_sentence(tmp_path):
    done = command("provision", "--url", "http://10.0.0.1/api/v3/", "--key", "K", "--state", tmp_path / "s")

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "--insecure" in done.stderr


def test_run_without_credentials_says_what_to_do(tmp_path):
    done = command("run", "--state", tmp_path / "none")

    assert done.returncode == 1
    assert "run `provision` first" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run_ends_on_a_signal_and_says_goodbye(controller, running, number):
    controller.order(item())
    process = running("--engine", "simulated")
    wait_until(is_running(controller))

    process.send_signal(number)
    output, errors = process.communicate(timeout=20)

    assert process.returncode == 0
    assert output == "Stopped; its containers are removed.\n"
    assert controller.reports[-1]["daemonStatus"] == "STOPPED"
    assert "started name-of-m1" in errors
    assert TOKEN not in errors


def test_run_without_an_engine_simulates_and_says_why(controller, running):
    controller.order(item())
    process = running("--engine-url", "unix:///nowhere/podman.sock")
    wait_until(is_running(controller))

    report = controller.reports[-1]
    assert report["simulated"] is True
    assert "There is no socket at /nowhere/podman.sock." in report["engineProblem"]
    process.terminate()
    assert "containers are only simulated" in process.communicate(timeout=20)[1]


def test_run_ends_when_the_controller_deletes_the_agent(controller, running, folder):
    controller.raise_flags("deleteNode")

    output, _ = running("--engine", "simulated").communicate(timeout=20)

    assert output == "The controller deleted this agent: its containers and its credentials are gone.\n"
    assert not (folder / "credentials.json").exists()


def test_run_survives_a_controller_that_comes_late(controller, running):
    controller.answers |= {("GET", "agent/config/changes"): (503, None), ("PUT", "agent/status"): (503, None)}
    running("--engine", "simulated")
    wait_until(lambda: len(controller.requests) > 5)

    controller.answers.clear()
    controller.order(item())

    wait_until(is_running(controller))


def test_the_agent_needs_nothing_of_django():
    code = "import sys, catalogweb.edge.__main__; print(any(m.split('.')[0] == 'django' for m in sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_cached_lists_hold_no_secret_readable_by_others(controller, running, folder):
    controller.registries = [{"id": 1, "url": "r.io", "isPublic": False, "username": "j", "password": "s3cret"}]
    controller.order(item())
    running("--engine", "simulated")
    wait_until((folder / "microservices.json").exists)

    assert {path.stat().st_mode & 0o777 for path in folder.glob("*.json")} == {0o600}
    assert json.loads((folder / "registries.json").read_text())[0]["password"] == "s3cret"
