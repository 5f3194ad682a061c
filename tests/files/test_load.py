from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from threading import Event

import pytest
from tests.files.conftest import Roster

from fieldkit.files import BY_AGE, Choices, Loaded, Unreadable, load, load_folder, preview
from fieldkit.protocol.note import LONGEST_NOTE, note_field, notes_in
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.fields.dates import today
from fieldkit.store import Edit, Store

AADHAAR, ANOTHER = "9999 4105 7058", "999971658847"
SHORT = "Name,Trade,"


def only(store: Store) -> Beneficiary:
    (record,) = store.each("beneficiary")
    assert isinstance(record, Beneficiary)
    return record


def rejected(loaded: Loaded) -> list[dict[str, str]]:
    assert loaded.rejects_file
    with loaded.rejects_file.open(encoding="utf-8-sig", newline="") as file:
        assert "holds personal data" in next(file)
        return list(csv.DictReader(file))


def jsonl(store: Store, *entries: dict[str, object]) -> Loaded:
    content = "\n".join(json.dumps(entry) for entry in entries).encode()
    return load(store, "beneficiary", io.BytesIO(content), operator="Asha")


def test_a_messy_row_is_understood(roster: Roster, store: Store) -> None:
    loaded = roster("1,Ghulam Mohd Bhat,S/o Abdul Ahad,+91 94190-11432,Carpanter,15-Aug-88")
    assert loaded.imported == 1
    record = only(store)
    assert (record.name, record.relation, record.relation_name) == (
        "Ghulam Mohd Bhat",
        "SO",
        "Abdul Ahad",
    )
    assert (record.gender, record.mobile) == ("M", "9419011432")
    assert (record.trade_code, record.born) == ("CARP", "1988-08-15")
    assert (record.district, record.block, record.created_by) == (2, 16, "Asha")
    assert any("Carpanter" in note for note in loaded.notes)


def test_titles_blanks_repeated_headings_and_totals_are_skipped(roster: Roster) -> None:
    loaded = roster(
        "List of artisans,,,,,",
        ",,,,,",
        'S.No.,Name of Beneficiary,"S/o, D/o, W/o",Mobile No.,Trade,Date of Birth',
        "1,2,3,4,5,6",
        "1,Ali Lone,S/o Ahad Lone,9419011432,Mason,1988",
        ",,,,,",
        'S.No.,Name of Beneficiary,"S/o, D/o, W/o",Mobile No.,Trade,Date of Birth',
        "2,Zoona Begum,W/o: Gh Nabi,9419011433,Tailor (Darzi),32500",
        "Block Chadoora,,,,,",
        ",Total,2,,,",
        headings="Office of the BDO,,,,,",
    )
    assert (loaded.imported, loaded.rejected) == (2, 0)


def test_a_rejected_row_has_all_its_reasons(roster: Roster) -> None:
    loaded = roster(
        "1,Zoona,W/o Gh Nabi,9.41912E+09,Astronaut,31/02/1990", "2,,S/o X,9419011432,Mason,1988"
    )
    assert (loaded.imported, loaded.rejected) == (0, 2)
    first, second = rejected(loaded)
    assert first["Name of Beneficiary"] == "Zoona"
    assert first["Mobile No."] == "9.41912E+09"
    for part in ("9.41912E+09", "Astronaut", "calendar"):
        assert part in first["reason"]
    assert "needed" in second["reason"]


def test_a_corrected_rejects_file_imports_and_none_is_overwritten(
    roster: Roster, store: Store, tmp_path: Path
) -> None:
    first = roster("1,Zoona,W/o Gh Nabi,12,Mason,1990").rejects_file
    second = roster("1,Zoona,W/o Gh Nabi,12,Mason,1990").rejects_file
    assert first
    assert second
    assert first != second
    mended = first.read_text(encoding="utf-8-sig").replace(",12,", ",9419011432,")
    first.write_text(mended, encoding="utf-8")
    assert load(store, "beneficiary", first, operator="Asha").imported == 1
    assert only(store).remarks is None


