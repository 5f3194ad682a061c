"""Covering indexes for counting: one a kind, with the columns that its measures look at.

A few more lead from a value to its records: values that two share, those counted once each, and
the income ladder.

A report then reads the index and not the rows, which are many times larger. They follow from the
declarations, and are made when a report is first asked for: who asks for none pays nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from sqlalchemy import Connection, Index, MetaData, inspect
from sqlalchemy.schema import CreateIndex, DropIndex

from fieldkit.records import kinds
from fieldkit.records.declaration.permission import MERGED
from fieldkit.records.fields.formats import Text
from fieldkit.reports.catalogue import declared
from fieldkit.reports.declaration.measure import AnyOf, Has, Shared, Where
from fieldkit.reports.declaration.report import Counted
from fieldkit.reports.sql.ladder import RUNG

_PREFIX = "counts_"
_RUNG_NEEDS = (
    ("member", "id"),
    ("member", "joined_on"),
    ("member", "self_help_group_id"),
    ("income_entry", "baseline"),
    ("income_entry", "assessed"),
)
_LADDER = (
    (
        "income_entry",
        ("member_id", "deleted", "period_to", "baseline", "amount", "activity", "assessed", "id"),
    ),
    (
        "member",
        ("id", "deleted", "district", "block", "status", "joined_on", "self_help_group_id"),
    ),
)
_MARK = 8
"""Letters at the end of a name that stand for the columns."""
_MOST = 30
"""PostgreSQL takes 32 columns in an index."""


def missing_indexes(connection: Connection) -> list[Index]:
    """Return the indexes that are not there yet; it only reads."""
    there = {
        str(index["name"])
        for kind in _columns()
        for index in inspect(connection).get_indexes(kinds()[kind].table().name)
    }
    return [index for index in _indexes() if index.name not in there]


def make_index(connection: Connection, index: Index) -> None:
    """Make one index, and drop those of the same table that it replaces."""
    table = index.table
    connection.execute(CreateIndex(index, if_not_exists=True))
    if table is None:
        return
    for other in inspect(connection).get_indexes(table.name):
        name = str(other["name"])
        if name.startswith(str(index.name)[:-_MARK]) and name != index.name:
            old = Index(name, table.c.district)
            connection.execute(DropIndex(old, if_exists=True))


def _indexes() -> Iterator[Index]:
    for kind, columns in _columns().items():
        yield _index(_PREFIX, kind, columns)
    for kind, columns in _links():
        yield _index(f"links_{columns[0]}_", kind, columns)
    for kind, columns in _values():
        yield _index(f"values_{columns[0]}_", kind, columns)


def _index(prefix: str, kind: str, columns: Sequence[str]) -> Index:
    table = kinds()[kind].table().to_metadata(MetaData())
    mark = hashlib.sha256(" ".join(columns).encode()).hexdigest()[:_MARK]
    return Index(f"{prefix}{table.name}_{mark}", *(table.c[name] for name in columns))


def _links() -> Sequence[tuple[str, Sequence[str]]]:
    """Return what finds equal values, and the entries and members of the income ladder."""
    found: dict[tuple[str, Sequence[str]], None] = {}
    for report in declared():
        for one in report.measures():
            for test in one.measure.where.values():
                if isinstance(test, Shared):
                    kind = one.measure.kind
                    found[kind, (*test.fields, "deleted", *_once(kind))] = None
    return [*found, *_LADDER]


def _values() -> Iterator[tuple[str, Sequence[str]]]:
    """Give what lists the records of a kind in the order of values that are counted once each."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for report in declared():
        for one in report.measures():
            kind, distinct = one.measure.kind, one.measure.distinct
            if len(distinct) == 1 and distinct[0] in kinds()[kind].references():
                columns = found.setdefault((kind, distinct[0]), {})
                columns.update((name, None) for other, name in _looked_at(one) if other == kind)
    for (kind, field), columns in found.items():
        yield kind, list(dict.fromkeys([field, "deleted", *columns]))


@cache
def _columns() -> Mapping[str, Sequence[str]]:
    """Return the columns of each kind's index: places, then what is counted by its values."""
    found: dict[str, dict[str, None]] = {}
    distinct: dict[str, dict[str, None]] = {}
    for report in declared():
        for one in report.measures():
            measure = one.measure
            for kind, name in _looked_at(one):
                if _short(kind, name):
                    found.setdefault(kind, {})[name] = None
            if measure.distinct and "." not in "".join(measure.distinct):
                distinct.setdefault(measure.kind, {}).update(dict.fromkeys(measure.distinct))
        for way in report.by:
            for kind, path in way.paths.items():
                for there, name in _steps(kind, path):
                    if there == kind and _short(kind, name):
                        found.setdefault(kind, {})[name] = None
    return {
        kind: list(dict.fromkeys([*_first(distinct.get(kind, ())), *_once(kind), *names]))[:_MOST]
        for kind, names in found.items()
    }


def _first(distinct: Iterable[str]) -> Sequence[str]:
    """Return the columns that an index begins with."""
    return ("district", *distinct, "block", "deleted")


def _once(kind: str) -> Sequence[str]:
    """Return the columns that tell whether another record stands for one of the kind."""
    return (MERGED, "id") if MERGED in kinds()[kind].fields() else ()


def _short(kind: str, name: str) -> bool:
    """Say whether a field's values are short: PostgreSQL takes about 2,700 bytes in all."""
    field = kinds()[kind].fields().get(name)
    return field is None or not isinstance(field.format, Text)


def _looked_at(one: Counted) -> Iterator[tuple[str, str]]:
    measure = one.measure
    paths = [*measure.dates, *measure.distinct, *([measure.amount] if measure.amount else [])]
    yield from _of_conditions(measure.kind, measure.where)
    for path in paths:
        yield from _steps(measure.kind, path)


def _of_conditions(kind: str, where: Where) -> Iterator[tuple[str, str]]:
    for path, test in where.items():
        if isinstance(test, AnyOf):
            for some in test.sets:
                yield from _of_conditions(kind, some)
        elif isinstance(test, Shared):
            yield from ((kind, name) for name in test.fields)
        else:
            yield from _steps(kind, path)
            if isinstance(test, Has):
                yield test.kind, test.field


def _steps(kind: str, path: str) -> Iterator[tuple[str, str]]:
    """Give each field on a path, with the kind it is a field of."""
    *through, name = path.partition(":")[0].split(".")
    for step in through:
        yield kind, step
        kind = kinds()[kind].references()[step].kinds[0]
    if name == RUNG:
        yield from _RUNG_NEEDS
    else:
        yield kind, name
