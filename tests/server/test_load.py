"""Attacks on a running server through real sockets: by strangers, and by a dishonest device."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from tests.server.conftest import Api, Laptop, ask, problem

from fieldkit.protocol.messages.sync import LARGEST_MESSAGE
from fieldkit.server.http import shares
from fieldkit.server.http.envelope import BYTES_A_VALUE, LARGEST_LIGHT
from fieldkit.server.operation.local import code

_PROGRAM = """
import json, sys
from fieldkit.server.http import connections
from fieldkit.server.operation.local import serve
for name, value in json.loads(sys.argv[2]).items():
    assert hasattr(connections, name)
    setattr(connections, name, value)
serve(sys.argv[1])
"""
"""Runs a server with other limits on connections, so that no test opens thousands, or waits."""
PROMISED = 450
"""Megabytes of memory that docs/server.md promises, whatever is sent."""
THIS_MACHINE = "127.0.0.1"
ELSEWHERE = "127.0.0.7"
"""Another address from which a test on Linux can connect to a server on this machine."""
linux = pytest.mark.skipif(sys.platform != "linux", reason="connects from a second address")


class Target:
    """A server in a child process, an honest laptop, and the sockets of whoever attacks."""

    def __init__(self, url: str, folder: Path, process: int) -> None:
        self.url = url
        self.folder = folder
        self.process = process
        self._sockets = ExitStack()
        self.laptop = self.enrolled()

    def enrolled(self) -> Laptop:
        laptop = Laptop(self.url)
        laptop.http.timeout = httpx.Timeout(120)
        answer = laptop.enrol(code(self.folder / "server.sqlite3"), token="")
        assert answer.status_code == 200, answer.text
        return laptop

    def connect(self, sent: bytes = b"", address: str = THIS_MACHINE) -> socket.socket:
        """Connect from an address and send something."""
        server = urlsplit(self.url)
        line = socket.create_connection(
            (server.hostname or "", server.port or 0), timeout=30, source_address=(address, 0)
        )
        self._sockets.enter_context(line)
        line.sendall(sent)
        return line

    def memory(self, what: str) -> int:
        """Return a figure of the server's memory in megabytes."""
        lines = Path(f"/proc/{self.process}/status").read_text("utf-8").splitlines()
        return int(next(line for line in lines if line.startswith(what)).split()[1]) // 1024

    def close(self) -> None:
        self._sockets.close()
        self.laptop.http.close()


