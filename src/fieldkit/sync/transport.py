"""The line to the server: messages over HTTP, every byte counted, failures told apart."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from fieldkit import __version__
from fieldkit.protocol.messages import LARGEST_BODY, Problem
from fieldkit.protocol.shapes import M, Message
from fieldkit.protocol.wire.codec import (
    ACCEPT_ENCODING,
    AVAILABLE_DICTIONARY,
    CODINGS,
    TooLarge,
    Unreadable,
    decode,
    encode,
)

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 45.0
_OUT_OF_DATE = frozenset({9, 10})
"""X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL."""


class NoLine(Exception):
    """The server could not be reached at all."""


class Cut(Exception):
    """The line broke while a request was under way; what the server did with it is not known."""


class Told(Exception):
    """The server, or something in its place, answered with no message.

    ``problem`` is None where it was not our server that spoke; ``wait`` is how many seconds it
    asks to be left alone.
    """

    def __init__(self, status: int, problem: Problem | None, wait: int | None = None) -> None:
        super().__init__(str(status))
        self.status = status
        self.problem = problem
        self.wait = wait

    @property
    def word(self) -> str:
        """The problem in one word for programs; empty if it was not our server that spoke."""
        return self.problem.type.removeprefix("/problems/") if self.problem else ""


class Distrusted(Told):
    """What answered did not prove that it is the server; nothing was sent to it."""

    def __init__(self, *, by_date: bool) -> None:
        """``by_date``: its certificate does not hold on the date of this laptop's clock."""
        super().__init__(0, None)
        self.by_date = by_date


@dataclass(slots=True)
class Traffic:
    """What went over the line so far: heads and bodies of HTTP, both ways."""

    requests: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    seconds: float = 0.0
    """From the first byte sent to the last received, of all requests."""


class Link(Protocol):
    """What a sync talks through."""

    traffic: Traffic

    def ask(self, path: str, message: Message, kind: type[M]) -> M:
        """Send a message and return the answer.

        Raises:
            NoLine: the server cannot be reached; Cut: the line broke; Told: it refused.
        """
        ...

    def weigh(self, message: Message) -> int:
        """Return the bytes of the message as it travels."""
        ...

    def use(self, token: str) -> None:
        """Go on under this token."""
        ...


