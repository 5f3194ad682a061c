"""A working day at a block office by commands alone, from the first run to the evening's copy."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.commands.conftest import Cli, caller
from tests.forked import local_server

from fieldkit.sample import write_roster
from fieldkit.server.operation.local import code

WOMEN = ["Zooni", "Hajra", "Saleema", "Rubeena", "Shameema", "Fatima", "Mehbooba", "Jameela"]
WOMEN += ["Rafiqa", "Nusrat", "Haleema", "Asmat"]
ROAD = ["selected", "voucher_issued", "ordered", "dispatched", "at_post_office", "delivered"]


@pytest.fixture
def cli(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Cli:
    monkeypatch.setenv("FIELDKIT_HOME", str(tmp_path / "home"))
    return caller(capsysbinary, monkeypatch)


def load(cli: Cli, kind: str, *entries: Mapping[str, object]) -> dict[str, int]:
    """Load entries as a script pipes them in; none may come back."""
    piped = "\n".join(json.dumps(entry) for entry in entries).encode()
    ran = cli("import", kind, "-", "--json", piped=piped)
    assert (ran.code, ran.err) == (0, ""), ran.text
    return {name: ran.json[name] for name in ("imported", "changed", "skipped")}


def mend(file: Path) -> None:
    """Set right what a clerk would in a spreadsheet of rows that came back."""
    right = {"Name of Beneficiary": "Bashir Ahmad Dar", "Trade": "Carpenter"}
    doubtful = dict.fromkeys(["Date of Birth", "Mobile No.", "IFSC Code", "Account No."], "")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        above = next(opened)
        rows = list(csv.DictReader(opened))
    assert all(row["reason"] for row in rows)
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        opened.write(above)
        table = csv.DictWriter(opened, list(rows[0]))
        table.writeheader()
        table.writerows({**row, **right, **doubtful} for row in rows)


def test_a_working_day(cli: Cli, tmp_path: Path) -> None:
    # The first run, and the block's roster as it really is.
    assert cli("init", "--name", "Asha", "--district", "2", "--block", "16").code == 0
    roster = tmp_path / "PMV Chadoora.xlsx"
    write_roster(roster, people=200, seed=2, district=2, block=16)
    loaded = cli("import", "beneficiary", roster, "--json")
    assert loaded.code == 1
    assert loaded.json["imported"] + loaded.json["rejected"] == 200
    assert loaded.json["rejected"] > 0
    # The rows that came back are mended in their file and loaded again.
    back = Path(loaded.json["rejects_file"])
    assert back.name == "PMV Chadoora-rejected.csv"
    mend(back)
    mended = cli("import", "beneficiary", back, "--json")
    assert (mended.code, mended.json["imported"]) == (0, loaded.json["rejected"])

    # A person is looked for, is not there, and is registered.
    artisan: dict[str, object] = {
        "name": "Ghulam Mohiuddin Bhat",
        "relation": "so",
        "relation_name": "Abdul Ahad Bhat",
        "gender": "M",
        "born": "23 Jan 1984",
        "mobile": "+91 94190 11432",
        "trade_code": "carpenter",
        "bars": "no",
    }
    assert "Ghulam Mohiuddin Bhat" not in cli("find", "gulam mohiudin but").text
    assert load(cli, "beneficiary", artisan)["imported"] == 1
    (hit, *_) = cli("find", "gulam mohiudin but", "--json").json
    assert hit["label"] == "Ghulam Mohiuddin Bhat"
    assert cli("find", "94190 11432", "--json").json[0]["id"] == hit["id"]
    assert load(cli, "beneficiary", {"id": hit["id"], "village": "Wathoora"})["changed"] == 1

    # A group and its members, a training and those enrolled, a toolkit on its way.
    group, training, toolkit = (f"7KQ2M9XD-{n}" for n in (1, 2, 3))
    load(cli, "self_help_group", {"id": group, "name": "Jhelum SHG", "village": "Wathoora"})
    members = [
        {"name": f"{name} Begum", "gender": "F", "self_help_group_id": group} for name in WOMEN
    ]
    assert load(cli, "member", *members)["imported"] == 12
    load(
        cli,
        "training_batch",
        {
            "id": training,
            "training_type": "basic",
            "course": "Basic training",
            "starts_on": "2026-03-02",
            "ends_on": "2026-03-07",
        },
    )
    people = [one["id"] for one in cli("export", "beneficiary", "--format", "jsonl").lines[-20:]]
    assert hit["id"] in people
    enrolled = [{"training_batch_id": training, "beneficiary_id": one} for one in people]
    assert load(cli, "training_enrolment", *enrolled)["imported"] == 20
    days = [
        {
            "training_batch_id": training,
            "beneficiary_id": one,
            "on": f"2026-03-0{day}",
            "present": True,
        }
        for day in range(2, 8)
        for one in people
    ]
    assert load(cli, "attendance", *days)["imported"] == 120
    load(cli, "toolkit", {"id": toolkit, "beneficiary_id": hit["id"], "state": "selected"})
    for state in ROAD[1:]:
        more = {"barcode": "EE000000001IN"} if state == "dispatched" else {}
        assert load(cli, "toolkit", {"id": toolkit, "state": state, **more})["changed"] == 1
    told = cli("show", hit["id"], "--json").json
    assert {event["kind"] for event in told["events"]} >= {"toolkit", "training_enrolment"}
    assert {event["state"] for event in told["events"]} == {"queued"}

    # The evening: everything is sent, and both sides hold the same, kind by kind.
    database = tmp_path / "server.sqlite3"
    with local_server(database) as url:
        assert cli("enrol", url, code(database)).code == 0
        assert cli("sync").code == 0
    here = cli("status", "--json").json
    there = cli("server", "status", "--database", f"sqlite:///{database}", "--json").json
    assert there["records"] == here["records"]
    (device,) = there["devices"]
    assert (device["head"], device["last_seq"]) == (here["head"], here["last_seq"])
    assert cli("sync").code == 3

    # A copy, a mishap, and the copy put back: what had not been sent since is told apart.
    assert cli("backup", tmp_path / "copy").code == 0
    assert load(cli, "beneficiary", {"id": hit["id"], "deleted": True})["changed"] == 1
    assert cli("restore", tmp_path / "copy").code == 0
    assert cli("find", "94190 11432", "--json").json[0]["id"] == hit["id"]
    load(cli, "beneficiary", {"id": hit["id"], "village": "Kralpora"})
    with local_server(database) as url:
        cli("enrol", url, code(database))
        assert cli("sync", "--json").json["verdicts"] == {
            "applied": 2,  # the record, and the backup in the log of exports
            "rejected": 0,
            "late": 0,
            "waiting": 0,
        }
    assert cli("check").code == 0
    again = cli("server", "status", "--database", f"sqlite:///{database}", "--json").json
    logged = here["records"]["export_log"] + 1  # the backup
    assert again["records"] == {**here["records"], "export_log": logged}
    assert len(again["devices"]) == 2
