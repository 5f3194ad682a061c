"""Files made to be small and to grow without end when they are read, and other hostile shapes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_ROOT = (
    f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_REL}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
_BOOK = (
    f'<workbook xmlns="{_NS}" xmlns:r="{_REL}"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_LINKS = (
    f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_REL}/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>'
)
_MIB = 2**20


def _cells(*values: str) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in values)


_HEAD = f'<row r="1">{_cells("Name", "Trade")}</row>'
_LAL = f"{_cells('Rattan Lal', 'Mason')}</row>"


def _workbook(path: Path, rows: Iterable[str], **members: str) -> None:
    """Write a workbook whose sheet has these rows, piece by piece."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _ROOT)
        archive.writestr("xl/workbook.xml", _BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", _LINKS)
        for name, content in members.items():
            archive.writestr(f"xl/{name}.xml", content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{_NS}"><sheetData>'.encode())
            for row in rows:
                sheet.write(row.encode())
            sheet.write(b"</sheetData></worksheet>")


def huge_cell(path: Path) -> None:
    """A workbook of 300 KB with a cell of 300 MB."""

    def rows() -> Iterator[str]:
        yield f'{_HEAD}<row r="2"><c t="inlineStr"><is><t>'
        for _ in range(300):
            yield "A" * _MIB
        yield f'</t></is></c>{_cells("Mason")}</row><row r="3">{_LAL}'

    _workbook(path, rows())


def strings_without_link(path: Path) -> None:
    """A workbook whose cells point to shared strings that no relationship names."""
    shared = f'<sst xmlns="{_NS}" count="1" uniqueCount="1"><si><t>Name</t></si></sst>'
    row = '<row r="{}"><c t="s"><v>0</v></c><c t="s"><v>7</v></c></row>'
    _workbook(path, [row.format(1), row.format(2)], sharedStrings=shared)


def row_a_billion(path: Path) -> None:
    """A workbook whose second record stands in row one billion."""
    _workbook(
        path,
        [_HEAD, f'<row r="2">{_LAL}', f'<row r="1000000000">{_cells("Ali Lone", "Mason")}</row>'],
    )


def many_columns(path: Path) -> None:
    """A CSV of 100,000 columns."""
    heads = ",".join(f"Column {n}" for n in range(100_000))
    path.write_text(f"Name,Trade,{heads}\nRattan Lal,Mason\n", encoding="utf-8")


def many_columns_workbook(path: Path) -> None:
    """A workbook of 100,000 columns in each of 20 rows."""
    wide = _cells("x") * 100_000
    rows = (f'<row r="{n}">{wide}</row>' for n in range(2, 22))
    _workbook(path, [_HEAD, *rows])


def unclosed_quote(path: Path) -> None:
    """A CSV of 256 MB that is one cell: its quotation mark is never closed."""
    line = b"Rattan Lal,Mason\r\n"
    with path.open("wb") as file:
        file.write(b'Name,Trade\r\n"Ghulam Rasool,Mason\r\n')
        for _ in range(256):
            file.write(line * (_MIB // len(line)))


def many_merged(path: Path) -> None:
    """A workbook in which a whole column, a million rows, is merged."""
    merged = '<mergeCells count="1"><mergeCell ref="B2:XFD1048576"/></mergeCells>'
    _workbook(path, [_HEAD, f'<row r="2">{_LAL}</sheetData>{merged}<sheetData>'])


def entities(path: Path) -> None:
    """A workbook with entities that double ten million times."""
    levels = "".join(f'<!ENTITY e{n} "&e{n - 1};&e{n - 1};">' for n in range(1, 30))
    bomb = f'<!DOCTYPE worksheet [<!ENTITY e0 "AAAAAAAA">{levels}]>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _ROOT)
        archive.writestr("xl/workbook.xml", _BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", _LINKS)
        sheet = (
            f'{bomb}<worksheet xmlns="{_NS}"><sheetData>{_HEAD}'
            f'<row r="2">{_cells("&e29;", "Mason")}</row></sheetData></worksheet>'
        )
        archive.writestr("xl/worksheets/sheet1.xml", sheet)


def large_page(path: Path) -> None:
    """A web page of 60 MB named .xls: a table with one cell that is never closed."""
    with path.open("wb") as file:
        file.write(b"<table><tr><td>Name<td>Trade<tr><td>Mason<td>")
        for _ in range(60):
            file.write(b"A" * _MIB)


def nested_page(path: Path) -> None:
    """A web page of 200,000 tables in each other."""
    path.write_text("<table><tr><td>" * 200_000, encoding="utf-8")
