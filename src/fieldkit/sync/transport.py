"""Sending messages to the server over HTTP, with every byte counted and each failure named."""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from fieldkit import __version__
from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.protocol.messages.sync import LARGEST_BODY, Problem
from fieldkit.protocol.wire.codec import (
    ACCEPT_ENCODING,
    AVAILABLE_DICTIONARY,
    CODINGS,
    OtherVersion,
    TooLarge,
    Unreadable,
    decode,
    decompress,
    encode,
)
from fieldkit.sync.failures import (
    ChangedAnswer,
    ConnectionLost,
    Offline,
    ServerRefusal,
    refused_by_proxy,
    untrusted,
)

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 45.0
"""Longest waits for a connection, and for the next bytes of an answer."""
LONGEST_REQUEST = 600.0
"""Longest time for one request: a server that sends a byte now and then ends with it."""
FILE = "application/octet-stream"
"""The type of a body that is a file."""
ABORT_AFTER_SECONDS = 2.0
"""Time that the request in progress has to finish before its connection is closed."""


@dataclass(slots=True)
class Traffic:
    """The HTTP traffic so far: headers and bodies, both ways."""

    requests: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    seconds: float = 0.0
    """From the first byte sent to the last byte received, summed over all requests."""


class Transport(Protocol):
    """Sends a message to the server and returns its answer."""

    traffic: Traffic

    def post(self, path: str, message: Message, kind: type[M]) -> M:
        """Send a message and return the answer, a message of ``kind``.

        Raises:
            Offline: the server cannot be reached.
            ConnectionLost: the connection broke during the request.
            ServerRefusal: the server refused the request.
        """
        ...

    def measure(self, message: Message) -> int:
        """Return the encoded size of a message in bytes."""
        ...

    def use_token(self, token: str) -> None:
        """Authenticate with this token from now on."""
        ...


class Stop(threading.Event):
    """Asks a sync to end: once set, after the request in progress; set again, or late, at once.

    Nothing is lost: what was sent and not acknowledged is sent again by the next sync.
    """

    def __init__(self, abort_after: float = ABORT_AFTER_SECONDS) -> None:
        super().__init__()
        self._abort_after = abort_after
        self._abort: Callable[[], None] | None = None

    @contextmanager
    def aborting(self, abort: Callable[[], None]) -> Iterator[None]:
        """While in this context, call ``abort``, from another thread, to end at once."""
        self._abort = abort
        try:
            yield
        finally:
            self._abort = None

    def set(self) -> None:
        """Ask to end; the second call ends at once."""
        again = self.is_set()
        super().set()
        if again:
            self._abort_now()
        elif self._abort:
            timer = threading.Timer(self._abort_after, self._abort_now)
            timer.daemon = True
            timer.start()

    def _abort_now(self) -> None:
        abort = self._abort
        if abort and self.is_set():
            abort()


