from __future__ import annotations

import asyncio
import gzip
import json
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zstandard
from sqlalchemy import Connection
from starlette.types import Message
from tests.server.conftest import Api, Laptop, problem

from fieldkit.protocol.messages.sync import (
    LARGEST_BODY,
    LARGEST_MESSAGE,
    EnrolRequest,
    SyncAnswer,
    SyncRequest,
)
from fieldkit.protocol.wire.codec import AVAILABLE_DICTIONARY, decode, encode
from fieldkit.server.devices.enrolment import revoke
from fieldkit.server.http import app as http_app
from fieldkit.server.http.envelope import BodyLimits


@pytest.mark.parametrize("token", ["", "wrong", "x" * 5000])
def test_a_device_that_is_not_enrolled_is_refused(laptop: Laptop, token: str) -> None:
    answer = laptop.raw(b"", token=token)
    assert problem(answer) == (401, "unauthorised")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"v":1}',
        b'{"v":1,"origin":NaN}',
        b"[" * 1_000,
        b'{"v":' + b"9" * 10_000 + b"}",
        b'{"v":1,"origin":"aaaaaaaa","last_seq":0,"head":"zz"}',
    ],
)
@pytest.mark.parametrize("path", ["/v1/sync", "/v1/receipt", "/v1/history", "/v1/enrol"])
def test_other_content_is_unreadable(laptop: Laptop, body: bytes, path: str) -> None:
    assert problem(laptop.raw(gzip.compress(body), path=path)) == (400, "unreadable")
    assert problem(laptop.raw(body, path=path, encoding="")) == (400, "unreadable")


@pytest.mark.parametrize(
    "spoil",
    [
        {"origin": "lowercase"},
        {"origin": 8},
        {"last_seq": -1},
        {"last_seq": 10**30},
        {"last_seq": True},
        {"head": "0" * 63},
        {"most": 10**6},
        {"cursors": {"two": 2}},
        {"cursors": {"2": -1}},
        {"focus": {}},
        {"parent": {"origin": "x"}},
        {"batch": []},
        {"batch": {"first": 0, "before": "0" * 64, "changes": [{}]}},
        {"batch": {"first": 1, "before": "0" * 64, "changes": []}},
        {"batch": {"first": 1, "before": "0" * 64, "changes": {}}},
    ],
)
def test_an_invalid_message_is_unreadable(laptop: Laptop, spoil: dict[str, object]) -> None:
    assert problem(laptop.post("/v1/sync", laptop.quiet() | spoil)) == (400, "unreadable")


@pytest.mark.parametrize("depth", [100, 900, 5_000])
def test_deep_nesting_is_no_fault(laptop: Laptop, depth: int) -> None:
    message = json.dumps(laptop.request(1, ["HERE"]))
    message = message.replace('"HERE"', "[" * depth + "]" * depth)
    answer = laptop.raw(gzip.compress(message.encode()))
    assert answer.status_code in {200, 400}


def test_another_version_has_its_own_problem(laptop: Laptop) -> None:
    assert problem(laptop.post("/v1/sync", laptop.quiet() | {"v": 2})) == (400, "version")


@pytest.mark.parametrize("path", ["/v1/receipt", "/v1/history", "/v1/enrol"])
def test_a_small_message_with_very_many_values_is_refused(laptop: Laptop, path: str) -> None:
    bomb = gzip.compress(b"[" + b"[]," * 10_000 + b"[]]")
    assert len(bomb) < 1000
    assert problem(laptop.raw(bomb, path=path)) == (413, "too-large")


def test_a_gzip_bomb_is_too_large(laptop: Laptop) -> None:
    bomb = gzip.compress(b" " * (64 << 20))
    assert len(bomb) < LARGEST_BODY
    assert problem(laptop.raw(bomb)) == (413, "too-large")


