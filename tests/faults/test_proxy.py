from __future__ import annotations

import http.client
import http.server
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from tests.faults.proxy import Fault, Proxy

ASK, SAY = b"ask" * 100, b"say" * 200


class _Counting(http.server.BaseHTTPRequestHandler):
    """Answers every request with its number."""

    protocol_version = "HTTP/1.1"
    seen: list[bytes]
    arrived: threading.Semaphore

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.seen.append(body)
        self.arrived.release()
        said = f"{len(self.seen)}".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: connections break here on purpose."""


@pytest.fixture
def arrived() -> threading.Semaphore:
    """As many as requests have arrived at `counting`."""
    return threading.Semaphore(0)


@pytest.fixture
def counting(arrived: threading.Semaphore) -> Iterator[tuple[str, list[bytes]]]:
    """A server's URL and the bodies it was sent."""
    seen: list[bytes] = []
    handler = type("Counting", (_Counting,), {"seen": seen, "arrived": arrived})
    server = _Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


@pytest.fixture
def talking() -> Iterator[tuple[str, list[bytes]]]:
    """A server that reads ASK, says SAY and ends; its URL and what each connection brought."""
    heard: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                heard.append(b"")
                while len(heard[-1]) < len(ASK) and (data := connection.recv(4096)):
                    heard[-1] += data
                if heard[-1] == ASK:
                    connection.sendall(SAY)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", heard
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


def ask(proxy: Proxy) -> bytes:
    parts = urlsplit(proxy.url)
    said = b""
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as connection:
        connection.sendall(ASK)
        try:
            while data := connection.recv(4096):
                said += data
        except ConnectionError:
            pass
    return said


def post(proxy: Proxy, *bodies: bytes) -> list[bytes]:
    connection = http.client.HTTPConnection(urlsplit(proxy.url).netloc)
    said = []
    for body in bodies:
        connection.request("POST", "/", body)
        said.append(connection.getresponse().read())
    connection.close()
    return said


def test_bytes_pass_both_ways(talking: tuple[str, list[bytes]]) -> None:
    with Proxy(talking[0]) as proxy:
        assert ask(proxy) == SAY
        assert (proxy.up.passed, proxy.down.passed) == (len(ASK), len(SAY))
    assert talking[1] == [ASK]


@pytest.mark.parametrize("count", [0, 1, 150, len(ASK) - 1])
def test_a_cut_upwards_lets_exactly_so_much_arrive(
    talking: tuple[str, list[bytes]], count: int
) -> None:
    with Proxy(talking[0]) as proxy:
        proxy.up.at(count, Fault.CUT)
        assert ask(proxy) == b""
        assert ask(proxy) == SAY
    assert talking[1] == [ASK[:count], ASK]


@pytest.mark.parametrize("count", [0, 1, 333, len(SAY) - 1, len(SAY)])
def test_a_cut_downwards_lets_exactly_so_much_arrive(
    talking: tuple[str, list[bytes]], count: int
) -> None:
    with Proxy(talking[0]) as proxy:
        proxy.down.at(count, Fault.CUT)
        assert ask(proxy) == SAY[:count]
        assert ask(proxy) == SAY


def test_bytes_are_counted_over_all_connections(talking: tuple[str, list[bytes]]) -> None:
    with Proxy(talking[0]) as proxy:
        proxy.up.at(len(ASK) + 7, Fault.CUT)
        assert [ask(proxy), ask(proxy), ask(proxy)] == [SAY, b"", SAY]
    assert talking[1] == [ASK, ASK[:7], ASK]


def test_the_connection_is_held_during_an_action(talking: tuple[str, list[bytes]]) -> None:
    seen: list[int] = []
    with Proxy(talking[0]) as proxy:
        proxy.up.at(100, lambda: seen.append(proxy.up.passed))
        proxy.down.at(len(SAY), lambda: seen.append(proxy.down.passed))
        assert ask(proxy) == SAY
    assert seen == [100, len(SAY)]


def test_a_slow_connection_takes_its_time(talking: tuple[str, list[bytes]]) -> None:
    with Proxy(talking[0]) as proxy:
        proxy.slow(bits_per_second=80_000, there_and_back=0.1)
        began = time.monotonic()
        assert ask(proxy) == SAY
        # To open the line, the ask and the answer: each costs its delay, and its bytes.
        assert time.monotonic() - began >= 0.1 + 0.1 + (len(ASK) + len(SAY)) / 10_000


def test_a_lost_answer_was_sent_by_the_server(counting: tuple[str, list[bytes]]) -> None:
    with Proxy(counting[0]) as proxy:
        proxy.lose = {2}
        assert post(proxy, b"one") == [b"1"]
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            post(proxy, b"two")
        assert post(proxy, b"three", b"four") == [b"3", b"4"]
        assert len(proxy.requests) == 4
    assert counting[1] == [b"one", b"two", b"three", b"four"]


def test_a_request_is_delivered_again_after_its_answer(counting: tuple[str, list[bytes]]) -> None:
    with Proxy(counting[0]) as proxy:
        proxy.repeat = "after"
        assert post(proxy, b"one", b"two") == [b"1", b"3"]
    assert counting[1] == [b"one", b"one", b"two", b"two"]


def test_a_request_is_delivered_alongside_itself(
    counting: tuple[str, list[bytes]], arrived: threading.Semaphore
) -> None:
    with Proxy(counting[0]) as proxy:
        proxy.repeat = "alongside"
        assert post(proxy, b"one")[0] in {b"1", b"2"}
        assert arrived.acquire(timeout=60)
        assert arrived.acquire(timeout=60)
    assert counting[1] == [b"one", b"one"]


def test_an_old_request_is_delivered_again(counting: tuple[str, list[bytes]]) -> None:
    with Proxy(counting[0]) as proxy:
        post(proxy, b"one", b"two")
        assert proxy.deliver_again(1).endswith(b"\r\n\r\n3")
    assert counting[1] == [b"one", b"two", b"one"]
