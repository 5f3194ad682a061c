"""Rows that are no records: numbers of columns, totals, certificates, signatures, notes."""

from __future__ import annotations

from tests.files.corpus.expectation import OfficeFile, Row, right
from tests.files.corpus.people import roster
from tests.files.corpus.writing import Content, book, csv_file, merged

_PLAIN = roster(
    "S.No=no | Name=name | Father's Name=father | Mobile No=mobile | Trade=trade | Village=village"
)
_LEFT_OUT = ["skipped|left out|no record"]
_SHG_HEAD: list[Content] = ["S.No", "SHG Name", "Village", "Date of Formation"]
_SHG: list[Row] = [
    {"name": "Noor SHG", "village": "Magam", "formed_on": "2019-04-01"},
    {"name": "Subh SHG", "village": "Wathora", "formed_on": "2020-12-25"},
]
_SHG_BODY: list[list[Content]] = [
    [1, "Noor SHG", "Magam", "01/04/2019"],
    [2, "Subh SHG", "Wathora", "25/12/2020"],
]


def _shg(*footer: list[Content], before: tuple[list[Content], ...] = ()) -> list[list[Content]]:
    return [_SHG_HEAD, *before, *_SHG_BODY, *footer]


def _shgs(name: str, *footer: list[Content], before: tuple[list[Content], ...] = ()) -> OfficeFile:
    """Groups with rows below them, as XLSX or CSV after the name."""
    rows = _shg(*footer, before=before)
    write = book(rows) if name.endswith("xlsx") else csv_file(rows)
    return right(name, write, _SHG, "self_help_group", says=_LEFT_OUT)


