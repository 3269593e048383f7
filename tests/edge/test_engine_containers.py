"""A real engine and real registries: what the agent makes of containers, pulls and their failures."""

import contextlib
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from catalogweb.edge.agent import EdgeAgent
from catalogweb.edge.client import ControllerClient
from catalogweb.edge.engine import EngineError, ImageMissing, detect
from catalogweb.edge.engine.base import AGENT_LABEL
from catalogweb.edge.engine.docker_api import DockerEngine
from catalogweb.edge.items import Microservice
from catalogweb.edge.provisioning import provision
from catalogweb.edge.references import Reference
from catalogweb.edge.runner import EngineChoice
from catalogweb.edge.settings import Options
from catalogweb.edge.state import StateFolder
from tests.edge.controller import TOKEN, item
from tests.testbed.engine import Engine
from tests.testbed.images import push_web_image
from tests.testbed.processes import Child, free_port

pytestmark = pytest.mark.engine
AGENT = "agent-1"


@pytest.fixture
def real(container_engine):
    engine = DockerEngine(container_engine.url)
    yield engine
    for container in [*engine.containers(AGENT), *engine.containers("agent-2")]:
        engine.remove(container)
    engine.close()


@pytest.fixture
def living(controller, real, tmp_path):
    """Lets an agent with this engine live until something holds."""
    folder = StateFolder(tmp_path / "state")
    folder.save("credentials", {"url": controller.url, "uuid": AGENT, "token": TOKEN, "name": "horse-1"})
    client = ControllerClient(controller.url, TOKEN)
    agent = EdgeAgent(client, real, folder, Options(interval=0.3, busy_interval=0.1))

    def live_until(holds, seconds=40):
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, controller.reports[-1:]
            time.sleep(agent.step())

    yield live_until
    client.close()


def private(registry, **changes):
    credentials = {"username": registry.username, "password": registry.password, "userEmail": ""}
    return {"id": 3, "url": registry.host, "isPublic": False} | credentials | changes


def last(controller, uuid="m1"):
    return (controller.items(uuid) or [{"status": "", "errorMessage": ""}])[-1]


def is_status(controller, status, uuid="m1"):
    return lambda: last(controller, uuid)["status"] == status


def page(port, address="127.0.0.1", patience=10):
    """What the container serves; it may need a moment after its start."""
    deadline = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(f"http://{address}:{port}/", timeout=5) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError) as error:
            if isinstance(error, urllib.error.HTTPError) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def web(registry, port, name="team/web", tag="1.0", **changes):
    ports = [{"portExternal": port, "portInternal": 80, "isUdp": False}]
    return item(imageId=f"{registry.host}/{name}:{tag}", registryId=3, portMappings=ports) | changes


def test_detection_finds_the_engine(container_engine):
    found = detect(container_engine.url)

    assert str(found).startswith("engine: Podman 4")
    found.engine.close()


def test_private_image_runs_and_is_served_and_updated_and_removed(controller, living, private_registry, real):
    port, other_port = free_port(), free_port()
    push_web_image(private_registry)
    controller.registries = [private(private_registry)]
    controller.order(web(private_registry, port, env=[{"key": "GREETING", "value": "Neigh"}]))
    living(is_status(controller, "RUNNING"))

    assert "Neigh" in page(port)
    seen = last(controller)
    assert seen["imageDigest"].startswith("sha256:")
    assert int(seen["memoryUsage"]) >= 0
    assert "PULLING" in controller.statuses("m1")
    assert "STARTING" in controller.statuses("m1")
    assert controller.reports[-1]["engine"].startswith("Podman")
    assert controller.reports[-1]["simulated"] is False

    controller.order(web(private_registry, other_port, env=[{"key": "GREETING", "value": "Whinny"}]))
    living(
        lambda: last(controller).get("containerId") != seen["containerId"] and last(controller)["status"] == "RUNNING"
    )
    assert "Whinny" in page(other_port)
    assert len(real.containers(AGENT)) == 1

    controller.order()
    living(is_status(controller, "DELETED"))
    assert real.containers(AGENT) == []