def test_a_message_that_unpacks_to_too_much_is_too_large(laptop: Laptop) -> None:
    quiet = laptop.quiet() | {"padding": "x" * LARGEST_MESSAGE}
    assert problem(laptop.post("/v1/sync", quiet)) == (413, "too-large")


def _endless(size: int) -> Iterator[bytes]:
    part = b"x" * (1 << 20)
    for _ in range(size >> 20):
        yield part


@pytest.mark.parametrize("path", ["/v1/sync", "/v1/receipt", "/v1/history", "/v1/enrol"])
def test_a_body_of_200_megabytes_is_too_large(laptop: Laptop, path: str) -> None:
    headers = {"authorization": f"Bearer {laptop.token}"}
    reported = headers | {"content-length": str(200 << 20)}
    for heads in (headers, reported):
        answer = laptop.http.post(path, content=_endless(200 << 20), headers=heads)
        assert problem(answer) == (413, "too-large")
    stranger = laptop.http.post("/v1/sync", content=_endless(200 << 20))
    assert problem(stranger) == (401, "unauthorised")


def test_a_body_without_a_length_is_bounded_too(laptop: Laptop) -> None:
    headers = {"authorization": f"Bearer {laptop.token}"}
    answer = laptop.http.post("/v1/sync", content=_endless(2 << 20), headers=headers)
    assert problem(answer) == (413, "too-large")


def test_a_client_that_expects_100_continue_is_refused_before_its_body(laptop: Laptop) -> None:
    server = urlsplit(str(laptop.http.base_url))
    with socket.create_connection((server.hostname or "", server.port or 0), timeout=20) as line:
        line.sendall(
            b"POST /v1/sync HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n"
            b"content-length: 209715200\r\nauthorization: Bearer %s\r\n\r\n" % laptop.token.encode()
        )
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")


def test_too_many_changes_are_too_large(laptop: Laptop) -> None:
    items: list[object] = [None] * 201
    assert problem(laptop.sync(1, items)) == (413, "too-large")


def test_bytes_that_are_not_gzip_or_stop_early(laptop: Laptop) -> None:
    whole = gzip.compress(json.dumps(laptop.quiet()).encode())
    for body in (b"plain", whole[:-9], whole + b"more", whole + whole):
        assert problem(laptop.raw(body)) == (400, "unreadable")


def test_an_unknown_coding_is_answered_with_the_known_ones(laptop: Laptop) -> None:
    whole = gzip.compress(json.dumps(laptop.quiet()).encode())
    for coding in ("br", "gzip, gzip", "x" * 100):
        answer = laptop.raw(whole, encoding=coding)
        assert problem(answer) == (415, "encoding")
        assert answer.headers["accept-encoding"] == "dcz, gzip"
    assert laptop.raw(whole, encoding="GZIP").status_code == 200


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("gzip", "gzip"),
        ("br, gzip;q=0.5", "gzip"),
        ("identity", ""),
        ("", ""),
        ("gzip;q=0", ""),
        ("dcz", ""),
    ],
)
def test_the_answer_uses_a_coding_that_the_client_reads(
    laptop: Laptop, accept: str, coding: str
) -> None:
    headers = {"authorization": f"Bearer {laptop.token}", "accept-encoding": accept}
    answer = laptop.http.post("/v1/sync", json=laptop.quiet(), headers=headers)
    assert answer.headers.get("content-encoding", "") == coding
    assert answer.json()["seq"] == 0


def test_the_dictionary_is_used_both_ways(laptop: Laptop) -> None:
    body = encode(SyncRequest.model_validate(laptop.quiet()), "dcz")
    heads = {
        "authorization": f"Bearer {laptop.token}",
        "content-encoding": "dcz",
        "accept-encoding": "dcz, gzip",
        "available-dictionary": AVAILABLE_DICTIONARY,
    }
    with laptop.http.stream("POST", "/v1/sync", content=body, headers=heads) as answer:
        came = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "dcz"
    assert decode(came, SyncAnswer, "dcz").seq == 0
    heads["available-dictionary"] = ":AAAA:"
    answer = laptop.http.post("/v1/sync", content=body, headers=heads)
    assert answer.headers["content-encoding"] == "gzip"
    unknown = body[:8] + bytes(32) + body[40:]
    assert problem(laptop.raw(unknown, encoding="dcz")) == (415, "encoding")


