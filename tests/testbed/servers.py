"""Small servers that stand in where no real program behaves badly enough, and one that gives out tokens."""

import base64
import contextlib
import json
import shutil
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

from tests.testbed.certificates import Authority, Certificate
from tests.testbed.processes import short_folder

# Status, headers, body.
Reply = tuple[int, dict[str, str], bytes]
Script = Callable[["Request"], Reply]


class Request:
    """What somebody asked, with headers in small letters."""

    def __init__(self, method: str, path: str, headers: dict[str, str]) -> None:
        self.method, self.path, self.headers = method, path, headers

    @property
    def login(self) -> str:
        """`name:password` of a basic login."""
        scheme, _, pair = self.headers.get("authorization", "").partition(" ")
        return base64.b64decode(pair).decode() if scheme == "Basic" else ""


class Server:
    """`requests` is what came, in order."""

    def __init__(self, script: Script, *, tls: Certificate | None, address: str) -> None:
        self.requests: list[Request] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 5

            def answer(self) -> None:
                request = Request(self.command, self.path, {k.lower(): v for k, v in self.headers.items()})
                server.requests.append(request)
                status, headers, body = script(request)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_HEAD = do_POST = answer

            def log_message(self, *_: Any) -> None:
                """Silent."""

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """Whoever goes away early is no error."""

        self.http = Quiet((address, 0), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls.certificate, tls.key)
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        self.host = f"{address}:{self.http.server_address[1]}"
        self.url = f"{'https' if tls else 'http'}://{self.host}"

    @property
    def asked(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.requests]


@contextlib.contextmanager
def server(script: Script, *, tls: Certificate | None = None, address: str = "127.0.0.1") -> Iterator[Server]:
    running = Server(script, tls=tls, address=address)
    thread = threading.Thread(target=running.http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.http.shutdown()
        running.http.server_close()
        thread.join()


def text(status: int, body: str = "", **headers: str) -> Reply:
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, body.encode()


@contextlib.contextmanager
def hanging(first: bytes = b"") -> Iterator[str]:
    """A host that accepts connections, says `first` to each, one byte at a time, and nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()

        def accept() -> None:
            held = []
            while not over.is_set():
                try:
                    connection, _ = listening.accept()
                except OSError:
                    break
                held.append(connection)
                threading.Thread(target=drip, args=(connection,), daemon=True).start()
            for connection in held:
                connection.close()

        def drip(connection: socket.socket) -> None:
            with contextlib.suppress(OSError):
                if first:
                    connection.recv(4096)
                for byte in first:
                    connection.sendall(bytes([byte]))
                    if over.wait(0.05):
                        break

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            with contextlib.suppress(OSError):
                socket.create_connection(listening.getsockname(), timeout=1).close()
            thread.join()


class TokenServer:
    """Gives `username` tokens that open repositories below team/ of one real registry."""

    def __init__(self, folder: Path, username: str, password: str) -> None:
        self.username, self.password = username, password
        self.certificate = Authority(folder, "Test tokens").certificate_for("tokens.example.org")
        self.realm = ""
        self.given = 0

    def __call__(self, request: Request) -> Reply:
        if request.login != f"{self.username}:{self.password}":
            return text(401, '{"errors": []}', WWW_Authenticate='Basic realm="tokens"')
        asked = parse_qs(urlsplit(request.path).query)
        access = []
        for scope in asked.get("scope", []):
            kind, name, actions = scope.split(":")
            if name.startswith("team/"):
                access.append({"type": kind, "name": name, "actions": actions.split(",")})
        self.given += 1
        return text(200, json.dumps({"token": self.token(access)}), Content_Type="application/json")

    def token(self, access: list[dict[str, Any]]) -> str:
        now = int(time.time())
        claims = {
            "iss": "test-tokens", "sub": self.username, "aud": "test-registry", "exp": now + 300, "nbf": now - 10,
            "iat": now, "jti": str(self.given), "access": access,
        }  # fmt: skip
        pem = self.certificate.pem
        der = "".join(line for line in pem.splitlines() if "-----" not in line)
        return jwt.encode(claims, self.certificate.key.read_text(), algorithm="RS256", headers={"x5c": [der]})


@contextlib.contextmanager
def token_server(*, username: str, password: str, address: str = "127.0.0.1") -> Iterator[TokenServer]:
    folder = short_folder("tokens")
    tokens = TokenServer(folder, username, password)
    try:
        with server(tokens, address=address) as running:
            tokens.realm = f"{running.url}/token"
            yield tokens
    finally:
        shutil.rmtree(folder)
