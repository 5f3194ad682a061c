"""A list on paper: each line with its number, and space to sign.

The numbers are those on the screen, so that a line can be marked by its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.about.people import read_list
from fieldkit.about.rows import fetch_references, headings_of, label_of, row_of
from fieldkit.about.words import area_words
from fieldkit.papers.slip import on_paper
from fieldkit.plain_text import shown
from fieldkit.records import Use, kinds
from fieldkit.records.declaration.roles import people_in
from fieldkit.records.fields.dates import day_at, show_date
from fieldkit.reports.formats.page import Grid, Lines, Page, Section, Text

if TYPE_CHECKING:
    from fieldkit.about.rows import Row
    from fieldkit.records import Record
    from fieldkit.store import Store

MOST = 5000
"""Lines on paper; more belong into a spreadsheet."""
_SIGN = "Signature or mark"
_EMPTY = "Nobody is on this list."


class PeopleOf(NamedTuple):
    """The people on a list that belongs to a record: the kind of a line, and its field."""

    kind: type[Record]
    field: str
    title: str


def lists_of(kind: str) -> Sequence[PeopleOf]:
    """Return the lists of people that belong to records of a kind: who came, who is enrolled."""
    return [
        PeopleOf(line, field, line.plural)
        for line in kinds().values()
        for field, action in line.actions.items()
        if action.roster and kind in line.references()[field].kinds and people_in(line)
    ]


def roster(store: Store, of: PeopleOf, record: Record) -> Page:
    """Return the people on a list of a record, such as a training or a programme."""
    rows = [one.row for _, one in read_list(store, of.kind, of.field, record.id)]
    source = fetch_references(store, [record])
    when = [on_paper(source, record, name) for name in record.used(Use.HAPPENED)]
    title = ", ".join(filter(None, (label_of(source, record), *when[:1])))
    return _page(store, title, f"{of.title}, {area_words(record.district, record.block)}", rows)


def list_page(store: Store, title: str, records: Iterable[Record]) -> Page:
    """Return a list of records, in their order; at most 5,000."""
    found = [one for one, _ in zip(records, range(MOST), strict=False)]
    source = fetch_references(store, found)
    return _page(store, title, _area(store), [row_of(source, one, titled=False) for one in found])


def _area(store: Store) -> str:
    device = store.device
    return area_words(device.district, device.block) if device else ""


def _page(store: Store, title: str, below: str, rows: Sequence[Row]) -> Page:
    """Return rows under headings: number, name, kin, village, mobile, another field, signature."""
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
        for number, row in enumerate(rows, 1)
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
    )
