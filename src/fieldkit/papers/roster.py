"""A list on paper: each line with its number, and space to sign.

The numbers are those on the screen, so that a line can be marked by its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from fieldkit.about.rows import fetch_references, headings_of, label_of, row_of
from fieldkit.about.words import area_words
from fieldkit.papers.roll import numbered, persons_once, read_days_roll
from fieldkit.papers.slip import on_paper
from fieldkit.plain_text import shown
from fieldkit.records import Use, kinds
from fieldkit.records.fields.dates import day_at, show_date
from fieldkit.reports.formats.page import Grid, Holds, Lines, Page, Section, Text

if TYPE_CHECKING:
    from fieldkit.about.rows import Row
    from fieldkit.records import Record
    from fieldkit.records.declaration.roles import DayMarks
    from fieldkit.store import Store

MOST = 5000
"""Lines on paper; more belong into a spreadsheet."""
_SIGN = "Signature or mark"
_EMPTY = "Nobody is on this list."


Numbered = Sequence[tuple[int, "Row"]]
"""Rows with the numbers that they have on the screen."""


def roster(store: Store, how: DayMarks, record: Record) -> Page:
    """Return the people of a training or programme, with the numbers by which they are marked.

    Raises:
        StoreError: the numbers cannot be kept.
    """
    roll, taking_part = read_days_roll(store, how, record.id)
    listed = kinds()[how.days.enrolled] if how.days.enrolled else how.kind
    numbers = [
        (number, one) for number, one in numbered(roll) if taking_part is None or one in taking_part
    ]
    return roll_page(store, listed.plural, record, numbers)


def roll_page(store: Store, title: str, record: Record, numbers: Sequence[tuple[int, str]]) -> Page:
    """Return the people of a record with numbers that are given: who is expected at a camp.

    ``numbers``: the number and the record of each; who is not on this laptop is left out.
    """
    people = {name for name, kind in kinds().items() if kind.person}
    numbers = persons_once(store, numbers)
    held = store.fetch(people, [one for _, one in numbers])
    records = {record_id: person for (_, record_id), person in held.items()}
    source = fetch_references(store, records.values())
    rows = [
        (number, row_of(source, records[one], titled=False))
        for number, one in numbers
        if one in records
    ]
    kinds_there = {name for name, one in held if one in records}
    return _people(store, title, record, rows, min(kinds_there, default=""))


def _people(store: Store, title: str, record: Record, rows: Numbered, kind: str) -> Page:
    source = fetch_references(store, [record])
    when = [on_paper(source, record, name) for name in record.used(Use.HAPPENED)]
    named = ", ".join(filter(None, (label_of(source, record), *when[:1])))
    return _page(store, named, f"{title}, {area_words(record.district, record.block)}", rows, kind)


def list_page(store: Store, title: str, records: Iterable[Record]) -> Page:
    """Return a list of records, in their order; at most 5,000."""
    found = [one for one, _ in zip(records, range(MOST), strict=False)]
    source = fetch_references(store, found)
    rows = [(n, row_of(source, one, titled=False)) for n, one in enumerate(found, 1)]
    kind = found[0].kind() if found else ""
    return _page(store, title, _area(store), rows, kind)


def _area(store: Store) -> str:
    device = store.device
    return area_words(device.district, device.block) if device else ""


def _page(store: Store, title: str, below: str, numbered: Numbered, kind: str) -> Page:
    """Return rows under headings: number, name, kin, village, mobile, another field, signature.

    ``kind``: of its records, or of the first of them.
    """
    rows = [row for _, row in numbered]
    heads = headings_of(rows)
    today = day_at(store.now())
    kept = [place for place in range(len(heads)) if any(row.cells[place] for row in rows)]
    lines = [
        [
            Text(str(number), strong=True),
            *(Text(shown(row.cells[place])) for place in kept),
            Text(row.id),
            Text(""),
        ]
        for number, row in numbered
    ]
    headings = ["No.", *(heads[place] for place in kept), "Record", _SIGN]
    right = [True, *(False for _ in kept), False, False]
    block = Grid(headings, right, lines, tall=True) if lines else Lines([_EMPTY])
    return Page(
        shown(title),
        shown(f"{below}, {len(rows)} on the list, printed on {show_date(today)}"),
        today,
        [[Section("", block)]],
        sideways=len(headings) > 7,
        holds=Holds(kind, len(rows)) if kind else None,
    )
