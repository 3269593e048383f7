"""In front of the WSGI application: takes in a request's body before it takes a thread. Granian calls it by RSGI.

A WSGI server reads the body in the thread that answers: a few clients that stop in the middle would stop everybody.
"""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from io import BufferedReader, BytesIO, RawIOBase
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any

THREADS = 8
# A body has so many seconds, and one more for each so many bytes that came.
PATIENCE, PACE = 30, 32 * 1024
# Bodies longer than SMALL wait for their turn, so that memory has a bound. What is longer than LARGE is read
# by the view itself as it comes, which holds a thread.
SMALL, LARGE = 256 * 1024, 4 * 1024 * 1024
LARGE_AT_ONCE, STREAMS_AT_ONCE = 16, 2

logger = logging.getLogger(__name__)


class Gate:
    """Gathers bodies on the event loop, and has threads answer."""

    def __init__(self, wsgi: Any) -> None:
        self.wsgi = wsgi

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.work: SimpleQueue[tuple[Callable[[], None], asyncio.Future[None]]] = SimpleQueue()
        self.large = asyncio.Semaphore(LARGE_AT_ONCE)
        self.streams = asyncio.Semaphore(STREAMS_AT_ONCE)
        for _ in range(THREADS):
            Thread(target=self._work_off, daemon=True).start()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        if not _has_body(scope):
            await self._in_a_thread(lambda: answer(self.wsgi, scope, protocol, BytesIO()))
            return
        async with AsyncExitStack() as turns:
            try:
                body = await self._gathered(scope, protocol, turns)
            except TimeoutError:
                _refuse(protocol, 408, "RequestTimeoutError", "The body of the request did not arrive in time.")
                return
            if body:
                await self._in_a_thread(lambda: answer(self.wsgi, scope, protocol, body))

    async def _gathered(self, scope: Any, protocol: Any, turns: AsyncExitStack) -> IO[bytes] | None:
        """The body; None when it broke off, since then nobody waits for an answer."""
        start, got = self.loop.time(), bytearray()
        async with asyncio.timeout(PATIENCE) as limit:
            async for chunk in protocol:
                got += chunk
                limit.reschedule(_due(start, len(got)))
                if len(got) > SMALL >= len(got) - len(chunk):
                    await turns.enter_async_context(self.large)
                if len(got) > LARGE:
                    await turns.enter_async_context(self.streams)
                    return BufferedReader(Rest(bytes(got), protocol, self.loop, start))
        promised = scope.headers.get("content-length")
        return BytesIO(got) if promised is None or int(promised) == len(got) else None

    async def _in_a_thread(self, function: Callable[[], None]) -> None:
        # An executor of the standard library does this too, at a price that agents' small requests would feel.
        done = self.loop.create_future()
        self.work.put((function, done))
        await done

    def _work_off(self) -> None:
        while True:
            function, done = self.work.get()
            try:
                function()
            except BaseException:
                logger.exception("A request could not be answered")
            # The loop is closed when the server ends meanwhile.
            with suppress(RuntimeError):
                self.loop.call_soon_threadsafe(_settle, done)


def _settle(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


def _due(start: float, got: int) -> float:
    """When more of a body must have come."""
    return start + PATIENCE + got / PACE


def _has_body(scope: Any) -> bool:
    headers = scope.headers
    return scope.method not in ("GET", "HEAD") or "content-length" in headers or "transfer-encoding" in headers


class Rest(RawIOBase):
    """A long body for the thread that reads it: what came already, then what the loop still gets."""

    def __init__(
        self, start: bytes, chunks: AsyncIterator[bytes], loop: asyncio.AbstractEventLoop, since: float
    ) -> None:
        self._left, self._got = memoryview(start), len(start)
        self._chunks, self._loop, self._since = chunks, loop, since

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        if not self._left:
            self._left = memoryview(asyncio.run_coroutine_threadsafe(self._next(), self._loop).result())
        piece = self._left[: len(target)]
        target[: len(piece)] = piece
        self._left = self._left[len(piece) :]
        return len(piece)

    async def _next(self) -> bytes:
        """The next bytes, none at the end; a TimeoutError is what views know as a body that cannot be read."""
        async with asyncio.timeout_at(_due(self._since, self._got)):
            # The last piece may be empty, and one before it too.
            while not (chunk := await anext(self._chunks, None)) and chunk is not None:
                pass
        self._got += len(chunk or b"")
        return chunk or b""


def answer(wsgi: Any, scope: Any, protocol: Any, body: IO[bytes]) -> None:
    """One request as WSGI knows it. The server sends what is said here in its own time, and files by itself."""
    said: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        said.update(status=int(status[:3]), headers=headers)

    try:
        chunks = wsgi(environ_of(scope, body), start)
        try:
            if isinstance(chunks, File) and chunks.path:
                protocol.response_file(said["status"], said["headers"], chunks.path)
            else:
                protocol.response_bytes(said["status"], said["headers"], b"".join(chunks))
        finally:
            chunks.close()
    except BaseException:
        _refuse(protocol, 500, "InternalError", "Something went wrong here.")
        raise


class File:
    """What Django makes of the answer that is a file, under a name that WSGI gave it."""

    def __init__(self, file: Any, size: int) -> None:
        self._file, self._size, self.close = file, size, file.close
        name = getattr(file, "name", None)
        self.path = name if isinstance(name, str) and file.seekable() and not file.tell() else ""

    def __iter__(self) -> Any:
        return iter(lambda: self._file.read(self._size), b"")


COMMON = {
    "SCRIPT_NAME": "",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.file_wrapper": File,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": False,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
}


def environ_of(scope: Any, body: IO[bytes]) -> dict[str, Any]:
    host, _, port = scope.server.rpartition(":")
    environ = COMMON | {
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority
    environ |= _headers(scope)
    if isinstance(body, BytesIO):
        # Also of a body that came in chunks: Django reads no more than it is told.
        environ["CONTENT_LENGTH"] = str(body.getbuffer().nbytes)
    return environ


def _headers(scope: Any) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in scope.headers.items():
        # As variables, `x_forwarded_for` of anybody and `x-forwarded-for` of a proxy would be one.
        if "_" in name:
            continue
        key = name.replace("-", "_").upper()
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        if key in headers:
            value = f"{headers[key]}{';' if key == 'HTTP_COOKIE' else ','}{value}"
        headers[key] = value
    return headers


def _refuse(protocol: Any, status: int, name: str, message: str) -> None:
    headers = [("content-type", "application/json"), ("connection", "close")]
    protocol.response_bytes(status, headers, json.dumps({"name": name, "message": message}).encode())
