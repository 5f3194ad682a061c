"""Records as the JSON that travels, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from fieldkit.protocol.change import Json
from fieldkit.protocol.merge import DELETED
from fieldkit.records import Record, Unfit, Value

_KEPT_BESIDE = frozenset({"id", "version"})
"""Of the row, but not among the values that travel."""


def to_json(value: Value) -> Json:
    """Return a value as it stands in a change, a message or an export."""
    return value.isoformat() if isinstance(value, date) else value


def json_of(record: Record) -> dict[str, Json]:
    """Return all that is filled of a record, as the server tells it: without id and version."""
    filled = {
        name: to_json(value)
        for name, value in record.values().items()
        if value is not None and name not in _KEPT_BESIDE
    }
    if not record.deleted:
        del filled[DELETED]
    return {name: value for name, value in (record.extra or {}).items() if value is not None} | (
        filled
    )


def record_of(
    kind: type[Record], record_id: str, version: int, fields: Mapping[str, Json]
) -> Record:
    """Build a record from JSON; a value that this version cannot read stays in ``extra`` as it is.

    ``version`` 0: the server has none.
    """
    asks, sorts = kind.fields(), _sorts(kind)
    values: dict[str, object] = dict.fromkeys(asks)
    extra: dict[str, Json] = {}
    for name, value in fields.items():
        if name in asks and name not in _KEPT_BESIDE:
            try:
                read = asks[name].format.read(value)
            except Unfit:
                extra[name] = value
                continue
            if _fits(read, sorts[name]):
                values[name] = read
                continue
        extra[name] = value
    values |= {"id": record_id, "version": version or None, "extra": extra}
    values["district"] = values["district"] or 0
    values[DELETED] = bool(values[DELETED])
    return kind.of(values)


def differ(one: Record, other: Record) -> bool:
    """Say whether two records of one id show something else; their versions do not count."""
    mine, its = one.values(), other.values()
    mine["version"] = its["version"]
    return mine != its or (one.extra or {}) != (other.extra or {})


def _fits(value: Value, expected: type) -> bool:
    """Say whether a value can go to its column."""
    if isinstance(value, bool):
        return expected is bool
    return value is None or isinstance(value, expected)


@cache
def _sorts(kind: type[Record]) -> Mapping[str, type]:
    return {name: kind.table().columns[name].type.python_type for name in kind.fields()}