def _ssl_context() -> ssl.SSLContext:
    """Trust the public authorities, and those of the system, as an office may run its own."""
    import httpx

    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def is_loopback(url: str) -> bool:
    """Say whether the URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class HttpTransport:
    """A :class:`Transport` over one HTTP connection, kept open between requests.

    Never sends the token over plain HTTP to another machine.
    """

    def __init__(self, server: str, token: str | None = None) -> None:
        import httpx

        self.traffic = Traffic()
        self._server = server.rstrip("/")
        https = urlsplit(server).scheme == "https"
        self._may_send_token = https or is_loopback(server)
        self._token = token
        self._coding = CODINGS[0]
        self._encoded: tuple[Message, str, bytes] | None = None
        self._socket: socket.socket | None = None
        self._aborted = False
        self._client = httpx.Client(
            verify=_ssl_context() if https else False,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            trust_env=not is_loopback(server),
        )

    def __enter__(self) -> HttpTransport:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def use_token(self, token: str) -> None:
        """Authenticate with this token from now on."""
        self._token = token

    def abort(self) -> None:
        """Abort the request in progress, from another thread; it raises ConnectionLost there."""
        self._aborted = True
        self._hang_up()

    def _hang_up(self) -> None:
        """Close the connection; a request in progress raises ConnectionLost."""
        if self._socket is not None:
            with suppress(OSError):
                # The plain socket's shutdown: that of TLS waits for the server.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    @contextmanager
    def _within_limit(self) -> Iterator[None]:
        """Hang up on a request that takes too long, however often a few bytes arrive."""
        timer = threading.Timer(LONGEST_REQUEST, self._hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def measure(self, message: Message) -> int:
        """Return the encoded size of a message in bytes."""
        return len(self._body(message))

    def post(self, path: str, message: Message, kind: type[M]) -> M:
        """Send a message and return the answer, a message of ``kind``.

        Raises:
            Offline: the server cannot be reached.
            ConnectionLost: the connection broke during the request.
            ServerRefusal: the server refused the request (UntrustedServer: nothing was sent).
        """
        with self._within_limit():
            return self._post_as_gzip_if_asked(path, message, kind)

    def _post_as_gzip_if_asked(self, path: str, message: Message, kind: type[M]) -> M:
        try:
            return self._post(path, message, kind)
        except ServerRefusal as refusal:
            if refusal.status != 415 or self._coding == "gzip":
                raise
        # An older server, or one with another dictionary: every version reads gzip.
        self._coding = "gzip"
        return self._post(path, message, kind)

    def _body(self, message: Message) -> bytes:
        """Encode a message, only once for measuring and sending."""
        if self._encoded and self._encoded[0] is message and self._encoded[1] == self._coding:
            return self._encoded[2]
        body = encode(message, self._coding)
        self._encoded = (message, self._coding, body)
        return body

    def post_file(self, path: str, data: bytes, most: int) -> bytes:
        """Send a file as it is, and return the one that answers it, of at most ``most`` bytes.

        Raises:
            Offline: the server cannot be reached.
            ConnectionLost: the connection broke during the request.
            ServerRefusal: the server refused it.
        """
        headers = self._headers() | {"content-type": FILE, "accept-encoding": "identity"}
        del headers["content-encoding"]
        with self._within_limit():
            response, answer = self._send(path, data, headers, most)
        if response.status_code == 200 and response.headers.get("content-type") == FILE:
            return answer
        _read(response, answer, Problem)
        raise ServerRefusal(response.status_code, None)

    def _post(self, path: str, message: Message, kind: type[M]) -> M:
        response, answer = self._send(path, self._body(message), self._headers(), LARGEST_BODY)
        return _read(response, answer, kind)

    def _send(
        self, path: str, body: bytes, headers: Mapping[str, str], most: int
    ) -> tuple[httpx.Response, bytes]:
        """Send a body; return the answer and its body, of at most ``most`` bytes."""
        import httpx

        if self._aborted:
            raise ConnectionLost
        began = time.monotonic()
        try:
            request = httpx.Request("POST", self._server + path, headers=headers, content=body)
            request.extensions["trace"] = self._trace
            response = self._client.send(request, stream=True)
        except (
            httpx.InvalidURL,
            httpx.UnsupportedProtocol,
            httpx.ConnectError,
            httpx.ConnectTimeout,
        ) as error:
            raise untrusted(error) or Offline() from None
        except httpx.ProxyError as error:
            raise refused_by_proxy(error) from None
        except httpx.HTTPError:
            self._count_sent(request, body)
            raise ConnectionLost from None
        self._count_sent(request, body)
        try:
            answer = self._receive(response, most)
        except httpx.HTTPError:
            raise ConnectionLost from None
        finally:
            response.close()
            self.traffic.seconds += time.monotonic() - began
        return response, answer

    def _headers(self) -> dict[str, str]:
        """Return the headers, as few as possible because they are not compressed."""
        headers = {
            "user-agent": f"fieldkit/{__version__}",
            "accept-encoding": ACCEPT_ENCODING,
            "available-dictionary": AVAILABLE_DICTIONARY,
            "content-type": "application/json",
            "content-encoding": self._coding,
        }
        if self._token and self._may_send_token:
            headers["authorization"] = f"Bearer {self._token}"
        return headers

    def _trace(self, event: str, found: Mapping[str, object]) -> None:
        """Remember the socket when it is opened, so that :meth:`abort` can close it."""
        if event not in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            return
        get_extra_info = getattr(found.get("return_value"), "get_extra_info", None)
        opened = get_extra_info("socket") if get_extra_info else None
        if isinstance(opened, socket.socket):
            self._socket = opened
            if self._aborted:
                self.abort()

    def _receive(self, response: httpx.Response, most: int) -> bytes:
        """Read the body, counting its bytes as they travel, up to ``most``."""
        traffic = self.traffic
        traffic.bytes_down += len(f"HTTP/1.1 {response.status_code} {response.reason_phrase}\r\n")
        traffic.bytes_down += _size(response.headers)
        parts: list[bytes] = []
        size = 0
        for part in response.iter_raw():
            size += len(part)
            traffic.bytes_down += len(part)
            if size > most:
                raise ServerRefusal(response.status_code, None)
            parts.append(part)
        return b"".join(parts)

    def _count_sent(self, request: httpx.Request, body: bytes) -> None:
        request_line = f"POST {request.url.raw_path.decode('ascii')} HTTP/1.1\r\n"
        self.traffic.requests += 1
        self.traffic.bytes_up += len(request_line) + _size(request.headers) + len(body)


def _size(headers: httpx.Headers) -> int:
    """Return the bytes of the headers and the empty line after them."""
    return sum(len(name) + len(value) + 4 for name, value in headers.raw) + 2


def _read(response: httpx.Response, body: bytes, kind: type[M]) -> M:
    """Decode an answer, or raise the refusal that it is."""
    coding = response.headers.get("content-encoding", "identity")
    wait = response.headers.get("retry-after", "")
    seconds = int(wait) if wait.isascii() and wait.isdecimal() and len(wait) < 6 else None
    status = response.status_code
    try:
        if status == 200:
            return decode(body, kind, coding)
        problem = decode(body, Problem, coding)
    except OtherVersion:
        problem = Problem(type="/problems/version", title="", status=status)
    except (Unreadable, TooLarge):
        if "json" in response.headers.get("content-type", "") and not _is_json(body, coding):
            raise ChangedAnswer(status, None, seconds) from None
        raise ServerRefusal(status, None, seconds) from None
    raise ServerRefusal(status, problem, seconds)


def _is_json(body: bytes, coding: str) -> bool:
    try:
        json.loads(decompress(body, coding))
    except (ValueError, RecursionError):
        return False
    return True
