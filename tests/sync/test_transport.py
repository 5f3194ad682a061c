from __future__ import annotations

import http.server
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message as Heads
from pathlib import Path

import httpx
import pytest

from fieldkit.protocol.messages.sync import LARGEST_BODY, Problem, SyncAnswer, SyncRequest
from fieldkit.protocol.wire.codec import CODINGS, decode, encode
from fieldkit.sync import transport
from fieldkit.sync.failures import ConnectionLost, Offline, ServerRefusal, UntrustedServer
from fieldkit.sync.sentences import refusal_sentence
from fieldkit.sync.transport import HttpTransport, Stop

HEAD = "0" * 64
REQUEST = SyncRequest(origin="7K2M9QXR", last_seq=0, head=HEAD)
ANSWER = SyncAnswer(seq=0, head=HEAD)


@dataclass
class Heard:
    """The requests and the next answers of a scripted server."""

    says: Callable[[int], tuple[int, dict[str, str], bytes]]
    requests: list[tuple[Heads, bytes]] = field(default_factory=list)


@contextmanager
def listening(heard: Heard) -> Iterator[str]:
    class Door(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            heard.requests.append((self.headers, body))
            status, heads, content = heard.says(len(heard.requests))
            self.send_response_only(status)
            for name, value in {**heads, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _answer(_: int) -> tuple[int, dict[str, str], bytes]:
    return 200, {"content-encoding": "gzip"}, encode(ANSWER, "gzip")


def _problem(status: int, word: str, **heads: str) -> tuple[int, dict[str, str], bytes]:
    problem = Problem(type=f"/problems/{word}", title="", status=status)
    return status, heads, problem.model_dump_json(exclude_none=True).encode()


def test_only_needed_headers_are_sent_and_every_byte_is_counted() -> None:
    heard = Heard(_answer)
    with listening(heard) as url, HttpTransport(url, "t" * 43) as line:
        assert line.post("/v1/sync", REQUEST, SyncAnswer) == ANSWER
        ((heads, body),) = heard.requests
        assert {name.lower() for name in heads} <= {
            "host", "content-length", "content-type", "content-encoding", "user-agent",
            "accept-encoding", "available-dictionary", "authorization",
        }  # fmt: skip
        assert heads["authorization"] == f"Bearer {'t' * 43}"
        assert decode(body, SyncRequest, heads["content-encoding"]) == REQUEST
        assert line.measure(REQUEST) == len(body)
        size = len("POST /v1/sync HTTP/1.1\r\n\r\n") + len(body)
        assert line.traffic.bytes_up == size + sum(len(f"{k}: {v}\r\n") for k, v in heads.items())
        assert line.traffic.requests == 1
        assert line.traffic.bytes_down > len(encode(ANSWER, "gzip"))
        assert line.traffic.seconds > 0


def test_a_server_that_does_not_read_the_best_coding_gets_gzip_from_then_on() -> None:
    def says(request: int) -> tuple[int, dict[str, str], bytes]:
        return _problem(415, "encoding") if request == 1 else _answer(request)

    heard = Heard(says)
    with listening(heard) as url, HttpTransport(url) as line:
        line.post("/v1/sync", REQUEST, SyncAnswer)
        line.post("/v1/sync", REQUEST, SyncAnswer)
    codings = [heads["content-encoding"] for heads, _ in heard.requests]
    assert codings == [CODINGS[0], "gzip", "gzip"]


def test_a_server_that_reads_no_coding_is_tried_twice_at_most() -> None:
    heard = Heard(lambda _: _problem(415, "encoding"))
    with (
        listening(heard) as url,
        HttpTransport(url) as line,
        pytest.raises(ServerRefusal, match="415"),
    ):
        line.post("/v1/sync", REQUEST, SyncAnswer)
    assert len(heard.requests) <= 2


@pytest.mark.parametrize(
    ("header", "wait"),
    [("7", 7), ("", None), ("-3", None), ("soon", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)],
)
def test_retry_after_is_read(header: str, wait: int | None) -> None:
    heard = Heard(lambda _: _problem(429, "busy", **{"retry-after": header}))
    with (
        listening(heard) as url,
        HttpTransport(url) as line,
        pytest.raises(ServerRefusal) as refused,
    ):
        line.post("/v1/sync", REQUEST, SyncAnswer)
    assert (refused.value.status, refused.value.code, refused.value.retry_after) == (
        429,
        "busy",
        wait,
    )


def test_the_newest_token_is_used() -> None:
    heard = Heard(_answer)
    with listening(heard) as url, HttpTransport(url, "a" * 43) as line:
        line.post("/v1/sync", REQUEST, SyncAnswer)
        line.use_token("b" * 43)
        line.post("/v1/sync", REQUEST, SyncAnswer)
    assert [heads["authorization"][7] for heads, _ in heard.requests] == ["a", "b"]


def test_a_token_is_never_sent_over_plain_http_to_another_machine() -> None:
    assert "authorization" in HttpTransport("https://office.example.in", "t" * 43)._headers()
    assert "authorization" in HttpTransport("http://127.0.0.1:1", "t" * 43)._headers()
    assert "authorization" not in HttpTransport("http://192.0.2.1", "t" * 43)._headers()


def test_offline_and_a_lost_connection_are_distinguished() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with HttpTransport(f"http://127.0.0.1:{port}") as line, pytest.raises(Offline):
        line.post("/v1/sync", REQUEST, SyncAnswer)
    with _mute() as (url, _), HttpTransport(url) as line, pytest.raises(ConnectionLost):
        line.post("/v1/sync", REQUEST, SyncAnswer)


_CERTIFICATE = Path(__file__).parent.parent / "server" / "certificate_for_tests.pem"


@contextmanager
def proving_nothing() -> Iterator[str]:
    """A server with a self-signed certificate."""
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(_CERTIFICATE, _CERTIFICATE.with_name("key_for_tests.pem"))
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def serve() -> None:
            with suppress(OSError):
                made, _ = plain.accept()
                with made, suppress(OSError):
                    secure.wrap_socket(made, server_side=True)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://127.0.0.1:{plain.getsockname()[1]}"
    thread.join()


@pytest.mark.parametrize("scheme", ["https", "HTTPS", "Https"])
def test_an_untrusted_server_is_not_reported_as_offline(scheme: str) -> None:
    with (
        proving_nothing() as url,
        HttpTransport(url.replace("https", scheme), "secret") as line,
        pytest.raises(UntrustedServer) as raised,
    ):
        line.post("/v1/sync", REQUEST, SyncAnswer)
    assert not raised.value.by_date
    assert "could not prove that it is the server" in refusal_sentence(raised.value)


def test_certificates_that_the_system_trusts_are_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(_CERTIFICATE))
    with (
        proving_nothing() as url,
        HttpTransport(url, "secret") as line,
        pytest.raises(ConnectionLost),
    ):
        line.post("/v1/sync", REQUEST, SyncAnswer)


@pytest.mark.parametrize(("size", "taken"), [(LARGEST_BODY, True), (LARGEST_BODY + 1, False)])
def test_a_too_large_answer_is_refused(size: int, taken: bool) -> None:
    body = encode(ANSWER, "identity").ljust(size)
    with listening(Heard(lambda _: (200, {}, body))) as url, HttpTransport(url) as line:
        if taken:
            assert line.post("/v1/sync", REQUEST, SyncAnswer) == ANSWER
        else:
            with pytest.raises(ServerRefusal):
                line.post("/v1/sync", REQUEST, SyncAnswer)


def test_the_systems_authorities_are_trusted_beside_the_public_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load(context: ssl.SSLContext) -> None:
        context.load_verify_locations(_CERTIFICATE)

    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", load)
    with (
        proving_nothing() as url,
        HttpTransport(url, "secret") as line,
        pytest.raises(ConnectionLost),
    ):
        line.post("/v1/sync", REQUEST, SyncAnswer)


@pytest.mark.parametrize("code", [9, 10])
def test_an_expired_certificate_gives_a_sentence_about_the_clock(
    code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(_client: httpx.Client, _request: httpx.Request, **_: object) -> httpx.Response:
        inner = ssl.SSLCertVerificationError("certificate verify failed")
        inner.verify_code = code
        raise httpx.ConnectError("certificate verify failed") from inner

    monkeypatch.setattr(httpx.Client, "send", send)
    with HttpTransport("https://127.0.0.1:1") as line, pytest.raises(UntrustedServer) as raised:
        line.post("/v1/sync", REQUEST, SyncAnswer)
    assert raised.value.by_date
    assert "Set the date and time" in refusal_sentence(raised.value)


@contextmanager
def _mute(*, hold: bool = False) -> Iterator[tuple[str, threading.Event]]:
    """A server that receives a request and hangs up, or keeps the connection open."""
    taken = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            taken.set()
            while hold and connection.recv(65536):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", taken
        thread.join()


@pytest.mark.parametrize("asked", [1, 2])
def test_a_request_is_aborted_by_a_second_stop_or_after_a_while(asked: int) -> None:
    stop = Stop(abort_after=0.01 if asked == 1 else 600.0)
    with _mute(hold=True) as (url, taken), HttpTransport(url) as line, stop.aborting(line.abort):

        def ask_to_stop() -> None:
            taken.wait()
            for _ in range(asked):
                stop.set()

        thread = threading.Thread(target=ask_to_stop)
        thread.start()
        with pytest.raises(ConnectionLost):
            line.post("/v1/sync", REQUEST, SyncAnswer)
        thread.join()
        with pytest.raises(ConnectionLost):
            line.post("/v1/sync", REQUEST, SyncAnswer)


def test_an_earlier_stop_aborts_nothing() -> None:
    stop, aborted = Stop(abort_after=0.0), list[int]()
    with stop.aborting(lambda: aborted.append(1)):
        pass
    stop.set()
    stop.set()
    assert aborted == []


LOGIN_PAGE = b"<html><body>Welcome to the free network. Log in.</body></html>"
HTML = {"content-type": "text/html"}
JSON = {"content-type": "application/json"}


def said_of(status: int, heads: dict[str, str], body: bytes) -> str:
    """Return the sentence that a laptop shows for this answer."""
    with (
        listening(Heard(lambda _: (status, heads, body))) as url,
        HttpTransport(url) as line,
        pytest.raises(ServerRefusal) as refused,
    ):
        line.post("/v1/sync", REQUEST, SyncAnswer)
    return refusal_sentence(refused.value)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, "The login page of this network"),
        (302, "The login page of this network"),
        (511, "The login page of this network"),
        (403, "proxy or filter of this network does not let this laptop reach"),
        (404, "no fieldkit server at this address"),
        (407, "asks for a name and password"),
        (413, "accepts only smaller messages"),
        (451, "does not let this laptop reach"),
        (502, "does not answer properly"),
    ],
)
def test_what_answers_in_place_of_the_server_gets_its_own_advice(status: int, said: str) -> None:
    for body in (LOGIN_PAGE, b""):
        assert said in said_of(status, HTML, body)
    other = b'{"type": "about:blank", "title": "Not ours", "status": 400}'
    if status >= 400:
        assert said in said_of(status, {"content-type": "application/problem+json"}, other)


