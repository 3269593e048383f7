"""POST /registries/{id}/probe: steps with their classes."""

import pytest

from catalogweb.core.secrets import seal
from tests.factories import RegistryFactory
from tests.testbed.servers import server, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calls(settings):
    settings.REGISTRY_CHECKS = True


def test_probe_tells_every_step(operator, private_registry):
    stored = RegistryFactory(
        url=private_registry.host, username="john", is_private=True, password_sealed=seal("secret-of-john")
    )

    told = operator.call("POST", f"/registries/{stored.pk}/probe").json()

    assert told["outcome"] == "ok"
    assert [(step["name"], step["status"]) for step in told["steps"]] == [
        ("connect", "ok"),
        ("api", "ok"),
        ("login", "ok"),
    ]
    assert "secret-of-john" not in str(told)


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (text(200, "<html>"), "not_a_registry"),
        (text(401, WWW_Authenticate='Basic realm="r"'), "auth_rejected"),
        (text(429), "rate_limited"),
        (text(500), "server_error"),
        (text(302, Location="http://169.254.169.254/"), "blocked_by_policy"),
    ],
    ids=["page", "login", "429", "500", "redirect"],
)
def test_probe_tells_the_class_of_a_failure(operator, reply, failure):
    with server(lambda _: reply) as running:
        answer = operator.call("POST", f"/registries/{RegistryFactory(url=running.host).pk}/probe")

    assert answer.status_code == 200
    told = answer.json()
    assert told["outcome"] == failure
    assert told["steps"][-1]["message"]
    assert told["steps"][-1]["suggestion"]


def test_probe_of_the_local_cache_and_of_nothing_is_refused(operator):
    assert operator.call("POST", "/registries/2/probe").status_code == 409
    assert operator.call("POST", "/registries/7777/probe").status_code == 404


def test_probe_is_refused_when_calls_are_switched_off(operator, settings):
    settings.REGISTRY_CHECKS = False

    assert operator.call("POST", "/registries/1/probe").status_code == 409
