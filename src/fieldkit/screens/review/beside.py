"""What stands beside the inbox on a wide page: who entered the records of an item, when, where.

Runs in a store's thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldkit.about.words import area_words
from fieldkit.screens.look.differing import differing
from fieldkit.screens.look.parts import Block
from fieldkit.screens.look.text import Cell, Span, Text, wrapped
from fieldkit.screens.lookup.rows import row_of, state_words

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.review.conflicts import Side
    from fieldkit.review.inbox import Item
    from fieldkit.store import Store

_LINES = 3
"""Most lines of one fact."""
_LONGEST = 9
"""Most lines of a value: both fit on a page of 40 lines."""


def panel(store: Store, one: Item, width: int) -> list[Block]:
    """Return the two values of a conflict, or the records of an item, a block each."""
    if one.conflict:
        sides = one.conflict.mine, one.conflict.theirs
        values = differing(sides[0].words, sides[1].words)
        return [_side(*both, width) for both in zip(sides, values, strict=True)]
    found = [store.record(number) for number in (one.record_id, *one.related[:2])]
    return [_record(store, record, width) for record in found if record is not None]


def _side(side: Side, value: Text, width: int) -> Block:
    facts = [line for fact in (side.by, side.at, side.where) for line in _lines(fact, width)]
    return Block(side.title, [*wrapped(value, width, _LONGEST), *facts])


def _record(store: Store, record: Record, width: int) -> Block:
    from fieldkit.records.fields.formats import Moment

    row, device = row_of(store, record), store.device
    here = device is not None and record.id.startswith(f"{device.origin}-")
    state = store.states([record.id]).get(record.id)
    entered = Moment().show(record.created_at) if record.created_at else ""
    changed = Moment().show(record.updated_at) if record.updated_at != record.created_at else ""
    facts = (
        ", ".join(filter(None, row.cells[1:4])),
        ", ".join(filter(None, ("entered", record.created_by or "", entered))),
        f"changed, {changed}" if changed else "",
        "this laptop" if here else f"laptop {record.id.partition('-')[0]}",
        area_words(record.district, record.block),
        state_words(str(state)) if state else "on the server",
        "deleted" if record.deleted else "",
    )
    lines: list[Cell] = [(Span(row.label, "strong"),)]
    lines += [line for fact in facts for line in _lines(fact, width)]
    return Block(record.id, lines)


def _lines(fact: str, width: int) -> list[Text]:
    return wrapped((Span(fact),), width, _LINES) if fact else []
