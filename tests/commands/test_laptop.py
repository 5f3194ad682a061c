from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path

import pytest
from filelock import FileLock
from tests.commands.conftest import Cli

from fieldkit.protocol.messages.scope import Scope
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.operation.local import code
from fieldkit.store import Edit, Store
from fieldkit.store.database import Database

LAST_SYNC = ["at", "ok", "requests", "bytes_up", "bytes_down", "seconds", "error"]
ONE = b'{"name": "Ali Lone", "trade_code": "CARP"}\n'


def no_server() -> str:
    """Return the address of a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def test_init_sets_a_laptop_up_without_the_screen(home: Path, cli: Cli) -> None:
    assert cli("status", "--json").json["device"] is None
    assert cli("status").text.startswith("This laptop is not set up yet.")
    ran = cli("init", "--name", "Asha", "--district", "2", "--block", "16")
    device = cli("status", "--json").json["device"]
    assert (ran.code, ran.err) == (0, "")
    assert ran.text == f"This laptop is {device['origin']}, for Asha. Block Chadoora, Budgam.\n"
    assert {**device, "origin": ""} == {
        "origin": "",
        "name": "Asha",
        "district": 2,
        "block": 16,
        "server": None,
    }
    cli("init", "--name", "Asha", "--district", "2", "--block", "16")
    assert cli("status", "--json").json["device"] == device


def test_a_laptop_may_belong_to_a_whole_district(home: Path, cli: Cli) -> None:
    assert "District Budgam" in cli("init", "--name", "Asha", "--district", "2").text
    assert cli("status", "--json").json["device"]["block"] is None


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--name", "Asha", "--district", "99"], "There is no district 99. Choose one of: 1 Anant"),
        (["--name", "Asha", "--district", "2", "--block", "1"], "There is no block 1 in Budgam. C"),
        (
            ["--name", " ", "--district", "2"],
            "Enter the name of the person who works on this laptop.",
        ),
        (["--name", "Asha\x1b[2J", "--district", "2"], ""),
    ],
)
def test_init_refuses_unknown_places_and_empty_names(
    home: Path, cli: Cli, options: list[str], says: str
) -> None:
    ran = cli("init", *options)
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err.startswith(says)
    assert ran.err.count("\n") == 1
    assert cli("status", "--json").json["device"] is None


def test_status_has_exactly_these_figures(filled: Path, cli: Cli) -> None:
    ran = cli("status", "--json")
    assert (ran.code, ran.err) == (0, "")
    found = ran.json
    assert list(found) == [
        "device", "encrypted", "records", "outbox", "last_seq", "acked_seq", "head", "server_head",
        "drafts", "role", "scope", "conflicts", "cursors", "more", "last_sync",
    ]  # fmt: skip
    assert list(found["device"]) == ["origin", "name", "district", "block", "server"]
    assert list(found["outbox"]) == ["queued", "sent", "conflict", "late", "rejected", "waiting"]
    assert found["records"]["beneficiary"] == 60
    total = sum(found["records"].values())
    assert found["outbox"] == dict.fromkeys(found["outbox"], 0) | {"queued": total}
    assert (found["last_seq"], found["acked_seq"]) == (total, 0)
    assert len(found["head"]) == 64
    assert (found["server_head"], found["drafts"], found["last_sync"]) == (None, 0, None)
    spoken = cli("status").text
    assert f"{total} changes saved here, 0 on the server, {total} not sent yet" in spoken


def test_a_sync_does_not_say_same_while_a_change_is_returned(
    laptop: Path, cli: Cli, server: str, database: str
) -> None:
    store = Store.open(laptop)
    store.save([Edit(VillageOrganisation, {"name": "Noor VO", "block": 14})], "Asha")
    store.close()
    assert cli("enrol", server, code(database, district=2, block=16)).code == 0
    for counted in ("1 returned", "0 returned"):
        ran = cli("sync").text
        assert counted in ran
        assert "is on this laptop only" in ran
        assert "the same" not in ran
    store = Store.open(laptop)
    (returned,) = store.outbox.returned()
    store.withdraw(returned.origin, returned.change.seq)
    store.close()
    assert "Laptop and server hold the same." in cli("sync").text


def test_status_says_that_the_area_changed(filled: Path, cli: Cli) -> None:
    store = Store.open(filled)
    store.access.enrol("http://127.0.0.1:9", "t" * 43, "operator", 2, 16, 1, "first")
    store.pull.change_scope(Scope(role="operator", district=2, block=14, epoch=2))
    store.close()
    assert "This laptop was given another area." in cli("status").text


def test_a_sync_sends_and_receives(filled: Path, cli: Cli, server: str, database: str) -> None:
    assert cli("enrol", server, code(database)).code == 0
    assert cli("status", "--json").json["device"]["server"] == server
    someone = cli("export", "toolkit", "--format", "jsonl").lines[0]["beneficiary_id"]
    ran = cli("sync", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert list(ran.json)[:7] == LAST_SYNC
    status = cli("status", "--json").json
    assert status["last_sync"] == {name: ran.json[name] for name in LAST_SYNC}
    assert ran.json["verdicts"] == {
        "applied": status["last_seq"],
        "rejected": 0,
        "late": 0,
        "waiting": 0,
    }
    assert (ran.json["ok"], ran.json["error"]) == (True, None)
    assert status["acked_seq"] == status["last_seq"] > 0
    assert status["head"] == status["server_head"]
    assert set(status["outbox"].values()) == {0}
    shown = cli("show", someone, "--json").json
    assert {event["state"] for event in shown["events"]} == {"on the server"}
    assert {change["state"] for change in shown["changes"]} == {"on the server"}
    quiet = cli("sync")
    assert (quiet.code, quiet.err) == (0, "")
    assert quiet.text == (
        "0 changes sent, 0 returned, 0 records received. Laptop and server hold the same.\n"
    )


def test_offline_prints_a_sentence_and_exits_with_3(
    laptop: Path, cli: Cli, server: str, database: str
) -> None:
    assert cli("enrol", server, code(database)).code == 0
    assert cli("import", "beneficiary", "-", piped=ONE).code == 0
    store = Store.open(laptop)
    token = store.access.token()
    assert token
    store.access.enrol(no_server(), token)
    store.close()
    ran = cli("sync", "--json")
    assert ran.code == 3
    assert ran.err == "No connection. 1 change is not sent yet and is safe here.\n"
    assert (ran.json["ok"], ran.json["error"]) == (False, ran.err.strip())
    assert ran.json["waiting"] == 1
    spoken = cli("sync")
    assert (spoken.code, spoken.out, spoken.err) == (3, b"", ran.err)
    status = cli("status", "--json").json
    assert status["outbox"]["queued"] + status["outbox"]["sent"] == 1
    assert status["last_sync"]["error"] == ran.json["error"]


def test_without_a_server_nothing_is_sent(laptop: Path, cli: Cli) -> None:
    ran = cli("sync", "--json")
    assert ran.code == 2
    assert ran.err.startswith("This laptop is not enrolled with a server yet. Enrol it first.")
    assert ran.json["error"] == ran.err.strip()


@pytest.mark.parametrize(
    ("url", "code", "says"),
    [
        ("ftp://example.org", "ABC", "The server address looks like https://"),
        ("ftp://127.0.0.1", "ABC", "The server address looks like https://"),
        ("http://192.0.2.1", "ABC", "This address begins with http, so others"),
        ("http://127.0.0.1:9", " ", "Type the code given by the supervisor."),
    ],
)
def test_enrolment_refuses_unusable_input(
    laptop: Path, cli: Cli, url: str, code: str, says: str
) -> None:
    ran = cli("enrol", url, code)
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err.startswith(says)
    assert cli("status", "--json").json["device"]["server"] is None


def test_enrolment_needs_setup_and_a_connection(home: Path, cli: Cli) -> None:
    assert cli("enrol", "http://127.0.0.1:9", "ABC").code == 2
    cli("init", "--name", "Asha", "--district", "2")
    ran = cli("enrol", no_server(), "ABC")
    assert (ran.code, ran.out) == (3, b"")
    assert ran.err.startswith("Cannot reach the server.")


def test_a_backup_can_be_restored(filled: Path, cli: Cli, tmp_path: Path) -> None:
    before = cli("export", "beneficiary", "--format", "jsonl").out
    copy = tmp_path / "kept" / "copy.sqlite3"
    assert cli("backup", copy).text == f"The backup was saved in {copy}.\n"
    first = cli("status", "--json").json["device"]["origin"]
    cli("import", "beneficiary", "-", piped=ONE)
    ran = cli("restore", copy)
    assert (ran.code, ran.err) == (0, "")
    assert cli("export", "beneficiary", "--format", "jsonl").out == before
    device = cli("status", "--json").json["device"]
    assert (device["name"], device["origin"] != first) == ("Asha", True)
    kept = Path(ran.text.split()[-1].rstrip("."))
    assert kept.parent == filled / "backups"
    cli("restore", kept)
    assert cli("status", "--json").json["records"]["beneficiary"] == 61


def test_a_restored_laptop_sends_what_it_had_not_sent(
    filled: Path, cli: Cli, tmp_path: Path, server: str, database: str
) -> None:
    cli("enrol", server, code(database))
    cli("backup", tmp_path / "copy")
    waiting = cli("status", "--json").json["last_seq"]
    cli("restore", tmp_path / "copy")
    cli("import", "beneficiary", "-", piped=ONE)
    ran = cli("sync", "--json")
    assert (ran.code, ran.json["verdicts"]["applied"]) == (0, waiting + 1)


@pytest.mark.parametrize("content", [None, b"", b"not a database at all" * 100])
def test_a_file_that_is_no_backup_is_not_restored(
    filled: Path, cli: Cli, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "copy"
    if content is not None:
        file.write_bytes(content)
    before = cli("status", "--json").json
    ran = cli("restore", file)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, b"", 1)
    assert cli("status", "--json").json == before


def test_an_unwritable_backup_is_reported_in_a_sentence(
    filled: Path, cli: Cli, tmp_path: Path
) -> None:
    for target in (tmp_path, filled / "fieldkit.sqlite3", filled / "fieldkit.sqlite3" / "copy"):
        ran = cli("backup", target)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, b"", 1), target
    assert cli("check").text == "The data file is in order.\n"


def test_check_says_what_is_wrong(filled: Path, cli: Cli) -> None:
    sound = cli("check", "--json")
    assert (sound.code, sound.json) == (0, {"sound": True, "problems": []})
    database = Database(filled / "fieldkit.sqlite3")
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE change SET operator = 'someone' WHERE seq = 5")
    database.close()
    broken = cli("check", "--json")
    assert (broken.code, broken.json["sound"]) == (1, False)
    (problem,) = broken.json["problems"]
    assert "broken at number 5" in problem
    said = cli("check").text.splitlines()
    assert (said[0], "fieldkit restore" in said[1]) == (problem, True)


def test_check_of_a_damaged_file_is_still_json(filled: Path, cli: Cli) -> None:
    (filled / "fieldkit.sqlite3").write_bytes(b"x" * 8192)
    ran = cli("check", "--json")
    assert (ran.code, ran.err) == (1, "")
    assert (ran.json["sound"], len(ran.json["problems"])) == (False, 1)
    status = cli("status", "--json")
    assert (status.code, status.out, status.err.count("\n")) == (2, b"", 1)


def test_while_the_application_runs_commands_work_except_restore_and_a_second_one(
    filled: Path, cli: Cli, tmp_path: Path
) -> None:
    cli("backup", tmp_path / "copy")
    with FileLock(filled / "fieldkit.lock"):
        assert cli("import", "beneficiary", "-", piped=ONE).code == 0
        assert len(cli("find", "Ali Lone", "--json").json) > 0
        assert cli("status", "--json").json["records"]["beneficiary"] == 61
        assert cli("backup", tmp_path / "copy-2").code == 0
        second = cli()
        assert (second.code, second.out) == (2, b"")
        assert second.err.startswith("fieldkit is already open on this folder.")
        ran = cli("restore", tmp_path / "copy")
        assert (ran.code, ran.out) == (2, b"")
        assert ran.err.startswith("fieldkit is open on this folder. Quit it first")
    assert cli("status", "--json").json["records"]["beneficiary"] == 61
    assert cli("restore", tmp_path / "copy").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["status", "--json"],
        ["find", "Ali"],
        ["import", "beneficiary", "-"],
        ["export", "beneficiary"],
        ["sync", "--json"],
        ["init", "--name", "Asha", "--district", "2"],
        ["restore", "{copy}"],
        ["backup", "{copy}-2"],
        [],
    ],
)
def test_an_unusable_home_is_reported_in_one_sentence(
    filled: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    copy = tmp_path / "copy"
    shutil.copy(filled / "fieldkit.sqlite3", copy)
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("FIELDKIT_HOME", str(tmp_path / "file" / "home"))
    ran = cli(*(argument.format(copy=copy) for argument in arguments), piped=ONE)
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err.count("\n") == 1
    assert "home" in ran.err


def test_villages_of_a_list_are_suggested(laptop: Path, cli: Cli, tmp_path: Path) -> None:
    missing = cli("villages", tmp_path / "none.csv")
    assert (missing.code, missing.out) == (2, b"")
    assert "There is no file" in missing.err
    listed = tmp_path / "villages.csv"
    listed.write_text(
        "Village Code,Village Name,District,Gram Panchayat\n"
        "1,Arath,Budgam,Arath-A\n2,Attina,Budgam,Arath-A\n3,Nowhere,Lahore,X\n",
        encoding="utf-8",
    )
    ran = cli("villages", listed)
    assert (ran.code, ran.text) == (
        1,
        "Suggested while typing from now on: villages 2, panchayats 1.\n",
    )
    assert ran.err == "Line 4: This is not a district of J&K: “Lahore”.\n"
    store = Store.open(laptop)
    assert "Attina" in store.suggest("village", "att", 2)
    assert store.suggest("gram_panchayat", "ara", 2) == ["Arath-A"]
    store.close()


def test_standard_output_holds_nothing_but_json(filled: Path, cli: Cli) -> None:
    for command in (["kinds"], ["find", "a"], ["status"], ["check"]):
        ran = cli(*command, "--json")
        json.loads(ran.out)
        assert (ran.code, ran.err) == (0, "")
