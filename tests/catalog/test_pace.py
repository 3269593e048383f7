"""A registry is asked at its rate, by all processes together."""

import threading

import pytest

from catalogweb.catalog.models import ImageCheck
from catalogweb.catalog.pace import BURST, rest, resting_until, turn
from catalogweb.catalog.resolving import Lookup, check_images
from tests.factories import RegistryFactory
from tests.testbed.images import push_web_image
from tests.testbed.servers import server, text

pytestmark = pytest.mark.django_db


def test_turns_come_at_the_rate_after_a_burst():
    slow = RegistryFactory(check_rate=6)

    waits = [turn(slow) for _ in range(BURST + 3)]

    assert waits[: BURST + 1] == [0.0] * (BURST + 1)
    assert 8 < waits[-2] <= 10
    assert 18 < waits[-1] <= 20


def test_lookup_leaves_out_what_has_no_turn_in_time(open_registry):
    stored = RegistryFactory(url=open_registry.host, check_rate=1)
    missing = [f"{open_registry.host}/team/paced:{number}" for number in range(2, BURST + 5)]
    images = [push_web_image(open_registry, "team/paced", "1"), *missing]

    findings = Lookup(stored, seconds=10).findings(images)

    assert len(findings) == BURST + 1
    assert findings[stored.pk, images[0]]["digest"]


def test_lookup_stops_at_the_first_429_and_rests(settings):
    settings.REGISTRY_CHECKS = True

    def script(request):
        return text(200, "{}") if request.path == "/v2/" else text(429, Retry_After="120")

    with server(script) as running:
        stored = RegistryFactory(url=running.host, check_concurrency=1)
        images = [f"{running.host}/team/web:{number}" for number in range(5)]

        assert check_images(stored, images, seconds=10) == {}
        assert resting_until(stored.pk)
        asked = len(running.requests)
        assert check_images(stored, images, seconds=10) == {}

    assert len(running.requests) == asked < 5
    assert not ImageCheck.objects.exists()


def test_rest_ends():
    stored = RegistryFactory()
    rest(stored.pk, 60)
    assert resting_until(stored.pk)

    rest(stored.pk, -60)

    assert resting_until(stored.pk) is None


def test_lookup_asks_many_at_a_time_and_no_more_than_allowed():
    now, most, lock = 0, 0, threading.Lock()
    gate = threading.Barrier(3, timeout=20)

    def script(request):
        nonlocal now, most
        if request.path == "/v2/":
            return text(200, "{}")
        with lock:
            now += 1
            most = max(most, now)
        gate.wait()
        with lock:
            now -= 1
        return text(404)

    with server(script) as running:
        stored = RegistryFactory(url=running.host, check_concurrency=3)
        findings = Lookup(stored, seconds=30).findings([f"{running.host}/team/web:{n}" for n in range(6)])

    assert {finding["failure"] for finding in findings.values()} == {"not_found"}
    assert most == 3
