from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from tests.commands.conftest import Cli

from fieldkit.protocol.change import Op
from fieldkit.protocol.messages.finding import Finding, Verdict
from fieldkit.records import Value, kinds
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.records.declaration.exported import PERSONAL
from fieldkit.store import Answered, Edit, ServerRow, Store

KINDS = list(kinds())
TYPED = [name for name, kind in kinds().items() if not kind.program_log]
"""The kinds of what is entered: each export adds to the log of exports."""


def rows(*entries: Mapping[str, object]) -> bytes:
    return b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)


def test_kinds_lists_every_kind_with_its_fields(home: Path, cli: Cli) -> None:
    found = cli("kinds", "--json")
    assert (found.code, found.err) == (0, "")
    assert [kind["kind"] for kind in found.json] == KINDS
    assert all(set(kind) == {"kind", "title", "fields"} for kind in found.json)
    fields = [field for kind in found.json for field in kind["fields"]]
    facts = ("name", "type", "label", "required", "choices")
    said = {tuple(fact for fact in field if fact != "replaced_by") for field in fields}
    assert said == {facts}
    (artisan,) = [kind for kind in found.json if kind["kind"] == "beneficiary"]
    by_name = {field["name"]: field for field in artisan["fields"]}
    assert by_name["trade_code"]["required"] is True
    carpenter = {"code": "CARP", "label": "Carpenter (Suthar/Badhai)", "confirmed": True}
    assert carpenter in by_name["trade_code"]["choices"]
    assert not any(choice["confirmed"] for choice in by_name["marital_status"]["choices"])
    assert by_name["mobile"]["choices"] == []
    assert not home.exists()


