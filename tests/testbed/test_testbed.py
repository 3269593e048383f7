"""Every part does what the tests that use it rely on."""

import asyncio
import subprocess
import sys
import urllib.error
from urllib.request import Request, urlopen

import psycopg
import pytest
import requests
from pytest_socket import SocketConnectBlockedError

from tests.testbed.engine import Engine
from tests.testbed.images import OCI, WEB_PORT, push_web_image
from tests.testbed.parts import PARTS, unavailable
from tests.testbed.postgres import Postgres
from tests.testbed.processes import free_port, wait_for_page
from tests.testbed.registry import Registry


def pulled(engine: Engine, registry: Registry, reference: str, *, platform: str) -> str:
    return str(engine.client.images.pull(reference, platform=platform, auth_config=registry.credentials).id)


def page_of(engine: Engine, image: str, **environment: str) -> str:
    port = free_port()
    ports = {f"{WEB_PORT}/tcp": ("127.0.0.1", port)}
    container = engine.client.containers.run(image, detach=True, ports=ports, environment=environment)
    try:
        return wait_for_page(f"http://127.0.0.1:{port}/")
    finally:
        container.remove(force=True)


def manifest_of(registry: Registry, name: str, tag: str) -> requests.Response:
    return requests.get(
        f"{registry.url}/v2/{name}/manifests/{tag}",
        headers={"Accept": f"{OCI}.index.v1+json, {OCI}.manifest.v1+json"},
        auth=(registry.username, registry.password) if registry.username else None,
        timeout=5,
    )


@pytest.mark.parametrize("platform", ["linux/amd64", "linux/arm64"])
def test_container_of_a_private_image_answers_for_its_platform(
    container_engine: Engine, private_registry: Registry, platform: str
) -> None:
    reference = push_web_image(private_registry)

    image = pulled(container_engine, private_registry, reference, platform=platform)

    page = page_of(container_engine, image, GREETING="Good morning")
    assert page == f"<h1>Good morning</h1><p>team/web:1.0 for {platform}</p>\n"


def test_container_stops_within_its_grace_time(container_engine: Engine, open_registry: Registry) -> None:
    image = pulled(container_engine, open_registry, push_web_image(open_registry), platform="linux/amd64")
    container = container_engine.client.containers.run(image, detach=True, init=False)

    container.stop(timeout=5)

    assert container.wait()["StatusCode"] == 0
    container.remove()


def test_engine_is_refused_with_a_wrong_password(container_engine: Engine, private_registry: Registry) -> None:
    reference = push_web_image(private_registry, "team/guarded")

    # The refusal is a line of an answer 200: the SDK's own images.pull reads past it and misses the image later.
    login = {"username": "john", "password": "wrong"}
    lines = list(container_engine.client.api.pull(reference, auth_config=login, stream=True, decode=True))

    assert "authentication required" in lines[-1]["error"]


def test_changed_password_counts_at_once(private_registry: Registry) -> None:
    push_web_image(private_registry)
    old = private_registry.password

    private_registry.change_password("new")
    try:
        assert manifest_of(private_registry, "team/web", "1.0").ok
        refused = requests.get(f"{private_registry.url}/v2/", auth=("john", old), timeout=5)
    finally:
        private_registry.change_password(old)

    assert refused.status_code == 401
    assert manifest_of(private_registry, "team/web", "1.0").ok


def test_index_lists_both_platforms(open_registry: Registry) -> None:
    push_web_image(open_registry, "team/both", "2.0")

    index = manifest_of(open_registry, "team/both", "2.0").json()

    assert [entry["platform"]["architecture"] for entry in index["manifests"]] == ["amd64", "arm64"]


def test_one_platform_makes_a_plain_image(open_registry: Registry) -> None:
    push_web_image(open_registry, "team/arm-only", platforms=["linux/arm/v7"])

    manifest = manifest_of(open_registry, "team/arm-only", "1.0").json()

    assert manifest["mediaType"] == f"{OCI}.manifest.v1+json"


def test_private_registry_asks_who_is_there(private_registry: Registry) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urlopen(Request(f"{private_registry.url}/v2/"))

    with refusal.value as answer:
        assert (answer.code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="test-registry"')


def test_postgres_answers(postgres_server: Postgres) -> None:
    with psycopg.connect(postgres_server.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


@pytest.mark.postgres
def test_postgres_is_lent_to_a_command_whose_result_it_passes_on(postgres_server: Postgres) -> None:
    script = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL']).close(); raise SystemExit(7)"

    lent = subprocess.run([sys.executable, "-m", "tests.testbed.postgres", "--", sys.executable, "-c", script])

    assert lent.returncode == 7


def test_other_hosts_than_loopback_are_out_of_reach() -> None:
    with pytest.raises(SocketConnectBlockedError), pytest.warns(UserWarning, match="A test tried"):
        requests.get("http://192.0.2.1/", timeout=1)


def test_missing_part_skips_on_a_laptop_and_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CATALOGWEB_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match=f"apt install {PARTS['skopeo'].packages}"):
        unavailable("skopeo", "skopeo not found")

    monkeypatch.setenv("CATALOGWEB_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="needs skopeo"):
        unavailable("skopeo", "skopeo not found")


def test_no_event_loop_runs_beside_tests_without_a_browser() -> None:
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()