FILES: tuple[OfficeFile, ...] = (
    right(
        "column-numbers.xlsx",
        book([_PLAIN.head, [1, 2, 3, 4, 5, 6], *_PLAIN.body]),
        _PLAIN.expected,
        says=_LEFT_OUT,
    ),
    right(
        "column-letters.csv",
        csv_file([_PLAIN.head, ["A", "B", "C", "D", "E", "F"], *_PLAIN.body]),
        _PLAIN.expected,
        says=_LEFT_OUT,
    ),
    right(
        "column-letters-small.xlsx",
        book([_PLAIN.head, ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)"], *_PLAIN.body]),
        _PLAIN.expected,
        says=_LEFT_OUT,
    ),
    right(
        "roman-numbers.csv",
        csv_file([_PLAIN.head, ["i", "ii", "iii", "iv", "v", "vi"], *_PLAIN.body]),
        _PLAIN.expected,
        says=_LEFT_OUT,
    ),
    right(
        "signature-under-shgs.xlsx",
        book(
            _shg(
                [],
                [None, None, None, "Block Mission Manager"],
                [None, None, None, "Chadoora"],
            )
        ),
        _SHG,
        "self_help_group",
        says=_LEFT_OUT,
    ),
    right(
        "signature-in-name-column.xlsx",
        book(_shg([], [None, "Block Mission Manager"], [None, "BMMU Chadoora"])),
        _SHG,
        "self_help_group",
        says=_LEFT_OUT,
    ),
    right(
        "note-under-shgs.csv",
        csv_file(_shg([None, "Note: two more SHGs are under formation."])),
        _SHG,
        "self_help_group",
        says=_LEFT_OUT,
    ),
    right(
        "note-in-first-column.csv",
        csv_file(_shg(["* subject to verification"], ["Contd. on page 2"])),
        _SHG,
        "self_help_group",
        says=_LEFT_OUT,
    ),
    right(
        "total-shgs.xlsx",
        book(_shg(["Total", 2], ["Grand Total", "2 SHGs"])),
        _SHG,
        "self_help_group",
        says=_LEFT_OUT,
    ),
    right(
        "total-hindi.csv",
        csv_file(_shg([None, "कुल", None, "2"])),
        _SHG,
        "self_help_group",
        says=_LEFT_OUT,
    ),
    right(
        "heading-on-each-page.csv",
        csv_file([*_PLAIN.rows[:3], ["Contd..."], [], _PLAIN.head, *_PLAIN.body[2:]]),
        _PLAIN.expected,
        says=_LEFT_OUT,
    ),
    right(
        "certificate-under-artisans.xlsx",
        book(
            [
                *_PLAIN.rows,
                [],
                ["Certified that the above artisans are bona fide residents of the block."],
                ["Sd/-", None, None, None, "Sd/-"],
                ["Sarpanch", None, None, None, "VLE"],
                ["Dated: 02/03/2024"],
                ["Copy to the: -", None],
            ]
        ),
        _PLAIN.expected,
        says=_LEFT_OUT,
    ),
    right(
        "prepared-checked.csv",
        csv_file([*_PLAIN.rows, ["Prepared by", "Checked by", "Verified by"]]),
        _PLAIN.expected,
        says=_LEFT_OUT,
    ),
    _shgs("sub-total.csv", [None, "Sub Total", None, 2], [None, "G. Total", None, 2]),
    _shgs("total-in-words.xlsx", [None, "Total No. of SHGs: Two"]),
    _shgs("carried-forward.csv", [None, "C/F"], [None, "Carried over to page 2"]),
    _shgs(
        "continued.xlsx", [None, "(Contd. on next page)"], [None, "Continued...."], [None, "P.T.O."]
    ),
    _shgs("page-number.csv", [None, "Page 1 of 3"]),
    _shgs("seal.xlsx", [], [None, "(Seal & Signature)"], [None, "Block Programme Manager"]),
    _shgs("sd-with-name.csv", [None, "Sd/- Bashir Ahmad"], [None, "BPM, UMEED Chadoora"]),
    _shgs("dated.csv", [None, "Dated: 02-03-2024"], [None, "Place: Chadoora"]),
    _shgs("nb.xlsx", [None, "N.B.: figures are provisional"], [None, "* as reported by the CRP"]),
    _shgs("forwarded.csv", [None, "Submitted to the District Programme Manager for n/a please."]),
    _shgs("printed-on.csv", ["Report generated on 02/03/2024 10:22 AM"], ["Source: nrlm.gov.in"]),
    _shgs("column-numbers-bare.csv", before=([1, 2, 3, 4],)),
    _shgs("column-numbers-sums.xlsx", before=(["1", "2", "3", "4=(2+3)"],)),
    _shgs("village-as-title.csv", before=([None, "Village: Magam"],)),
    _shgs("panchayat-as-title.xlsx", before=(["Halqa Panchayat Nagam"],)),
    right(
        "village-title-merged.xlsx",
        book(_shg(before=(["Cluster Nagam"],)), merged("A2:D2")),
        _SHG,
        "self_help_group",
        says=_LEFT_OUT,
    ),
    right(
        "blank-rows-between.csv",
        csv_file([_PLAIN.head, [], _PLAIN.body[0], [None] * 6, *_PLAIN.body[1:], [], []]),
        _PLAIN.expected,
    ),
    right(
        "group-with-total-in-its-name.csv",
        csv_file([_SHG_HEAD, [1, "Total Vikas SHG", "Magam", "01/04/2019"]]),
        [{"name": "Total Vikas SHG", "village": "Magam", "formed_on": "2019-04-01"}],
        "self_help_group",
    ),
    right(
        "group-with-a-number-only.csv",
        csv_file([*_shg(), [3, "Gulab SHG", None, None]]),
        [*_SHG, {"name": "Gulab SHG"}],
        "self_help_group",
    ),
    right(
        "groups-by-name-alone.csv",
        csv_file([["SHG Name"], ["Noor SHG"], ["Subh SHG"], ["Gulab SHG"]]),
        [{"name": name} for name in ("Noor SHG", "Subh SHG", "Gulab SHG")],
        "self_help_group",
    ),
    right(
        "artisan-without-the-rest.csv",
        csv_file([*_PLAIN.rows, [4, "Nazir Lone", None, None, "Mason", None]]),
        [*_PLAIN.expected, {"name": "Nazir Lone", "trade_code": "MASN"}],
    ),
)
