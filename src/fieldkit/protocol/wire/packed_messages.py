"""The JSON form of messages: changes of a batch and rows of a page packed as tables of columns.

Lossless whatever a change or a row holds; the chain is computed on the unpacked form. Lists that
are not packed are read as they are, so that a request can be written by hand, and other messages
are never packed.

A packed list is ``{"n": 200, "order": writing, "groups": [...]}``: the number of entries, the index
of each entry's group (left out if there is only one), and the groups, each a table of its entries
in order. :mod:`fieldkit.protocol.wire.columns` describes columns and writings.

==================================================  ==============================================
``{"kind", "op", "names", "cols", "rest"}``         changes; columns ``id``, ``base``, ``at``,
                                                    ``operator``, then the fields by ``names``
``{"kind", "names", "cols", "rest"}``               rows of a page; columns ``id``, ``version``,
                                                    ``conflicts``, ``findings``, then the fields
``{"kind", "own": true, "cols"}``                   rows without values: ``id``, ``version`` ...
``{"kind", "cols"}``                                records gone; column ``id``
``{"raw": [...]}``                                  entries of any other form, as they are
==================================================  ==============================================

``rest`` is a column of objects with the fields too rare to have a column. Seqs are implied: the
batch names the first, the others follow. Members with their default value are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias, cast

from fieldkit.protocol.change import Json
from fieldkit.protocol.limits import LONGEST_NAME, MOST_FIELDS
from fieldkit.protocol.messages.shapes import Message
from fieldkit.protocol.messages.sync import (
    LARGEST_MESSAGE,
    MOST_CHANGES,
    MOST_ROWS,
    Batch,
    FindingItem,
    Page,
    PageRow,
    SyncAnswer,
    SyncRequest,
)
from fieldkit.protocol.wire.columns import ABSENT, Cell
from fieldkit.protocol.wire.errors import TooLarge, Unreadable
from fieldkit.protocol.wire.packing import pack_columns
from fieldkit.protocol.wire.unpacking import SizeBudget, unpack_columns

Object: TypeAlias = dict[str, Json]
_CHANGE_MEMBERS = frozenset({"at", "base", "fields", "id", "kind", "op", "operator", "seq"})
_RARE = 8
"""A field gets a column if at least one in this many entries has it."""
_CHANGE_COLUMNS = ("id", "base", "at", "operator")
_ROW_COLUMNS = ("id", "version", "conflicts", "findings")


def pack(message: Message) -> Json:
    """Return the message in its JSON form; equal messages give equal JSON."""
    if isinstance(message, SyncRequest):
        packed = _dump(message, "batch")
        if message.batch is not None:
            packed["batch"] = _pack_batch(message.batch)
        return packed
    if isinstance(message, SyncAnswer):
        packed = _dump(message, "page", "versions")
        if message.versions:
            versions: list[Json] = list(message.versions)
            packed["versions"] = {"n": len(versions), "of": pack_columns([versions])[0]}
        if message.page is not None:
            packed["page"] = _pack_page(message.page)
        return packed
    return cast(Json, message.model_dump(exclude_none=True))


def unpack(value: object, kind: type[Message], most: int = LARGEST_MESSAGE) -> object:
    """Unpack the JSON form of a message into what ``kind`` validates.

    ``most``: most bytes of its JSON before it was packed.

    Raises:
        Unreadable: a packed part cannot be unpacked.
        TooLarge: a list, or the unpacked message, is too large.
    """
    if not isinstance(value, dict) or not issubclass(kind, SyncRequest | SyncAnswer):
        return value
    budget = SizeBudget(2 * most)  # numbers and names are charged more than their text
    whole: dict[str, object] = dict(value)
    if isinstance(cursors := whole.get("cursors"), dict):
        whole["cursors"] = _with_integer_keys(cursors)
    if isinstance(versions := whole.get("versions"), dict):
        count = _count(versions.get("n"), MOST_CHANGES)
        cells = _column(versions.get("of"), count, budget)
        whole["versions"] = [_value(cell) for cell in cells]
    if isinstance(batch := whole.get("batch"), dict):
        packed = batch.get("changes")
        if isinstance(packed, dict):
            whole["batch"] = batch | {
                "changes": _unpack_changes(packed, batch.get("first"), budget)
            }
    if isinstance(page := whole.get("page"), dict):
        rows, gone = page.get("rows"), page.get("gone")
        plain: dict[str, object] = dict(page)
        if isinstance(rows, dict):
            plain["rows"] = _unpack_rows(rows, budget)
        if isinstance(gone, dict):
            plain["gone"] = _unpack_gone(gone, budget)
        whole["page"] = plain
    return whole


def _dump(message: Message, *apart: str) -> Object:
    """Return the members of a message that are not packed, without default values."""
    plain = message.model_dump(exclude=set(apart), exclude_defaults=True)
    if "cursors" in plain:
        plain["cursors"] = {str(district): at for district, at in plain["cursors"].items()}
    return plain


def _with_integer_keys(cursors: Mapping[str, Json]) -> dict[str | int, Json]:
    """Convert district keys to integers; others stay as they are and fail validation."""
    plain = (key.isascii() and key.isdecimal() and len(key) <= 10 for key in cursors)
    return {
        int(key) if number else key: at
        for (key, at), number in zip(cursors.items(), plain, strict=True)
    }


class _Entry(NamedTuple):
    """One entry of a list, split into the columns of its group's table."""

    group: tuple[tuple[str, Json], ...]
    """The members shared by all entries of a group; empty: the entry fits no table."""
    first: tuple[Cell, ...]
    """The cells of the fixed columns; of an entry that fits no table, the entry itself."""
    fields: Mapping[str, Json] | None = None


