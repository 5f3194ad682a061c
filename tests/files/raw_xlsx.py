"""Write XLSX files part by part, so that they can hold what no program writes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def column(number: int) -> str:
    """Return the letters of a column: 1 -> A, 27 -> AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def row(number: int, *cells: str, attributes: str = "") -> bytes:
    """Return a row of texts."""
    inner = "".join(
        f'<c r="{column(at)}{number}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
        for at, text in enumerate(cells, 1)
        if text
    )
    return f'<row r="{number}"{attributes}>{inner}</row>'.encode()


def write_xlsx(
    path: Path,
    *sheets: Iterable[bytes],
    names: Sequence[str] = (),
    states: Sequence[str] = (),
    after: bytes = b"",
    shared: Iterable[bytes] = (),
    shared_part: str = "sharedStrings.xml",
    linked: bool = True,
    book: str = "",
) -> None:
    """Write a workbook; each sheet is given as pieces of its rows' XML."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        listed, links = "", ""
        for at, pieces in enumerate(sheets, 1):
            name = names[at - 1] if names else f"Sheet{at}"
            state = states[at - 1] if states else "visible"
            listed += f'<sheet name={quoteattr(name)} sheetId="{at}" state="{state}" r:id="r{at}"/>'
            links += _link(f"r{at}", "worksheet", f"worksheets/sheet{at}.xml")
            with archive.open(f"xl/worksheets/sheet{at}.xml", "w", force_zip64=True) as part:
                part.write(f'<worksheet xmlns="{_MAIN}"><dimension ref="A1"/><sheetData>'.encode())
                for piece in pieces:
                    part.write(piece)
                part.write(b"</sheetData>" + after + b"</worksheet>")
        shared = iter(shared)
        if first := next(shared, b""):
            links += _link("r999", "sharedStrings", shared_part) if linked else ""
            with archive.open(f"xl/{shared_part}", "w", force_zip64=True) as part:
                part.write(f'<sst xmlns="{_MAIN}">'.encode() + first)
                for piece in shared:
                    part.write(piece)
                part.write(b"</sst>")
        archive.writestr("_rels/.rels", _links(_link("r1", "officeDocument", "xl/workbook.xml")))
        archive.writestr("xl/_rels/workbook.xml.rels", _links(links))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{book}'
            f"<sheets>{listed}</sheets></workbook>",
        )


def _link(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _links(inner: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}">{inner}</Relationships>'
