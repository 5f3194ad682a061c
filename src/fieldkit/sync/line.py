"""The line to the server: messages over HTTP, every byte counted, failures told apart."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fieldkit import __version__
from fieldkit.sync.codec import TooLarge, Unreadable, decode, encode
from fieldkit.sync.messages import LARGEST_BODY, M, Message, Problem

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 45.0


class NoLine(Exception):
    """The server could not be reached at all."""


class Cut(Exception):
    """The line broke while a request was under way; what the server did with it is not known."""


class Told(Exception):
    """The server, or something in its place, answered with no message.

    ``problem`` is None where it was not our server that spoke.
    """

    def __init__(self, status: int, problem: Problem | None) -> None:
        super().__init__(str(status))
        self.status = status
        self.problem = problem

    @property
    def word(self) -> str:
        """The problem in one word for programs; empty if it was not our server that spoke."""
        return self.problem.type.removeprefix("/problems/") if self.problem else ""


@dataclass(slots=True)
class Traffic:
    """What went over the line so far: heads and bodies of HTTP, both ways."""

    requests: int = 0
    bytes_up: int = 0
    bytes_down: int = 0


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
    """A connection to one server, kept open from request to request."""

    def __init__(self, server: str, token: str | None = None) -> None:
        import httpx

        headers = {
            "user-agent": f"fieldkit/{__version__}",
            "accept": "application/json",
            "accept-encoding": "gzip",
            "content-type": "application/json",
            "content-encoding": "gzip",
        }
        if token:
            headers["authorization"] = f"Bearer {token}"
        self.traffic = Traffic()
        self._server = server.rstrip("/")
        self._client = httpx.Client(
            headers=headers,
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

    def ask(self, path: str, message: Message | bytes, kind: type[M]) -> M:
        """Send a message (or one already encoded) and return the answer.

        Raises:
            NoLine: the server cannot be reached; Cut: the line broke; Told: it refused.
        """
        import httpx

        body = message if isinstance(message, bytes) else encode(message)
        try:
            request = self._client.build_request("POST", self._server + path, content=body)
            response = self._client.send(request, stream=True)
        except (
            httpx.InvalidURL,
            httpx.UnsupportedProtocol,
            httpx.ConnectError,
            httpx.ConnectTimeout,
        ):
            raise NoLine from None
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
        return _read(response, answer, kind)

    def _receive(self, response: httpx.Response) -> bytes:
        """Read the body as it travels, giving up on one that never ends."""
        traffic = self.traffic
        traffic.bytes_down += len(f"HTTP/1.1 {response.status_code} {response.reason_phrase}\r\n")
        traffic.bytes_down += _size(response.headers)
        parts: list[bytes] = []
        size = 0
        for part in response.iter_raw():
            size += len(part)
            if size > LARGEST_BODY:
                raise Told(response.status_code, None)
            parts.append(part)
        traffic.bytes_down += size
        return b"".join(parts)

    def _count_up(self, request: httpx.Request, body: bytes) -> None:
        line = f"POST {request.url.raw_path.decode('ascii')} HTTP/1.1\r\n"
        self.traffic.requests += 1
        self.traffic.bytes_up += len(line) + _size(request.headers) + len(body)


def _size(headers: httpx.Headers) -> int:
    """Return the bytes of the headers and of the empty line after them."""
    return sum(len(name) + len(value) + 4 for name, value in headers.raw) + 2


def _read(response: httpx.Response, body: bytes, kind: type[M]) -> M:
    coding = response.headers.get("content-encoding", "identity")
    try:
        if response.status_code == 200:
            return decode(body, kind, coding)
        problem = decode(body, Problem, coding)
    except (Unreadable, TooLarge):
        raise Told(response.status_code, None) from None
    raise Told(response.status_code, problem)
