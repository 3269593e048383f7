"""The main job with one command: a manifest on standard input, planned, applied, applied again."""

import pytest

from tests.e2e.product import wait_for
from tests.testbed.processes import free_port, wait_for_page

pytestmark = pytest.mark.e2e

MANIFEST = """
apiVersion: iofog.org/v3
kind: Registry
spec:
  url: {host}
  username: {username}
  password: {password}
  email: john@example.org
---
apiVersion: iofog.org/v3
kind: CatalogItem
metadata:
  name: web
spec:
  description: A small page
  x86: {image}
  arm: {image}
  registry: {host}
---
apiVersion: iofog.org/v3
kind: Application
metadata:
  name: shop
spec:
  microservices:
    - name: web
      agents: [north, south]
      images:
        catalogId: web
      container:
        ports:
          - internal: 80
            external: {port}
"""


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def manifest(private_registry, image, port):
    registry = private_registry
    return MANIFEST.format(
        host=registry.host, username=registry.username, password=registry.password, image=image, port=port
    )


def test_a_manifest_runs_everywhere_and_applies_twice_without_harm(
    product, operator, fleet, manifest, port, private_registry
):
    planned = product.manage("apply", "-f", "-", "--dry-run", text=manifest)
    assert planned.returncode == 0, planned.stderr
    assert not operator.microservices()

    applied = product.manage("apply", "-f", "-", text=manifest)
    assert applied.returncode == 0, applied.stderr
    wait_for("both running", lambda: all(m["status"]["status"] == "RUNNING" for m in operator.microservices().values()))
    assert "linux/amd64" in wait_for_page(f"http://127.0.0.1:{port}/")
    assert "linux/arm64" in wait_for_page(f"http://127.0.0.2:{port}/")

    containers = {m["status"]["containerId"] for m in operator.microservices().values()}
    again = product.manage("apply", "-f", "-", text=manifest)
    assert again.returncode == 0
    assert "create" not in again.stdout.replace("created", "")
    assert {m["status"]["containerId"] for m in operator.microservices().values()} == containers
    assert private_registry.password not in planned.stdout + applied.stdout + again.stdout


def test_a_faulty_manifest_applies_nothing_and_names_every_fault(product, operator):
    faulty = MANIFEST.replace("catalogId", "catalogueId").replace("kind: CatalogItem", "kind: CatalogueItem")
    refused = product.manage(
        "apply", "-f", "-", text=faulty.format(host="r.example", username="j", password="p4ss", image="web:1", port=80)
    )
    assert refused.returncode == 1
    assert "catalogId" in refused.stdout + refused.stderr
    assert "CatalogItem" in refused.stdout + refused.stderr
    assert len(operator.get("registries")["registries"]) == 2
