"""A request's body is taken in before it takes a thread: whoever stops in the middle keeps nobody waiting."""

import asyncio
import json
import socket
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from catalogweb.commands import gate
from tests.commands.running import Up


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    up = Up(tmp_path_factory.mktemp("gate") / "data", "--no-agent")
    try:
        yield up.wait_until_up()
    finally:
        up.close()


class Exchange:
    """One request as granian hands it over, and what was answered; `pause` comes before the last piece."""

    def __init__(self, *pieces: bytes, pause: float = 0, length: int | None = None, method: str = "PUT") -> None:
        self.pieces, self.pause, self.said = list(pieces), pause, None
        headers = {"host": "localhost", "x_forwarded_for": "1.2.3.4", "content-type": "application/json"}
        headers |= {"content-length": str(sum(map(len, pieces)) if length is None else length)}
        self.scope = SimpleNamespace(
            method=method, path="/caf\u00e9", query_string="", server="[::1]:80", client="[::1]:5", scheme="http",
            authority=None, headers=headers, http_version="1.1",
        )  # fmt: skip

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self.pieces:
            raise StopAsyncIteration
        if len(self.pieces) == 1:
            await asyncio.sleep(self.pause)
        return self.pieces.pop(0)

    def response_bytes(self, status: int, headers: Any, body: bytes) -> None:
        self.said = (status, body)


def passed(exchange: Exchange) -> list[dict[str, Any]]:
    """What the application got to see of it, the body read."""
    seen: list[dict[str, Any]] = []

    class Page(list):
        def close(self) -> None:
            pass

    def application(environ: dict[str, Any], start: Any) -> Page:
        seen.append(environ | {"body": environ["wsgi.input"].read()})
        start("200 OK", [])
        return Page([b"fine"])

    async def run() -> None:
        opened = gate.Gate(application)
        opened.__rsgi_init__(asyncio.get_running_loop())
        await opened.__rsgi__(exchange.scope, exchange)

    asyncio.run(run())
    return seen


def test_server_answers_while_bodies_are_sent_half(up):
    halves = [socket.create_connection(("127.0.0.1", up.port)) for _ in range(20)]
    try:
        for half in halves:
            half.sendall(b"POST /api/v3/user/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        time.sleep(0.5)
        with urllib.request.urlopen(f"{up.url}/api/v3/status", timeout=2) as answer:
            assert answer.status == 200
    finally:
        for half in halves:
            half.close()


def test_server_takes_a_body_in_chunks(up):
    with socket.create_connection(("127.0.0.1", up.port), timeout=10) as client:
        client.sendall(
            b"POST /api/v3/user/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
            b'e\r\n{"email": 5, "\r\nf\r\npassword": "x"}\r\n0\r\n\r\n'
        )
        assert b"'email'" in client.recv(4000)


def test_server_hands_out_files_and_heads(up):
    with urllib.request.urlopen(f"{up.url}/static/favicon.svg", timeout=10) as answer:
        assert answer.read()
        assert int(answer.headers["Content-Length"]) > 0
    with urllib.request.urlopen(urllib.request.Request(f"{up.url}/api/v3/status", method="HEAD"), timeout=10) as head:
        assert head.status == 200
        assert head.read() == b""


def test_gate_gives_up_on_a_body_that_does_not_come(monkeypatch):
    monkeypatch.setattr(gate, "PATIENCE", 0.05)
    exchange = Exchange(b"{", b"}", pause=5)

    assert not passed(exchange)
    assert exchange.said
    assert exchange.said[0] == 408
    assert json.loads(exchange.said[1])["name"] == "RequestTimeoutError"


def test_gate_drops_a_body_that_broke_off():
    exchange = Exchange(b"{", length=100)

    assert not passed(exchange)
    assert exchange.said is None


def test_gate_passes_a_long_body_on_as_it_comes(monkeypatch):
    monkeypatch.setattr(gate, "SMALL", 4)
    monkeypatch.setattr(gate, "LARGE", 8)
    [seen] = passed(Exchange(b"12345", b"6789", b"", b"abc", b"def"))

    assert seen["body"] == b"123456789abcdef"


def test_gate_stops_reading_a_long_body_that_does_not_come(monkeypatch):
    monkeypatch.setattr(gate, "LARGE", 3)
    monkeypatch.setattr(gate, "PATIENCE", 0.05)
    monkeypatch.setattr(gate.logger, "exception", lambda *_: None)
    exchange = Exchange(b"1234", b"5", pause=5)

    assert not passed(exchange)
    assert exchange.said
    assert exchange.said[0] == 500


def test_gate_tells_the_application_what_wsgi_says():
    exchange = Exchange(b"{}")
    [seen] = passed(exchange)

    assert seen["PATH_INFO"] == "/caf\u00e9".encode().decode("latin-1")
    assert (seen["REMOTE_ADDR"], seen["SERVER_PORT"], seen["CONTENT_LENGTH"]) == ("::1", "80", "2")
    assert "HTTP_X_FORWARDED_FOR" not in seen
    assert exchange.said == (200, b"fine")
