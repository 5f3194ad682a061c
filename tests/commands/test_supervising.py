"""A supervisor's laptop by commands: devices, late changes, the log of exports, a person's data."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import update
from tests.commands.conftest import Cli
from tests.forked import local_server

from fieldkit import __version__
from fieldkit.protocol.messages.supervision import DeviceItem, DevicesAnswer, LateAnswer
from fieldkit.records import Value, kinds
from fieldkit.reference import options
from fieldkit.review import devices, late
from fieldkit.server.database.connection import connect, writing
from fieldkit.server.database.tables import DEVICE
from fieldkit.server.devices.scopes import change_scope, close_scopes
from fieldkit.server.operation.local import code
from fieldkit.store import Edit, Store
from fieldkit.sync.client import enrol, sync
from fieldkit.sync.revoked import sync_or_hand_in as hand_in


class Area(NamedTuple):
    """The area of a test: a district that no other test has, and two blocks of it."""

    district: int
    block: int
    other: int
    words: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, Path]]:
    """A server for these tests: its address, database and log."""
    folder = tmp_path_factory.mktemp("served")
    with local_server(folder / "own.sqlite3", folder / "log") as url:
        yield url, folder / "own.sqlite3", folder / "log"


@pytest.fixture
def office(served: tuple[str, Path, Path]) -> tuple[str, Path]:
    return served[:2]


_CODES = {int(one.code) for one in options("district")}
_DISTRICTS = iter(sorted(one for one in _CODES if one + 1 in _CODES))


@pytest.fixture
def area() -> Area:
    district = next(_DISTRICTS)
    inside = [one for one in options("block") if one.within == district]
    name = next(one.label for one in options("district") if one.code == district)
    return Area(
        district, int(inside[0].code), int(inside[1].code), f"Block {inside[0].label}, {name}"
    )


@pytest.fixture
def asha(tmp_path: Path, office: tuple[str, Path], area: Area) -> Iterator[Store]:
    """An operator's laptop in a block, which has sent an artisan and what belongs to her."""
    store = Store.open(tmp_path / "asha")
    store.init("Asha", area.district, area.block)
    url, database = office
    enrol(store, url, code(database, "operator", area.district, area.block))
    artisan, kit = kinds()["beneficiary"], kinds()["toolkit"]
    given = {"name": "Zooni Akhter", "trade_code": "TAIL", "mobile": "9419011432"}
    (saved,) = store.save([Edit(artisan, given)], "Asha")
    store.save([Edit(artisan, {"village": "Nagam"}, saved.id)], "Asha")
    store.save([Edit(kit, {"beneficiary_id": saved.id, "state": "SELECTED"})], "Asha")
    assert sync(store).ok
    yield store
    store.close()


@pytest.fixture
def head(laptop: Path, cli: Cli, office: tuple[str, Path], area: Area, asha: Store) -> Path:
    """The laptop of the district's supervisor, on which the commands run."""
    url, database = office
    assert asha.device
    assert cli("enrol", url, code(database, "supervisor", area.district)).code == 0
    assert cli("sync").code == 0
    return laptop


def of_asha(cli: Cli) -> dict[str, object]:
    (found,) = [one for one in cli("devices", "--json").json["devices"] if one["name"] == "Asha"
                and one["role"] == "operator"]  # fmt: skip
    return dict(found)


def test_what_a_device_has_not_sent_is_counted_in_words() -> None:
    told = [DeviceItem(id=1, role="operator", enrolled_at=9, last_seen=9, unsent=n) for n in (1, 2)]
    found = devices.in_order(DevicesAnswer(now=9, devices=told), 9).listed
    assert [one.remarks[0] for one in found] == [
        "1 change was still not sent after its last sync.",
        "2 changes were still not sent after its last sync.",
    ]


