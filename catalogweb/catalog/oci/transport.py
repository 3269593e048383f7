"""One HTTP exchange with whoever may be called: bounded in time and size, each step timed."""

import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import certifi
import httpcore

from catalogweb.catalog.failures import Failed, Failure
from catalogweb.catalog.oci.addresses import Deadline, allowed_addresses

# Nothing that we read is larger: manifests by their standard, configs in practice.
MOST_BYTES = 4 * 1024 * 1024
AGENT = "catalogweb"
Heard = Callable[[str, float, str], None]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class NotTLS(Failed):
    """The other side does not speak TLS; whoever allows plain HTTP goes on with that."""

    def __init__(self) -> None:
        super().__init__(Failure.TLS_UNTRUSTED, "It does not speak TLS.")


def tls_context(*, ca: str, verified: bool) -> ssl.SSLContext:
    """The system's authorities, those that come with the product, and the registry's own."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if ca:
        try:
            context.load_verify_locations(cadata=ca)
        except (ssl.SSLError, ValueError):
            raise Failed(
                Failure.TLS_UNTRUSTED, "The CA that is entered for this registry is not in PEM form."
            ) from None
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class Transport:
    """Keeps connections for as long as it is open. `heard` is told how long each step of connecting took."""

    def __init__(self, context: ssl.SSLContext, *, deadline: Deadline, private_allowed: bool, heard: Heard) -> None:
        self.deadline = deadline
        backend = _Backend(deadline, private_allowed, heard)
        self.pool = httpcore.ConnectionPool(ssl_context=context, network_backend=backend, max_connections=32)

    def close(self) -> None:
        self.pool.close()

    def send(self, method: str, url: str, headers: Mapping[str, str]) -> Answer:
        try:
            with self.pool.stream(method, url, headers=[*headers.items(), ("User-Agent", AGENT)]) as response:
                named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                body = b"" if method == "HEAD" else self._read(response.iter_stream())
                return Answer(response.status, named, body, url)
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError):
            raise Failed(Failure.NOT_A_REGISTRY, "It does not speak HTTP as registries do.") from None
        except httpcore.TimeoutException:
            raise Failed(Failure.TIMEOUT) from None
        except httpcore.NetworkError:
            raise Failed(Failure.SERVER_ERROR, "The connection broke off.") from None

    def _read(self, chunks: Iterable[bytes]) -> bytes:
        body = bytearray()
        for chunk in chunks:
            body += chunk
            if len(body) > MOST_BYTES:
                raise Failed(Failure.SERVER_ERROR, f"It answers with more than {MOST_BYTES // 1024 // 1024} MiB.")
        return bytes(body)


class _Backend(httpcore.NetworkBackend):
    """Connects to the address that was judged, not to a name that may lead elsewhere a moment later."""

    def __init__(self, deadline: Deadline, private_allowed: bool, heard: Heard) -> None:
        self.deadline, self.private_allowed, self.heard = deadline, private_allowed, heard
        self.sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        started = time.monotonic()
        addresses = allowed_addresses(host, port, deadline=self.deadline, private_allowed=self.private_allowed)
        last: Exception | None = None
        for number, address in enumerate(addresses):
            # The first may be one that this machine cannot reach at all: leave time for the others.
            share = self.deadline.left / (len(addresses) - number)
            try:
                stream = self.sockets.connect_tcp(address, port, timeout=share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
                continue
            self.heard("connect", time.monotonic() - started, f"{address}, port {port}")
            return _Stream(stream, self)
        if isinstance(last, httpcore.ConnectTimeout):
            raise Failed(Failure.TIMEOUT, f"No connection to {host}, port {port}.")
        raise Failed(Failure.REFUSED, f"No connection to {host}, port {port}.")


class _Stream(httpcore.NetworkStream):
    """Every read and write ends by the deadline, however slowly the other side drips."""

    def __init__(self, inner: httpcore.NetworkStream, backend: _Backend) -> None:
        self.inner, self.backend = inner, backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, self.backend.deadline.left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, self.backend.deadline.left)

    def close(self) -> None:
        self.inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        started = time.monotonic()
        try:
            secured = self.inner.start_tls(ssl_context, server_hostname, self.backend.deadline.left)
        except httpcore.ConnectTimeout:
            raise Failed(Failure.TIMEOUT, "The TLS handshake was not answered.") from None
        except httpcore.ConnectError as error:
            raise _tls_failure(error.__cause__, server_hostname or "") from None
        shown = secured.get_extra_info("ssl_object")
        self.backend.heard("tls", time.monotonic() - started, str(shown.version() or "") if shown else "")
        return _Stream(secured, self.backend)


def _tls_failure(cause: BaseException | None, name: str) -> Failed:
    if isinstance(cause, ssl.SSLCertVerificationError):
        # OpenSSL's codes for a name and an address that the certificate does not hold.
        if cause.verify_code in (62, 64):
            return Failed(Failure.TLS_NAME, f"It is not made out to {name}.")
        return Failed(Failure.TLS_UNTRUSTED, f"{cause.verify_message.capitalize()}.")
    return NotTLS()
