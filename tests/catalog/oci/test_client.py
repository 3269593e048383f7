"""Calls to real registries and to servers that misbehave: each gives its class."""

import base64
import socket
import threading
import time

import pytest

from catalogweb.catalog.failures import Failure
from catalogweb.catalog.oci.addresses import Deadline, allowed_addresses
from catalogweb.catalog.oci.client import Challenge
from catalogweb.catalog.oci.images import ACCEPT
from tests.testbed.images import push_web_image
from tests.testbed.processes import free_port
from tests.testbed.registry import registry
from tests.testbed.servers import hanging, server, text, token_server

JOHN = {"username": "john", "password": "secret-of-john"}


def test_client_finds_an_open_registry_and_times_each_step(client, open_registry):
    calling = client(open_registry.host)

    assert calling.ping() is None
    assert [step.name for step in calling.steps] == ["connect", "connect"]  # TLS was tried first
    assert calling.base == open_registry.url
    assert all(step.seconds >= 0 for step in calling.steps)


def test_client_logs_in_with_a_password(client, failure_of, private_registry):
    calling = client(private_registry.host, **JOHN)

    challenge = calling.ping()
    calling.login(challenge)

    assert challenge.scheme == "basic"
    wrong = client(private_registry.host, username="john", password="wrong")
    assert failure_of(wrong.login, wrong.ping()).failure == Failure.AUTH_REJECTED
    nobody = client(private_registry.host)
    failed = failure_of(nobody.login, nobody.ping())
    assert (failed.failure, failed.detail) == (
        Failure.AUTH_REJECTED,
        "It asks for user name and password, and none are stored.",
    )


def test_client_logs_in_with_tokens_and_learns_what_they_open(client, failure_of, token_registry):
    reference = push_web_image(token_registry, "team/web")
    calling = client(token_registry.host, **JOHN)
    calling.login(calling.ping())

    answer = calling.get("team/web/manifests/1.0", repository="team/web", method="HEAD", accept=ACCEPT)

    assert reference.endswith("team/web:1.0")
    assert answer.status == 200
    foreign = failure_of(calling.get, "other/web/manifests/1.0", repository="other/web")
    assert foreign.failure == Failure.AUTH_SCOPE
    wrong = client(token_registry.host, username="john", password="wrong")
    assert failure_of(wrong.login, wrong.ping()).failure == Failure.AUTH_REJECTED


def test_client_keeps_the_password_from_a_token_service_elsewhere(client, failure_of, settings):
    with token_server(address="127.0.0.2", **JOHN) as tokens:
        challenge = f'Bearer realm="{tokens.realm}",service="s"'
        with server(lambda _: text(401, WWW_Authenticate=challenge)) as running:
            calling = client(running.host, **JOHN)
            failed = failure_of(calling.login, calling.ping())
            assert failed.failure == Failure.BLOCKED_BY_POLICY
            assert "127.0.0.2" in failed.detail
            assert tokens.given == 0

            settings.REGISTRY_TOKEN_HOSTS = {"127.0.0.1": "127.0.0.2"}
            calling.login(calling.ping())
            assert tokens.given == 1


def test_client_drops_the_login_where_a_redirect_leads_elsewhere(client):
    with server(lambda _: text(200, "{}"), address="127.0.0.2") as other:

        def script(request):
            if "blobs" in request.path:
                return text(307, Location=f"{other.url}/stored")
            return text(200, "{}") if request.login else text(401, WWW_Authenticate='Basic realm="r"')

        with server(script) as running:
            calling = client(running.host, **JOHN)
            calling.get("team/web/manifests/1", repository="team/web")
            calling.get("team/web/blobs/sha256:1", repository="team/web")

    assert running.requests[-1].login == "john:secret-of-john"
    [stored] = other.requests
    assert "authorization" not in stored.headers


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest", "http://[fd00:ec2::254]/", "http://0.0.0.0/"])
def test_client_refuses_a_redirect_to_a_forbidden_address(client, failure_of, target):
    with server(lambda _: text(302, Location=target)) as running:
        assert failure_of(client(running.host).ping).failure == Failure.BLOCKED_BY_POLICY