@contextmanager
def _target(folder: Path, **limits: float) -> Iterator[Target]:
    url = f"sqlite:///{folder / 'server.sqlite3'}"
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, url, json.dumps(limits)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as serving:
        assert serving.stdin is not None
        assert serving.stdout is not None
        target = Target(json.loads(serving.stdout.readline())["address"], folder, serving.pid)
        try:
            yield target
        finally:
            target.close()
            serving.stdin.close()
            serving.wait(60)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with _target(tmp_path_factory.mktemp("load")) as made:
        yield made


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server that waits for nothing, and has places for few connections."""
    limits = {"HEAD_SECONDS": 0.3, "MOST_CONNECTIONS": 40, "MOST_OF_ADDRESS": 20}
    with _target(tmp_path_factory.mktemp("hasty"), **limits) as made:
        yield made


def _slow(path: str, token: str = "") -> bytes:
    """The beginning of a request whose body never comes."""
    authorization = f"authorization: Bearer {token}\r\n" if token else ""
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\n{authorization}content-length: 1000\r\n\r\n{{"
    return head.encode()


@pytest.mark.parametrize(
    "slow",
    [
        _slow("/v1/enrol"),
        _slow("/v1/sync"),
        _slow("/v1/sync", "made-up"),
        _slow("/nothing"),
        _slow("/healthz"),
    ],
    ids=["enrol", "sync", "made-up", "nothing", "healthz"],
)
@linux
def test_strangers_that_send_slowly_stop_nobody(target: Target, slow: bytes) -> None:
    lines = [target.connect(slow, ELSEWHERE) for _ in range(shares.MOST_OPEN + 8)]
    assert target.laptop.ask().status_code == 200
    for line in lines:
        line.close()


@linux
def test_a_device_that_sends_slowly_stops_no_other(target: Target) -> None:
    other = target.enrolled()
    slow = _slow("/v1/sync", other.token)
    lines = [target.connect(slow, ELSEWHERE) for _ in range(shares.MOST_OPEN + 8)]
    assert target.laptop.ask().status_code == 200
    assert problem(other.ask()) == (503, "busy")
    for line in lines:
        line.close()
    other.http.close()


@linux
def test_slow_strangers_leave_room_for_enrolments_from_elsewhere(target: Target) -> None:
    many = shares.MOST_STRANGERS_OF_ADDRESS
    lines = [target.connect(_slow("/v1/enrol"), ELSEWHERE) for _ in range(many)]
    refused = target.connect(_slow("/v1/enrol"), ELSEWHERE)
    assert refused.recv(1000).startswith(b"HTTP/1.1 503 ")
    target.enrolled().http.close()
    for line in lines:
        line.close()


def _closed(line: socket.socket) -> bool:
    """Wait until the server closes a connection; what it still says is read."""
    try:
        while line.recv(10_000):
            pass
    except ConnectionError:
        return True
    return True


WHOLE = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /healthz HTTP/1.1\r\nhost:",
        WHOLE + b"GET /healthz HTTP/1.1\r\nhost:",
        _slow("/healthz"),
    ],
    ids=["nothing", "begun", "begun on a kept one", "a body not read"],
)
def test_a_head_that_does_not_come_ends_its_connection(hasty: Target, sent: bytes) -> None:
    assert _closed(hasty.connect(sent))


@pytest.mark.parametrize("begun", [b"", WHOLE])
def test_bytes_now_and_then_prolong_nothing(hasty: Target, begun: bytes) -> None:
    line = hasty.connect(begun)
    reading = threading.Thread(target=_closed, args=[line])
    reading.start()
    while reading.is_alive():
        with suppress(ConnectionError):
            line.sendall(b"x" if begun else b"\r\n")
        reading.join(0.05)


def test_the_rest_of_a_body_after_the_answer_is_not_waited_for(hasty: Target) -> None:
    line = hasty.connect(b"GET /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nx")
    assert _is_alive(line)
    line.sendall(b"x")
    assert _closed(line)


def _is_alive(line: socket.socket) -> bool:
    """Read the answer of ``/healthz``."""
    answer = b""
    while part := line.recv(10_000):
        answer += part
        if answer.endswith(b"}"):
            break
    return answer.startswith(b"HTTP/1.1 200 ")


@linux
def test_idle_connections_make_room(hasty: Target) -> None:
    """Those of an address for its own, any for any, but a device's last."""
    kept = hasty.connect()
    for _ in range(60):
        hasty.connect(address=ELSEWHERE)
    kept.sendall(WHOLE)
    assert _is_alive(kept)
    line = str(hasty.laptop.ask().extensions["network_stream"].get_extra_info("client_addr"))
    for number in range(120):
        hasty.connect(address=f"127.0.1.{number}")
    answer = hasty.laptop.ask()
    assert answer.status_code == 200
    assert str(answer.extensions["network_stream"].get_extra_info("client_addr")) == line


def test_connections_in_use_are_not_ended_for_new_ones(hasty: Target) -> None:
    asked = _slow("/v1/sync", hasty.laptop.token).replace(b"\r\n\r\n{", b"")
    lines = [hasty.connect(asked + b"\r\nexpect: 100-continue\r\n\r\n") for _ in range(8)]
    for line in lines:
        assert line.recv(1000).startswith(b"HTTP/1.1 100 ")
    for _ in range(60):
        hasty.connect()
    lines[0].sendall(b"}" * 1000)
    assert lines[0].recv(1000).startswith(b"HTTP/1.1 400 ")


def test_what_is_no_request_is_refused_with_a_problem(target: Target) -> None:
    for sent in (
        b"Zooni\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: " + b"x" * (20 << 10),
        b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
    ):
        line = target.connect(sent)
        head, _, body = _all(line).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 ")
        assert b"content-type: application/problem+json" in head
        assert json.loads(body)["status"] == 400


