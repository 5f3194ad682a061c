"""A list compared with the records here: read, matched, compared, and compared again after acts.

Functions that take a store run in its thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event
from typing import NamedTuple

from fieldkit.about.rows import fetch_references, label_of
from fieldkit.files import (
    Choices,
    ListedRow,
    Loaded,
    Progress,
    Unreadable,
    person_fields,
    read_list,
)
from fieldkit.interruption import Interrupted
from fieldkit.reconcile.compare import Difference, differences
from fieldkit.reconcile.covered import Covered, Period, areas_of, only_here
from fieldkit.reconcile.find import Finder, number_fields, with_person
from fieldkit.reconcile.memory import Memory
from fieldkit.reconcile.rows import Outcome, Row, Rows
from fieldkit.records import Record, kinds
from fieldkit.records.fields.dates import show_date
from fieldkit.store import Store

Compared = Callable[[int, int], None]
"""Called with (rows compared, all rows)."""


class Counts(NamedTuple):
    """How many rows there are of each sort, and records that the list lacks."""

    same: int
    differs: int
    kept: int
    uncertain: int
    portal_only: int
    field_only: int
    repeated: int
    rejected: int

    @property
    def all_same(self) -> bool:
        """Whether nothing is left: the list and the records here say the same."""
        return not any(self._replace(same=0, repeated=0))


class Comparison:
    """One list compared with the records of a kind. Close it when it is not needed any more."""

    def __init__(self, store: Store, kind: str, as_of: date) -> None:
        self.kind = kinds()[kind]
        self.as_of = as_of
        self.rows = Rows(store.home, self.kind, encrypted=store.encrypted)
        self.memory = Memory(store.notes)
        self.loaded = Loaded()
        self.period: Period | None = None

    @property
    def source(self) -> str:
        """What a change says of where its values come from."""
        return f"portal, {show_date(self.as_of)}"

    def close(self) -> None:
        """Remove what was kept to compare."""
        self.rows.close()

    def counts(self) -> Counts:
        """Return how many rows of each sort the list has now."""
        held = self.rows.counts()
        return Counts(
            held.get(Outcome.SAME, 0),
            held.get(Outcome.DIFFERS, 0),
            held.get(Outcome.KEPT, 0),
            held.get(Outcome.UNCERTAIN, 0),
            held.get(Outcome.PORTAL_ONLY, 0),
            self.rows.count_missing(),
            held.get(Outcome.REPEATED, 0),
            self.loaded.rejected,
        )

    def again(self, store: Store, numbers: Sequence[int]) -> None:
        """Compare rows again, as the records and what was remembered stand now."""
        before, areas = self.rows.some(numbers), self.rows.areas()
        rows = [
            replace(row, outcome=Outcome.OPEN, record="", person=None, candidates=(), why="")
            for row in before
        ]
        self.rows.release(numbers)
        finder = Finder(store, self.rows, self.memory)
        self.rows.put(rows)
        found = finder.by_number(rows)
        after = self.compared(store, finder.by_likeness(found))
        self.rows.put(after)
        if self.rows.areas() != areas:
            self.rows.clear_missing()
            self.find_missing(store)
            return
        ids = sorted({row.record for row in (*before, *after)} - {""})
        self.rows.drop_missing(ids)
        held = store.fetch([self.kind.kind()], ids).values()
        self._add_missing(store, [one for one in held if not one.deleted])

    def take_as_of(self, store: Store, day: date) -> None:
        """Take the list as of another day: what was registered later is not missing on it."""
        self.as_of = day
        self.period = self.period and self.period._replace(until=day)
        self.rows.clear_missing()
        self.find_missing(store)

    def find_missing(self, store: Store) -> None:
        """Find the records that the list lacks."""
        self._add_missing(store, store.each(self.kind.kind()))

    def _add_missing(self, store: Store, records: Iterable[Record]) -> None:
        self.rows.add_missing(only_here(store, self.rows, self.period, records))

    def compared(self, store: Store, rows: Sequence[Row]) -> list[Row]:
        """Compare rows with the records that were found for them."""
        ids = [row.record for row in rows if row.record]
        held = store.fetch([self.kind.kind()], ids).values()
        records = {record.id: record for record in held if not record.deleted}
        source = fetch_references(store, records.values())
        device = store.device
        home = (device.district, device.block) if device else (0, None)
        self.rows.cover(areas_of(rows, records, home))
        people = _people(store, rows)
        return [
            self._compared(store, row, records[row.record], label_of(source, records[row.record]))
            if row.record in records
            else replace(_without_record(row), label=self._named(row, people))
            for row in rows
        ]

    def _compared(self, store: Store, row: Row, record: Record, label: str) -> Row:
        found = self._differing(store, row, record)
        kept = [one for one in found if self.memory.is_kept(record.id, one)]
        differing = [one for one in found if one not in kept]
        outcome = Outcome.DIFFERS if differing else Outcome.KEPT if kept else Outcome.SAME
        return replace(row, outcome=outcome, label=label, differing=differing, kept=kept)

    def _differing(self, store: Store, row: Row, record: Record) -> list[Difference]:
        """Return what differs; all numbers of a person are theirs, by the portal and here."""
        found = [
            one
            for one in differences(record, with_person(self.kind, row))
            if not self._is_same_person(store, one)
        ]
        numbers = [one for one in found if one.field in number_fields(self.kind)]
        if not numbers or not self.kind.person:
            return found
        name = self.kind.kind()
        others = store.fetch([name], store.merges.merged_with(name, record.id)).values()
        known = {(one.field, other.value(one.field)) for one in numbers for other in others}
        return [one for one in found if (one.field, one.portal) not in known]

    def _is_same_person(self, store: Store, one: Difference) -> bool:
        """Say whether two numbers are of one person, under whatever number it was entered."""
        if one.field not in person_fields(self.kind):
            return False
        both = [value for value in (one.here, one.portal) if isinstance(value, str)]
        standing = store.merges.persons(both)
        return len(both) > 1 and len({standing.get(number, number) for number in both}) == 1

    def _named(self, row: Row, people: dict[tuple[str, str], Record]) -> str:
        """Return what a row calls its record, or the person it is about."""
        if row.person in people:
            return people[row.person].label()
        for kind, values in ((self.kind, row.values), *_about(row)):
            known = {name: one for name, one in values.items() if name in kind.fields()}
            if any(known.get(name) for name in kind.fields() if name == "name"):
                return kind.of(known).label()
        return next((str(value) for value in row.values.values()), "")


def _without_record(row: Row) -> Row:
    if row.outcome is not Outcome.OPEN:
        return row
    return replace(row, outcome=Outcome.PORTAL_ONLY, record="")


def _about(row: Row) -> Iterable[tuple[type[Record], dict[str, object]]]:
    return [(kinds()[kind], dict(values)) for kind, values in row.about.items()]


def _people(store: Store, rows: Sequence[Row]) -> dict[tuple[str, str], Record]:
    wanted = [row.person for row in rows if row.person and not row.record]
    return store.fetch({kind for kind, _ in wanted}, [one for _, one in wanted]) if wanted else {}


def reconcile(
    store: Store,
    kind: str,
    source: Path,
    *,
    as_of: date,
    choices: Choices | None = None,
    progress: Progress | None = None,
    compared: Compared | None = None,
    stop: Event | None = None,
    dry_run: bool = False,
) -> Comparison:
    """Compare a list with the records here; nothing is saved.

    ``progress``: told how much was read; ``compared``: then how many rows were compared; ``stop``
    ends both, and nothing is left behind.

    Raises:
        KeyError: there is no such kind.
        Unanswered: a person must choose first how the file is read.
        Unreadable: the file cannot be used.
        Interrupted: it was stopped.
    """
    found = Comparison(store, kind, as_of)
    try:
        _read(store, found, source, choices, progress, stop, dry_run=dry_run)
        _compare(store, found, compared, stop)
    except BaseException:
        found.close()
        raise
    return found


def _read(
    store: Store,
    found: Comparison,
    source: Path,
    choices: Choices | None,
    progress: Progress | None,
    stop: Event | None,
    *,
    dry_run: bool,
) -> None:
    """Read all rows, and find those whose numbers are known."""
    finder = Finder(store, found.rows, found.memory)
    covered = Covered(found.kind, found.as_of)

    def take(listed: Sequence[ListedRow]) -> None:
        rows = [_row(one) for one in listed]
        covered.add(rows)
        found.rows.put(rows)
        found.rows.put(finder.by_number(rows))

    found.loaded = read_list(
        store,
        found.kind.kind(),
        source,
        take,
        choices=choices,
        progress=progress,
        stop=stop,
        dry_run=dry_run,
    )
    if stop and stop.is_set():
        raise Interrupted
    if not found.rows.counts() and not found.loaded.rejected:
        raise Unreadable("The list has headings and no rows. Choose another file.")
    found.period = covered.period()


def _row(one: ListedRow) -> Row:
    about = {
        kind: {name: value for name, value in values.items() if value is not None}
        for kind, values in one.about.items()
    }
    return Row(one.number, one.values, one.id or "", about)


def _compare(
    store: Store, found: Comparison, compared: Compared | None, stop: Event | None
) -> None:
    """Find the other records, and compare all."""
    finder = Finder(store, found.rows, found.memory)
    total, done = sum(found.rows.counts().values()), 0
    while rows := found.rows.page(Outcome.OPEN):
        found.rows.put(found.compared(store, finder.by_likeness(rows)))
        done += len(rows)
        if compared:
            compared(done, total)
        if stop and stop.is_set():
            raise Interrupted
    uncertain = found.rows.chunks(Outcome.UNCERTAIN)
    for rows in uncertain:  # those whose numbers are of several records were not named yet
        found.rows.put(found.compared(store, rows))
    found.find_missing(store)