def _pack_batch(batch: Batch) -> Object:
    changes = enumerate(batch.changes, batch.first)
    entries = [_change_entry(cast(Json, change), seq) for seq, change in changes]
    return {"first": batch.first, "before": batch.before, "changes": _pack_list(entries)}


def _change_entry(change: Json, seq: int) -> _Entry:
    if isinstance(change, dict) and change.keys() == _CHANGE_MEMBERS:
        kind, op, fields, its = (change[name] for name in ("kind", "op", "fields", "seq"))
        named = isinstance(kind, str) and isinstance(op, str) and len(kind + op) <= LONGEST_NAME
        if named and isinstance(fields, dict) and len(fields) <= MOST_FIELDS and _is(its, seq):
            first = (change[name] for name in _CHANGE_COLUMNS)
            cells = tuple(ABSENT if cell is None else cell for cell in first)
            return _Entry((("kind", kind), ("op", op)), cells, fields)
    return _Entry((), (change,))


def _is(value: Json, number: int) -> bool:
    return type(value) is int and value == number


def _pack_page(page: Page) -> Object:
    packed: Object = {}
    if page.rows:
        packed["rows"] = _pack_list([_row_entry(row) for row in page.rows])
    if page.gone:
        packed["gone"] = _pack_list(
            [_Entry((("kind", gone.kind),), (gone.id,)) for gone in page.gone]
        )
    return packed


def _finding_json(finding: FindingItem) -> Json:
    """Return a finding as JSON; lone surrogates in its parameters are kept, as in all values."""
    plain = finding.model_dump(exclude_defaults=True)
    if finding.related:
        plain["related"] = [list(pair) for pair in finding.related]
    return plain


def _row_entry(row: PageRow) -> _Entry:
    conflicts: list[Json] = [one.model_dump(exclude_defaults=True) for one in row.conflicts]
    findings: list[Json] = [_finding_json(one) for one in row.findings]
    first: tuple[Cell, ...] = (row.id, row.version, conflicts or ABSENT, findings or ABSENT)
    if row.values is None:
        return _Entry((("kind", row.kind), ("own", True)), first)
    return _Entry((("kind", row.kind),), first, cast(Object, row.values))