def _trusted() -> ssl.SSLContext:
    """Trust the public authorities and those of the system: an office may have one of its own."""
    import httpx

    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def is_loopback(url: str) -> bool:
    """Say whether the URL leads to this machine itself."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Line:
    """A connection to one server, kept open from request to request: a :class:`Link`.

    A token never travels over plain HTTP beyond this machine.
    """

    def __init__(self, server: str, token: str | None = None) -> None:
        import httpx

        self.traffic = Traffic()
        self._server = server.rstrip("/")
        https = urlsplit(server).scheme == "https"
        self._safe = https or is_loopback(server)
        self._token = token
        self._coding = CODINGS[0]
        self._ready: tuple[Message, str, bytes] | None = None
        self._socket: socket.socket | None = None
        self._aborted = False
        self._client = httpx.Client(
            verify=_trusted() if https else False,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            trust_env=not is_loopback(server),
        )

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def use(self, token: str) -> None:
        """Go on under this token."""
        self._token = token

    def abort(self) -> None:
        """Break off the request under way, from another thread: there it ends as a cut."""
        self._aborted = True
        if self._socket is not None:
            with suppress(OSError):
                # The plain socket's: TLS would wait for the other side to say goodbye.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def weigh(self, message: Message) -> int:
        """Return the bytes of the message as it travels."""
        return len(self._body(message))

    def ask(self, path: str, message: Message, kind: type[M]) -> M:
        """Send a message and return the answer.

        Raises:
            NoLine: the server cannot be reached; Cut: the line broke; Told: it refused;
            Distrusted: what answered may not be the server.
        """
        try:
            return self._ask(path, message, kind)
        except Told as told:
            if told.status != 415 or self._coding == "gzip":
                raise
        # An older server, or one with another dictionary: gzip always works.
        self._coding = "gzip"
        return self._ask(path, message, kind)

    def _body(self, message: Message) -> bytes:
        """Encode a message once, for weighing and for sending."""
        if self._ready and self._ready[0] is message and self._ready[1] == self._coding:
            return self._ready[2]
        body = encode(message, self._coding)
        self._ready = (message, self._coding, body)
        return body

    def _ask(self, path: str, message: Message, kind: type[M]) -> M:
        import httpx

        if self._aborted:
            raise Cut
        body = self._body(message)
        began = time.monotonic()
        try:
            request = httpx.Request(
                "POST", self._server + path, headers=self._heads(), content=body
            )
            request.extensions["trace"] = self._trace
            response = self._client.send(request, stream=True)
        except (
            httpx.InvalidURL,
            httpx.UnsupportedProtocol,
            httpx.ConnectError,
            httpx.ConnectTimeout,
        ) as error:
            raise _distrusted(error) or NoLine() from None
        except httpx.HTTPError:
            self._count_up(request, body)
            raise Cut from None
        self._count_up(request, body)
        try:
            answer = self._receive(response)
        except httpx.HTTPError:
            raise Cut from None
        finally:
            response.close()
            self.traffic.seconds += time.monotonic() - began
        return _read(response, answer, kind)

    def _heads(self) -> dict[str, str]:
        """Return no more heads than are needed: on a slow line each of them is waited for."""
        heads = {
            "user-agent": f"fieldkit/{__version__}",
            "accept-encoding": ACCEPT_ENCODING,
            "available-dictionary": AVAILABLE_DICTIONARY,
            "content-type": "application/json",
            "content-encoding": self._coding,
        }
        if self._token and self._safe:
            heads["authorization"] = f"Bearer {self._token}"
        return heads

    def _trace(self, event: str, found: Mapping[str, object]) -> None:
        """Learn the socket as it is made, so that a request can be broken off."""
        if event not in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            return
        look = getattr(found.get("return_value"), "get_extra_info", None)
        made = look("socket") if look else None
        if isinstance(made, socket.socket):
            self._socket = made
            if self._aborted:
                self.abort()

    def _receive(self, response: httpx.Response) -> bytes:
        """Read the body as it travels, giving up on one that never ends."""
        traffic = self.traffic
        traffic.bytes_down += len(f"HTTP/1.1 {response.status_code} {response.reason_phrase}\r\n")
        traffic.bytes_down += _size(response.headers)
        parts: list[bytes] = []
        size = 0
        for part in response.iter_raw():
            size += len(part)
            traffic.bytes_down += len(part)
            if size > LARGEST_BODY:
                raise Told(response.status_code, None)
            parts.append(part)
        return b"".join(parts)

    def _count_up(self, request: httpx.Request, body: bytes) -> None:
        line = f"POST {request.url.raw_path.decode('ascii')} HTTP/1.1\r\n"
        self.traffic.requests += 1
        self.traffic.bytes_up += len(line) + _size(request.headers) + len(body)


def _distrusted(error: BaseException | None) -> Distrusted | None:
    """Find in what an error came of that the certificate was not accepted."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return Distrusted(by_date=error.verify_code in _OUT_OF_DATE)
        error = error.__cause__ or error.__context__
    return None


def _size(headers: httpx.Headers) -> int:
    """Return the bytes of the headers and of the empty line after them."""
    return sum(len(name) + len(value) + 4 for name, value in headers.raw) + 2


def _read(response: httpx.Response, body: bytes, kind: type[M]) -> M:
    coding = response.headers.get("content-encoding", "identity")
    wait = response.headers.get("retry-after", "")
    seconds = int(wait) if wait.isascii() and wait.isdecimal() and len(wait) < 6 else None
    try:
        if response.status_code == 200:
            return decode(body, kind, coding)
        problem = decode(body, Problem, coding)
    except (Unreadable, TooLarge):
        raise Told(response.status_code, None, seconds) from None
    raise Told(response.status_code, problem, seconds)