def test_a_device_behind_the_servers_version_is_named_one_with_none_or_a_later_one_is_not() -> None:
    programs = ("0.9.2", "0.10", "0.10.0-rc1", "", "strange", "99.0")
    told = [
        DeviceItem(id=n, role="operator", enrolled_at=9, last_seen=9, program=program)
        for n, program in enumerate(programs, 1)
    ]
    found = devices.in_order(DevicesAnswer(now=9, devices=told, program="0.10"), 9).listed
    assert {one.item.program: [*one.remarks] for one in found if one.remarks} == {
        "0.9.2": ["It has fieldkit 0.9.2: install 0.10 on it."]
    }


@pytest.mark.usefixtures("head")
def test_devices_are_listed_given_codes_and_areas_and_revoked(
    cli: Cli, asha: Store, office: tuple[str, Path], area: Area, tmp_path: Path
) -> None:
    told = of_asha(cli)
    number = str(told["id"])
    assert (told["changes"], told["unsent"], told["program"]) == (3, 0, __version__)
    text = cli("devices").text
    assert f"{number}  Asha, operator, {area.words}, seen" in text
    assert "this laptop" in text
    assert cli("devices", "area", number, "--block", str(area.other)).code == 0
    assert sync(asha).ok
    assert asha.pull.state().scope.block == area.other  # type: ignore[union-attr]
    made = cli("devices", "code", "--role", "viewer", "--block", str(area.block))
    assert "shown only now" in made.err
    other = Store.open(tmp_path / "viewer")
    other.init("Reyaz", 2, 16)
    enrol(other, office[0], made.text.strip())
    other.close()
    for arguments, says in (
        (("revoke", "7777"), "There is no such device"),
        (("area", number, "--block", "99999"), "There is no block 99999"),
        (("area", number, "--district", str(area.district + 1)), "not within the area"),
        (("code", "--role", "administrator", "--district", str(area.district)), "above the role"),
        (("code",), "--role"),
    ):
        ran = cli("devices", *arguments)
        assert (ran.code, ran.out) == (2, b"")
        assert says in ran.err
    assert cli("devices", "revoke", number).code == 0
    assert of_asha(cli)["revoked_at"]
    assert "was removed from the server" in (sync(asha).session.error or "")


@pytest.mark.usefixtures("head")
def test_what_a_revoked_laptop_handed_in_is_shown_admitted_and_discarded(
    cli: Cli, asha: Store, office: tuple[str, Path]
) -> None:
    kind = kinds()["beneficiary"]
    (record,) = asha.page("beneficiary").records
    number = str(of_asha(cli)["id"])
    assert "has handed in no sealed work" in cli("devices", "admit", number).err
    asha.save([Edit(kind, {"house_no": "4"}, record.id)], "Asha")
    assert cli("devices", "revoke", number).code == 0
    assert "1 change is sealed and handed in" in (hand_in(asha).session.error or "")
    assert "1 change handed in, sealed, since" in cli("devices").text
    listed = cli("server", "devices", "--database", f"sqlite:///{office[1]}").text
    assert "1 change handed in, sealed, since" in listed
    assert cli("devices", "admit", number).text == "1 change is taken in.\n"
    cli("sync")
    assert cli("show", record.id, "--json").json["record"]["house_no"] == "4"
    assert of_asha(cli)["sealed"] == []
    assert cli("devices", "discard", number).code == 2
    # A revoked laptop may be wanted open again: its code is shown once.
    made = cli("devices", "recover", number)
    assert "unlock --recover" in made.err
    there = cli("server", "recover", "--database", f"sqlite:///{office[1]}", number)
    assert made.text.strip() != there.text.strip()
    assert len(made.text.strip()) == len(there.text.strip()) == 11
    assert cli("devices", "recover", "7777").code == 2


