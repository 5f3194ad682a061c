"""What version 0.1.0 wrote: its laptops and its server go on with the present code.

``fixtures/v0_1`` holds two laptops, a server's database and messages, all written by the code of
one commit (``make.py`` there says which), and ``expected.json``, what that code showed of them.
Everything here goes through the command line, HTTP and the database files, so that it holds
whatever becomes of the modules. A later version may show more than was expected; never less.
"""

from __future__ import annotations

import base64
import io
import json
import lzma
import os
import runpy
import socket
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import httpx
import psycopg
import pytest
from tests.faults.processes import Server

FIXTURES = Path(__file__).parent / "fixtures" / "v0_1"
DATABASE = "fieldkit.sqlite3"
LAPTOPS = ("laptop", "second")
READ = """
import base64, json, sys
from fieldkit.sync import codec, messages
for line in sys.stdin:
    kind, coding, body = json.loads(line)
    read = codec.decode(base64.b64decode(body), getattr(messages, kind), coding)
    print(json.dumps(read.model_dump(mode="json")))
"""
"""A program for the old version: reads messages as it does, one a line."""


class Ran(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401
        return json.loads(self.out)


@pytest.fixture(scope="session")
def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / "expected.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="session")
def old_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The old version's package, as far as a laptop needs it."""
    folder = tmp_path_factory.mktemp("v0_1")
    with tarfile.open(FIXTURES / "client.tar.xz") as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", None)  # from Python 3.11.4
        tar.extractall(folder)
    return folder


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.torture), "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of the old server's database, of this test's own, brought to this version."""
    if request.param == "sqlite":
        url = _server_file(tmp_path)
    else:
        url = str(request.getfixturevalue("postgres_url"))
        with psycopg.connect(url) as connection:
            connection.execute(lzma.decompress((FIXTURES / "server.sql.xz").read_bytes()))
    assert _run(tmp_path, "server", "migrate", "--database", url).code == 0
    return url


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The present server on the old one's SQLite file."""
    url = _server_file(tmp_path)
    assert _run(tmp_path, "server", "migrate", "--database", url).code == 0
    with Server(url) as running:
        yield running


def _server_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'server.sqlite3'}"


def _server_file(folder: Path) -> str:
    file = folder / "server.sqlite3"
    file.write_bytes(lzma.decompress((FIXTURES / "server.db.xz").read_bytes()))
    return _server_of(folder)


def _home(folder: Path, name: str, server: str | None = None) -> Path:
    """Unpack a laptop; without a server its own is one that does not answer."""
    home = folder / name
    home.mkdir()
    (home / DATABASE).write_bytes(lzma.decompress((FIXTURES / f"{name}.db.xz").read_bytes()))
    _change(home, "UPDATE device SET server = ?", server or _silent())
    return home


def _silent() -> str:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


def _change(home: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(home / DATABASE)) as connection, connection:
        connection.execute(statement, values)


def _rows(file: Path, query: str) -> list[list[object]]:
    with closing(sqlite3.connect(file)) as connection:
        return [list(row) for row in connection.execute(query)]


def _run(home: Path, *arguments: str) -> Ran:
    """Run ``python -m fieldkit`` in this process: there are hundreds, and each start takes long."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    code: object = 0
    with (
        patch.dict(os.environ, {"FIELDKIT_HOME": str(home)}),
        patch.object(sys, "argv", ["fieldkit", *arguments]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            runpy.run_module("fieldkit", run_name="__main__", alter_sys=True)
        except SystemExit as end:
            code = end.code or 0
    said = []
    for stream in (out, err):
        stream.flush()
        said.append(stream.buffer.getvalue().decode())
    assert isinstance(code, int)
    return Ran(code, *said)


def _run_old(old_code: Path, home: Path, *arguments: str) -> Ran:
    """Run a command of the old version in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-m", "fieldkit", *arguments],
        env={**os.environ, "FIELDKIT_HOME": str(home), "PYTHONPATH": str(old_code)},
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def _lost(then: object, now: object, at: str = "") -> list[str]:
    """Return where something that was shown then is not shown now, or is another."""
    if isinstance(then, dict) and isinstance(now, dict):
        return [
            lost
            for name, value in then.items()
            for lost in (
                _lost(value, now[name], f"{at}/{name}")
                if name in now
                else [f"{at}/{name} is missing"]
            )
        ]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        pairs = enumerate(zip(then, now, strict=True))
        return [lost for number, pair in pairs for lost in _lost(*pair, f"{at}/{number}")]
    return [] if then == now else [f"{at}: {then!r} is now {now!r}"]


