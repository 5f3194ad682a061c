"""Sheets of all layouts, for properties of the import: titles, heads, merged cells, footers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from tests.files.corpus.expectation import Row, Writer
from tests.files.corpus.writing import (
    Content,
    Shape,
    csv_file,
    hidden,
    old_book,
    sheets,
    very_hidden,
)

GROUPS = tuple(
    (f"{word} SHG", village, f"{day:02}/0{month}/2019")
    for word, village, day, month in (
        ("Noor", "Magam", 13, 4),
        ("Subh", "Wathora", 2, 5),
        ("Gulab", "Nagam", 30, 6),
        ("Roshan", "Panzan", 7, 8),
        ("Chinar", "Hafroo", 19, 9),
    )
)
_HEAD: list[Content] = ["S.No", "SHG Name", "Village", "Date of Formation"]
_TWO_ROWS: tuple[list[list[Content]], ...] = (
    [["S.No", "SHG Name", "Other details", None], [None, None, "Village", "Date of Formation"]],
    [["S.No", "SHG", None, "Date of Formation"], [None, "Name", "Village", None]],
)
_TITLES: tuple[list[Content], ...] = (
    ["Government of Jammu & Kashmir"],
    [None, "List of SHGs of Block Chadoora"],
    ["Name of Block: Chadoora", None, "District: Budgam"],
    ["J&K Rural Livelihoods Mission", None, None, "Annexure-A"],
    [],
)
_NUMBERS: tuple[list[Content], ...] = (
    [1, 2, 3, 4],
    ["(1)", "(2)", "(3)", "(4)"],
    ["A", "B", "C", "D"],
    ["(a)", "(b)", "(c)", "(d)"],
    ["i", "ii", "iii", "iv"],
)
FOOTERS: tuple[list[Content], ...] = (
    ["Total", 5],
    [None, "Total", None, 5],
    [None, "Grand Total: 5"],
    [None, "Certified that the above list is correct"],
    ["Certified that the above particulars are correct as per record."],
    [None, "Sd/-"],
    [None, None, "Sd/-"],
    [None, None, None, "Block Mission Manager"],
    [None, "Signature of the BPM"],
    ["Prepared by", None, "Checked by"],
    [None, "Contd..."],
    [None, "(Continued on page 2)"],
    [None, "Note: two groups are dormant."],
    ["* as reported by the CRP"],
    [None, "Dated: 02-03-2024"],
    [None, "Place: Chadoora"],
    [],
)
_BETWEEN: tuple[list[Content], ...] = (
    [None, "Contd..."],
    [None, "Cluster: Nagam"],
    ["Halqa Panchayat Nagam"],
    _HEAD,
    [],
)
_OTHER_SHEETS: dict[str, list[list[Content]]] = {
    "Instructions": [["Instructions"], ["1. Fill SHG Name and Village."], ["2. Save the file."]],
    "Lists": [["Village", "Status"], ["Magam", "Active"], ["Nagam", "Inactive"]],
    "Summary": [["Village", "Number of SHGs"], ["Magam", 3], ["Nagam", 2]],
}


@dataclass(frozen=True)
class Layout:
    """A sheet of groups: the bytes, the name, and the records in it."""

    name: str
    write: Writer
    expected: list[Row]
    about: str
    """What a failing example shows."""


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Draw a sheet of two to five groups in one of the layouts of offices."""
    groups = GROUPS[: draw(st.integers(2, len(GROUPS)))]
    ending = draw(st.sampled_from(["csv", "xlsx", "xlsx", "xls"]))
    merged = ending == "xlsx" and draw(st.booleans())
    head = draw(st.sampled_from([[_HEAD], [_HEAD], *_TWO_ROWS]))
    body: list[list[Content]] = []
    expected: list[Row] = []
    village = groups[0][1]
    for number, (name, place, day) in enumerate(groups, start=1):
        if number > 1 and not merged and draw(st.integers(0, 5)) == 0:
            body.append(list(draw(st.sampled_from(_BETWEEN))))
        body.append([number, name, village if merged else place, day])
        expected.append(
            {
                "name": name,
                "village": village if merged else place,
                "formed_on": f"{day[6:]}-{day[3:5]}-{day[:2]}",
            }
        )
    above = draw(st.lists(st.sampled_from(_TITLES), max_size=3))
    numbers = draw(st.lists(st.sampled_from(_NUMBERS), max_size=1))
    below = draw(st.lists(st.sampled_from(FOOTERS), max_size=4))
    first = len(above) + len(head) + len(numbers) + 1
    rows = [*above, *head, *numbers, *body, *below]
    shape = _merge(f"C{first}:C{first + len(body) - 1}") if merged else None
    return Layout(f"groups.{ending}", _writer(draw, ending, rows, shape), expected, repr(rows))


def _writer(
    draw: st.DrawFn, ending: str, rows: Sequence[Sequence[Content]], shape: Shape | None
) -> Writer:
    if ending == "csv":
        return csv_file(rows)
    if ending == "xls":
        return old_book(rows)
    titles = draw(st.lists(st.sampled_from(sorted(_OTHER_SHEETS)), unique=True, max_size=2))
    states = {"Lists": draw(st.sampled_from([hidden, very_hidden]))}
    others = [(title, _OTHER_SHEETS[title], states.get(title)) for title in titles]
    return sheets(*others, ("SHGs", rows, shape))


def _merge(cells: str) -> Shape:
    def shape(sheet: Worksheet) -> None:
        sheet.merge_cells(cells)

    return shape
