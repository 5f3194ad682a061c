"""Records that are the same person as another, as SQL: what :mod:`fieldkit.protocol.alias` says.

Few records are, so each question begins with those, by the index of the field, and a database
without any is asked nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    SelectBase,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.sql.elements import Tuple

from fieldkit.records import Record, kinds
from fieldkit.records.declaration.permission import MERGED
from fieldkit.reports.sql.aliases import alias

_FIRST: ColumnElement[int] = literal_column("1")
_ORIGIN: ColumnElement[int] = literal_column("8")
"""Characters of a number that name its origin."""


def merging(connection: Connection) -> frozenset[str]:
    """Return the kinds of which a record is the same person as another."""
    return frozenset(
        name
        for name, kind in kinds().items()
        if MERGED in kind.fields() and connection.execute(_any(kind)).scalar_one()
    )


@cache
def _any(kind: type[Record]) -> Select[bool]:
    merged = kind.table().c[MERGED]
    return select(exists(select(merged).where(_given(kind.table()))))


def together(
    connection: Connection, merged: frozenset[str], numbers: Sequence[str]
) -> Sequence[str]:
    """Return numbers with those of the records that theirs stand for."""
    same = [standing(kinds()[name]) for name in sorted(merged)]
    asked = (select(one.c.number).where(one.c.by.in_(numbers)) for one in same)
    found = (number for one in asked for number in connection.execute(one).scalars())
    return [*numbers, *found]


def counts_once(kind: type[Record]) -> ColumnElement[bool]:
    """Return the condition that no other record stands for this one."""
    columns = kind.table().c
    return or_(columns[MERGED].is_(None), columns.id.not_in(select(_stood_for(kind).c.number)))


@cache
def standing(kind: type[Record]) -> CTE:
    """Return ``number`` and ``by`` of each record that another, live one stands for."""
    name = kind.kind()
    reached, hidden = _reached(kind), _stood_for(kind)
    there = alias(kind.table(), "standing_for")
    last = and_(there.c.id == reached.c.there, _live(there))
    found = (
        select(reached.c.number, there.c.id.label("by"))
        .select_from(reached.join(there, last))
        .where(there.c.id != reached.c.number, there.c.id.not_in(select(hidden.c.number)))
    )
    return found.cte(f"{name}_standing_for").prefix_with("MATERIALIZED")


@cache
def standing_of(kind: type[Record], referring: str) -> FromClause:
    """Return :func:`standing` under a name of its own for what refers to people of a kind."""
    return standing(kind).alias(f"same_as_{referring}")


@cache
def together_with(kind: type[Record]) -> CTE:
    """Return ``number`` and ``by`` of all records of people who have several."""
    same = standing(kind)
    itself = select(same.c.by.label("number"), same.c.by).distinct()
    found = union_all(select(same.c.number, same.c.by), itself)
    return found.cte(f"{kind.kind()}_together").prefix_with("MATERIALIZED")


def with_same(
    numbers: SelectBase,
    kind: type[Record],
    is_among: Callable[[ColumnElement[object]], ColumnElement[bool]],
) -> SelectBase:
    """Return numbers of people with all other numbers of the same people.

    ``is_among``: the condition that a number is one of them.
    """
    named, others = together_with(kind), _others(kind)
    same = select(others.c.number).select_from(named.join(others, others.c.by == named.c.by))
    return union(numbers, same.where(is_among(named.c.number)))


@cache
def _others(kind: type[Record]) -> FromClause:
    return together_with(kind).alias(f"{kind.kind()}_others")


def is_about(
    column: ColumnElement[object], number: ColumnElement[object], kind: type[Record]
) -> ColumnElement[bool]:
    """Return the condition that a reference is to a person, or to one that the person stands for.

    ``number``: the person's; an index of the reference leads to either.
    """
    same = standing(kind)
    return or_(column == number, column.in_(select(same.c.number).where(same.c.by == number)))


@cache
def _stood_for(kind: type[Record]) -> CTE:
    """Return ``number`` of each record from which a live one is reached that comes before it.

    In a ring, from where the way leads back, that is one with a smaller number; else any.
    """
    reached, back = _reached(kind), _reached(kind).alias(f"{kind.kind()}_way_back")
    there = alias(kind.table(), "reached")
    returns = and_(back.c.number == reached.c.there, back.c.there == reached.c.number)
    live = and_(there.c.id == reached.c.there, _live(there))
    found = (
        select(reached.c.number)
        .distinct()
        .select_from(reached.join(there, live).outerjoin(back, returns))
        .where(
            there.c.id != reached.c.number,
            or_(back.c.number.is_(None), _order(there.c.id) < _order(reached.c.number)),
        )
    )
    return found.cte(f"{kind.kind()}_stood_for").prefix_with("MATERIALIZED")


@cache
def _reached(kind: type[Record]) -> CTE:
    """Return each record that says whom it is the same as, with every number its way leads to."""
    own, then = kind.table(), alias(kind.table(), "then")
    first = select(own.c.id.label("number"), own.c[MERGED].label("there"))
    way = first.where(_given(own)).cte(f"{kind.kind()}_reached", recursive=True)
    following = select(way.c.number, then.c[MERGED]).select_from(
        way.join(then, then.c.id == way.c.there)
    )
    return way.union(following.where(_given(then)))


def _given(rows: FromClause) -> ColumnElement[bool]:
    """Return the condition that a record names another; as a range, which an index answers."""
    return rows.c[MERGED] > ""


def _live(rows: FromClause) -> ColumnElement[bool]:
    """Return the condition that a record is live, so that SQLite still looks for it by number."""
    return func.coalesce(rows.c.deleted, true()).is_(False)


def _order(number: ColumnElement[str]) -> Tuple:
    """Return the place of a number in the fixed order of all records: origin, then its number."""
    return tuple_(func.substr(number, _FIRST, _ORIGIN), func.length(number), number)