def test_kinds_prints_text_too(home: Path, cli: Cli) -> None:
    assert "beneficiary: Artisans" in cli("kinds").text


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_sample_is_one_file_a_kind(home: Path, cli: Cli, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    ran = cli("sample", "--people", "12", "--format", form, "--out", out)
    assert ran.code == 0
    assert ran.text.splitlines() == [str(p) for k in KINDS if (p := out / f"{k}.{form}").exists()]
    lines = (out / f"beneficiary.{form}").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 12 + (form == "csv")
    assert not home.exists()


def test_a_sample_is_of_the_requested_area_or_the_laptops(
    laptop: Path, cli: Cli, tmp_path: Path
) -> None:
    def area(*options: str) -> set[tuple[int, int]]:
        out = tmp_path / "-".join(["out", *options])
        assert cli("sample", "--people", "3", "--out", out, *options).code == 0
        lines = (out / "beneficiary.jsonl").read_text(encoding="utf-8").splitlines()
        return {(entry["district"], entry["block"]) for entry in map(json.loads, lines)}

    assert area() == {(2, 16)}
    ((district, block),) = area("--district", "13")
    assert district == 13
    assert area("--block", str(block)) == {(13, block)}


@pytest.mark.parametrize(
    "options", [["--district", "99"], ["--block", "999999"], ["--district", "1", "--block", "16"]]
)
def test_a_sample_of_an_unknown_place_is_refused(
    home: Path, cli: Cli, tmp_path: Path, options: list[str]
) -> None:
    ran = cli("sample", "--people", "3", "--out", tmp_path / "out", *options)
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err.startswith("There is no ")


def test_a_folder_is_imported_parents_first(laptop: Path, cli: Cli, sample: Path) -> None:
    ran = cli("import", sample, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert list(ran.json) == [f"{k}.jsonl" for k in KINDS if (sample / f"{k}.jsonl").exists()]
    assert ran.json["beneficiary.jsonl"]["imported"] == 60
    for figures in ran.json.values():
        assert set(figures) == {
            "imported", "changed", "skipped", "rejected", "reasons", "rejects_file", "duplicates",
            "duplicates_file", "notes",
        }  # fmt: skip
        assert (figures["changed"], figures["skipped"], figures["rejected"]) == (0, 0, 0)
        assert figures["rejects_file"] is None
    again = cli("import", sample, "--json").json
    for name, figures in again.items():
        assert (figures["imported"], figures["changed"]) == (0, 0)
        assert figures["skipped"] == ran.json[name]["imported"]


def test_a_bad_file_does_not_stop_the_others_of_a_folder(
    laptop: Path, cli: Cli, sample: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "beneficiary.jsonl").write_bytes((sample / "beneficiary.jsonl").read_bytes())
    (folder / "programme.csv").write_bytes(b"")
    ran = cli("import", folder, "--json")
    assert ran.code == 1
    assert ran.json["beneficiary.jsonl"]["imported"] == 60
    assert ran.json["programme.csv"]["notes"] == ["The file is empty. Choose another file."]


def unnumbered(exported: bytes) -> list[bytes]:
    """Return the lines of an export without record numbers, which each laptop gives itself."""
    return sorted(re.sub(rb'"[0-9A-HJKMNP-TV-Z]{8}-[0-9]+"', b'""', exported).splitlines())


def test_export_then_import_gives_the_same_records(
    filled: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = tmp_path / "office"
    assert cli("sample", "--people", "1", "--seed", "13", "--office", "--out", office).code == 0
    assert cli("import", office).code == 0
    one = cli("export", "beneficiary", "--format", "jsonl").lines[0]
    newer = {"id": one["id"], "solar_panel": {"watts": 40}, "seen": ["a", 1]}
    assert cli("import", "beneficiary", "-", piped=rows(newer)).code == 0
    out = tmp_path / "out"
    out.mkdir()
    for kind in TYPED:
        assert cli("export", kind, "-o", out / f"{kind}.jsonl").code == 0
    before = {kind: unnumbered((out / f"{kind}.jsonl").read_bytes()) for kind in TYPED}
    assert any(json.loads(one).get("solar_panel") == {"watts": 40} for one in before["beneficiary"])
    assert all(before.values())

    monkeypatch.setenv("FIELDKIT_HOME", str(tmp_path / "other"))
    assert cli("init", "--name", "Bilal", "--district", "13").code == 0
    ran = cli("import", out, "--json")
    assert ran.code == 0
    assert [ran.json[f"{kind}.jsonl"]["imported"] for kind in TYPED] == [
        len(before[kind]) for kind in TYPED
    ]
    for kind in TYPED:
        assert unnumbered(cli("export", kind, "--format", "jsonl").out) == before[kind], kind
    # A new record gets an unused number.
    cli("import", "beneficiary", "-", piped=b'{"name": "Ali Lone", "trade_code": "CARP"}\n')
    ids = [entry["id"] for entry in cli("export", "beneficiary", "--format", "jsonl").lines]
    assert len(set(ids)) == 62


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_exported_tables_import_unchanged(
    filled: Path, cli: Cli, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / f"beneficiary.{form}"
    assert cli("export", "beneficiary", "-o", out).code == 0
    before = unnumbered(cli("export", "beneficiary", "--format", "jsonl").out)
    skipped = cli("import", "beneficiary", out, "--json").json
    assert (skipped["skipped"], skipped["changed"], skipped["rejected"]) == (60, 0, 0)
    monkeypatch.setenv("FIELDKIT_HOME", str(tmp_path / "other"))
    assert cli("init", "--name", "Bilal", "--district", "2", "--block", "16").code == 0
    assert cli("import", "beneficiary", out).code == 0
    assert unnumbered(cli("export", "beneficiary", "--format", "jsonl").out) == before


def test_a_known_id_edits_the_named_fields(laptop: Path, cli: Cli) -> None:
    first = {"id": "7KQ2M9XD-1", "name": "Ali Lone", "trade_code": "CARP", "village": "Wathoora"}

    def load(entry: Mapping[str, object]) -> tuple[int, int, int]:
        figures = cli("import", "beneficiary", "-", "--json", piped=rows(entry)).json
        return figures["imported"], figures["changed"], figures["skipped"]

    def held() -> dict[str, object]:
        (entry,) = cli("export", "beneficiary", "--format", "jsonl").lines
        return {"id": first["id"]} | {
            name: entry.get(name) for name in ("name", "trade_code", "village")
        }

    assert load(first) == (1, 0, 0)
    assert held() == first
    assert load(first) == (0, 0, 1)
    assert load({"id": first["id"], "name": "Ali Mohd Lone"}) == (0, 1, 0)
    assert held() == {**first, "name": "Ali Mohd Lone"}
    assert load({"id": first["id"], "village": ""}) == (0, 1, 0)
    assert held() == {**first, "name": "Ali Mohd Lone", "village": None}
    assert load({"id": first["id"], "deleted": True}) == (0, 1, 0)
    assert cli("export", "beneficiary", "--format", "jsonl").out == b""
    assert load({"id": first["id"], "deleted": True}) == (0, 0, 1)
    changes = cli("show", "7KQ2M9XD-1", "--json").json["changes"]
    assert [change["op"] for change in changes] == ["create", "edit", "edit", "delete"]
    # The exports between them are logged.
    assert [change["seq"] for change in changes] == [1, 3, 5, 7]
    assert changes[1]["fields"] == {"name": "Ali Mohd Lone"}
    assert changes[2]["fields"] == {"village": None}
    assert "-1  deleted" in cli("show", "7KQ2M9XD-1").text


def test_rejected_rows_are_written_with_the_reason(laptop: Path, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "artisans.csv"
    file.write_text("Name,Trade,Mobile No.\nAli Lone,Carpenter,9419011432\nAsif,Carpenter,12\n")
    ran = cli("import", "beneficiary", file, "--json")
    assert (ran.code, ran.json["imported"], ran.json["rejected"]) == (1, 1, 1)
    back = Path(ran.json["rejects_file"])
    assert back.parent == tmp_path
    with back.open(encoding="utf-8-sig", newline="") as opened:
        next(opened)
        (row,) = csv.DictReader(opened)
    assert (row["Name"], row["Mobile No."]) == ("Asif", "12")
    assert row["reason"].startswith("Mobile: ")
    spoken = cli("import", "beneficiary", file)
    assert (spoken.code, spoken.err) == (1, "")
    assert (
        "1 new, 0 changed, 0 same as before, 1 rejected, 1 may be the same person." in spoken.text
    )
    assert "artisans-rejected-2.csv" in spoken.text


def test_likely_duplicates_are_imported_and_listed(laptop: Path, cli: Cli) -> None:
    entry = {"name": "Ali Lone", "trade_code": "CARP", "mobile": "9419011432", "born": "1980"}
    ran = cli("import", "beneficiary", "-", "--json", piped=rows(entry, entry))
    assert (ran.code, ran.json["imported"]) == (0, 2)
    (pair,) = ran.json["duplicates"]
    assert set(pair) == {"row", "id", "other", "key"}
    assert pair["row"] == 2
    listed = Path(ran.json["duplicates_file"])
    assert listed.parent == laptop / "imports"
    assert listed.read_text(encoding="utf-8-sig").count("Ali Lone") == 2
    spoken = cli("import", "beneficiary", "-", piped=rows(entry))
    assert str(laptop / "imports" / "beneficiary-duplicates-2.csv") in spoken.text


def test_a_dry_run_of_the_command_writes_nothing(filled: Path, cli: Cli, sample: Path) -> None:
    lines = (sample / "beneficiary.jsonl").read_bytes().splitlines()
    known = json.loads(lines[0])
    piped = rows(
        {**known, "village": "Elsewhere"},
        {"name": "Ali Lone", "trade_code": "CARP"},
        {"name": "Ali Lone", "trade_code": "CARP", "mobile": "12"},
        json.loads(lines[1]),
    )
    before = {kind: cli("export", kind, "--format", "jsonl").out for kind in TYPED}
    status = cli("status", "--json").json
    ran = cli("import", "beneficiary", "-", "--dry-run", "--json", piped=piped)
    assert ran.code == 1
    figures = [ran.json[name] for name in ("imported", "changed", "skipped", "rejected")]
    assert figures == [1, 1, 1, 1]
    assert cli("status", "--json").json == status
    assert {kind: cli("export", kind, "--format", "jsonl").out for kind in TYPED} == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["import", "artisan", "x.csv"], "There is no kind 'artisan'. Choose one of: "),
        (["import", "beneficiary", "none.csv"], "There is no file none.csv. Check the name."),
        (["import", "beneficiary"], "Give a kind and a file, or a folder"),
        (["import", "."], ". has no file named after a kind"),
        (["import", "beneficiary", "."], ". is a folder."),
        (["export", "artisan"], "There is no kind 'artisan'."),
        (["export", "beneficiary", "--where", "colour=red"], "'colour=red' is not FIELD=VALUE"),
        (["export", "beneficiary", "--where", "trade_code"], "'trade_code' is not FIELD=VALUE"),
        (["export", "beneficiary", "--where", "trade_code=juggler"], "'juggler' does not fit"),
        (["export", "beneficiary", "-o", "out.pdf"], "The format must be csv, xlsx or jsonl"),
        (["export", "beneficiary", "-o", "none/out.csv"], "none/out.csv cannot be written"),
        (["find", "Ali", "--kind", "artisan"], "There is no kind 'artisan'."),
        (["show", "nobody"], "A record number looks like 7KQ2M9XD-142."),
        (
            ["show", "7KQ2M9XD-142"],
            "There is no record 7KQ2M9XD-142 on this laptop. Check the number, or sync first.",
        ),
    ],
)
def test_unusable_input_is_refused_in_a_sentence(
    laptop: Path,
    cli: Cli,
    arguments: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    ran = cli(*arguments)
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err.startswith(says)
    assert list(empty.iterdir()) == []


def test_nothing_is_imported_before_setup(home: Path, cli: Cli, sample: Path) -> None:
    ran = cli("import", sample, "--json")
    assert (ran.code, ran.out) == (2, b"")
    assert "fieldkit init" in ran.err


def test_exports_to_standard_output_and_to_files(filled: Path, cli: Cli, tmp_path: Path) -> None:
    table = list(csv.reader(io.StringIO(cli("export", "beneficiary").out.decode("utf-8-sig"))))
    assert table[0] == [PERSONAL]
    assert len(table) == 62
    assert len(cli("export", "beneficiary", "--format", "jsonl").lines) == 60
    book = openpyxl.load_workbook(
        io.BytesIO(cli("export", "beneficiary", "--format", "xlsx").out), read_only=True
    )
    about, records = (list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
    assert about == [(PERSONAL,)]
    assert len(records) == 61
    ran = cli("export", "beneficiary", "-o", tmp_path / "A.CSV")
    assert (ran.code, ran.text) == (0, f"60 records were written to {tmp_path / 'A.CSV'}.\n")
    assert (tmp_path / "A.CSV").read_bytes() == cli("export", "beneficiary").out


def test_where_accepts_values_as_typed(filled: Path, cli: Cli) -> None:
    export = ["export", "beneficiary", "--format", "jsonl"]
    everyone = cli(*export).lines
    some = everyone[0]
    alike = [
        entry["id"]
        for entry in everyone
        if (entry["gender"], entry["trade_code"]) == (some["gender"], some["trade_code"])
    ]
    label = {"M": "man", "F": "woman"}[some["gender"]]
    where = ["--where", f"gender={label}", "--where", f"trade_code={some['trade_code'].lower()}"]
    assert 0 < len(alike) < 60
    assert [entry["id"] for entry in cli(*export, *where).lines] == alike
    assert [entry["id"] for entry in cli(*export, "--where", f"id={some['id']}").lines] == [
        some["id"]
    ]


def test_an_account_that_looks_like_an_aadhaar_number_can_be_searched(
    laptop: Path, cli: Cli
) -> None:
    account = "999971658847"
    piped = rows({"name": "Ali Lone", "trade_code": "CARP", "account_no": account})
    assert cli("import", "beneficiary", "-", piped=piped).code == 0
    found = cli("export", "beneficiary", "--format", "jsonl", "--where", f"account_no={account}")
    assert [entry["account_no"] for entry in found.lines] == [account]


def test_a_person_is_found_by_a_misspelt_name(laptop: Path, cli: Cli) -> None:
    entries = rows(
        {"name": "Ghulam Mohammad Bhat", "trade_code": "CARP"},
        {"name": "Zooni Begum", "trade_code": "TAIL", "village": "Wathoora"},
    )
    assert cli("import", "beneficiary", "-", piped=entries).code == 0
    (hit,) = cli("find", "gh mohd but", "--json").json
    assert set(hit) == {"id", "kind", "label", "fields"}
    assert (hit["kind"], hit["label"]) == ("beneficiary", "Ghulam Mohammad Bhat")
    assert hit["fields"]["trade_code"] == "CARP"
    spoken = cli("find", "zoni begam")
    assert spoken.code == 0
    assert spoken.text.split()[0].endswith("-2")
    assert "Wathoora" in spoken.text
    assert cli("find", "zoni begam", "--kind", "member", "--json").json == []
    none = cli("find", "Xerxes")
    assert (none.code, none.out, none.err) == (
        0,
        b"",
        "Nothing found. Try the mobile, or another spelling.\n",
    )


def test_find_respects_the_limit(filled: Path, cli: Cli) -> None:
    assert len(cli("find", "a", "--limit", "3", "--json").json) == 3


def test_show_lists_the_events_of_a_person(filled: Path, cli: Cli) -> None:
    toolkit = cli("export", "toolkit", "--format", "jsonl").lines[0]
    ran = cli("show", toolkit["beneficiary_id"], "--json")
    assert (ran.code, ran.err) == (0, "")
    assert set(ran.json) == {"kind", "label", "record", "also_entered_as", "events", "changes"}
    assert ran.json["kind"] == "beneficiary"
    assert ran.json["record"]["id"] == toolkit["beneficiary_id"]
    assert toolkit["id"] in {event["id"] for event in ran.json["events"]}
    assert {event["state"] for event in ran.json["events"]} == {"queued"}
    (change,) = ran.json["changes"]
    assert (change["op"], change["state"], change["operator"]) == ("create", "queued", "Asha")
    assert change["fields"]["name"] == ran.json["record"]["name"]
    spoken = cli("show", toolkit["beneficiary_id"].lower()).text
    assert ran.json["label"] in spoken.splitlines()[0]
    assert "queued" in spoken


def test_terminal_control_characters_are_only_shown(laptop: Path, cli: Cli) -> None:
    ran = cli("import", "beneficiary", "no\x1b[2Jfile\x9b.csv")
    assert ran.code == 2
    assert not {"\x1b", "\x9b"} & set(ran.err)
    entry = rows({"name": "Ali Lone", "trade_code": "CARP", "later": "\x9b2J\u202e\x1b[2J"})
    assert cli("import", "beneficiary", "-", piped=entry).code == 0
    assert cli("find", "Ali Lone", "--json").out.isascii()


def test_show_lists_findings_and_the_changes_of_a_record_that_left(laptop: Path, cli: Cli) -> None:
    store = Store.open(laptop)
    store.access.enrol("http://127.0.0.1:9", "t" * 43, "operator", 2, 16, 1, "first")
    names = [{"name": "Noor VO"}, {"name": "Wathora VO"}]
    kept, gone = (
        saved.id for saved in store.save([Edit(VillageOrganisation, one) for one in names], "Asha")
    )
    position = store.outbox.log_position()
    assert position is not None
    note = Finding("", kept, "name", "same", text="Noor may be here twice.")
    row = ServerRow("village_organisation", kept, 1, {**names[0], "district": 2}, findings=(note,))
    refused = Verdict(seq=2, verdict="rejected", reason="Not in your area.")
    answer = Answered(position.origin, 2, position.head, {1: 1, 2: None}, [refused], [row])
    store.pull.receive(answer)
    store.withdraw(position.origin, 2)
    store.close()
    assert "To check: Noor may be here twice." in cli("show", kept).text
    assert "1 to check: " in cli("status").text
    ran = cli("show", gone)
    assert (ran.code, ran.text.splitlines()[0]) == (
        0,
        f"{gone} is no longer on this laptop. What was entered here:",
    )
    assert "Wathora VO" in ran.text
    shown = cli("show", gone, "--json").json
    assert (shown["kind"], shown["record"], shown["label"]) == ("village_organisation", None, None)
    assert shown["changes"][0]["fields"]["name"] == "Wathora VO"


def test_a_deleted_record_is_restored(laptop: Path, cli: Cli) -> None:
    store = Store.open(laptop)
    (made,) = store.save([Edit(VillageOrganisation, {"name": "Noor VO"})], "Asha")
    store.save([Edit(VillageOrganisation, {}, made.id, None, Op.DELETE)], "Asha")
    store.close()
    done = cli("undelete", made.id)
    assert (done.code, done.text) == (0, f"Restored: Noor VO, {made.id}.\n")
    assert cli("export", "village_organisation", "--format", "jsonl").lines[0]["id"] == made.id
    again = cli("undelete", made.id)
    assert (again.code, again.err) == (2, f"Noor VO, {made.id}, is not deleted.\n")
    assert cli("undelete", "7KQ2M9XD-99").err == (
        "There is no record 7KQ2M9XD-99 on this laptop. Check the number, or sync first.\n"
    )
    assert cli("undelete", "Noor").code == 2


def test_two_people_are_noted_as_different_and_that_is_taken_back(laptop: Path, cli: Cli) -> None:
    with closing(Store.open(laptop)) as store:
        shared: dict[str, Value] = {"trade_code": "CARP", "mobile": "9419012345"}
        names = ("Gulam Mohd Bhat", "Ghulam Mohammad Bhat")
        edits = [Edit(kinds()["beneficiary"], {"name": name, **shared}) for name in names]
        one, other = (saved.id for saved in store.save(edits, "Asha"))
    done = cli("different", other, one.lower())
    assert (done.code, done.text.partition(":")[0]) == (0, "Noted as different")
    with closing(Store.open(laptop)) as store:
        assert store.alike("beneficiary", [one, other]) == []
    assert cli("different", one, other, "--undo").code == 0
    again = cli("different", one, other, "--undo")
    assert (again.code, again.err.partition(" that ")[0]) == (2, "Nobody has said")
    assert cli("different", one, one).code == 2