def test_client_refuses_to_go_round_in_circles(client, failure_of):
    with server(lambda request: text(302, Location=request.path)) as running:
        assert failure_of(client(running.host).ping).failure == Failure.SERVER_ERROR
    assert len(running.requests) == 4


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254", "[fe80::1]:5000", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "100.100.100.200",
        "0.0.0.0", "224.0.0.1", "[fd00:ec2::254]",
    ],
)  # fmt: skip
def test_client_calls_no_forbidden_address(client, failure_of, host):
    assert failure_of(client(host).ping).failure == Failure.BLOCKED_BY_POLICY


def test_client_calls_private_addresses_unless_told_otherwise(client, failure_of, open_registry, settings):
    assert client(open_registry.host).ping() is None

    settings.REGISTRY_PRIVATE_ADDRESSES = False

    failed = failure_of(client(open_registry.host).ping)
    assert failed.failure == Failure.BLOCKED_BY_POLICY
    assert "a private address" in failed.detail


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.0.1", "172.20.0.1", "127.0.0.1", "100.64.0.1", "fd00::1"])
def test_private_addresses_are_known_as_such(failure_of, address):
    failed = failure_of(allowed_addresses, address, 443, deadline=Deadline(5), private_allowed=False)

    assert failed.failure == Failure.BLOCKED_BY_POLICY