def test_rejects_of_a_read_only_folder_go_to_the_home_folder(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    path = folder / "roster.csv"
    path.write_text("Name,Trade\nAli,Astronaut\n", encoding="utf-8")
    touch = Path.touch

    def refused(self: Path, mode: int = 0o666, exist_ok: bool = True) -> None:
        if self.parent == folder:
            raise PermissionError
        touch(self, mode, exist_ok)

    monkeypatch.setattr(Path, "touch", refused)
    loaded = load(store, "beneficiary", path, operator="Asha")
    assert loaded.rejects_file == store.home / "imports" / "roster-rejected.csv"


def test_a_column_of_aadhaar_numbers_is_cut_before_anything_is_stored(
    roster: Roster, store: Store
) -> None:
    loaded = roster(
        f"Ali,Mason,{AADHAAR}", f"Zoona,Astronaut,{ANOTHER}", headings=SHORT + "Aadhaar No."
    )
    assert only(store).aadhaar_last4 == "7058"
    assert any("last four" in note for note in loaded.notes)
    assert rejected(loaded)[0]["Aadhaar No."] == "8847"


def test_a_column_that_passes_verhoeff_is_cut_whatever_its_heading(
    roster: Roster, store: Store
) -> None:
    roster(f"Ali,Mason,{AADHAAR}", headings=SHORT + "Proof")
    assert only(store).aadhaar_last4 == "7058"
    assert AADHAAR not in store.home.joinpath("fieldkit.sqlite3").read_bytes().decode("latin-1")


def test_a_single_aadhaar_number_among_remarks_is_refused_and_masked(roster: Roster) -> None:
    good = [f"Ali,Mason,fine {n}" for n in range(30)]
    loaded = roster(*good, f"Zoona,Mason,see {AADHAAR}", headings=SHORT + "Remarks")
    assert (loaded.imported, loaded.rejected) == (30, 1)
    assert rejected(loaded)[0]["Remarks"] == "see XXXX XXXX 7058"


SECRETS = ["999941057058", "9999/4105/7058", "99 99 41 05 70 58", "9.99941057058E+11"]


def digits_of(path: Path | None) -> str:
    assert path
    return re.sub(r"[^0-9X]", "", path.read_text(encoding="utf-8-sig"))


@pytest.mark.parametrize("written", SECRETS)
@pytest.mark.parametrize("heading", ["Trade", "Remarks", "Mobile No.", "Born", "Of no field"])
def test_no_aadhaar_number_reaches_the_rejected_rows(
    roster: Roster, written: str, heading: str
) -> None:
    loaded = roster(f"Zoona,Astronaut,{written}", headings=f"Name,Work,{heading}")
    assert loaded.rejected == 1
    assert "99994105" not in digits_of(loaded.rejects_file)
    assert "7058" in digits_of(loaded.rejects_file)


@pytest.mark.parametrize("written", SECRETS)
def test_no_aadhaar_number_reaches_the_rejected_lines_of_jsonl(store: Store, written: str) -> None:
    for name in ("trade_code", "remarks", "mobile", "later", written, "aadhaar_last4"):
        loaded = jsonl(store, {"name": "", "mobile": "12", name: written})
        assert loaded.rejected == 1
        assert "99994105" not in digits_of(loaded.rejects_file)


def test_a_rejected_mobile_keeps_its_country_code(roster: Roster) -> None:
    loaded = roster("Zoona,Astronaut,919419011432", headings="Name,Trade,Mobile")
    assert rejected(loaded)[0]["Mobile"] == "919419011432"


def test_notes_on_fields_are_loaded_as_they_may_be_typed_and_others_say_why_not(
    store: Store,
) -> None:
    row = {"name": "Ali", "trade_code": "MASN"}
    wrong: dict[object, str] = {
        "a" * (LONGEST_NOTE + 1): "A note has at most 200 letters; this one has 201.",
        f"Card {AADHAAR}": "This looks like an Aadhaar number. It is never kept: remove it.",
        7: "A note is a text.",
    }
    noted = note_field("mobile")
    loaded = jsonl(store, {**row, noted: "a" * LONGEST_NOTE}, *({**row, noted: n} for n in wrong))
    assert (loaded.imported, loaded.rejected) == (1, 3)
    assert notes_in(only(store).extra) == {"mobile": "a" * LONGEST_NOTE}
    reasons = [(number, f"{noted}: {why}") for number, why in enumerate(wrong.values(), 2)]
    assert [*loaded.reasons] == reasons


@pytest.mark.parametrize(
    ("entry", "kept"),
    [
        ({"aadhaar_number": "234567890123"}, {"aadhaar_number": "0123"}),
        ({"aadhaar_number": 234567890123}, {"aadhaar_number": "0123"}),
        ({"aadhaar_number": "99994105705"}, {"aadhaar_number": "XXXXXXX5705"}),
        ({"later": [{"uid": "9999 4105 7058"}]}, {"later": [{"uid": "7058"}]}),
        ({"aadhaar_seen_on": "2024-05-02"}, {"aadhaar_seen_on": "2024-05-02"}),
        ({"aadhaar": True, "uid": None}, {"aadhaar": True}),
    ],
)
def test_jsonl_values_named_aadhaar_are_cut(
    store: Store, entry: dict[str, object], kept: dict[str, object]
) -> None:
    loaded = jsonl(store, {"name": "Ali", "trade_code": "MASN", **entry})
    assert loaded.imported == 1
    assert only(store).extra == kept
    said = any("only the last four" in note for note in loaded.notes)
    assert said == (not entry.items() >= kept.items())


def test_cutting_a_known_field_is_noted(store: Store) -> None:
    loaded = jsonl(store, {"name": "Ali", "trade_code": "MASN", "aadhaar_last4": AADHAAR})
    assert only(store).aadhaar_last4 == "7058"
    assert any("“aadhaar_last4” holds Aadhaar numbers" in note for note in loaded.notes)


@pytest.mark.parametrize(
    "entry",
    [
        b'"zz": 1e400',
        b'"later": {"deep": [1, -1e999]}',
        b'"": "x"',
        b'"' + b"x" * 101 + b'": "x"',
        b'"later": "' + b"x" * 40_000 + b'"',
        b'"a": "' + b"x" * 20_000 + b'", "b": "' + b"x" * 20_000 + b'"',
        b",".join(b'"x%d": 1' % number for number in range(510)),
        b'"later": ' + b"[" * 300 + b"]" * 300,
    ],
)
def test_values_no_server_would_accept_are_rejected(store: Store, entry: bytes) -> None:
    content = io.BytesIO(b'{"name": "Ali", "trade_code": "MASN", ' + entry + b"}\n")
    loaded = load(store, "beneficiary", content, operator="Asha")
    assert (loaded.imported, loaded.rejected) == (0, 1)
    assert loaded.rejects_file
    assert '"reason"' in loaded.rejects_file.read_text(encoding="utf-8")


def test_accounts_that_look_like_aadhaar_by_chance_are_accepted(
    roster: Roster, store: Store
) -> None:
    loaded = roster(
        f"Ali,Mason,{ANOTHER}", "Zoona,Mason,999971658848", headings=SHORT + "Account No."
    )
    assert loaded.rejected == 0
    accounts = [r.value("account_no") for r in store.each("beneficiary")]
    assert accounts == [ANOTHER, "999971658848"]


def test_a_column_of_accounts_that_all_look_like_aadhaar_is_rejected(roster: Roster) -> None:
    loaded = roster(*[f"Ali,Mason,{ANOTHER}"] * 6, headings=SHORT + "Account No.")
    assert (loaded.imported, loaded.rejected) == (0, 6)
    assert ANOTHER not in rejected(loaded)[0]["Account No."]


@pytest.mark.parametrize("written", ["F", "Female", "Woman", "महिला"])
def test_words_for_a_woman_are_understood(roster: Roster, store: Store, written: str) -> None:
    roster(f"Zoona,Mason,{written}", headings=SHORT + "Gender")
    assert only(store).gender == "F"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Carpanter", "CARP"),
        ("Tarkhan", "CARP"),
        ("Rajmistri", "MASN"),
        ("Tailor (Darzi)", "TAIL"),
        ("BLACK SMITH", "BLAK"),
        ("बढ़ई", "CARP"),
    ],
)
def test_trades_are_understood_as_people_write_them(
    roster: Roster, store: Store, written: str, code: str
) -> None:
    roster(f"Ali,{written}", headings="Name,Trade")
    assert only(store).trade_code == code