def test_what_was_told_last_is_there_offline(
    head: Path, cli: Cli, office: tuple[str, Path], area: Area, asha: Store
) -> None:
    number = of_asha(cli)["id"]
    assert isinstance(number, int)
    engine = connect(f"sqlite:///{office[1]}")
    with writing(engine) as connection:
        its = (DEVICE.c.id == number, DEVICE.c.last_seen - 15 * 86_400)
        connection.execute(update(DEVICE).where(its[0]).values(last_seen=its[1]))
    cli("devices")
    with writing(engine) as connection:
        change_scope(connection, number, area.district, area.other, int(time.time()))
        close_scopes(connection, number, int(time.time()))
    engine.dispose()
    (record,) = asha.page("beneficiary").records
    asha.save([Edit(type(record), {"village": "Wathora"}, record.id)], "Asha")
    asha.save([Edit(type(record), {"house_no": "4"}, record.id)], "Asha")
    sync(asha)
    assert "Village or ward: Wathora" in cli("late", "list").text
    store = Store.open(head)
    store.access.enrol("http://127.0.0.1:9", store.access.token() or "")
    (silent,) = devices.find(store)
    assert (silent.name, silent.sentence) == ("Asha", "No sync for 15 days.")
    first, second = late.find(store)
    assert (first.block, first.waits, first.values[0][1]) == (area.block, False, "Wathora")
    store.close()
    ran = cli("devices")
    assert ran.code == 3
    assert "This is the list of" in ran.err
    assert "No sync for 15 days." in ran.text
    assert cli("late", "take", first.change).code == 3
    store = Store.open(head)
    store.access.enrol(office[0], store.access.token() or "")
    store.close()
    assert "is taken in" in cli("late", "take", first.change).text
    assert "returned to its author" in cli("late", "leave", second.change).text
    assert cli("late", "leave", second.change).text == "The others are not late any more.\n"
    assert cli("late", "list").text == "No late changes.\n"
    cli("sync")
    assert cli("show", record.id, "--json").json["record"]["village"] == "Wathora"


@pytest.mark.usefixtures("asha")
def test_a_registrar_is_told_that_only_a_supervisor_may(
    laptop: Path, cli: Cli, served: tuple[str, Path, Path], area: Area
) -> None:
    url, database, log = served
    assert cli("devices").code == 2
    assert cli("enrol", url, code(database, "registrar", area.district, area.block)).code == 0
    before = log.read_text().count('"event": "act_refused"')
    for command in (
        ("devices",),
        ("devices", "revoke", "1"),
        ("devices", "code", "1"),
        ("devices", "area", "1", "--block", str(area.block)),
        ("late", "list"),
        ("late", "take", "7KQ2M9XD/14"),
    ):
        ran = cli(*command)
        assert (ran.code, ran.out) == (2, b"")
        assert "Only the laptop of a supervisor" in ran.err
    assert log.read_text().count('"event": "act_refused"') == before + 6
    assert laptop.exists()


def exports(cli: Cli) -> list[dict[str, object]]:
    return cli("export", "export_log", "--format", "jsonl").lines


def test_each_export_and_print_is_logged_and_synced(
    head: Path, cli: Cli, asha: Store, area: Area, tmp_path: Path
) -> None:
    (record,) = cli("export", "beneficiary", "--format", "jsonl").lines
    for command in (
        ("export", "beneficiary", "-o", tmp_path / "secret place.xlsx"),
        ("export", "loan"),
        ("print", "slip", record["id"]),
        ("print", "roster", "beneficiary", "-o", tmp_path / "people.html"),
        ("print", "blank", "beneficiary"),
        ("backup", tmp_path / "secret copy"),
        ("close",),
    ):
        assert cli(*command).code == 0
    ways = [(one["way"], one.get("record_kind"), one["records"], one["file_format"])
            for one in exports(cli)]  # fmt: skip
    assert ways == [
        ("export", "beneficiary", 1, "jsonl"),
        ("export", "beneficiary", 1, "xlsx"),
        ("print", "beneficiary", 1, "txt"),
        ("print", "beneficiary", 1, "html"),
        ("backup", None, 2, "sqlite3"),
    ]
    one = exports(cli)[1]
    assert (one["exported_by"], one["of_district"], one["personal"]) == (
        "Asha",
        area.district,
        True,
    )
    assert "of_block" not in one
    assert "secret" not in str(exports(cli))
    forged = tmp_path / "export_log.csv"
    forged.write_text("exported_by,way,record_kind,records\nReyaz,export,loan,5\n")
    for command in (("import", "export_log", forged), ("enter", "export_log")):
        ran = cli(*command)
        assert (ran.code, "logged by fieldkit itself" in ran.err) == (2, True)
    assert "Zooni" not in str(exports(cli))
    assert cli("entries", "--json").json == []
    assert cli("sync").code == 0
    assert cli("status", "--json").json["outbox"]["rejected"] == 0
    # What the whole district's laptop exported is the district's to know, not the block's alone.
    assert sync(asha).ok
    assert asha.counts()["export_log"] == 5
    assert head.exists()