def _all(line: socket.socket) -> bytes:
    parts: list[bytes] = []
    while part := line.recv(10_000):
        parts.append(part)
    return b"".join(parts)


# --- what only this machine may see ---


@pytest.mark.parametrize("path", ["/metrics", "/openapi.json"])
def test_figures_are_for_this_machine_and_administrators(api: Api, path: str) -> None:
    assert api.get(path).status_code == 200
    far, tokens = (
        "203.0.113.9",
        {role: api.token(api.code(role)) for role in ("operator", "administrator")},
    )

    def asked(token: str = "", scheme: str = "https", **heads: str) -> httpx.Response:
        heads |= {"authorization": f"Bearer {token}"} if token else {}
        return ask(api.app, "GET", path, headers=heads, address=far, scheme=scheme)

    assert problem(asked()) == (401, "unauthorised")
    assert problem(asked("made-up")) == (401, "unauthorised")
    assert problem(asked(tokens["operator"])) == (403, "not-allowed")
    assert problem(asked(tokens["administrator"], "http")) == (403, "insecure")
    assert asked(tokens["administrator"]).status_code == 200
    by_proxy = ask(api.app, "GET", path, headers={"x-forwarded-for": far})
    assert problem(by_proxy) == (403, "insecure")


# --- memory ---


def _hostile(laptop: Laptop, unit: bytes, most: int, values: int) -> bytes:
    """A batch of changes whose values repeat ``unit``, as large as may be read."""
    many = most // 100_000 + 1
    while len(laptop.changes) < many:
        laptop.change(1)
    items: list[object] = [{"fields": {"a": ["HERE"]}}] * many
    text = json.dumps(laptop.request(1, items)).encode()
    counted = sum(unit.count(mark) for mark in (b",", b"[", b"{"))
    times = min((most - len(text)) // len(unit), values // counted - 10 * many) // many
    return gzip.compress(text.replace(b'"HERE"', unit * max(times, 1) + b"0"))


NESTED = (b"[],", b'{"a":0},', b"[" * 50 + b"]" * 50 + b",")
WIDE = b'"' + b"x" * 90_000 + b'\\ud83d\\ude00",'
"""A text that takes four bytes a character."""


def _send_twelve(target: Target, unit: bytes, most: int, values: int) -> set[int]:
    """Send a hostile message from twelve devices at once; return the statuses of the answers."""
    found: list[int] = []
    laptops = [target.enrolled() for _ in range(12)]
    bodies = [_hostile(laptop, unit, most, values) for laptop in laptops]
    assert all(len(body) < 60_000 for body in bodies)

    def send(laptop: Laptop, body: bytes) -> None:
        found.append(laptop.raw(body).status_code)

    sending = [threading.Thread(target=send, args=one) for one in zip(laptops, bodies, strict=True)]
    for thread in sending:
        thread.start()
    for thread in sending:
        thread.join()
    for laptop in laptops:
        laptop.http.close()
    return set(found)


@linux
def test_twelve_hostile_messages_at_once_stay_within_the_promised_memory(target: Target) -> None:
    """They take eight kilobytes each and have many more values than may be."""
    for unit in NESTED:
        assert _send_twelve(target, unit, LARGEST_MESSAGE, LARGEST_MESSAGE) == {413}
    assert target.memory("VmHWM") < PROMISED
    assert target.laptop.ask().status_code == 200


@linux
@pytest.mark.torture
def test_twelve_of_the_worst_that_are_read_stay_within_the_promised_memory(target: Target) -> None:
    for most in (LARGEST_LIGHT, LARGEST_MESSAGE):
        for unit in NESTED:
            assert _send_twelve(target, unit, most, most // BYTES_A_VALUE) <= {200, 503}
    assert _send_twelve(target, WIDE, LARGEST_MESSAGE, LARGEST_MESSAGE) <= {200, 503}
    assert target.memory("VmHWM") < PROMISED
    assert target.laptop.ask().status_code == 200