@pytest.mark.parametrize("written", ["Weaver", "weavr", "Carpet", "Sozni", "Carpet maker"])
def test_a_craft_that_is_no_trade_is_refused_as_in_the_form(roster: Roster, written: str) -> None:
    loaded = roster(f"Ali,{written}", headings="Name,Trade")
    assert loaded.imported == 0
    reason = rejected(loaded)[0]["reason"]
    assert "not among the 18 trades" in reason or "not on the list" in reason


@pytest.mark.parametrize(("written", "code"), [("Stone", "SCUL"), ("Cob", "COBB")])
def test_a_partly_written_trade_is_noted(
    roster: Roster, store: Store, written: str, code: str
) -> None:
    loaded = roster(f"Ali,{written}", headings="Name,Trade")
    assert only(store).trade_code == code
    assert any(f"“{written}” was read as" in note for note in loaded.notes)


def test_an_ambiguous_trade_is_rejected(roster: Roster) -> None:
    loaded = roster("Ali,Maker", headings="Name,Trade")
    assert "could be" in rejected(loaded)[0]["reason"]


def test_an_age_becomes_a_year_of_birth(roster: Roster, store: Store) -> None:
    roster("Ali,Mason,42 yrs", headings=SHORT + "Age")
    assert only(store).born == str(today().year - 42)