def test_a_dcz_bomb_is_too_large(laptop: Laptop) -> None:
    padded = encode(SyncRequest.model_validate(laptop.quiet()), "identity")
    whole = encode(EnrolRequest(code="x", origin=laptop.origin, district=2), "dcz")
    frame = zstandard.ZstdCompressor().compress(padded + b" " * (64 << 20))
    assert problem(laptop.raw(whole[:40] + frame, encoding="dcz")) == (413, "too-large")


def test_unknown_routes_are_refused(laptop: Laptop) -> None:
    for answer, status in (
        (laptop.http.get("/nothing"), 404),
        (laptop.http.get("/v1/sync"), 405),
        (laptop.http.get("/docs"), 404),
        (laptop.http.post("/healthz"), 405),
        (laptop.http.get("/v1/sync/"), 404),
    ):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
    assert laptop.http.get("/v1/sync").headers["allow"] == "POST"


def test_a_too_large_header_is_refused(laptop: Laptop) -> None:
    server = urlsplit(str(laptop.http.base_url))
    with socket.create_connection((server.hostname or "", server.port or 0), timeout=20) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: " + b"x" * (20 << 10))
        assert line.recv(100).startswith(b"HTTP/1.1 400 ")


def test_a_revoked_device_is_refused_on_every_route(api: Api) -> None:
    token = api.token()

    def end(connection: Connection) -> None:
        revoke(connection, 1, api.now)

    api.write(end)
    for path in ("/v1/sync", "/v1/receipt", "/v1/history"):
        assert problem(api.post(path, {}, token)) == (403, "revoked")


async def test_a_body_that_stops_coming_is_given_up(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_app, "STRANGER_LIMITS", BodyLimits(1000, 0.01, 1000))
    parts: list[Message] = [{"type": "http.request", "body": b"{", "more_body": True}]

    async def receive() -> Message:
        return parts.pop() if parts else await asyncio.Future()

    async with asyncio.timeout(10):  # or it would hang, not fail
        assert await _refused(api, receive) == (408, "/problems/slow")


async def test_a_body_that_never_comes_to_an_end_is_given_up(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_app, "STRANGER_LIMITS", BodyLimits(1000, 1000, 0))
    left = iter(range(100))

    async def receive() -> Message:
        await asyncio.sleep(0)
        more = next(left, None) is not None
        return {"type": "http.request", "body": b"", "more_body": more}

    assert await _refused(api, receive) == (408, "/problems/slow")


async def _refused(api: Api, receive: Callable[[], Awaitable[Message]]) -> tuple[int, str]:
    """Send a body in the parts that ``receive`` gives; return status and code of the refusal."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/enrol",
        "raw_path": b"/v1/enrol",
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }
    await api.app(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])["type"]


def test_the_log_contains_no_names(laptop: Laptop, served: tuple[str, Path]) -> None:
    laptop.change(1, name="Zooni Akhter", village="Wathoora")
    laptop.change(2, name=5)
    assert laptop.sync(1).status_code == 200
    laptop.http.get("/Zooni?name=Zooni")
    laptop.raw(b'{"name": "Zooni"', encoding="")
    log = (served[1] / "log").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in log.splitlines()]
    ours = [line for line in lines if line.get("origin") == laptop.origin]
    synced = next(line for line in ours if line.get("route") == "sync" and line["status"] == 200)
    assert synced["changes"] == 2
    assert {"at", "ms", "bytes_in", "bytes_out", "device"} <= synced.keys()
    for secret in ("Zooni", "Asha", "Wathoora", laptop.token):
        assert secret not in log