def test_all_that_is_held_about_a_person_is_one_file(
    head: Path, cli: Cli, asha: Store, area: Area, tmp_path: Path
) -> None:
    (record,) = asha.page("beneficiary").records
    out = tmp_path / "zooni.txt"
    assert cli("export", "beneficiary").code == 0
    assert cli("backup", tmp_path / "copy").code == 0
    assert cli("person-data", record.id, "-o", out).code == 0
    assert out.stat().st_mode & 0o077 == (0 if os.name == "posix" else 0o066)
    text = out.read_text()
    for part in (
        f"ARTISAN {record.id}",
        "94190 11432",
        "TOOLKIT",
        "Entered by Asha",
        "Changed by Asha",
        "Village or ward: Nagam",
        "operator",
        area.words,
        "EXPORTS SINCE IT WAS ENTERED",
        "csv",
        "sqlite3",
        "WHAT DELETION REMOVES",
    ):
        assert part in text, part
    assert exports(cli)[-1]["way"] == "person-data"
    assert cli("person-data", record.id, "--format", "html").out.startswith(b"<!DOCTYPE html>")
    (kit,) = asha.page("toolkit").records
    assert cli("person-data", kit.id).code == 2
    store = Store.open(head)
    store.access.enrol("http://127.0.0.1:9", store.access.token() or "")
    store.close()
    offline = cli("person-data", record.id)
    assert offline.code == 1
    assert "Not known. No connection." in offline.text
    assert "Only the changes made on this laptop." in offline.text


def test_who_may_read_each_number_of_a_person_is_listed(
    head: Path, cli: Cli, asha: Store, area: Area
) -> None:
    (record,) = asha.page("beneficiary").records
    with closing(Store.open(head)) as store:
        place = {"district": area.district, "block": area.other}
        given: dict[str, Value] = {"name": "Zooni Akhtar", "trade_code": "TAIL", **place}
        given["mobile"] = "9419011433"
        artisan = kinds()["beneficiary"]
        (twice,) = store.save([Edit(artisan, given)], "Head")
        assert sync(store).ok
        (unsent,) = store.save([Edit(artisan, given)], "Head")
        for number in (twice.id, unsent.id):
            store.merges.merge("beneficiary", record.id, number, "Head")
    ran = cli("person-data", record.id)
    assert ran.code == 1, "one of her records is not on the server yet"
    lists = ran.text.partition("LAPTOPS THAT MAY READ IT")[2].partition("EXPORTS")[0]
    assert record.id in lists
    assert twice.id in lists
    assert unsent.id not in lists
    assert "Entered by Asha" in ran.text


def test_a_list_that_was_cut_short_says_so(laptop: Path, cli: Cli) -> None:
    with closing(Store.open(laptop)) as store:
        store.access.enrol("http://127.0.0.1:9", "token", "supervisor", 2)
        store.keep_answer(LateAnswer(now=1, changes=[], more=True))
        store.keep_answer(DevicesAnswer(now=1, devices=[], more=True))
    assert "There are more, which came later" in cli("late", "list").err
    assert "There are more devices than are listed" in cli("devices").err