@pytest.mark.parametrize(
    ("heading", "text", "why"),
    [
        ("Age", "150", "150 years cannot be right."),
        ("Age", "0", "0 years cannot be right."),
        ("Age", "6 months", "Age must be a number of years."),
        ("Mobile", "#N/A", "The spreadsheet shows #N/A, an error."),
        ("Village", "#REF!", "The spreadsheet shows #REF!, an error."),
        ("Monthly Income", '"10,5"', "A whole number is needed."),
    ],
)
def test_a_value_is_refused_for_the_right_reason(
    roster: Roster, heading: str, text: str, why: str
) -> None:
    loaded = roster(f"Ali,Mason,{text}", headings=SHORT + heading)
    assert loaded.imported == 0
    assert why in rejected(loaded)[0]["reason"]


def test_a_named_block_implies_its_district(roster: Roster, store: Store) -> None:
    roster("Ali,Mason,Chadora", "Zoona,Mason,Achabal", headings=SHORT + "Block")
    places = [(record.district, record.block) for record in store.each("beneficiary")]
    assert places == [(2, 16), (1, 1)]


def test_a_name_with_its_parentage_is_split(roster: Roster, store: Store) -> None:
    roster("Ali Lone S/o Ahad Lone,Mason", headings="Name & Parentage,Trade")
    record = only(store)
    assert (record.name, record.relation, record.relation_name) == ("Ali Lone", "SO", "Ahad Lone")


def test_duplicates_are_imported_and_listed(roster: Roster, store: Store) -> None:
    roster("1,Ghulam Mohammad Bhat,S/o Abdul Ahad,9419011432,Mason,1988")
    first = only(store).id
    loaded = roster(
        "1,Ghulam Mohd Bhat,S/o Ab Ahad,9419011432,Mason,1988",
        "2,Ghulam Mohammad Butt,S/o Abdul Ahad,9419011432,Mason,1988",
    )
    assert loaded.imported == 2
    assert {pair.other for pair in loaded.duplicates} >= {first}
    assert {pair.row for pair in loaded.duplicates} == {2, 3}
    assert loaded.duplicates_file
    assert loaded.duplicates_file.name == "roster-duplicates.csv"
    with loaded.duplicates_file.open(encoding="utf-8-sig", newline="") as file:
        assert "holds personal data" in next(file)
        listed = list(csv.DictReader(file))
    assert len(listed) == len(loaded.duplicates)
    one = next(pair for pair in listed if pair["May be same as"] == first and pair["Row"] == "2")
    assert (one["Name"], one["Name of that"]) == ("Ghulam Mohd Bhat", "Ghulam Mohammad Bhat")
    assert "Mobile" in one["Same in"]


def test_formulas_are_escaped_among_duplicates(store: Store) -> None:
    row: dict[str, object] = {"name": "=Ali", "trade_code": "MASN", "mobile": "9419011432"}
    found = jsonl(store, row, row).duplicates_file
    assert found
    assert found.parent == store.home / "imports"
    assert ",=Ali" not in found.read_text(encoding="utf-8-sig")


def test_the_persons_mapping_is_used(store: Store) -> None:
    content = io.BytesIO(b"Who,What,Note\nAli,Mason,x\n")
    choices = Choices({"Who": "name", "What": "trade_code", "Note": None})
    assert load(store, "beneficiary", content, operator="Asha", choices=choices).imported == 1
    assert only(store).remarks is None


