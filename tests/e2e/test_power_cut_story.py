"""The server dies at random points of deployments: rows, flags and containers end the same, nothing lost or doubled."""

import random
import threading
import time
from collections import Counter

import pytest
import requests

from tests.e2e.product import containers, wait_for
from tests.testbed.processes import free_port

pytestmark = pytest.mark.e2e

CUTS = 20
SEED = 20261124


def body_of(item_id, number, port):
    return {
        "application": "shop",
        "name": f"web-{number}",
        "agents": ["north", "south"],
        "catalogItemId": item_id,
        "ports": [{"internal": 80, "external": port}],
    }


def deploy_until_cut(product, body, headers):
    """Ask for one deployment; True, False, or None when the server died before it answered."""
    try:
        answer = requests.post(product.api + "deployments", json=body, headers=headers, timeout=30)
    except requests.RequestException:
        return None
    return answer.status_code == 201


def cut_during(product, operator, body, seconds):
    answers = []
    asking = threading.Thread(target=lambda: answers.append(deploy_until_cut(product, body, operator.headers)))
    asking.start()
    time.sleep(seconds)
    product.kill()
    asking.join(60)
    product.start_web_server()
    return answers[0]


def containers_of(engine, edges):
    """How many containers each microservice has, by its uuid."""
    return Counter(container["Labels"]["org.catalogweb.microservice"] for container in containers(engine))


def settled(operator, engine, edges):
    rows = operator.microservices()
    running = all(row["status"]["status"] == "RUNNING" for row in rows.values())
    return running and containers_of(engine, edges) == Counter(row["uuid"] for row in rows.values())


def test_power_cuts_lose_nothing_and_double_nothing(product, operator, item, fleet, container_engine):
    operator.send("POST", "application", {"name": "shop", "isActivated": True})
    product.stop()
    product.start_web_server()
    chance = random.Random(SEED)
    for number in range(CUTS):
        body = body_of(item, number, free_port())
        answer = cut_during(product, operator, body, chance.uniform(0, 0.6))
        placed = [name for name in operator.microservices() if name.startswith(f"web-{number}-")]

        assert len(placed) in (0, 2), "a deployment is there whole or not at all"
        assert placed or not answer, "what was confirmed is there"
        if not placed:
            operator.send("POST", "deployments", body)
        wait_for("everything to run once", lambda: settled(operator, container_engine, fleet), limit=90)
        if number % 4 == 3:
            operator.send("PUT", "application/shop", {"name": "shop", "microservices": []})
            wait_for("a clean slate", lambda: not containers_of(container_engine, fleet), limit=90)
    flags = product.manage(
        "shell", "-v0", "-c",
        "from catalogweb.agents.models import ChangeFlags\nprint([sorted(f.raised) for f in ChangeFlags.objects.all()])",
    )  # fmt: skip
    assert flags.stdout.strip() == "[[], []]"