def test_wrong_password_fails_although_the_image_is_here(controller, living, private_registry, real):
    push_web_image(private_registry)
    controller.registries = [private(private_registry)]
    controller.order(web(private_registry, free_port()))
    living(is_status(controller, "RUNNING"))

    controller.registries = [private(private_registry, password="wrong-password")]
    controller.raise_flags("registries")
    controller.order(web(private_registry, free_port(), uuid="m2"))
    living(is_status(controller, "FAILED", "m2"))

    error = last(controller, "m2")["errorMessage"]
    assert error.startswith(f"pull of {private_registry.host}/team/web:1.0 was refused: wrong user name or password")
    assert "wrong-password" not in json.dumps(controller.reports)

    controller.registries = [private(private_registry)]
    controller.raise_flags("registries")
    living(is_status(controller, "RUNNING", "m2"))


def test_failed_update_keeps_the_old_version_running(controller, living, private_registry):
    port = free_port()
    push_web_image(private_registry)
    controller.registries = [private(private_registry)]
    controller.order(web(private_registry, port))
    living(is_status(controller, "RUNNING"))

    controller.order(web(private_registry, port, tag="9.9"))
    living(is_status(controller, "FAILED"))

    assert last(controller)["errorMessage"].endswith("team/web:9.9 failed: not found in the registry")
    assert "team/web:1.0" in page(port)


@pytest.mark.parametrize("registry_url", ["docker.io", "other.example.org:5000"])
def test_credentials_of_another_host_are_not_sent(controller, living, private_registry, registry_url):
    controller.registries = [private(private_registry, url=registry_url)]
    controller.order(web(private_registry, free_port()))
    living(is_status(controller, "FAILED"))

    assert f"the registry's are for {registry_url}" in last(controller)["errorMessage"]


def test_image_from_cache_is_not_pulled(controller, living, open_registry, real):
    reference = push_web_image(open_registry, "team/cached")
    controller.registries = [{"id": 2, "url": "from_cache", "isPublic": True, "userEmail": ""}]
    controller.order(web(open_registry, free_port(), "team/cached", registryId=2))
    living(is_status(controller, "FAILED"))
    assert last(controller)["errorMessage"] == f"{reference} is not present on agent horse-1."

    wait_for(real.pull(Reference.parse(reference), None, ""))
    controller.order(web(open_registry, free_port(), "team/cached", registryId=2))
    living(is_status(controller, "RUNNING"))


def test_registry_that_is_down_is_told_in_a_sentence(controller, living):
    controller.order(item(imageId=f"127.0.0.1:{free_port()}/team/web:1"))
    living(is_status(controller, "FAILED"))

    assert last(controller)["errorMessage"].endswith("registry cannot be reached: connection refused")


def test_crashing_container_is_restarted(controller, living, open_registry):
    push_web_image(open_registry)
    controller.registries = [{"id": 3, "url": open_registry.host, "isPublic": True}]
    controller.order(web(open_registry, free_port(), cmd=["/bin/sh", "-c", "exit 3"]))

    living(is_status(controller, "RESTARTING"))

    assert last(controller)["errorMessage"] == "The container exited with code 3."


def test_platform_chooses_the_image_and_digests_can_be_pulled(controller, real, open_registry):
    reference = push_web_image(open_registry, "team/both")
    arm = wait_for(real.pull(Reference.parse(reference), None, "linux/arm64"))
    x86 = wait_for(real.pull(Reference.parse(reference), None, "linux/amd64"))
    assert arm.image
    assert x86.image
    assert arm.image != x86.image
    assert arm.percentage == 100

    for uuid, image, port in (("m-arm", arm.image, free_port()), ("m-x86", x86.image, free_port())):
        ports, architecture = (
            [{"portExternal": port, "portInternal": 80}],
            "arm64" if uuid == "m-arm" else "amd64",
        )
        wire = item(uuid, portMappings=ports, platform=f"linux/{architecture}")
        real.start(AGENT, Microservice.from_wire(wire), image)
        assert architecture in page(port)

    digest = next(c.digest for c in real.containers(AGENT) if c.microservice == "m-x86")
    again = wait_for(real.pull(Reference.parse(f"{open_registry.host}/team/both@{digest}"), None, "linux/amd64"))
    assert again.image == x86.image