def test_a_dry_run_writes_nothing(store: Store) -> None:
    content = io.BytesIO(b"Name,Trade\nAli,Mason\nZoona,Astronaut\n")
    loaded = load(store, "beneficiary", content, operator="Asha", dry_run=True)
    assert (loaded.imported, loaded.rejected) == (1, 1)
    assert store.counts()["beneficiary"] == 0


def test_a_dry_run_sees_earlier_rows(store: Store) -> None:
    (artisan,) = store.save([Edit(Beneficiary, {"name": "Ali", "trade_code": "MASN"})], "Asha")
    content = f"beneficiary_id,status\n{artisan.id},ELIGIBLE\n{artisan.id},ELIGIBLE\n".encode()
    trial = load(store, "toolkit", io.BytesIO(content), operator="Asha", dry_run=True)
    assert (trial.imported, trial.rejected) == (1, 1)
    assert store.counts()["toolkit"] == 0
    real = load(store, "toolkit", io.BytesIO(content), operator="Asha")
    assert (real.imported, real.rejected) == (1, 1)


def test_a_dry_run_of_a_folder_sees_earlier_files(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "self_help_group.csv").write_text("name\nNoor SHG\n", encoding="utf-8")
    (folder / "member.csv").write_text("name,SHG Name\nZooni,Noor SHG\n", encoding="utf-8")
    results = load_folder(store, folder, operator="Asha", dry_run=True)
    assert [loaded.imported for loaded in results.values()] == [1, 1]
    assert store.counts()["member"] == 0


def test_remarks_name_their_rows(roster: Roster) -> None:
    rows = [f"Ali Lone,Mason,JK-{n % 2}" for n in range(9)]
    loaded = roster(*rows, "Zoona,Tailor,JK-9", headings=SHORT + "Ration Card")
    assert loaded.imported == 10
    (note,) = [note for note in loaded.notes if "Imported with this remark" in note]
    assert note.startswith("Ration card")
    assert note.endswith("Imported with this remark: rows 4, 5, 6, 7, 8 and 2 more.")


def test_a_stopped_import_keeps_saved_rows(store: Store) -> None:
    lines = "".join(f"Ali {'x' * (n % 7 + 1)},Mason\n" for n in range(1500))
    stop = Event()

    def progress(rows: int, done: int, total: int) -> None:
        stop.set()

    content = io.BytesIO(b"Name,Trade\n" + lines.encode())
    loaded = load(store, "beneficiary", content, operator="Asha", progress=progress, stop=stop)
    assert loaded.cancelled
    assert 0 < loaded.imported < 1500
    assert store.counts()["beneficiary"] == loaded.imported


def test_a_known_id_is_skipped_edited_cleared_or_deleted(store: Store) -> None:
    row: dict[str, object] = {"id": "7KQ2M9XD-142", "name": "Ali Lone", "trade_code": "MASN"}
    full = {**row, "village": "Nagam", "remarks": "x"}
    assert jsonl(store, full).imported == 1
    assert jsonl(store, full).skipped == 1
    assert jsonl(store, {"id": "7KQ2M9XD-142", "village": ""}).changed == 1
    record = only(store)
    assert (record.name, record.village, record.remarks) == ("Ali Lone", None, "x")
    assert jsonl(store, {"id": "7KQ2M9XD-142", "deleted": True}).changed == 1
    assert store.counts()["beneficiary"] == 0
    assert jsonl(store, {"id": "7KQ2M9XD-142", "deleted": True}).skipped == 1


def test_unknown_fields_are_kept(store: Store) -> None:
    row: dict[str, object] = {"name": "Ali", "trade_code": "MASN", "later": {"a": [1, None]}}
    assert jsonl(store, row).imported == 1
    assert only(store).extra == {"later": {"a": [1, None]}}


def test_a_field_of_a_newer_version_may_be_called_reason(store: Store) -> None:
    jsonl(store, {"name": "Ali", "trade_code": "MASN", "reason": "x", "rejected_because": "y"})
    assert only(store).extra == {"reason": "x", "rejected_because": "y"}


