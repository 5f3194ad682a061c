"""Reading records: one, some, a page, all; and the lines of a timeline."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)

from fieldkit.protocol.alias import MERGED
from fieldkit.records import Record, Value, kinds
from fieldkit.store import tables
from fieldkit.store.log.changes import OPEN_VERDICT, in_parts
from fieldkit.store.log.states import RETURNED, UNSETTLED, State, state_of
from fieldkit.store.log.tallies import last_saved_ids
from fieldkit.store.read.aliases import duplicates, has_merged, same_person, stands_for
from fieldkit.store.read.holding import holding
from fieldkit.store.read.record_json import to_json


@dataclass(frozen=True, slots=True)
class Page:
    """Some records of a list and the way to the next ones."""

    records: list[Record]
    next: str | None
    """Hand it back as ``after``; None at the end."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline."""

    on: date | None
    kind: str
    id: str
    sentence: str
    by: str
    state: State
    number: str = ""
    """The other number of the person under which it was entered."""


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one moment: reads over one connection. Serves the rules as ``Known``."""

    connection: Connection
    _kinds: Mapping[str, type[Record]] = field(default_factory=kinds)
    _people: dict[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    """All numbers of the persons asked about, by kind and number."""
    _several: dict[str, bool] = field(default_factory=dict)
    """Whether any person has several numbers, by kind."""

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return the record, deleted or not; None if it is not here."""
        found = self._kinds.get(kind)
        if found is None:
            return None
        table = found.table()
        row = self.connection.execute(select(table).where(table.c.id == record_id)).one_or_none()
        return _record(found, row) if row else None

    def anywhere(self, record_id: str) -> Record | None:
        """Return the record of this id, of any kind."""
        return next(iter(self.fetch(self._kinds, [record_id]).values()), None)

    def called(self, number: str) -> list[Record]:
        """Return the record of this number, and the one that had it until it was renamed."""
        numbers = [number, *self.renamed([number]).values()]
        return [found for one in numbers if (found := self.anywhere(one))]

    def renamed(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the present numbers of those of ``ids`` that were renamed here, by the old."""
        found: dict[str, str] = {}
        for some in in_parts(sorted(set(ids))):
            rows = self.connection.execute(_RENAMED, {"ids": some})
            found |= {row.old: row.new for row in rows}
        return found

    def fetch(self, wanted: Iterable[str], ids: Sequence[str]) -> dict[tuple[str, str], Record]:
        """Return those of ``ids`` that are here and of the kinds ``wanted``, by kind and id.

        Kinds of a newer version, which this one cannot show, are passed over.
        """
        found: dict[tuple[str, str], Record] = {}
        asked = set(wanted)
        names = tuple(name for name in self._kinds if name in asked)
        for some in in_parts(ids):
            for name in holding(self.connection, names, some):
                kind = self._kinds[name]
                table = kind.table()
                for row in self.connection.execute(select(table).where(table.c.id.in_(some))):
                    found[name, row.id] = _record(kind, row)
        return found

    def numbers(self, kind: str, number: str) -> Sequence[str]:
        """Return all numbers of the person of a record, the one that stands for them first."""
        found = self._kinds[kind]
        if not found.person:
            return [number]
        if kind not in self._several:
            self._several[kind] = has_merged(self.connection, found)
        if not self._several[kind]:
            return [number]
        if (kind, number) not in self._people:
            self._people[kind, number] = same_person(self.connection, found, number)
        return self._people[kind, number]

    def _named(self, kind: type[Record], equal: Mapping[str, Value]) -> dict[str, Sequence[str]]:
        """Return all numbers of the people that values refer to, by field; of those with several.

        So what is asked about a person is found under whichever number it was entered.
        """
        references, found = kind.references(), {}
        for name, value in equal.items():
            for other in references[name].kinds if value and name in references else ():
                numbers = self.numbers(other, str(value))
                if len(numbers) > 1:
                    found[name] = numbers
        return found

    def _once(self, kind: type[Record], records: list[Record]) -> list[Record]:
        """Leave out the records of people for whom another record stands."""
        merged = [one.id for one in records if vars(one).get(MERGED)]
        if not merged:
            return records
        standing = stands_for(self.connection, kind, merged)
        return [one for one in records if standing.get(one.id, one.id) == one.id]

    def about(self, kind: str, **equal: Value) -> list[Record]:
        """Return the live records whose fields equal these values, of people under all numbers.

        Of people, each is there once.
        """
        found = self._kinds[kind]
        several = self._named(found, equal)
        if not several:
            return self._once(found, self.where(kind, **equal))
        table, rest = found.table(), {k: v for k, v in equal.items() if k not in several}
        named = [table.c[name].in_(numbers) for name, numbers in several.items()]
        asked = select(table).where(_live(table, rest), *named)
        return self._once(found, [_record(found, row) for row in self.connection.execute(asked)])

    def where(self, kind: str, **equal: Value) -> list[Record]:
        """Return the live records whose fields equal these values, each under its own number."""
        found = self._kinds[kind]
        given = {f"is_{name}": value for name, value in equal.items() if value is not None}
        names = tuple((name, value is None) for name, value in equal.items())
        rows = self.connection.execute(_equal(found.table(), names), given)
        return [_record(found, row) for row in rows]

    def page(
        self,
        kind: str,
        where: Mapping[str, Value],
        after: str | None,
        limit: int,
        *,
        newest_first: bool = False,
        by: str = "",
        descending: bool = False,
        among: Sequence[str] | None = None,
    ) -> Page:
        """Return a page in the order of the kind's list, of a field, or by the last change.

        ``among``: of the records of these numbers alone.
        """
        found = self._kinds[kind]
        table = found.table()
        order = by or found.order
        column = table.c[order]
        query = select(table).where(self._listed(found, where, among))
        if newest_first:
            newest = self.connection.execute(query.order_by(table.c.updated_at.desc()).limit(limit))
            return Page([_record(found, row) for row in newest], None)
        if after is not None:
            query = query.where(_beyond(table, column, after, descending=descending))
        sorts = (column.desc(), table.c.id.desc()) if descending else (column, table.c.id)
        rows = self.connection.execute(query.order_by(*sorts).limit(limit + 1)).all()
        records = [_record(found, row) for row in rows[:limit]]
        more = len(rows) > limit
        return Page(records, _mark(records[-1], order) if more else None)

    def count(
        self, kind: str, where: Mapping[str, Value], among: Sequence[str] | None = None
    ) -> int:
        """Return how many live records of a kind have these values, each person once."""
        found = self._kinds[kind]
        query = select(func.count()).select_from(found.table())
        query = query.where(self._listed(found, where, among))
        return int(self.connection.execute(query).scalar_one())

    def _listed(
        self, kind: type[Record], where: Mapping[str, Value], among: Sequence[str] | None = None
    ) -> ColumnElement[bool]:
        """Return the condition of the records of a list: each person once, under all numbers."""
        table, several = kind.table(), self._named(kind, where)
        rest = {name: value for name, value in where.items() if name not in several}
        named = [table.c[name].in_(numbers) for name, numbers in several.items()]
        if kind.person and (others := duplicates(self.connection, kind)):
            named.append(table.c.id.not_in(_in_json(others)))
        return and_(_live(table, rest, among), *named)

    def each(
        self, kind: str, where: Mapping[str, Value], *, merged: bool = False
    ) -> Iterator[Record]:
        """Stream the live records in order of entry, a thousand at a time in memory.

        ``merged``: those for which another record stands too.
        """
        found = self._kinds[kind]
        table = found.table()
        condition = _live(table, where) if merged else self._listed(found, where)
        last = 0
        rowid: ColumnElement[int] = literal_column("rowid")
        while True:
            rows = self.connection.execute(
                select(rowid, table).where(condition, rowid > last).order_by(rowid).limit(1000)
            ).all()
            yield from (_record(found, row) for row in rows)
            if len(rows) < 1000:
                return
            last = rows[-1][0]

    def timeline(self, record_id: str) -> list[Event]:
        """Return what happened to a person or group, oldest first, the undated last."""
        own = self.anywhere(record_id)
        if own is None:
            return []
        numbers = self.numbers(own.kind(), own.id)
        others = self.fetch([own.kind()], [one for one in numbers if one != own.id]).values()
        found = [(own, own.id), *((one, one.id) for one in others), *self._referring(own)]
        states = self.states([record.id for record, _ in found])
        events = [
            Event(
                on=on,
                kind=record.kind(),
                id=record.id,
                sentence=sentence,
                by=record.created_by or "",
                state=states.get(record.id, State.ON_SERVER),
                number="" if number == own.id else number,
            )
            for record, number in found
            if not record.deleted
            for on, sentence in record.events()
        ]
        return sorted(events, key=lambda event: (event.on or date.max, event.id))

    def _referring(self, own: Record) -> Iterator[tuple[Record, str]]:
        """Yield the live records that refer to this one, and the number that each names.

        Only of kinds with a date for the timeline; of a person, under all their numbers.
        """
        for name, kind in self._kinds.items():
            for field_name, reference in kind.references().items():
                if own.kind() in reference.kinds and kind.on_timeline():
                    for found in self.about(name, **{field_name: own.id}):
                        yield found, str(found.value(field_name))

    def states(self, ids: Sequence[str]) -> dict[str, State]:
        """Return where each record stands; none for records never saved here, unless in conflict.

        That is where its last change stands, unless the server still lacks part of an earlier one,
        or a conflict about it is open, no matter who wrote the values.
        """
        log, origin, conflict = tables.change, tables.origin, tables.conflict
        found: dict[str, State] = {}
        for some in in_parts(ids):
            rows = self.connection.execute(
                select(log.c.record_id, log.c.seq, origin.c.sent_seq, origin.c.acked_seq)
                .add_columns(case((OPEN_VERDICT, log.c.verdict)).label("verdict"))
                .join(origin, log.c.origin == origin.c.origin)
                .where(log.c.record_id.in_(some))
                .order_by(origin.c.born, log.c.seq)
            )
            for row in rows:
                state = state_of(row.seq, row.verdict, row.sent_seq, row.acked_seq)
                before = found.get(row.record_id)
                if before not in RETURNED and (before not in UNSETTLED or state in RETURNED):
                    found[row.record_id] = state
            in_conflict = self.connection.execute(
                select(conflict.c.record_id).where(
                    conflict.c.record_id.in_(some), conflict.c.decided == 0
                )
            )
            for record_id in in_conflict.scalars():
                if found.get(record_id) is not State.REJECTED:
                    found[record_id] = State.CONFLICT
        return found

    def last_saved(
        self, many: int, operator: str | None = None, kind: str | None = None
    ) -> list[Record]:
        """Return the live records last saved here, the latest first; ``operator``: by whom."""
        found: list[Record] = []
        for saved, record_id in last_saved_ids(self.connection, operator, kind):
            record = self.get(saved, record_id)
            if record and not record.deleted:
                found.append(record)
            if len(found) == many:
                break
        return found


_RENAMED = select(tables.alias).where(tables.alias.c.old.in_(bindparam("ids", expanding=True)))


def _record(kind: type[Record], row: Row[tuple[object, ...]]) -> Record:
    values = dict(row._mapping)
    values.pop("rowid", None)
    return kind.of(values)


def _live(
    table: Table, equal: Mapping[str, Value], among: Sequence[str] | None = None
) -> ColumnElement[bool]:
    conditions = [table.c[name] == value for name, value in equal.items()]
    if among is not None:
        conditions.append(table.c.id.in_(_in_json(among)))
    return and_(table.c.deleted.is_(False), *conditions)


def _in_json(numbers: Sequence[str]) -> Select[str]:
    """Return numbers as a query with one parameter: there may be more than a query can hold."""
    listed = func.json_each(json.dumps(list(numbers))).table_valued("value")
    return select(listed.c.value)


@cache
def _equal(table: Table, names: tuple[tuple[str, bool], ...]) -> Select[tuple[object, ...]]:
    """Hold the query rules ask at every save: equal in these fields (True: empty there)."""
    columns = table.c
    conditions = [
        columns[name].is_(None) if empty else columns[name] == bindparam(f"is_{name}")
        for name, empty in names
    ]
    return select(table).where(columns.deleted.is_(False), *conditions)


def _beyond(
    table: Table, column: ColumnElement[object], after: str, *, descending: bool
) -> ColumnElement[bool]:
    """Return the condition of the records after a mark; empty values are the lowest."""
    mark, last = json.loads(after)
    value = date.fromisoformat(mark) if mark and isinstance(column.type, Date) else mark
    if value is None:
        below = and_(column.is_(None), table.c.id < last)
        return below if descending else or_(column.is_not(None), table.c.id > last)
    here, there = tuple_(column, table.c.id), tuple_(literal(value, column.type), literal(last))
    return or_(here < there, column.is_(None)) if descending else here > there


def _mark(record: Record, order: str) -> str:
    return json.dumps([to_json(record.value(order)), record.id])