def test_every_setting_reaches_the_container(real, open_registry, tmp_path):
    image = pulled(real, push_web_image(open_registry))
    (tmp_path / "note").write_text("from the host")
    wire = item(
        cmd=["/bin/sleep", "100"], pidMode="host", env=[{"key": "A", "value": "1"}], extraHosts=["db:10.0.0.9"],
        capAdd=["NET_ADMIN"], capDrop=["MKNOD"], runAsUser="1000", logSize=3, annotations='{"team": "shop"}',
        volumeMappings=[{"hostDestination": f"{tmp_path}", "containerDestination": "/data", "accessMode": "ro"}],
        healthCheck={"test": ["CMD", "/bin/true"], "interval": 5, "timeout": 2, "retries": 2}, memoryLimit=64_000_000,
    )  # fmt: skip

    real.start(AGENT, Microservice.from_wire(wire), image)

    [container] = real.containers(AGENT)
    attrs = real._client.api.inspect_container(container.id)
    assert container.name == "catalogweb_name-of-m1_m1"
    assert attrs["Config"]["Labels"][AGENT_LABEL] == AGENT
    assert attrs["Config"]["Labels"]["team"] == "shop"
    assert {"A=1", "SELFNAME=m1"} <= set(attrs["Config"]["Env"])
    assert attrs["Config"]["User"] == "1000"
    host = attrs["HostConfig"]
    assert host["Memory"] == 64_000_000
    assert "NET_ADMIN" in str(host["CapAdd"])
    assert host["PidMode"] == "host"
    assert "db:10.0.0.9" in host["ExtraHosts"]
    assert [mount["RW"] for mount in attrs["Mounts"]] == [False]


def test_host_network_container_serves_without_published_ports(real, open_registry):
    port = free_port()
    image = pulled(real, push_web_image(open_registry))
    wire = item(hostNetworkMode=True, cmd=["/bin/httpd", "-f", "-p", f"127.0.0.1:{port}", "-h", "/bin"])

    real.start(AGENT, Microservice.from_wire(wire), image)

    with pytest.raises(urllib.error.HTTPError, match="404"):
        page(port)


def test_failed_start_leaves_nothing_behind_and_says_why(real, open_registry):
    image = pulled(real, push_web_image(open_registry))

    with pytest.raises(EngineError) as failure:
        real.start(AGENT, Microservice.from_wire(item(cmd=["/bin/no-such-program"])), image)

    assert "no-such-program" in str(failure.value)
    assert real.containers(AGENT) == []


def test_a_taken_port_is_told(real, open_registry):
    image, port = pulled(real, push_web_image(open_registry)), free_port()
    ports = [{"portExternal": port, "portInternal": 80}]
    real.start("agent-2", Microservice.from_wire(item("other", portMappings=ports)), image)

    with pytest.raises(EngineError, match=f"(?s){port}|in use"):
        real.start(AGENT, Microservice.from_wire(item(portMappings=ports)), image)
    assert [c.agent for c in real.containers(AGENT)] == []


def test_an_image_that_was_removed_is_told_apart(real):
    with pytest.raises(ImageMissing):
        real.start(AGENT, Microservice.from_wire(item()), "sha256:" + "0" * 64)


def test_an_agent_sees_only_containers_with_its_own_label(real, open_registry, container_engine):
    image = pulled(real, push_web_image(open_registry))
    real.start("agent-2", Microservice.from_wire(item("other")), image)
    real.start(AGENT, Microservice.from_wire(item()), image)
    container_engine.client.containers.create(image, name="of-a-person")

    try:
        assert [c.microservice for c in real.containers(AGENT)] == ["m1"]
    finally:
        container_engine.podman("rm", "--force", "of-a-person")


