"""Files made to fill the memory: each is read or refused within bounds.

Each file is opened by a process of its own that may not have more memory than a laptop spares; a
file that needs more ends it with a MemoryError. With Python and the
libraries that makes 150 MB.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.files.limited import read_limited
from tests.files.raw_xlsx import column, row, write_xlsx
from tests.forked import called

pytest.importorskip("resource")

MOST = 80 << 20
"""Bytes of data beyond those of the program itself."""
SECONDS = 60
"""Of the processor, so that nothing runs for ever; all need far less."""
MEGABYTE = b"x" * (1 << 20)

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="measures by /proc")


def outcome(path: Path) -> str:
    """Return what became of a file, opened by a process of its own."""
    ran = called(read_limited, path, MOST, SECONDS)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return ran.stdout


def huge_cell() -> Iterator[bytes]:
    yield b'<row r="2"><c r="A2" t="inlineStr"><is><t>'
    for _ in range(150):
        yield MEGABYTE
    yield b"</t></is></c></row>"


def huge_cell_in_runs() -> Iterator[bytes]:
    run = b"<r><t><![CDATA[<" + MEGABYTE[:1000] + b"]]></t></r>"
    yield b'<row r="2"><c r="A2" t="inlineStr"><is>'
    for _ in range(150):
        yield run * 1000
    yield b"</is></c></row>"


def huge_comment() -> Iterator[bytes]:
    yield b"<!-- "
    for _ in range(150):
        yield MEGABYTE
    yield b"-->"


def huge_attribute() -> Iterator[bytes]:
    yield b'<row r="2" x="'
    for _ in range(150):
        yield MEGABYTE
    yield b'"/>'


def many_columns() -> Iterator[bytes]:
    cells = (f'<c r="{column(at)}2"><v>{at}</v></c>' for at in range(1, 100_001))
    yield f'<row r="2">{"".join(cells)}</row>'.encode()


def many_texts() -> Iterator[bytes]:
    for at in range(120):
        yield b"".join(b"<si><t>%d %s</t></si>" % (at, MEGABYTE[:1000]) for _ in range(1000))


HEADING = row(1, "Name", "Trade")


@needs_linux
@pytest.mark.parametrize(
    ("pieces", "says"),
    [
        (huge_cell, "longer than a book"),
        (huge_cell_in_runs, "longer than a book"),
        (huge_comment, "no spreadsheet program writes"),
        (huge_attribute, "no spreadsheet program writes"),
        (many_columns, "no spreadsheet allows"),
    ],
)
def test_a_workbook(tmp_path: Path, pieces: object, says: str) -> None:
    assert callable(pieces)
    write_xlsx(path := tmp_path / "a.xlsx", (HEADING, *pieces()))
    assert says in outcome(path)


@needs_linux
@pytest.mark.parametrize(("part", "linked"), [("sharedStrings.xml", False), ("other.xml", True)])
def test_shared_texts_under_any_name(tmp_path: Path, part: str, linked: bool) -> None:
    rows = [HEADING, b'<row r="2"><c r="A2" t="s"><v>0</v></c></row>']
    path = tmp_path / "a.xlsx"
    write_xlsx(path, rows, shared=many_texts(), shared_part=part, linked=linked)
    assert "too many texts" in outcome(path)


@needs_linux
def test_many_rows_of_no_value(tmp_path: Path) -> None:
    empty = (
        b"".join(b'<row r="%d" ht="15"/>' % n for n in range(at, at + 1000))
        for at in range(2, 100_000, 1000)
    )
    write_xlsx(path := tmp_path / "a.xlsx", (HEADING, *empty))
    assert outcome(path).startswith("read")


@needs_linux
@pytest.mark.parametrize(("piece", "pieces"), [(MEGABYTE, 256), (b"Zoona Begum,Tailor\n", 100_000)])
def test_a_quotation_mark_that_is_never_closed(tmp_path: Path, piece: bytes, pieces: int) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(b'Name,Trade\nAli,"Mason\n')
        for _ in range(pieces):
            file.write(piece)
    assert outcome(path).startswith("read")


@needs_linux
@pytest.mark.parametrize("tag", ["<script>", "<!-- ", "<td title='", "<td>"])
def test_a_web_page_with_an_endless_element(tmp_path: Path, tag: str) -> None:
    path = tmp_path / "a.xls"
    with path.open("wb") as file:
        file.write(b"<html><table><tr><td>Name</td></tr>" + tag.encode())
        for _ in range(50):
            file.write(MEGABYTE)
    assert outcome(path).startswith("refused")


@needs_linux
def test_a_web_page_with_many_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    line = "<tr>" + "<td colspan=1000>x</td>" * 1000 + "</tr>\n"
    path.write_text("<table>" + line * 30, encoding="utf-8")
    assert outcome(path) == "read 30\n"