def test_corrected_lines_store_no_reason(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "beneficiary.jsonl"
    entry = {"name": "Ali", "trade_code": "Astronaut", "reason": "x"}
    path.write_text(json.dumps(entry), encoding="utf-8")
    back = load(store, "beneficiary", path, operator="Asha").rejects_file
    assert back
    mended = back.read_text(encoding="utf-8").replace("Astronaut", "Mason", 1)
    back.write_text(mended, encoding="utf-8")
    assert load(store, "beneficiary", back, operator="Asha").imported == 1
    assert only(store).extra == {"reason": "x"}


def test_an_empty_text_clears_an_unknown_field(store: Store) -> None:
    row: dict[str, object] = {"id": "7KQ2M9XD-142", "name": "Ali", "trade_code": "MASN"}
    jsonl(store, {**row, "later": "x"})
    assert jsonl(store, {**row, "later": ""}).changed == 1
    assert not (only(store).extra or {}).get("later")
    assert jsonl(store, {**row, "later": ""}).skipped == 1
    assert "" not in (only(store).extra or {}).values()


@pytest.mark.parametrize(
    "row",
    [
        {"name": "Ali", "trade_code": "MASN", "later": AADHAAR},
        {"name": "Ali", "trade_code": "MASN", "later": [{"a": ANOTHER}]},
        {"name": "Ali", "trade_code": "MASN", "mobile": ["9419011432"]},
        {"name": "Ali\ud800", "trade_code": "MASN"},
        {"name": "Ali", "trade_code": "MASN", "later": "\ud800"},
        {"name": "Ali", "trade_code": "MASN", "id": "no id"},
    ],
)
def test_entries_that_cannot_be_stored_are_rejected(store: Store, row: dict[str, object]) -> None:
    loaded = jsonl(store, row)
    assert (loaded.imported, loaded.rejected) == (0, 1)
    assert loaded.rejects_file
    text = loaded.rejects_file.read_text(encoding="utf-8")
    assert AADHAAR not in text
    assert ANOTHER not in text
    assert '"reason"' in text


def test_broken_lines_do_not_stop_an_import(store: Store) -> None:
    content = io.BytesIO(
        b'{"name": "Ali", "trade_code": "MASN"}\nnot json\n[1]\n'
        b'{"name": NaN}\n{"name": "Zoona", "trade_code": "TAIL"}\n'
    )
    loaded = load(store, "beneficiary", content, operator="Asha")
    assert (loaded.imported, loaded.rejected) == (2, 3)


def test_a_row_with_an_extra_comma_is_rejected(roster: Roster) -> None:
    loaded = roster("Ali,Mason,Nagam,Chadoora", headings=SHORT + "Village")
    assert "more cells" in rejected(loaded)[0]["reason"]


def test_a_table_without_known_columns_is_refused(roster: Roster) -> None:
    with pytest.raises(Unreadable, match="No column"):
        roster("a,b", headings="Foo,Xyzzy")


def test_a_folder_imports_parents_first(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "member.jsonl").write_text(
        '{"id": "7KQ2M9XD-2", "name": "Zooni", "self_help_group_id": "7KQ2M9XD-1"}\n',
        encoding="utf-8",
    )
    (folder / "self_help_group.csv").write_text("id,name\n7KQ2M9XD-1,Noor\n", encoding="utf-8")
    results = load_folder(store, folder, operator="Asha")
    assert list(results) == ["self_help_group.csv", "member.jsonl"]
    assert all(loaded.imported == 1 for loaded in results.values())


def test_a_group_may_be_given_by_name(store: Store) -> None:
    group: dict[str, Value] = {"name": "Noor SHG", "formed_on": date(2024, 5, 2)}
    (saved,) = store.save([Edit(SelfHelpGroup, group)], "Asha")
    content = io.BytesIO(b"SHG Name,Name of Member\nNoor SHG,Zooni\n")
    assert load(store, "member", content, operator="Asha").imported == 1
    (member,) = store.each("member")
    assert isinstance(member, Member)
    assert member.self_help_group_id == saved.id


def test_a_preview_shows_what_an_import_would_do(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(f"A title\nName,Aadhaar,Age\nAli,{AADHAAR},150\nTotal,\n", encoding="utf-8")
    seen = preview(path, "beneficiary")
    assert [column.target for column in seen.columns] == ["name", "aadhaar_last4", BY_AGE]
    (row,) = seen.rows
    assert (row.number, row.values) == (
        3,
        {"Name as on Aadhaar": "Ali", "Aadhaar, last four": "7058"},
    )
    assert "150" in row.problem
    assert seen.heading == 2
    assert "1 “A title”" in seen.notes[-1]
    assert "4 “Total”" in seen.notes[-1]