@pytest.mark.parametrize("coding", [None, "br", "zstd", "deflate", "gzip", "dcz, gzip"])
def test_an_answer_packed_anew_on_the_way_is_no_login_page(coding: str | None) -> None:
    heads = {**JSON, "content-encoding": coding} if coding else JSON
    body = encode(ANSWER, "identity" if coding == "gzip" else "dcz")
    assert "changes the server's answers" in said_of(200, heads, body)
    assert "login page" in said_of(200, {**heads, **HTML}, body)


def test_a_proxy_may_unpack_an_answer() -> None:
    for coding, heads in (("identity", {}), ("gzip", {"content-encoding": "gzip"})):
        body = encode(ANSWER, coding)
        with (
            listening(Heard(lambda _: (200, {**JSON, **heads}, body))) as url,  # noqa: B023
            HttpTransport(url) as line,
        ):
            assert line.post("/v1/sync", REQUEST, SyncAnswer) == ANSWER


def test_a_server_of_another_version_is_no_login_page() -> None:
    said = said_of(200, JSON, b'{"v": 2, "seq": 1}')
    assert "another version of fieldkit" in said
    assert "login page" in said_of(200, JSON, b'{"portal": "open"}')


@contextmanager
def refusing_proxy(status: str) -> Iterator[str]:
    """A proxy that opens no way to any server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode())

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("407 Proxy Authentication Required", "asks for a name and password"),
        ("403 Forbidden", "does not let this laptop reach"),
    ],
)
def test_a_proxy_that_refuses_is_not_a_line_that_dropped(
    monkeypatch: pytest.MonkeyPatch, status: str, said: str
) -> None:
    with refusing_proxy(status) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with (
            HttpTransport("https://office.example.in") as line,
            pytest.raises(ServerRefusal) as refused,
        ):
            line.post("/v1/sync", REQUEST, SyncAnswer)
    assert said in refusal_sentence(refused.value)


def test_a_server_that_sends_a_byte_now_and_then_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, and the answer would take days."""
    monkeypatch.setattr(transport, "LONGEST_REQUEST", 0.5)
    left = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
            with suppress(OSError):
                while not left.wait(0.01):
                    connection.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        with HttpTransport(f"http://127.0.0.1:{listener.getsockname()[1]}") as line:
            try:
                with pytest.raises(ConnectionLost):
                    line.post("/v1/sync", REQUEST, SyncAnswer)
            finally:
                left.set()
        thread.join()
