"""Due work as SQL: who waits for what, the longest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.types import String

from fieldkit.records import kinds
from fieldkit.reports.area import Area
from fieldkit.reports.declaration.due import Due, DueItem
from fieldkit.reports.sql.aliases import alias
from fieldkit.reports.sql.same_person import is_about, merging, together
from fieldkit.reports.sql.source import Source


def due_items(
    connection: Connection,
    rules: Iterable[Due],
    area: Area,
    today: date,
    limit: int | None = None,
    offset: int = 0,
    about: Sequence[str] | None = None,
) -> list[DueItem]:
    """Return what is due, the longest waiting first, with the names of those concerned.

    ``about``: numbers of the persons and groups concerned; None: of everybody.
    """
    merged = merging(connection)
    asked = _asked(tuple(rules), area, today, merged, about is not None)
    if asked is None:
        return []
    if about is not None:
        about = together(connection, merged, about)
    asked = asked.limit(limit).offset(offset) if limit is not None else asked
    items = [
        DueItem(
            row.what,
            row.kind,
            row.id,
            row.about_kind,
            row.about_id,
            row.since,
            (today - row.since).days,
            row.district,
            row.block,
        )
        for row in connection.execute(asked, {"about": about} if about is not None else {})
    ]
    return _named(connection, items)


@lru_cache(maxsize=32)
def _asked(
    rules: tuple[Due, ...], area: Area, today: date, merged: frozenset[str], few: bool
) -> Select[tuple[object, ...]] | None:
    """Return the question for what is due; kept, for it takes longer to write than to answer."""
    parts = [_part(rule, area, today, merged, few=few) for rule in rules]
    if not parts:
        return None
    found = union_all(*parts).subquery()
    return select(found).order_by(found.c.since, found.c.what, found.c.id)


def due_counts(
    connection: Connection, rules: Sequence[Due], area: Area, today: date
) -> list[tuple[str, int, date]]:
    """Return how many wait for each sort of work, and since when the longest."""
    asked = _counted(tuple(rules), area, today, merging(connection))
    rows = connection.execute(asked) if asked is not None else ()
    counted = {row[0]: (row[1], row[2]) for row in rows}
    return [(rule.name, *counted[rule.name]) for rule in rules if rule.name in counted]


@lru_cache(maxsize=8)
def _counted(
    rules: tuple[Due, ...], area: Area, today: date, merged: frozenset[str]
) -> Select[str, int, date] | None:
    """Return the question for how much is due of each sort."""
    parts = [_part(rule, area, today, merged) for rule in rules]
    if not parts:
        return None
    found = union_all(*parts).subquery()
    what: ColumnElement[str] = found.c.what
    since: ColumnElement[date] = found.c.since
    return select(what, func.count(), func.min(since)).group_by(what)


def _part(
    rule: Due, area: Area, today: date, merged: frozenset[str], *, few: bool = False
) -> Select[tuple[object, ...]]:
    """``few``: only about those in the parameter ``about``."""
    source = Source(rule.kind, today, merging=merged, few=few)
    since = source.column(rule.since)
    conditions: list[ColumnElement[bool]] = [
        *source.live(),
        *area.holds(source.table),
        source.holds(rule.where),
        since <= today - timedelta(days=rule.after),
    ]
    conditions += [~gone for gone in _deleted(source, rule)]
    if rule.until_later:
        conditions.append(~_later(source, rule, merged))
    if few:
        named = [source.table.c[name] for name in (*rule.about, "id")]
        about: BindParameter[list[str]] = bindparam("about", expanding=True)
        conditions.append(or_(*(column.in_(about) for column in named)))
    about_kind, about_id = _about(source, rule)
    return (
        select(
            literal(rule.name).label("what"),
            literal(rule.kind).label("kind"),
            source.table.c.id.label("id"),
            about_kind.label("about_kind"),
            about_id.label("about_id"),
            since.label("since"),
            source.table.c.district.label("district"),
            source.table.c.block.label("block"),
        )
        .select_from(source.rows)
        .where(*conditions)
    )


def _about(source: Source, rule: Due) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """Return kind and id of the person or group, the record's own where it names none."""
    own = source.table.c.id
    if not rule.about:
        return literal(rule.kind), own
    references = source.kind.references()
    columns = [(source.number(name), references[name].kinds[0]) for name in rule.about]
    kind = case(*((column.is_not(None), named) for column, named in columns), else_=rule.kind)
    return cast(kind, String), func.coalesce(*(column for column, _ in columns), own)


def _deleted(source: Source, rule: Due) -> Iterator[ColumnElement[bool]]:
    """Give the conditions that the person or group is deleted."""
    references = source.kind.references()
    for name in rule.about:
        other = alias(kinds()[references[name].kinds[0]].table(), f"gone_{name}")
        yield exists().where(other.c.id == source.number(name), other.c.deleted.is_(True))


def _later(source: Source, rule: Due, merged: frozenset[str]) -> ColumnElement[bool]:
    """Return the condition that a later record about the same exists.

    Each reference is asked for by itself, through its own index. The state is hidden from SQLite:
    by an index of states it would read half of all records for each one.
    """
    other = alias(source.table, "later")
    own, references = source.table.c, source.kind.references()
    day = rule.until_later
    later = [other.c.deleted.is_(False), other.c[day] > own[day]]
    for name, values in rule.later_in.items():
        later.append(func.coalesce(other.c[name], "").in_(values))
    found: list[ColumnElement[bool]] = []
    for name in rule.about:
        number, person = source.number(name), references[name].kinds[0]
        theirs = other.c[name] == number
        if person in merged:
            theirs = is_about(other.c[name], number, kinds()[person])
        found.append(and_(own[name].is_not(None), exists().where(theirs, *later)))
    return or_(*found)


def _named(connection: Connection, items: list[DueItem]) -> list[DueItem]:
    """Add what the persons and groups are called, and their village."""
    wanted: dict[str, set[str]] = {}
    for item in items:
        wanted.setdefault(item.about_kind, set()).add(item.about_id)
    known: dict[tuple[str, str], tuple[str, str]] = {}
    for name, ids in wanted.items():
        kind = kinds()[name]
        table = kind.table()
        ordered = sorted(ids)
        for start in range(0, len(ordered), _AT_ONCE):
            some = ordered[start : start + _AT_ONCE]
            for row in connection.execute(select(table).where(table.c.id.in_(some))):
                record = kind.of(dict(row._mapping))
                place = record.value("village") if "village" in kind.fields() else None
                known[name, record.id] = record.label(), str(place or "")
    return [
        replace(item, name=found[0], place=found[1])
        if (found := known.get((item.about_kind, item.about_id)))
        else item
        for item in items
    ]


_AT_ONCE = 500
"""Records looked up in one query."""
