from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.server.conftest import Laptop


def _problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return answer.status_code, problem["type"].removeprefix("/problems/")


@pytest.mark.parametrize("token", ["", "wrong", "x" * 5000])
def test_who_is_not_enrolled_is_told_so(laptop: Laptop, token: str) -> None:
    answer = laptop.raw(b"", token=token)
    assert _problem(answer) == (401, "unauthorised")
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
        b"[" * 200_000,
        b'{"v":' + b"9" * 10_000 + b"}",
        b'{"v":1,"origin":"aaaaaaaa","last_seq":0,"head":"zz"}',
    ],
)
def test_what_is_no_message_is_unreadable(laptop: Laptop, body: bytes) -> None:
    assert _problem(laptop.raw(gzip.compress(body))) == (400, "unreadable")
    assert _problem(laptop.raw(body, encoding="")) == (400, "unreadable")


@pytest.mark.parametrize(
    "spoil",
    [
        {"origin": "lowercase"},
        {"origin": 8},
        {"last_seq": -1},
        {"last_seq": 10**30},
        {"last_seq": True},
        {"head": "0" * 63},
        {"batch": []},
        {"batch": {"first": 0, "before": "0" * 64, "changes": [{}]}},
        {"batch": {"first": 1, "before": "0" * 64, "changes": []}},
        {"batch": {"first": 1, "before": "0" * 64, "changes": {}}},
    ],
)
def test_an_envelope_out_of_shape_is_unreadable(laptop: Laptop, spoil: dict[str, object]) -> None:
    assert _problem(laptop.post("/v1/sync", laptop.quiet() | spoil)) == (400, "unreadable")


@pytest.mark.parametrize("depth", [100, 900, 5_000])
def test_nesting_without_end_is_no_fault(laptop: Laptop, depth: int) -> None:
    message = json.dumps(laptop.request(1, ["HERE"]))
    message = message.replace('"HERE"', "[" * depth + "]" * depth)
    answer = laptop.raw(gzip.compress(message.encode()))
    assert answer.status_code in {200, 400}


def test_another_version_is_told_apart(laptop: Laptop) -> None:
    assert _problem(laptop.post("/v1/sync", laptop.quiet() | {"v": 2})) == (400, "version")


def test_a_bomb_is_too_large(laptop: Laptop) -> None:
    bomb = gzip.compress(b" " * (64 << 20))
    assert len(bomb) < 1 << 20
    assert _problem(laptop.raw(bomb)) == (413, "too-large")


def test_a_body_without_end_is_too_large(laptop: Laptop) -> None:
    assert _problem(laptop.raw(b"x" * ((1 << 20) + 1))) == (413, "too-large")


def test_too_many_changes_are_too_large(laptop: Laptop) -> None:
    items: list[object] = [None] * 201
    assert _problem(laptop.sync(1, items)) == (413, "too-large")


def test_bytes_that_are_not_gzip_or_stop_early(laptop: Laptop) -> None:
    whole = gzip.compress(json.dumps(laptop.quiet()).encode())
    for body in (b"plain", whole[:-9], whole + b"more", whole + whole):
        assert _problem(laptop.raw(body)) == (400, "unreadable")
    assert _problem(laptop.raw(whole, encoding="br")) == (415, "encoding")


def test_doors_that_are_not_there(laptop: Laptop) -> None:
    for answer, status in (
        (laptop.http.get("/nothing"), 404),
        (laptop.http.get("/v1/sync"), 405),
        (laptop.http.get("/docs"), 404),
    ):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
    assert laptop.http.get("/v1/health").json() == {"ok": True}


def test_enrolment_is_for_this_machine_alone(laptop: Laptop) -> None:
    message = {"v": 1, "code": "x", "origin": laptop.origin, "district": 2}
    body = gzip.compress(json.dumps(message).encode())
    for header in ("x-forwarded-for", "forwarded"):
        headers = {"content-encoding": "gzip", header: "203.0.113.9"}
        answer = laptop.http.post("/v1/enrol", content=body, headers=headers)
        assert _problem(answer) == (403, "far")


def test_of_a_token_only_the_hash_is_kept_and_the_log_names_nobody(
    laptop: Laptop, served: tuple[str, Path]
) -> None:
    laptop.change(1, name="Zooni Akhter")
    laptop.sync(1)
    connection = sqlite3.connect(served[1] / "server.sqlite3")
    dump = "\n".join(connection.iterdump())
    connection.close()
    assert "Zooni Akhter" in dump
    assert laptop.token not in dump
    log = (served[1] / "log").read_text(encoding="utf-8")
    assert laptop.origin in log
    assert "Zooni" not in log
    assert "Asha" not in log
    assert laptop.token not in log


def test_every_connection_is_durable(tmp_path: Path) -> None:
    from fieldkit.server.database import open_database

    engine = open_database(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    with engine.connect() as one, engine.connect() as two:
        for connection in (one, two):
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    engine.dispose()