def _unworded(shown: Mapping[str, Any], among: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Leave out of what `show` prints the sentences and labels, which each version makes itself.

    ``among``: what was shown then; events that only a later version shows are left out too.
    """
    later = {"sentence", "number"}
    events = [{n: v for n, v in event.items() if n not in later} for event in shown["events"]]
    if among is not None:
        events = [event for event in _unworded(among)["events"] if event in events]
    return {**{n: v for n, v in shown.items() if n != "label"}, "events": events}


def _to_check(said: str) -> list[str]:
    lines = [line for line in said.splitlines() if line.startswith("To check:")]
    assert all(line.removeprefix("To check:").strip() for line in lines), said
    return lines


# --- the laptop by itself ---


def test_the_fixtures_are_as_rich_as_they_are_meant_to_be(expected: Mapping[str, Any]) -> None:
    laptop = expected["laptop"]
    changes = [change for one in laptop["show"].values() for change in one["changes"]]
    assert len(laptop["export"]) == 13
    assert all(laptop["export"].values())
    assert {"queued", "sent", "on the server", "conflict", "rejected"} <= {
        one["state"] for one in changes
    }
    assert {"create", "edit", "delete", "decide"} <= {one["op"] for one in changes}
    assert len({finding["rule"] for finding in laptop["findings"]}) >= 8
    assert laptop["conflicts"]
    assert laptop["aliases"]
    assert len(laptop["notices"]) == 3
    assert len(laptop["drafts"]) == 4
    assert len(laptop["operators"]) == 2
    assert {ok for _, ok, _ in laptop["sessions"]} == {0, 1}


@pytest.mark.parametrize("name", LAPTOPS)
def test_every_record_is_shown_as_it_was(
    name: str, tmp_path: Path, expected: Mapping[str, Any]
) -> None:
    home, then = _home(tmp_path, name), expected[name]
    exported: dict[str, Any] = {}
    for kind, records in then["export"].items():
        lines = _run(home, "export", kind, "--format", "jsonl").out.splitlines()
        now = {one["id"]: one for one in map(json.loads, lines)}
        was = {one["id"]: one for one in records}
        exported |= was
        assert _lost(was, now) == []
        assert len(now) == len(records)
    for number, told in then["show"].items():
        shown = {"record": exported.get(number), **told}
        now = _run(home, "show", number, "--json").json
        assert _lost(_unworded(shown), _unworded(now, shown), number) == []
        assert all(event["sentence"] for event in now["events"])
        assert now["label"] or not shown["label"]
    for old, record in then["by_old_number"].items():
        assert _lost(record, _run(home, "show", old, "--json").json["record"], old) == []


@pytest.mark.parametrize("name", LAPTOPS)
def test_findings_are_shown_in_the_words_they_were_stored_in(
    name: str, tmp_path: Path, expected: Mapping[str, Any]
) -> None:
    home = _home(tmp_path, name)
    for number, sentences in expected[name]["to_check"].items():
        assert _to_check(_run(home, "show", number).out) == sentences
    assert _run(home, "status").out.count("\n") >= len(expected[name]["status_text"])


def test_why_a_change_was_sent_back_or_held_is_shown_in_its_stored_words(
    tmp_path: Path, expected: Mapping[str, Any]
) -> None:
    home, then = _home(tmp_path, "laptop"), expected["laptop"]
    reasons = {
        number: [change["reason"] for change in shown["changes"] if change["reason"]]
        for number, shown in then["show"].items()
    }
    assert {"given_up", "sent_back"} <= expected["named"].keys()
    assert len({reason for said in reasons.values() for reason in said}) == 2
    for number, said in reasons.items():
        shown = _run(home, "show", number).out if said else ""
        assert all(reason in shown for reason in said), number


@pytest.mark.parametrize("name", LAPTOPS)
def test_all_that_is_open_is_shown_as_it_was(
    name: str, tmp_path: Path, expected: Mapping[str, Any]
) -> None:
    home, then = _home(tmp_path, name), expected[name]
    status = _run(home, "status", "--json").json
    for told in (then["status"], status):
        del told["device"]["server"]
    assert _lost(then["status"], status) == []
    assert _lost(then["conflicts"], _run(home, "conflicts", "--json").json) == []
    assert _run(home, "check", "--json").json == {"sound": True, "problems": []}
    receipt = _run(home, "receipt", "--json")
    assert receipt.code == 3
    assert _lost(then["receipt_offline"], receipt.json["logs"]) == []
    said = _run(home, "status").out
    assert all(notice in said for notice in then["notices"])


@pytest.mark.parametrize("name", LAPTOPS)
def test_what_was_found_is_found(name: str, tmp_path: Path, expected: Mapping[str, Any]) -> None:
    home = _home(tmp_path, name)
    for text, ids in expected[name]["find"].items():
        now = [hit["id"] for hit in _run(home, "find", text, "--json").json]
        assert now[:1] == ids[:1], text
        assert set(ids) <= set(now), text


@pytest.mark.parametrize("name", LAPTOPS)
def test_drafts_and_what_no_command_shows_are_kept(
    name: str, tmp_path: Path, expected: Mapping[str, Any]
) -> None:
    """Read from the tables: a later version that moves them has its own way to look."""
    home, then = _home(tmp_path, name), expected[name]
    assert _run(home, "status").code == 0
    file = home / DATABASE
    names = ("kind", "record_id", "base", "texts", "field", "operator")
    drafts = _rows(file, f"SELECT {', '.join(names)} FROM draft ORDER BY id")
    assert [dict(zip(names, row, strict=True)) for row in drafts] == then["drafts"]
    assert _rows(file, "SELECT name FROM operator ORDER BY name") == [
        [who] for who in then["operators"]
    ]
    aliases = {str(old): new for old, new in _rows(file, "SELECT old, new FROM alias")}
    assert aliases == then["aliases"]
    sessions = _rows(file, "SELECT at, ok, error FROM sync_session ORDER BY id")
    assert sessions == then["sessions"]
    told = _rows(file, "SELECT kind, record_id, rule, field FROM finding")
    assert sorted(told) == sorted(
        [one["kind"], one["record"], one["rule"], one["field"]] for one in then["findings"]
    )


def test_a_record_of_a_kind_not_known_then_is_kept(
    tmp_path: Path, expected: Mapping[str, Any]
) -> None:
    home = _home(tmp_path, "laptop")
    assert _run(home, "status").code == 0
    stall = expected["named"]["stall"]
    query = f"SELECT fields FROM beneath WHERE record_id = '{stall}'"
    ((fields,),) = _rows(home / DATABASE, query)
    assert json.loads(str(fields))["name"] == "Stall at the Sunday market"


def test_a_home_that_was_moved_meanwhile_opens_under_another_name(
    tmp_path: Path, expected: Mapping[str, Any]
) -> None:
    home, then = _home(tmp_path, "laptop"), expected["laptop"]
    _change(home, "UPDATE device SET place = 'somewhere else'")
    status = _run(home, "status", "--json").json
    assert status["device"]["origin"] != then["status"]["device"]["origin"]
    assert _lost(then["status"]["records"], status["records"]) == []
    assert status["outbox"].items() >= then["status"]["outbox"].items()
    moved = [line for line in _run(home, "status").out.splitlines() if "copied or moved" in line]
    assert len(moved) == 1  # the same sentence is kept once


def test_a_backup_made_then_can_be_restored(tmp_path: Path, expected: Mapping[str, Any]) -> None:
    backup, home = _home(tmp_path, "laptop") / DATABASE, tmp_path / "new"
    assert _run(home, "restore", str(backup)).code == 0
    status = _run(home, "status", "--json").json
    assert _lost(expected["laptop"]["status"]["records"], status["records"]) == []
    assert status["drafts"] == 4


def test_what_a_newer_version_wrote_is_refused_in_a_sentence(
    old_code: Path, tmp_path: Path
) -> None:
    home = _home(tmp_path, "laptop")
    assert _run(home, "status").code == 0
    ran = _run_old(old_code, home, "status")
    assert (ran.code, ran.out) == (2, "")
    assert "newer fieldkit" in ran.err


# --- with the server ---


def test_one_can_go_back_to_the_older_version_once_all_work_is_sent(
    server: Server, old_code: Path, tmp_path: Path
) -> None:
    home, file = _home(tmp_path, "second", server.url), tmp_path / "people.jsonl"
    file.write_text('{"name": "Zooni Begum", "trade_code": "CARP"}\n', "utf-8")
    before = json.loads(_run_old(old_code, home, "status", "--json").out)
    added = _run(home, "import", "beneficiary", str(file))
    assert added.code == 0, added.err
    now = _run(home, "status", "--json").json
    refused = _run(home, "go-back")
    assert (refused.code, refused.out) == (2, "")
    assert "1 change not sent" in refused.err
    assert "bundle write" in refused.err
    assert _run(home, "status", "--json").json == now
    assert _run(home, "sync").code == 0
    assert _run(home, "go-back").code == 0
    status = json.loads(_run_old(old_code, home, "status", "--json").out)
    assert status["records"] == before["records"]
    assert status["device"]["origin"] != before["device"]["origin"], "numbers were given out since"
    synced = _run_old(old_code, home, "sync")
    assert synced.code == 0, synced.err
    found = json.loads(_run_old(old_code, home, "find", "Zooni Begum", "--json").out)
    assert found[0]["label"] == "Zooni Begum"
    assert _run(home, "status").code == 0, "the newer version updates it again"


@pytest.mark.parametrize("copies", ["keep", "encrypt"])
def test_going_back_from_encrypted_data(
    old_code: Path, tmp_path: Path, copies: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy has to be one that the older version opens, which knows no encryption."""
    monkeypatch.setattr("fieldkit.keys.passphrase._MEMORY", 8192)
    monkeypatch.setenv("FIELDKIT_PASSPHRASE", "walnut river carpet")
    home = _home(tmp_path, "second")
    before = json.loads(_run_old(old_code, home, "status", "--json").out)
    protected = _run(home, "protect", "--copies", copies)
    assert protected.code == (1 if copies == "keep" else 0), protected.err
    now = _run(home, "status", "--json").json
    went = _run(home, "go-back")
    if copies == "encrypt":
        assert (went.code, went.out) == (2, "")
        assert "too old to open encrypted data" in went.err
        assert _run(home, "status", "--json").json == now
        return
    assert went.code == 0, went.err
    assert "The data is not encrypted any more" in went.out
    status = json.loads(_run_old(old_code, home, "status", "--json").out)
    assert status["records"] == before["records"]
    (kept,) = (home / "backups").glob("replaced-*.sqlite3")
    assert not kept.read_bytes().startswith(b"SQLite format 3")
    again = _run(home, "protect", "--copies", "keep")
    assert again.code == 1, "older copies are still not encrypted"
    assert _run(home, "status", "--json").json["records"] == now["records"]


def test_the_server_shows_what_it_held(
    database: str, tmp_path: Path, expected: Mapping[str, Any]
) -> None:
    for what in ("status", "devices"):
        now = _run(tmp_path, "server", what, "--json", "--database", database).json
        assert _lost(expected["server"][what], now) == []


@pytest.mark.parametrize(
    ("database", "moved"), [("sqlite", True), ("postgresql", False)], indirect=["database"]
)
def test_both_go_on_together(
    database: str, moved: bool, tmp_path: Path, expected: Mapping[str, Any]
) -> None:
    after, named = expected["after"], expected["named"]
    with Server(database) as server:
        home, second = (_home(tmp_path, name, server.url) for name in LAPTOPS)
        if moved:
            _change(home, "UPDATE device SET place = 'somewhere else'")
        synced = _run(home, "sync", "--json")
        assert synced.code == 0, synced.err
        assert _lost(after["sync"], synced.json) == []
        receipt = _run(home, "receipt", "--json").json
        assert receipt["match"]
        logs = {log["origin"]: log for log in receipt["logs"]}
        assert _lost({log["origin"]: log for log in after["receipt"]["logs"]}, logs) == []
        assert receipt["returned"] == after["receipt"]["returned"] == 1
        assert _lost(after["conflicts"], _run(home, "conflicts", "--json").json) == []
        assert _lost(after["status"], _run(home, "status", "--json").json["records"]) == []
        _still_shown(home, expected)
        synced = _run(second, "sync", "--json")
        assert synced.code == 0, synced.err
        assert _run(second, "receipt", "--json").json["match"]
        assert _run(second, "show", named["unsent"], "--json").json["record"]["name"]
        assert _run(home, "sync", "--json").code == 0
        for one in (home, second):
            for number in _open_after(expected):
                assert _to_check(_run(one, "show", number).out), number
    status = _run(tmp_path, "server", "status", "--json", "--database", database).json
    many = after["server"]["status"]["records"]
    assert status["records"]["loan"] == many["loan"] + 1
    assert status["records"]["beneficiary"] == many["beneficiary"]


def _open_after(expected: Mapping[str, Any]) -> list[str]:
    """Return the records with something to check before and after the laptop's last sync."""
    after = {row[1] for row in expected["after"]["server"]["findings"]}
    return [number for number in expected["second"]["to_check"] if number in after]


def _still_shown(home: Path, expected: Mapping[str, Any]) -> None:
    """Reasons, unknown fields and drafts have come through the sync."""
    then, named = expected["laptop"], expected["named"]
    for name in ("sent_back", "given_up"):
        reason = then["show"][named[name]]["changes"][0]["reason"]
        assert reason
        assert reason in _run(home, "show", named[name]).out
    newer = _run(home, "show", named["newer"], "--json").json["record"]
    assert newer["craft_story"] == "Learned from her aunt."
    assert newer["tags"] == ["wool", {"since": 2019}]
    assert _run(home, "status", "--json").json["drafts"] == len(then["drafts"])
    assert (
        _run(home, "show", named["old_number"], "--json").json["record"]["id"]
        == (named["new_number"])
    )


def test_the_server_finds_the_same_to_check(
    server: Server, tmp_path: Path, expected: Mapping[str, Any]
) -> None:
    """By record, rule and field; what is judged again may be put in other words."""
    home = _home(tmp_path, "laptop", server.url)
    assert _run(home, "sync", "--json").code == 0
    file = tmp_path / "server.sqlite3"
    query = "SELECT kind, record_id, rule, field FROM finding ORDER BY 1, 2, 3, 4"
    assert _rows(file, query) == [row[:4] for row in expected["after"]["server"]["findings"]]
    query = "SELECT kind, record_id, field, origin FROM conflict ORDER BY 1, 2, 3, 4"
    assert _rows(file, query) == expected["after"]["server"]["conflicts"]


# --- an older laptop, and a newer server ---


def test_a_laptop_with_the_old_version_works_with_this_server(
    server: Server, old_code: Path, tmp_path: Path, expected: Mapping[str, Any]
) -> None:
    def old(home: Path, *arguments: str) -> Ran:
        return _run_old(old_code, home, *arguments)

    after, code = expected["after"], expected["named"]["code"]
    home, second = (_home(tmp_path, name, server.url) for name in LAPTOPS)
    young = tmp_path / "young"
    assert old(young, "init", "--name", "Young", "--district", "2", "--block", "16").code == 0
    enrolled = old(young, "enrol", server.url, code)
    assert enrolled.code == 0, enrolled.err
    synced = old(young, "sync", "--json")
    assert synced.code == 0, synced.err
    assert old(young, "status", "--json").json["records"] == after["young"]
    synced = old(home, "sync", "--json")
    assert synced.code == 0, synced.err
    assert _lost(after["sync"], synced.json) == []
    receipt = old(home, "receipt", "--json")
    assert receipt.code == 0, receipt.err
    assert _lost(after["receipt"], receipt.json) == []
    assert old(home, "conflicts", "--json").json == after["conflicts"]
    assert old(home, "status", "--json").json["records"] == after["status"]
    # The present version on the other laptop: each reads what the other wrote.
    assert _run(second, "sync", "--json").code == 0
    assert old(home, "sync", "--json").code == 0
    for number in (expected["named"]["same_person"], *_open_after(expected)[:2]):
        assert _to_check(old(home, "show", number).out), number
        assert _to_check(_run(second, "show", number).out), number


def _of_kind(home: Path, kind: str) -> list[dict[str, Any]]:
    lines = _run(home, "export", kind, "--format", "jsonl").out.splitlines()
    return [json.loads(line) for line in lines]


def test_older_fields_become_records_once(
    database: str, old_code: Path, tmp_path: Path, expected: Mapping[str, Any]
) -> None:
    """From what the server holds, and from what an old laptop still sends."""
    members = expected["laptop"]["export"]["member"]
    insured = sorted(
        (one["id"], scheme.upper())
        for one in members
        for scheme in ("pmjjby", "pmsby")
        if one.get(scheme)
    )
    assessed = {one["id"]: one["lakhpati_status"] for one in members if "lakhpati_status" in one}
    assert len(insured) > 5
    assert assessed
    new_member = tmp_path / "member.csv"
    with Server(database) as server:
        home, second = (_home(tmp_path, name, server.url) for name in LAPTOPS)
        assert _run_old(old_code, home, "sync", "--json").code == 0
        new_member.write_text(
            "self_help_group_id,name,pmjjby,pmsby,member_code\n"
            f"{members[0]['self_help_group_id']},Rubeena Jan,yes,no,M-RUBEENA\n",
            "utf-8",
        )
        loaded = _run_old(old_code, home, "import", "member", str(new_member))
        assert loaded.code == 0, loaded.err
        assert _run_old(old_code, home, "sync", "--json").code == 0
    with Server(database) as server:  # started again: nothing is made twice
        for laptop in (home, second):
            _change(laptop, "UPDATE device SET server = ?", server.url)
            synced = _run(laptop, "sync", "--json")
            assert synced.code == 0, synced.err
        (rubeena,) = (one["id"] for one in _of_kind(home, "member") if "RUBEENA" in str(one))
        for laptop in (home, second):
            covers = sorted(
                (c["member_id"], c["scheme"]) for c in _of_kind(laptop, "insurance_cover")
            )
            assert covers == sorted([*insured, (rubeena, "PMJJBY")])
            entries = {
                one["member_id"]: one["assessed"] for one in _of_kind(laptop, "income_entry")
            }
            assert entries == assessed
            centres = [one["csc_id"] for one in _of_kind(laptop, "common_service_centre")]
            assert len(centres) == len({*centres}) >= 7
        assert _run(home, "sync", "--json").code == 0  # the log of these exports
        assert _run(home, "receipt", "--json").json["match"]


def test_a_laptop_may_be_brought_to_this_version_between_two_syncs(
    server: Server, old_code: Path, tmp_path: Path
) -> None:
    home = _home(tmp_path, "second", server.url)
    assert _run_old(old_code, home, "sync", "--json").code == 0
    assert _run(home, "sync", "--json").json["waiting"] == 0
    assert _run(home, "receipt", "--json").json["match"]


def test_a_laptop_with_the_old_version_goes_on_without_the_whole_ut_and_without_merges(
    server: Server, old_code: Path, tmp_path: Path, expected: Mapping[str, Any]
) -> None:
    """Records of the whole UT would stay behind on it; once it has this version, it gets them all.

    A record that others merged into another is a person to it as before; that it was merged is kept
    with what it does not know, and its edits are settled like those of others (rules 28 and 29).
    """
    home, young, file = tmp_path / "officer", tmp_path / "young", tmp_path / "records.csv"
    asked = ("--role", "administrator", "--database", _server_of(tmp_path))
    code = _run(tmp_path, "server", "code", *asked).out.split()[0]
    assert _run(home, "init", "--name", "Officer", "--district", "2").code == 0
    assert _run(home, "enrol", server.url, code).code == 0

    def places(of: Path) -> dict[str, object]:
        named = "SELECT name, district FROM village_organisation WHERE name LIKE 'Our %'"
        return {str(name): district for name, district in _rows(of / DATABASE, named)}

    def load(text: str, kind: str = "village_organisation") -> None:
        file.write_text(text, "utf-8")
        loaded = _run(home, "import", kind, str(file))
        assert loaded.code == 0, loaded.err
        assert _run(home, "sync", "--json").json["waiting"] == 0

    load("name,district,block\nOur moving VO,Budgam,16\nOur union,Whole UT,\n")
    load("name,trade_code,block\nOur first,CARP,16\nOur second,CARP,16\n", "beneficiary")
    query = "SELECT id FROM beneficiary WHERE name LIKE 'Our %' ORDER BY name"
    kept, merged = (str(number) for (number,) in _rows(home / DATABASE, query))
    started = ("init", "--name", "Young", "--district", "2", "--block", "16")
    assert _run_old(old_code, young, *started).code == 0
    assert _run_old(old_code, young, "enrol", server.url, expected["named"]["code"]).code == 0
    assert _run_old(old_code, young, "sync", "--json").json["waiting"] == 0
    assert places(young) == {"Our moving VO": 2}
    query = "SELECT id FROM village_organisation WHERE name = 'Our moving VO'"
    ((moving,),) = _rows(home / DATABASE, query)
    load(f"id,district,block\n{moving},UT,\n")
    assert _run(home, "merge", kept, merged).code == 0
    assert _run(home, "sync", "--json").json["waiting"] == 0
    file.write_text(f"id,village\n{merged},Nagam\n", "utf-8")
    assert _run_old(old_code, young, "import", "beneficiary", str(file)).code == 0
    assert _run_old(old_code, young, "sync", "--json").json["waiting"] == 0
    assert places(young) == {}
    row = f"SELECT village, {{}} FROM beneficiary WHERE id = '{merged}' AND NOT deleted"
    query = row.format("json_extract(extra, '$.merged_into')")
    assert _rows(young / DATABASE, query) == [["Nagam", kept]]
    assert _run(young, "sync", "--json").code == 0
    assert places(young) == places(home) == {"Our moving VO": 0, "Our union": 0}
    assert _run(home, "sync", "--json").code == 0
    for laptop in (young, home):
        assert _rows(laptop / DATABASE, row.format("merged_into")) == [["Nagam", kept]]
        open_here = _run(laptop, "conflicts", "--json").json
        assert (merged, "merged_into") in [(one["record"], one["field"]) for one in open_here]
    assert _run(young, "receipt", "--json").json["match"]


def test_the_old_code_is_the_old_code(old_code: Path) -> None:
    program = "import fieldkit, sys; sys.stdout.write(fieldkit.__file__)"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(old_code)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(ran.stdout).is_relative_to(old_code)


class Said(NamedTuple):
    """A recorded request and its answer, or the answer of today."""

    name: str
    path: str
    coding: str
    body: bytes

    @property
    def line(self) -> str:
        kind = f"{self.path.rpartition('/')[2].capitalize()}Answer"
        return json.dumps([kind, self.coding, base64.b64encode(self.body).decode()])


def test_requests_of_the_old_version_get_answers_it_can_read(
    server: Server, old_code: Path
) -> None:
    """The same bytes again, in the same order, to a server that holds what that one held."""
    then, now = [], []
    token = ""
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        for file in sorted((FIXTURES / "wire").glob("*.json")):
            name, about = file.stem.partition("_")[2], json.loads(file.read_text("utf-8"))
            heads = about["heads"]
            if name == "first_page":
                heads["authorization"] = f"Bearer {token}"  # drawn again for who enrolled again
            request = client.build_request(
                "POST",
                about["path"],
                headers=heads,
                content=file.with_suffix(".request").read_bytes(),
            )
            answer = client.send(request, stream=True)
            told = b"".join(answer.iter_raw())
            assert answer.status_code == about["status"] == 200, told
            codings = about["answer_heads"].get("content-encoding", "identity")
            body = file.with_suffix(".answer").read_bytes()
            then.append(Said(name, about["path"], codings, body))
            coding = answer.headers.get("content-encoding", "identity")
            now.append(Said(name, about["path"], coding, told))
            if name == "enrol":
                (enrolled,) = _read_as_then(old_code, now[-1:])
                token = enrolled["token"]
    assert {"enrol", "quiet", "sync", "receipt", "history", "first_page"} <= {
        one.name for one in then
    }
    read = zip(_read_as_then(old_code, then), _read_as_then(old_code, now), strict=True)
    for number, (one, (old, new)) in enumerate(zip(then, read, strict=True)):
        # From its second answer on, a sync goes on from positions that this server never gave out.
        follows = number > 0 and then[number - 1].name == one.name
        assert _lost(_steady(old, follows=follows), _steady(new, follows=follows), one.name) == []


def _read_as_then(old_code: Path, said: Sequence[Said]) -> list[dict[str, Any]]:
    """Let the old version read messages."""
    ran = subprocess.run(
        [sys.executable, "-c", READ],
        input="".join(f"{one.line}\n" for one in said),
        env={**os.environ, "PYTHONPATH": str(old_code)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def _steady(message: Mapping[str, Any], *, follows: bool) -> dict[str, Any]:
    """Return of an answer what does not hang on the time or on chance."""
    drawn = {"now", "token", "cursors", "focus", "versions", "incarnation"}
    if follows:
        drawn |= {"page", "more", "epoch", "scope"}
    steady = {name: value for name, value in message.items() if name not in drawn}
    steady["versions"] = [one is None for one in message.get("versions", ())]
    if page := steady.get("page"):
        steady["page"] = {
            "gone": page["gone"],
            "rows": {f"{row['kind']} {row['id']}": _steady_row(row) for row in page["rows"]},
        }
    if "changes" in steady:
        steady["changes"] = [{**one, "version": None} for one in steady["changes"]]
    return steady


def _steady_row(row: Mapping[str, Any]) -> dict[str, Any]:
    values = row["values"]
    return {
        "values": values and {n: v for n, v in values.items() if n != "updated_at"},
        "conflicts": row["conflicts"],
        "findings": sorted([one["rule"], one["field"]] for one in row["findings"]),
        "sentences": all(one["message"] for one in row["findings"]),
    }


def test_the_files_stay_small() -> None:
    """The old program apart, they are not to weigh on the repository."""
    files = [file for file in FIXTURES.rglob("*") if file.is_file() and file.suffix != ".py"]
    sizes = {file.name: file.stat().st_size for file in files if "__pycache__" not in file.parts}
    assert sizes.pop("client.tar.xz") < 300_000
    assert sum(sizes.values()) < 300_000