def _pack_list(entries: Sequence[_Entry]) -> Object:
    groups: dict[tuple[tuple[str, Json], ...], list[_Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.group, []).append(entry)
    packed: Object = {"n": len(entries)}
    if len(groups) > 1:
        place: dict[tuple[tuple[str, Json], ...], Json] = {g: at for at, g in enumerate(groups)}
        packed["order"] = pack_columns([[place[entry.group] for entry in entries]])[0]
    packed["groups"] = [
        _pack_group(dict(group), members)
        if group
        else {"raw": [cast(Json, entry.first[0]) for entry in members]}
        for group, members in groups.items()
    ]
    return packed


def _pack_group(packed: Object, entries: Sequence[_Entry]) -> Object:
    columns: list[list[Cell]] = [
        list(cells) for cells in zip(*(one.first for one in entries), strict=True)
    ]
    held = [entry.fields for entry in entries if entry.fields is not None]
    if held:
        names = _fields_with_column(held)
        columns += [[fields.get(name, ABSENT) for fields in held] for name in names]
        packed["names"] = list(names)
        rest = [{n: fields[n] for n in fields.keys() - names.keys()} or ABSENT for fields in held]
        if any(cell is not ABSENT for cell in rest):
            packed["rest"] = pack_columns([rest])[0]
    return packed | {"cols": pack_columns(columns)}


def _fields_with_column(held: Sequence[Mapping[str, Json]]) -> dict[str, None]:
    """Return the fields that get a column; stamps last, so that they can refer to date columns."""
    counts = Counter(name for fields in held for name in fields if len(name) <= LONGEST_NAME)
    often = [name for name, count in counts.items() if count * _RARE >= len(held)]
    often = sorted(often, key=lambda name: (-counts[name], name))[:MOST_FIELDS]
    return dict.fromkeys(sorted(often, key=lambda name: (name.endswith("_at"), name)))


def _unpack_changes(packed: Object, first: Json, budget: SizeBudget) -> list[Json]:
    if type(first) is not int:
        raise Unreadable("A batch does not say where it begins.")
    return [
        _change(entry, seq) if entry.group else _value(entry.first[0])
        for seq, entry in enumerate(
            _unpack_list(packed, MOST_CHANGES, len(_CHANGE_COLUMNS), budget), first
        )
    ]


def _change(entry: _Entry, seq: int) -> Json:
    common: Object = dict(entry.group)
    values = dict(zip(_CHANGE_COLUMNS, map(_value, entry.first), strict=True))
    fields: Json = dict(entry.fields or {})
    return (
        {"kind": common.get("kind"), "op": common.get("op"), "seq": seq}
        | values
        | {"fields": fields}
    )


def _unpack_rows(packed: Object, budget: SizeBudget) -> list[Json]:
    return [
        _row(entry) if entry.group else _value(entry.first[0])
        for entry in _unpack_list(packed, MOST_ROWS, len(_ROW_COLUMNS), budget)
    ]


def _row(entry: _Entry) -> Json:
    common: Object = dict(entry.group)
    cells = zip(_ROW_COLUMNS, entry.first, strict=True)
    present: Object = {name: cell for name, cell in cells if cell is not ABSENT}
    values: Json = None if common.get("own") is True else dict(entry.fields or {})
    return {"kind": common.get("kind"), "values": values} | present


def _unpack_gone(packed: Object, budget: SizeBudget) -> list[Json]:
    return [
        {"kind": dict(entry.group).get("kind"), "id": _value(entry.first[0])}
        for entry in _unpack_list(packed, MOST_ROWS, 1, budget)
    ]


def _value(cell: Cell) -> Json:
    return None if cell is ABSENT else cell


def _unpack_list(packed: Object, most: int, first: int, budget: SizeBudget) -> list[_Entry]:
    """Read a packed list of at most ``most`` entries, each group with ``first`` fixed columns."""
    count = _count(packed.get("n"), most)
    groups = packed.get("groups")
    if not isinstance(groups, list) or len(groups) > count:
        raise Unreadable("The groups are not a list, or are more than the entries.")
    order = _column(packed.get("order", {"=": 0}), count, budget)
    members = Counter(at for at in order if type(at) is int)
    if members.keys() != set(range(len(groups))) or members.total() != count:
        raise Unreadable("The order must name every group and no other.")
    read = [iter(_unpack_group(one, members[at], first, budget)) for at, one in enumerate(groups)]
    return [next(read[at]) for at in order if type(at) is int]


def _unpack_group(group: Json, rows: int, first: int, budget: SizeBudget) -> list[_Entry]:
    """Read the entries of one group."""
    if not isinstance(group, dict) or rows < 1:
        raise Unreadable("A group is not an object, or has no entry.")
    if "raw" in group:
        raw = group["raw"]
        if not isinstance(raw, list) or len(raw) != rows:
            raise Unreadable("A group has another number of entries than the order says.")
        return [_Entry((), (entry,)) for entry in raw]
    names, cols = group.get("names", []), group.get("cols")
    if not isinstance(names, list) or not isinstance(cols, list) or len(names) > MOST_FIELDS:
        raise Unreadable("The columns of a group are not a list, or too many.")
    if len(cols) != first + len(names):
        raise Unreadable("A group has another number of columns than of names.")
    columns = unpack_columns(cols, rows, budget)
    rest = _column(group["rest"], rows, budget) if "rest" in group else [ABSENT] * rows
    common = tuple((name, group.get(name)) for name in ("kind", "op", "own"))
    budget.spend(rows * (120 + sum(len(one) for _, one in common if isinstance(one, str))))
    named = [(_name(name), column) for name, column in zip(names, columns[first:], strict=True)]
    entries: list[_Entry] = []
    for row in range(rows):
        cells = ((name, column[row]) for name, column in named)
        fields: Object = {name: cell for name, cell in cells if cell is not ABSENT}
        budget.spend(sum(len(name) + 16 for name in fields))
        rare = rest[row]
        entries.append(
            _Entry(
                common,
                tuple(cells[row] for cells in columns[:first]),
                fields | rare if isinstance(rare, dict) else fields,
            )
        )
    return entries


def _name(name: Json) -> str:
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise Unreadable("A column has no name.")
    return name


def _column(writing: Json, rows: int, budget: SizeBudget) -> list[Cell]:
    return unpack_columns([writing], rows, budget)[0]


def _count(value: Json, most: int) -> int:
    if type(value) is not int or value < 1:
        raise Unreadable("A list does not say how long it is.")
    if value > most:
        raise TooLarge("Too many entries in one message.")
    return value
