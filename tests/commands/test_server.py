from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.commands.conftest import Cli

from fieldkit.commands import server as server_commands
from fieldkit.records import Change, Op, VillageOrganisation, first_head
from fieldkit.store import Edit, Store
from fieldkit.store.database import Database


def test_the_server_says_what_it_holds(filled: Path, cli: Cli, server: str, database: str) -> None:
    cli("enrol", server, "any code")
    assert cli("sync").code == 0
    here = cli("status", "--json").json
    ran = cli("server", "status", "--database", database, "--json")
    assert (ran.code, ran.err, list(ran.json)) == (0, "", ["records", "devices"])
    (device,) = [one for one in ran.json["devices"] if one["origin"] == here["device"]["origin"]]
    assert list(device) == ["origin", "last_seq", "head", "last_seen"]
    assert (device["last_seq"], device["head"]) == (here["last_seq"], here["head"])
    assert all(ran.json["records"][kind] >= many for kind, many in here["records"].items())
    spoken = cli("server", "status", "--database", database)
    assert f"laptop {device['origin']}: {device['last_seq']} changes" in spoken.text


def test_what_the_server_returns_is_shown_on_the_record(
    laptop: Path, cli: Cli, server: str
) -> None:
    cli("enrol", server, "any code")
    store = Store.open(laptop)
    # An older laptop knew the field and took what this version cannot read.
    store.save([Edit(VillageOrganisation, {"name": "Noor VO"}, id="7KQ2M9XD-1")], "Asha")
    store.close()
    database = Database(laptop / "fieldkit.sqlite3")
    with database.write() as connection:
        (row,) = connection.exec_driver_sql("SELECT * FROM change").mappings()
        change = Change(
            1, row["kind"], row["record_id"], Op.CREATE, {"name": ["Noor"]}, None, row["at"], "Asha"
        )
        connection.exec_driver_sql(
            "UPDATE change SET fields = ?, head = ?",
            ('{"name": ["Noor"]}', change.head(first_head(row["origin"]))),
        )
    database.close()
    ran = cli("sync", "--json")
    assert (ran.code, ran.json["verdicts"]) == (1, {"applied": 0, "rejected": 1})
    (change_shown,) = cli("show", "7KQ2M9XD-1", "--json").json["changes"]
    assert (change_shown["state"], change_shown["reason_field"]) == ("rejected", "name")
    assert change_shown["reason"] in cli("show", "7KQ2M9XD-1").text
    assert cli("status", "--json").json["outbox"]["rejected"] == 1


@pytest.mark.parametrize("action", ["run", "status"])
@pytest.mark.parametrize("database", ["server.sqlite3", "sqlite:///{file}/server.sqlite3"])
def test_a_database_that_will_not_do_is_a_sentence(
    home: Path, cli: Cli, tmp_path: Path, action: str, database: str
) -> None:
    (tmp_path / "file").write_bytes(b"")
    ran = cli("server", action, "--database", database.format(file=tmp_path / "file"))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, b"", 1)


def test_asking_for_figures_makes_no_database(home: Path, cli: Cli, tmp_path: Path) -> None:
    ran = cli("server", "status", "--database", f"sqlite:///{tmp_path / 'none.sqlite3'}")
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err.startswith("There is no database ")
    assert list(tmp_path.iterdir()) == []


def test_a_busy_port_is_a_sentence(home: Path, cli: Cli, tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = str(busy.getsockname()[1])
        url = f"sqlite:///{tmp_path / 'server.sqlite3'}"
        ran = cli("server", "run", "--database", url, "--port", port)
    assert (ran.code, ran.out) == (2, b"")
    assert f"port {port}" in ran.err


def test_a_machine_without_the_servers_parts_is_told(
    home: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fieldkit.server.run", None)
    monkeypatch.setitem(sys.modules, "fieldkit.server.status", None)
    for action in ("run", "status"):
        ran = cli("server", action, "--database", "sqlite:///x.sqlite3")
        assert (ran.code, ran.err) == (2, f"{server_commands.MISSING}\n")


def test_a_server_runs_until_it_is_stopped(laptop: Path, cli: Cli, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'server.sqlite3'}"
    command = [sys.executable, "-m", "fieldkit", "server", "run", "--database", database]
    with subprocess.Popen([*command, "--port", "0"], stderr=subprocess.PIPE) as serving:
        assert serving.stderr is not None
        address = json.loads(serving.stderr.readline())["address"]
        assert cli("enrol", address, "any code").code == 0
        assert cli("sync", "--json").json["ok"] is True
        serving.send_signal(signal.SIGINT)
        assert serving.wait(30) == 0
    assert cli("sync").code == 3
