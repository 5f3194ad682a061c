"""Web pages that portals send under the name of a spreadsheet."""

from __future__ import annotations

import io

import pytest

from fieldkit.files import Unreadable
from fieldkit.files.tables.open import open_records
from fieldkit.files.tables.table import Row, Sheet, Table

HEAD, ALI = "<tr><th>Name</th><th>Trade</th></tr>", "<tr><td>Ali Lone</td><td>Mason</td></tr>"
READ = [["Name", "Trade"], ["Ali Lone", "Mason"]]


def opened(page: str, at: int = 0, encoding: str = "utf-8") -> tuple[Table, list[Row]]:
    def choose(sheets: object) -> int:
        return at

    with open_records(io.BytesIO(page.encode(encoding)), choose) as file:
        assert isinstance(file, Table)
        assert file.format == "html"
        return file, list(file.rows)


def cells(page: str, at: int = 0, encoding: str = "utf-8") -> list[list[str]]:
    return [one.cells for one in opened(page, at, encoding)[1]]


@pytest.mark.parametrize(
    "page",
    [
        f"<table>{HEAD}{ALI}</table>",
        f"<div>\n\t<TABLE border=1>{HEAD}{ALI}</TABLE></div>",
        f"\ufeff  <!-- made by a portal --><html><body><table>{HEAD}{ALI}",
        f"<?xml version='1.0'?><html xmlns='x'><table>{HEAD}{ALI}</table></html>",
        f"<style>td {{mso-number-format:'\\@'}} </style><table>{HEAD}{ALI}</table>",
        "<table><tr><th>Name<th>Trade<tr><td>Ali Lone<td>Mason</table>",
        "<table><thead><tr><td>Name</td><td>Trade</td></tr></thead><tbody>"
        "<tr><td>Ali&nbsp;Lone</td><td>Ma<b>son</b></td></tr></table>",
        f"<x:report><table>{HEAD}{ALI}</table></x:report>",
        "<table><tr><td>Name</td><td>Trade</td></tr><tr><td><script>var a = '<td>';</script>"
        "<span style='display: none'>0001</span>Ali<br>Lone</td><td><select><option>Tailor"
        "<option selected>Mason</select></td></tr></table>",
    ],
)
def test_pages_of_any_shape(page: str) -> None:
    assert cells(page) == READ


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252", "utf-16-le"])
def test_encodings(encoding: str) -> None:
    assert cells(f"<html><table>{HEAD}{ALI}</table>", encoding=encoding) == READ
    page = '<html><meta charset="windows-1251"><table><tr><td>Имя</td></tr></table>'
    assert cells(page, encoding="cp1251") == [["Имя"]]


def test_cells_over_several_rows_and_columns() -> None:
    page = (
        "<table><tr><th rowspan=2>Name<th colspan=2>Bank</tr><tr><th>Account<th>IFSC</tr>"
        "<tr><td>Ali<td>1<td rowspan=2>J</tr><tr><td>Zoona<td>2</tr></table>"
    )
    rows = opened(page)[1]
    assert [one.cells for one in rows] == [
        ["Name", "Bank", "Bank"],
        ["Name", "Account", "IFSC"],
        ["Ali", "1", "J"],
        ["Zoona", "2", "J"],
    ]
    assert rows[0].from_left == {2}
    assert rows[1].from_above == {0}
    assert rows[3].from_above == {2}


def test_tables_within_tables_are_apart() -> None:
    page = f"<table><tr><td>Menu</td><td>Home <table>{HEAD}{ALI}</table></td></tr></table>"
    table, _rows = opened(page, at=1)
    assert {len(sheet.first) for sheet in table.sheets} == {1, 2}
    inner = next(at for at, sheet in enumerate(table.sheets) if len(sheet.first) == 2)
    assert cells(page, inner) == READ
    assert cells(page, 1 - inner) == [["Menu", "Home"]]


def test_a_number_that_the_page_shortens_is_read_whole() -> None:
    page = '<table><tr><td x:num="9419011432">9.41901E+09</td></tr></table>'
    assert cells(page) == [["9419011432"]]


def test_hidden_rows_are_read_and_said() -> None:
    page = f"<table>{HEAD}<tr style='display:none'><td>Ali<td>Mason</tr></table>"
    table, rows = opened(page)
    assert rows[1].cells == ["Ali", "Mason"]
    assert "row 2" in table.remarks()[0]


def test_a_page_without_a_table_may_be_a_login_page() -> None:
    with pytest.raises(Unreadable, match="login page"):
        opened("<html><body><form>User</form></body></html>")


def test_a_csv_that_mentions_a_table_is_no_page() -> None:
    content = "Name,Remarks\nAli,<table><tr><td>x</td></tr></table>\n"
    with open_records(io.BytesIO(content.encode())) as file:
        assert isinstance(file, Table)
        assert file.format == "csv"


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td colspan=999999 rowspan=99999>A",
        "<table></table></table><td>x<table><tr><td>A",
    ],
)
def test_tags_left_open(page: str) -> None:
    assert {one for line in cells(page) for one in line} == {"A"}


def test_the_sample_shows_the_first_rows_of_each_table() -> None:
    seen: list[Sheet] = []

    def choose(sheets: object) -> int:
        assert isinstance(sheets, tuple)
        seen.extend(sheets)
        return 0

    page = f"<table>{HEAD}{ALI * 100}</table><table>{HEAD}</table>"
    with open_records(io.BytesIO(page.encode()), choose):
        pass
    assert [(sheet.name, len(sheet.first), sheet.size) for sheet in seen] == [
        ("table 1", 60, 101),
        ("table 2", 1, 1),
    ]
