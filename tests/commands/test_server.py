from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.commands.conftest import NO_VERDICTS, Cli
from tests.forked import local_server

from fieldkit.commands import server as server_commands
from fieldkit.protocol.change import Change, Op, first_head
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.devices.listing import Enrolment, HeldLog
from fieldkit.server.operation.local import code
from fieldkit.store import Edit, Store
from fieldkit.store.database import Database

LONE = b'{"name": "Ali Lone", "trade_code": "CARP"}\n'


def test_server_status_lists_records_and_laptops(
    filled: Path, cli: Cli, server: str, database: str
) -> None:
    cli("enrol", server, code(database))
    # Tests share this laptop: where another one sent more from its copy, this one has a new log.
    assert cli("import", "beneficiary", "-", piped=LONE).code == 0
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


def test_a_returned_change_is_shown_on_the_record(
    laptop: Path, cli: Cli, server: str, database: str
) -> None:
    cli("enrol", server, code(database))
    store = Store.open(laptop)
    # An older laptop accepted a value that this version cannot read.
    (saved,) = store.save([Edit(VillageOrganisation, {"name": "Noor VO"})], "Asha")
    store.close()
    file = Database(laptop / "fieldkit.sqlite3")
    with file.write() as connection:
        (row,) = connection.exec_driver_sql("SELECT * FROM change").mappings()
        change = Change(
            1, row["kind"], row["record_id"], Op.CREATE, {"name": ["Noor"]}, None, row["at"], "Asha"
        )
        connection.exec_driver_sql(
            "UPDATE change SET fields = ?, head = ?",
            ('{"name": ["Noor"]}', change.head(first_head(row["origin"]))),
        )
    file.close()
    ran = cli("sync", "--json")
    assert (ran.code, ran.json["verdicts"]) == (
        1,
        NO_VERDICTS | {"rejected": 1},
    )
    (change_shown,) = cli("show", saved.id, "--json").json["changes"]
    assert (change_shown["state"], change_shown["reason_field"]) == ("rejected", "name")
    assert change_shown["reason"] in cli("show", saved.id).text
    assert cli("status", "--json").json["outbox"]["rejected"] == 1


def test_a_sync_with_a_returned_change_does_not_say_same(
    laptop: Path, cli: Cli, server: str, database: str
) -> None:
    one = b'{"name": "Zooni Akhter", "trade_code": "CARP", "mobile": "9419011432"}\n'
    assert cli("import", "beneficiary", "-", piped=one).code == 0
    assert cli("enrol", server, code(database, "operator", 2, 14)).code == 0
    ran = cli("sync")
    assert ran.code == 1
    assert "1 returned, " in ran.text
    assert "the same" not in ran.text
    assert "correct it on the Sync page" in ran.text


ACTIONS = [
    ["run"],
    ["status"],
    ["migrate"],
    ["code", "--role", "operator"],
    ["devices"],
    ["revoke", "1"],
    ["scope", "1", "--block", "16"],
    ["close-scope", "1"],
    ["ended-scopes"],
    ["late", "list"],
    ["late", "take", "--device", "1"],
    ["late", "leave", "7KQ2M9XD/1"],
]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    "url",
    ["server.sqlite3", "sqlite:///{file}/server.sqlite3", "postgresql://nobody@localhost:1/none"],
)
def test_an_unusable_database_is_reported_in_a_sentence(
    home: Path, cli: Cli, tmp_path: Path, action: list[str], url: str
) -> None:
    (tmp_path / "file").write_bytes(b"")
    ran = cli("server", *action, "--database", url.format(file=tmp_path / "file"))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, b"", 1)


@pytest.mark.parametrize(
    ("action", "says"), [("status", "No laptop has"), ("devices", "No laptop is")]
)
def test_a_new_server_says_that_it_holds_nothing(
    home: Path, cli: Cli, tmp_path: Path, action: str, says: str
) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    assert cli("server", "migrate", "--database", url).code == 0
    ran = cli("server", action, "--database", url)
    assert (ran.code, ran.err) == (0, "")
    assert ran.text.startswith(says)


