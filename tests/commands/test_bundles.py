"""A sync by stick, by commands: write, apply at the server or forward, take the answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.commands.conftest import Cli

from fieldkit.cli import DONE, IN_PART, OFFLINE, UNUSABLE
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.operation.local import code, local_server
from fieldkit.store import Edit, Store
from fieldkit.sync.client import enrol


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def enrolled(home: Path, server: str, database: str, many: int = 2) -> Path:
    """Enrol a laptop and save some records there; return its home."""
    store = Store.open(home)
    store.init("Asha", 2, 16)
    enrol(store, server, code(database, "operator", 2, 16))
    edits = [Edit(VillageOrganisation, {"name": f"Noor VO {n}"}) for n in range(many)]
    if edits:
        store.save(edits, "Asha")
    store.close()
    return home


def test_a_bundle_is_applied_at_the_server_and_its_answer_taken(
    cli: Cli,
    tmp_path: Path,
    stick: Path,
    server: str,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FIELDKIT_HOME", str(enrolled(tmp_path / "asha", server, database)))
    written = cli("bundle", "write", stick)
    (bundle,) = stick.iterdir()
    assert written.code == DONE
    assert written.text.startswith(f"{bundle.name} is on the stick, with 2 changes.")
    done = cli("server", "bundle", "apply", bundle, "--database", database)
    assert done.code == DONE, done.err
    assert "2 changes are new." in done.text
    again = cli("server", "bundle", "apply", bundle, "--database", database)
    assert "0 changes are new. 2 were on the server before" in again.text
    answer = bundle.with_suffix(".fka")
    taken = cli("bundle", "apply", answer, "--json")
    assert (taken.code, taken.json["acknowledged"], taken.json["waiting"]) == (DONE, 2, 0)
    twice = cli("bundle", "apply", answer)
    assert twice.text.startswith("This answer was taken before. Nothing in it is new.")


def test_a_bundle_is_forwarded_and_refusals_are_sentences(
    cli: Cli,
    tmp_path: Path,
    stick: Path,
    server: str,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asha = enrolled(tmp_path / "asha", server, database)
    carrier = enrolled(tmp_path / "carrier", server, database, 0)
    monkeypatch.setenv("FIELDKIT_HOME", str(asha))
    cli("bundle", "write", stick)
    (bundle,) = stick.iterdir()
    monkeypatch.setenv("FIELDKIT_HOME", str(carrier))
    handed = cli("bundle", "forward", bundle)
    assert (handed.code, bundle.with_suffix(".fka").exists()) == (DONE, True), handed.err
    wrong = cli("bundle", "apply", bundle.with_suffix(".fka"))
    assert (wrong.code, "another laptop" in wrong.err) == (UNUSABLE, True)
    data = bundle.read_bytes()
    bundle.write_bytes(data[:-9] + b"x" + data[-8:])
    altered = cli("server", "bundle", "apply", bundle, "--database", database)
    assert (altered.code, "changed on the way" in altered.err) == (UNUSABLE, True)
    missing = cli("bundle", "write", tmp_path / "nowhere")
    assert (missing.code, "Put the stick in" in missing.err) == (UNUSABLE, True)


def test_a_revoked_laptop_hears_of_it_from_the_answer(
    cli: Cli,
    tmp_path: Path,
    stick: Path,
    server: str,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FIELDKIT_HOME", str(enrolled(tmp_path / "asha", server, database)))
    cli("bundle", "write", stick)
    (bundle,) = stick.iterdir()
    devices = cli("server", "devices", "--database", database, "--json").json
    number = max(one["id"] for one in devices)
    cli("server", "revoke", str(number), "--database", database)
    kept = cli("server", "bundle", "apply", bundle, "--database", database)
    assert (kept.code, "The bundle is kept: its supervisor" in kept.text) == (IN_PART, True)
    assert "on the server before" not in kept.text
    told = cli("bundle", "apply", bundle.with_suffix(".fka"))
    assert (told.code, told.text) == (IN_PART, "")
    assert "2 changes are sealed and handed in; a supervisor decides on it." in told.err


def test_without_a_line_forwarding_says_so(
    cli: Cli, tmp_path: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = f"sqlite:///{tmp_path / 'gone.sqlite3'}"
    with local_server(database) as url:
        home = enrolled(tmp_path / "asha", url, database)
    monkeypatch.setenv("FIELDKIT_HOME", str(home))
    cli("bundle", "write", stick)
    (bundle,) = stick.iterdir()
    away = cli("bundle", "forward", bundle)
    assert (away.code, "No connection" in away.err) == (OFFLINE, True)