def test_client_connects_to_the_address_it_judged(client, failure_of, open_registry, monkeypatch):
    """A name server that answers a harmless address first and a forbidden one later gains nothing."""
    answers = iter(["127.0.0.1", "127.0.0.1", "169.254.169.254"])
    asked = []
    real = socket.getaddrinfo

    def rebinding(host, port, *args, **options):
        if host != "registry.example.org":
            return real(host, port, *args, **options)
        asked.append(host)
        return real(next(answers), port, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    host = f"registry.example.org:{open_registry.port}"

    calling = client(host, insecure=True)
    calling.ping()

    assert len(asked) == 2  # once for each attempt to connect, and never again after judging
    assert failure_of(client(host, insecure=True).ping).failure == Failure.BLOCKED_BY_POLICY


def test_client_calls_no_name_that_leads_to_a_forbidden_address_too(failure_of, monkeypatch):
    both = [(2, 1, 6, "", ("127.0.0.1", 443)), (2, 1, 6, "", ("169.254.169.254", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)

    failed = failure_of(allowed_addresses, "r.example.org", 443, deadline=Deadline(5), private_allowed=True)

    assert failed.failure == Failure.BLOCKED_BY_POLICY


def test_client_knows_no_such_name(client, failure_of, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert failure_of(client("no.example.org").ping).failure == Failure.DNS


def test_client_waits_for_no_name_server(client, failure_of, monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(30) and [])

    assert failure_of(client("slow.example.org", seconds=0.2).ping).failure == Failure.TIMEOUT
    over.set()


def test_client_finds_nothing_listening(client, failure_of):
    assert failure_of(client(f"127.0.0.1:{free_port()}").ping).failure == Failure.REFUSED


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nX-Drip: " + b"a" * 200], ids=["silent", "dripping"])
def test_client_gives_up_on_who_hangs(client, failure_of, first):
    started = time.monotonic()
    with hanging(first) as host:
        failed = failure_of(client(host, seconds=1).ping)

    assert failed.failure == Failure.TIMEOUT
    assert time.monotonic() - started < 6


def test_client_trusts_the_authority_it_was_given(client, failure_of, authority):
    with registry(tls=authority.certificate_for("127.0.0.1")) as running:
        trusting = client(running.host, ca=authority.pem)
        assert trusting.ping() is None
        assert [step.name for step in trusting.steps] == ["connect", "tls"]
        assert trusting.steps[1].detail.startswith("TLS")
        assert client(running.host, insecure=True).ping() is None
        failed = failure_of(client(running.host).ping)
        assert (failed.failure, "Unable to get local issuer" in failed.detail) == (Failure.TLS_UNTRUSTED, True)
        assert failure_of(client, running.host, ca="no certificate").failure == Failure.TLS_UNTRUSTED


def test_client_notices_a_certificate_of_another_name(client, failure_of, authority):
    with registry(tls=authority.certificate_for("other.example.org")) as running:
        failed = failure_of(client(running.host, ca=authority.pem).ping)

    assert failed.failure == Failure.TLS_NAME
    assert "127.0.0.1" in failed.detail


def test_client_takes_plain_http_from_other_hosts_only_when_told(client, failure_of, open_registry, monkeypatch):
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *args, **more: real("127.0.0.1", *args, **more))
    host = f"registry.example.org:{open_registry.port}"

    failed = failure_of(client(host).ping)

    assert (failed.failure, failed.detail) == (Failure.TLS_UNTRUSTED, "It does not speak TLS.")
    assert client(host, insecure=True).ping() is None


def test_client_sends_no_password_over_a_weaker_connection(client, failure_of, authority):
    with token_server(**JOHN) as tokens:
        challenge = f'Bearer realm="{tokens.realm}",service="s"'
        certificate = authority.certificate_for("127.0.0.1")
        with server(lambda _: text(401, WWW_Authenticate=challenge), tls=certificate) as running:
            calling = client(running.host, ca=authority.pem, **JOHN)
            assert failure_of(calling.login, calling.ping()).failure == Failure.BLOCKED_BY_POLICY
    assert tokens.given == 0


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (text(200, "<html>Welcome"), Failure.NOT_A_REGISTRY),
        (text(404, "nothing"), Failure.NOT_A_REGISTRY),
        (text(401, WWW_Authenticate="Negotiate"), Failure.NOT_A_REGISTRY),
        (text(302, Location="ftp://example.org/"), Failure.NOT_A_REGISTRY),
        (text(302, Location="http://[bad/"), Failure.NOT_A_REGISTRY),
        (text(500), Failure.SERVER_ERROR),
        (text(418), Failure.SERVER_ERROR),
        (text(429, Retry_After="7"), Failure.RATE_LIMITED),
    ],
    ids=["page", "404", "negotiate", "scheme", "nonsense", "500", "418", "429"],
)
def test_client_tells_what_is_no_registry_from_one_that_fails(client, failure_of, reply, failure):
    with server(lambda _: reply) as running:
        failed = failure_of(client(running.host).ping)

    assert failed.failure == failure
    assert failed.wait == (7 if failure == Failure.RATE_LIMITED else 0)


def test_client_hears_for_how_long_to_rest_in_both_ways(client, failure_of):
    said = iter(["Wed, 21 Oct 2099 07:28:00 GMT", "-5", "soon", "99999999999999999999"])
    with server(lambda _: text(429, Retry_After=next(said))) as running:
        waits = [failure_of(client(running.host).ping).wait for _ in range(4)]

    assert waits == [86400, 0, 0, 86400]


def test_client_reads_no_answer_without_end(client, failure_of):
    with server(lambda _: text(200, "{" + " " * 5_000_000)) as running:
        assert failure_of(client(running.host).ping).failure == Failure.SERVER_ERROR


def test_client_takes_no_token_that_would_write_headers(client, failure_of):
    def script(request):
        if request.path.startswith("/token"):
            return text(200, '{"token": "a\\r\\nX-Evil: 1"}')
        return text(401, WWW_Authenticate=f'Bearer realm="http://{request.headers["host"]}/token"')

    with server(script) as running:
        failed = failure_of(client(running.host).get, "team/web/manifests/1", repository="team/web")

    assert failed.failure == Failure.SERVER_ERROR


def test_failures_hold_no_password(client, failure_of, private_registry):
    calling = client(private_registry.host, username="john", password="q1u45ic9kst563art")

    failed = failure_of(calling.login, calling.ping())

    shown = f"{failed} {failed.detail} {calling.access!r}"
    assert "q1u45ic9" not in shown
    assert base64.b64encode(b"john:q1u45").decode()[:8] not in shown


def test_challenge_reads_quoted_and_plain_values(client, failure_of):
    said = 'Bearer realm="https://a.example.org/t",service=plain,scope="a:b:pull,push"'
    with server(lambda _: text(401, WWW_Authenticate=said)) as running:
        assert client(running.host).ping() == Challenge(
            "bearer", {"realm": "https://a.example.org/t", "service": "plain", "scope": "a:b:pull,push"}
        )


@pytest.mark.parametrize("failure", list(Failure))
def test_every_failure_has_a_sentence_and_a_fix(failure):
    assert failure.sentence.endswith(".")
    assert failure.fix.endswith(".")