@pytest.mark.parametrize("action", ["status", "devices"])
def test_status_creates_no_database(home: Path, cli: Cli, tmp_path: Path, action: str) -> None:
    ran = cli("server", action, "--database", f"sqlite:///{tmp_path / 'none.sqlite3'}")
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err.startswith("There is no database ")
    assert list(tmp_path.iterdir()) == []


def test_a_supervisor_decides_about_late_changes(
    laptop: Path, cli: Cli, server: str, database: str
) -> None:
    url = ("--database", database)
    one = b'{"name": "Zooni Akhter", "trade_code": "CARP", "district": 2, "block": 16}\n'
    assert cli("enrol", server, code(database, "operator", 2, 16)).code == 0
    assert cli("import", "beneficiary", "-", piped=one * 2).code == 0
    number = str(max(row["id"] for row in cli("server", "devices", "--json", *url).json))
    assert "30 days" in cli("server", "ended-scopes", *url).text
    assert "14 days" in cli("server", "ended-scopes", "--days", "14", *url).text
    assert cli("server", "scope", number, "--block", "17", *url).code == 0
    assert (
        "from now on is for a supervisor to decide"
        in cli("server", "close-scope", number, *url).text
    )
    assert "no more" not in cli("server", "late", "list", *url).text
    ran = cli("sync", "--json")
    assert ran.json["verdicts"] == NO_VERDICTS | {"late": 2}
    listed = cli("server", "late", "list", "--device", number, "--json", *url).json
    assert [one["verdict"] for one in listed] == ["late", "late"]
    shown = cli("server", "late", "list", *url).text
    assert "artisan" in shown
    assert "Name as on Aadhaar: Zooni Akhter" in shown
    first, second = (one["change"] for one in listed)
    assert f"{first} is taken in." in cli("server", "late", "take", first, *url).text
    assert (
        "is returned to its author" in cli("server", "late", "leave", "--device", number, *url).text
    )
    assert "No late changes" in cli("server", "late", "list", *url).text
    for wrong in ([second], ["nothing"], [], [first, "--device", number]):
        ran = cli("server", "late", "take", *wrong, *url)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, b"", 1)
    assert cli("sync").code == 0
    assert cli("status", "--json").json["outbox"]["rejected"] == 1
    assert cli("server", "ended-scopes", "--days", "30", *url).code == 0


