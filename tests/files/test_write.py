from __future__ import annotations

import csv
import io
import json
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from tests.files.conftest import Home

from fieldkit.files import FileFormat, export, load
from fieldkit.formulas import escape_formula, unescape_formula
from fieldkit.records import Unfit
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.declaration.exported import PERSONAL
from fieldkit.records.fields.formats import Text
from fieldkit.store import Edit, Store

NASTY = [
    "=1+1",
    "+91 x",
    "-5",
    "@SUM(A1)",
    "'=1",
    "''quoted'",
    '"x", y; z|w',
    "[red]x[/]",
    "two\nlines",
    "emoji 👩‍🌾",
    "سلائی کا کام",
    "राजमिस्त्री",
    "0042",
    "1E5",
    "2024-01-01",
]
FORMATS: list[FileFormat] = ["csv", "xlsx", "jsonl"]


def fill(store: Store) -> None:
    edits = [
        Edit(
            Beneficiary,
            {
                "name": "Ali S/o Lone",
                "trade_code": "MASN",
                "remarks": Text().parse(text),
                "village": "Nagam",
                "bars": False,
                "born": "1984",
                "registered_on": date(2026, 1, 5),
                "account_no": "999971658847",
                "later": "kept",
                **({"block": None} if place % 2 else {}),
            },
            confirmed=frozenset({"account_no"}),
        )
        for place, text in enumerate(NASTY)
    ]
    store.save(edits, "Zoona")


def unnumbered(store: Store) -> list[dict[str, object]]:
    """Return what the records hold in order of their numbers, which each laptop gives itself."""
    records = sorted(store.each("beneficiary"), key=lambda one: int(one.id.partition("-")[2]))
    return [{**record.values(), "id": ""} for record in records]


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_imports_unchanged_into_an_empty_home(home: Home, form: FileFormat) -> None:
    here, there = home(), home()
    fill(here)
    content = io.BytesIO()
    assert export(here, "beneficiary", content, form) == len(NASTY)
    content.seek(0)
    loaded = load(there, "beneficiary", content, operator="Reyaz")
    assert (loaded.imported, loaded.rejected) == (len(NASTY), 0)
    assert unnumbered(there) == unnumbered(here)
    content.seek(0)
    again = load(there, "beneficiary", content, operator="Reyaz")
    assert (again.skipped, again.changed) == (len(NASTY), 0)


def test_jsonl_carries_unknown_fields(home: Home) -> None:
    here, there = home(), home()
    fill(here)
    content = io.BytesIO()
    export(here, "beneficiary", content, "jsonl")
    content.seek(0)
    load(there, "beneficiary", content, operator="Reyaz")
    assert [r.extra for r in there.each("beneficiary")] == [{"later": "kept"}] * len(NASTY)


def test_a_file_with_personal_data_says_so_first(store: Store) -> None:
    fill(store)
    for kind, personal in (("beneficiary", True), ("export_log", False)):
        text, book = io.BytesIO(), io.BytesIO()
        export(store, kind, text, "csv")
        export(store, kind, book, "xlsx")
        (line, *_) = csv.reader(text.getvalue().decode("utf-8-sig").splitlines())
        assert (line == [PERSONAL]) == personal
        opened = load_workbook(book)
        names = ["About", "Records"] if personal else ["Records"]
        assert opened.sheetnames == names
        assert opened.active.title == "Records"  # type: ignore[union-attr]


def test_no_cell_is_run_by_a_spreadsheet(store: Store) -> None:
    fill(store)
    text, book = io.BytesIO(), io.BytesIO()
    export(store, "beneficiary", text, "csv")
    export(store, "beneficiary", book, "xlsx")
    for row in csv.reader(text.getvalue().decode("utf-8-sig").splitlines()):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    for cells in load_workbook(book).active.iter_rows():  # type: ignore[union-attr]
        assert all(cell.data_type in {"s", "n"} for cell in cells)
        assert not any(cell.data_type == "n" and cell.value is not None for cell in cells)


def test_only_requested_records_are_exported(store: Store, tmp_path: Path) -> None:
    store.save(
        [
            Edit(Beneficiary, {"name": "Ali", "trade_code": "MASN"}),
            Edit(Beneficiary, {"name": "Zoona", "trade_code": "TAIL"}),
        ],
        "Asha",
    )
    target = tmp_path / "out.jsonl"
    assert export(store, "beneficiary", target, "jsonl", {"trade_code": "Tailor"}) == 1
    (entry,) = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert (entry["name"], entry["trade_code"]) == ("Zoona", "TAIL")
    assert entry["created_at"].endswith("Z")
    assert "version" not in entry
    with pytest.raises(Unfit):
        export(store, "beneficiary", target, "jsonl", {"trade_code": "Astronaut"})
    assert target.read_text(encoding="utf-8").count("\n") == 1


@given(st.text())
def test_an_escaped_formula_can_be_restored(text: str) -> None:
    assert unescape_formula(escape_formula(text)) == text
    assert not escape_formula(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=10))
def test_any_storable_text_survives_export_and_import(texts: list[str]) -> None:
    remarks = []
    for text in texts:
        try:
            remarks.append(Text().parse(text))
        except Unfit:
            continue
    with tempfile.TemporaryDirectory() as folder:
        here, there = (Store.open(Path(folder) / name) for name in ("here", "there"))
        for store in (here, there):
            store.init("Asha", 2, 16)
        edits = [
            Edit(Beneficiary, {"name": "A", "trade_code": "MASN", "remarks": r}) for r in remarks
        ]
        here.save(edits, "Asha")
        content = io.BytesIO()
        export(here, "beneficiary", content, "csv")
        content.seek(0)
        load(there, "beneficiary", content, operator="Asha")
        same = unnumbered(there) == unnumbered(here)
        here.close()
        there.close()
    assert same