def test_an_engine_that_restarts_is_missed_and_found_again(controller, tmp_path):
    part = Engine()
    part.service.wait_until((part.folder / "podman.sock").exists, what="socket")
    state = StateFolder(tmp_path)
    state.save("credentials", {"url": controller.url, "uuid": AGENT, "token": TOKEN})
    client, engine = ControllerClient(controller.url, TOKEN), DockerEngine(part.url)
    agent = EdgeAgent(client, engine, state, Options(interval=0.1))

    agent.step()
    part.service.stop()
    time.sleep(agent.step())
    agent.step()
    assert controller.reports[-1]["engineProblem"] == f"Podman 4.3.1 at {part.url} does not answer."
    assert controller.reports[-1]["daemonStatus"] == "WARNING"

    serve = [*part.command, "system", "service", "--time=0", part.url]
    part.service = Child(serve, log=part.folder / "service.log", env=part.environment)
    part.service.wait_until((part.folder / "podman.sock").exists, what="socket")
    time.sleep(0.2)
    agent.step()
    assert controller.reports[-1]["engineProblem"] == ""
    client.close()
    engine.close()
    part.close()


@pytest.mark.parametrize(("kind", "simulated"), [("auto", False), ("simulated", True)])
def test_a_real_engine_takes_over_when_it_appears_unless_told_otherwise(
    agent, controller, container_engine, kind, simulated
):
    agent.step()
    EngineChoice(kind, container_engine.url, look_again=0).improve(agent)
    agent.step()
    agent.stop()

    assert controller.reports[0]["simulated"] is True
    assert controller.reports[-1]["simulated"] is simulated
    agent.engine.close()


def test_two_agents_share_an_engine_by_their_addresses(container_engine, real, open_registry):
    image, port = pulled(real, push_web_image(open_registry)), free_port()
    wire = item(portMappings=[{"portExternal": port, "portInternal": 80}])
    second = DockerEngine(container_engine.url, publish_address="127.0.0.2")

    real.start(AGENT, Microservice.from_wire(wire), image)
    second.start("agent-2", Microservice.from_wire(wire | {"uuid": "m2"}), image)

    assert page(port)
    assert page(port, "127.0.0.2")
    second.close()


def test_a_killed_agent_finds_its_container_again(controller, container_engine, real, open_registry, tmp_path):
    push_web_image(open_registry)
    controller.registries = [{"id": 3, "url": open_registry.host, "isPublic": True}]
    controller.order(web(open_registry, free_port()))
    provision(controller.url, "KEY", StateFolder(tmp_path), architecture="x86")

    with agent_process(tmp_path, container_engine.url) as process:
        wait_until(is_status(controller, "RUNNING"))
        process.kill()
    before, number = last(controller)["containerId"], len(controller.requests)
    with agent_process(tmp_path, container_engine.url) as process:
        wait_until(lambda: len(controller.requests) > number + 6 and is_status(controller, "RUNNING")())
        assert last(controller)["containerId"] == before
        process.terminate()
        assert process.wait(20) == 0

    assert real.containers(AGENT) == []


@contextlib.contextmanager
def agent_process(state, url):
    options = ["run", "--state", state, "--engine-url", url, "--interval", "0.2"]
    process = subprocess.Popen([sys.executable, "-m", "catalogweb.edge", *options], stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(holds, seconds=30):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_prune_removes_only_nameless_unused_images(real, open_registry):
    old = pulled(real, push_web_image(open_registry, "team/moving", platforms=["linux/amd64"]))
    new = pulled(real, push_web_image(open_registry, "team/moving", platforms=["linux/arm64"]))

    assert real.prune({old, new}) == {old}


def wait_for(pulling):
    wait_until(lambda: pulling.done)
    return pulling


def pulled(engine, reference):
    pulling = wait_for(engine.pull(Reference.parse(reference), None, ""))
    assert not pulling.error
    return pulling.image