def test_a_busy_port_is_reported_in_a_sentence(home: Path, cli: Cli, tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = str(busy.getsockname()[1])
        url = f"sqlite:///{tmp_path / 'server.sqlite3'}"
        ran = cli("server", "run", "--database", url, "--port", port)
    assert (ran.code, ran.out) == (2, b"")
    assert f"port {port}" in ran.err


def test_without_the_extra_server_commands_say_what_to_install(
    home: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fieldkit.server.operation.run", None)
    monkeypatch.setitem(sys.modules, "fieldkit.server.operation.status", None)
    for action in ("run", "status"):
        ran = cli("server", action, "--database", "sqlite:///x.sqlite3")
        assert (ran.code, ran.err) == (2, f"{server_commands.MISSING}\n")


def test_a_server_runs_until_it_is_stopped(laptop: Path, cli: Cli, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'server.sqlite3'}"
    command = [sys.executable, "-m", "fieldkit", "server", "run", "--database", database]
    with subprocess.Popen([*command, "--port", "0"], stderr=subprocess.PIPE) as serving:
        assert serving.stderr is not None
        address = json.loads(serving.stderr.readline())["address"]
        assert cli("enrol", address, code(database)).code == 0
        assert cli("sync", "--json").json["ok"] is True
        serving.send_signal(signal.SIGINT)
        assert serving.wait(30) == 0
    assert cli("sync").code == 3


def test_a_code_is_printed_alone_and_grants_its_scope(
    home: Path, cli: Cli, server: str, database: str
) -> None:
    ran = cli("server", "code", "--role", "supervisor", "--block", "16", "--database", database)
    assert (ran.code, ran.err) == (0, "")
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}\n", ran.text)
    assert cli("init", "--name", "Zooni", "--district", "2").code == 0
    assert cli("enrol", server, ran.text.strip().lower()).code == 0
    assert cli("sync").code == 0
    device = _devices(cli, database)[-1]
    assert (device["name"], device["role"]) == ("Zooni", "supervisor")
    assert (device["district"], device["block"], device["revoked_at"]) == (2, 16, None)
    listed = cli("server", "devices", "--database", database).text
    assert f"{device['id']}  Zooni, supervisor, block Chadoora in Budgam, seen 20" in listed
    again = cli("enrol", server, ran.text.strip())
    assert (again.code, again.out) == (2, b"")


def _devices(cli: Cli, database: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = cli("server", "devices", "--database", database, "--json").json
    return found


@pytest.mark.parametrize(
    "wrong",
    [
        ["--role", "chief"],
        ["--role", "operator", "--district", "999"],
        ["--role", "operator", "--block", "9999"],
        ["--role", "operator", "--district", "1", "--block", "16"],
        ["--role", "operator", "--minutes", "0"],
        [],
    ],
)
def test_a_code_for_an_unknown_scope_is_refused(
    home: Path, cli: Cli, database: str, wrong: list[str]
) -> None:
    ran = cli("server", "code", *wrong, "--database", database)
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err


def test_a_device_is_moved_and_then_revoked(
    laptop: Path, cli: Cli, server: str, database: str
) -> None:
    cli("enrol", server, code(database, block=16))
    assert cli("sync").code == 0
    number = str(_devices(cli, database)[-1]["id"])
    moved = cli("server", "scope", "--database", database, number, "--district", "1")
    assert (moved.code, moved.text) == (
        0,
        f"From its next sync, device {number} has Anantnag.\n",
    )
    assert cli("sync").code == 0
    assert cli("status", "--json").json["scope"] == {"district": 1, "block": None}
    assert cli("server", "revoke", "--database", database, number).code == 0
    ran = cli("sync")
    assert ran.code == 1
    assert "removed from the server" in ran.err
    assert "revoked 20" in cli("server", "devices", "--database", database).text
    ran = cli("server", "revoke", "--database", database, "99999")
    assert (ran.code, ran.out) == (2, b"")


def test_postgresql_is_migrated_and_served(laptop: Path, cli: Cli, postgres_url: str) -> None:
    refused = cli("server", "run", "--database", postgres_url)
    assert (refused.code, refused.out) == (2, b"")
    assert "fieldkit server migrate" in refused.err
    assert cli("server", "migrate", "--database", postgres_url).text == "The database is ready.\n"
    again = cli("server", "migrate", "--database", postgres_url)
    assert (again.code, again.text) == (0, "The database was already up to date.\n")
    one_time = cli("server", "code", "--role", "operator", "--database", postgres_url).text.strip()
    with local_server(postgres_url) as url:
        assert cli("enrol", url, one_time).code == 0
        assert cli("sync", "--json").json["ok"] is True
    assert cli("server", "status", "--database", postgres_url).code == 0


def test_a_certificate_without_key_is_reported_in_a_sentence(
    home: Path, cli: Cli, tmp_path: Path
) -> None:
    database = f"sqlite:///{tmp_path / 'server.sqlite3'}"
    ran = cli("server", "run", "--database", database, "--tls-cert", "certificate.pem")
    assert (ran.code, ran.out) == (2, b"")
    assert "--tls-key" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("skew", "says"), [(-5400, "1.5 hours behind"), (20 * 365 * 86400, "7,300 days ahead")]
)
def test_oddities_of_a_laptop_are_listed(
    home: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, skew: int, says: str
) -> None:
    one = Enrolment(
        id=3,
        name="Asha",
        role="operator",
        district=2,
        block=16,
        enrolled_at=0,
        last_seen=1,
        revoked_at=None,
        sealed=[],
        skew=skew,
        program=None,
        unsent=None,
        changes=4,
        last_batch=1,
        origins=["7K2M9QXR", "8K2M9QXR"],
        holds=[HeldLog(origin="7K2M9QXR", id=1, name="Zooni")],
        busy_at_once=["7K2M9QXR", "8K2M9QXR"],
    )
    monkeypatch.setattr("fieldkit.server.devices.listing.devices", lambda *_: [one])
    spoken = cli("server", "devices", "--database", "sqlite:///none").text
    assert f"its clock is {says}" in spoken
    held = "its code was used by the laptop that holds the log 7K2M9QXR of device 1, Zooni"
    assert held in spoken
    assert "two copies of it are in use: 7K2M9QXR, 8K2M9QXR. Enrol one of them again." in spoken
