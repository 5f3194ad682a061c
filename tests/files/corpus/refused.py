"""Files of which nothing can be stored: other formats, no names, no table."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

from tests.files.corpus.expectation import OfficeFile, asked, mapped, refused, right
from tests.files.corpus.people import roster
from tests.files.corpus.writing import book, csv_file, raw, text, web_page

_TABLE = roster("S.No=no | Name=name | Father Name=father | Mobile No=mobile | Trade=trade")
_NO_NAME = roster("S.No=no | Father's Name=father | Mobile No=mobile | Trade=trade")


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    )


_CSV = b"Name,Trade\r\nRattan Lal,Mason\r\n"
_PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
_RTF = rb"{\rtf1\ansi Name\tab Trade\par Rattan Lal\tab Mason\par}"
_LAYOUT = "<html><head><style>td {color: red}</style></head><body>"


def _half(path: Path) -> None:
    """Write the first half of a workbook, as a broken download leaves it."""
    book(_TABLE.rows)(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


FILES: tuple[OfficeFile, ...] = (
    refused("no-own-name.csv", csv_file(_NO_NAME.rows), ["name"]),
    refused(
        "only-relatives.csv",
        text("Father's Name,Mother's Name,Trade\nAbdul Gani,Fata Begum,Mason"),
        ["name"],
    ),
    refused(
        "only-nominee.csv",
        text("Nominee Name,Trade,Mobile No\nAbdul Gani,Mason,9419011432"),
        ["name"],
    ),
    refused("no-heading-known.csv", text("Foo,Bar\nx,y"), ["heading|column"]),
    asked(
        "own-name-under-a-strange-word.csv",
        csv_file(roster("Particulars=name | Father's Name=father | Trade=trade").rows),
        ["name"],
        mapped(name="Particulars"),
        roster("Particulars=name | Father's Name=father | Trade=trade").expected,
    ),
    right(
        "only-a-heading.csv", text("Name,Father Name,Trade"), [], or_refused=["row|record|empty"]
    ),
    refused("empty.csv", raw(b""), ["empty"]),
    refused("blank.csv", raw(b"\r\n\r\n  \r\n"), ["empty|no table|nothing|heading|column"]),
    refused("picture.xlsx", raw(_png()), ["picture|image|PNG"]),
    refused("picture.csv", raw(_png()), ["picture|image|PNG"]),
    refused("list.pdf.csv", raw(_PDF), ["PDF"]),
    refused("list-pdf.xlsx", raw(_PDF), ["PDF"]),
    refused("list-rtf.xls", raw(_RTF), ["RTF|rich text|Word|text document"]),
    refused("list.csv.gz", raw(gzip.compress(_CSV, mtime=0)), ["gz|packed|compressed"]),
    refused("packed.csv", raw(gzip.compress(_CSV, mtime=0)), ["gz|packed|compressed"]),
    refused("half.xlsx", _half, ["damaged|broken|whole|incomplete"]),
    right(
        "page-plain.xls",
        web_page(_TABLE.rows),
        _TABLE.expected,
        or_refused=["web page"],
    ),
    right(
        "page-bare-table.xls",
        web_page(_TABLE.rows, "", ""),
        _TABLE.expected,
        or_refused=["web page"],
    ),
    right(
        "page-style.xls",
        web_page(_TABLE.rows, _LAYOUT),
        _TABLE.expected,
        or_refused=["web page"],
    ),
    right(
        "page-of-excel.xls",
        web_page(
            _TABLE.rows,
            '\ufeff<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset='
            '"utf-8"></head><body>',
        ),
        _TABLE.expected,
        or_refused=["web page"],
    ),
    right(
        "page-two-tables.xls",
        web_page(
            _TABLE.rows,
            "<!DOCTYPE html><html><body><table><tr><td>Department of Industries</td></tr></table>",
        ),
        _TABLE.expected,
        or_refused=["web page"],
    ),
    right(
        "page-comment-first.xls",
        web_page(_TABLE.rows, "<!-- report -->\n<center>"),
        _TABLE.expected,
        or_refused=["web page"],
    ),
    right(
        "page.csv",
        web_page(_TABLE.rows, "<html><title>Report</title><body>"),
        _TABLE.expected,
        or_refused=["web page"],
    ),
    refused(
        "login-page.xls",
        raw(b"<html><body><form>User <input name=u> Password <input name=p></form></body></html>"),
        ["web page"],
    ),
    right("csv-named-xls.xls", csv_file(_TABLE.rows), _TABLE.expected, or_refused=["csv|text"]),
    right(
        "tabs-named-xls.xls",
        csv_file(_TABLE.rows, delimiter="\t"),
        _TABLE.expected,
        or_refused=["csv|text"],
    ),
    right("xlsx-named-xls.xls", _xlsx := book(_TABLE.rows), _TABLE.expected, or_refused=["xlsx"]),
    right("xlsx-named-csv.csv", _xlsx, _TABLE.expected, or_refused=["xlsx|workbook|spreadsheet"]),
    right(
        "villages-state-spelled.csv",
        text(
            "State Name (In English),District Name (In English),Village Code,Village Name\n"
            "JAMMU & KASHMIR,Budgam,1002,Nagam\n"
            "J&K,Budgam,1003,Wathora\n"
            "Jammu And Kashmir,Budgam,1004,Magam\n"
            "Union Territory of Jammu and Kashmir,Budgam,1005,Panzan"
        ),
        [
            {"code": code, "name": name, "district_code": 2}
            for code, name in (
                (1002, "Nagam"),
                (1003, "Wathora"),
                (1004, "Magam"),
                (1005, "Panzan"),
            )
        ],
        "villages",
    ),
    refused(
        "villages-of-another-state.csv",
        text("State Name,District Name,Village Code,Village Name\nPunjab,Amritsar,1006,Ajnala"),
        ["Punjab|state|J&K|Jammu"],
        "villages",
    ),
)
