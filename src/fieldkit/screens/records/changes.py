"""The changes of a record as lines: who, when, and each field before and after. Pure.

What a field was before follows from the changes before it, so it is known only as far as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.look.glyphs import RIGHT
from fieldkit.screens.look.text import Span, Text
from fieldkit.screens.lookup.rows import called, label_of, value_in_words

if TYPE_CHECKING:
    from fieldkit.protocol.messages.sync import HistoryItem
    from fieldkit.records import Field
    from fieldkit.store import Logged, Store

_DONE = {"create": "Entered", "edit": "Changed", "delete": "Deleted", "decide": "Settled"}
_RESTORED = "Restored"


class Made(NamedTuple):
    """A change, whether it was made here or comes from the server."""

    key: str
    """Its place in the log it was made in."""
    op: str
    fields: Mapping[str, object]
    at: int
    operator: str
    logged: Logged | None
    """None: another laptop made it."""
    item: HistoryItem | None


def made(one: Logged | HistoryItem) -> Made:
    """Return a change of either source."""
    from fieldkit.store import Logged

    if isinstance(one, Logged):
        change = one.change
        return Made(
            f"{one.origin} {change.seq}",
            str(change.op),
            change.fields,
            change.at,
            change.operator,
            one,
            None,
        )
    return Made(f"{one.origin} {one.seq}", one.op, one.fields, one.at, one.operator, None, one)


class FieldChange(NamedTuple):
    """One field of a change, in words."""

    label: str
    before: str | None
    """Empty: it was empty; None: not known here."""
    after: str
    """Empty: it was emptied."""


def what_was_done(one: Made) -> str:
    """Return what a change did, in a word."""
    from fieldkit.protocol.merge import DELETED

    if one.op != "create" and one.fields.get(DELETED) is False:
        return _RESTORED
    return _DONE.get(one.op, one.op)


def referred_names(store: Store, kind: str, history: Sequence[Made]) -> Mapping[str, str]:
    """Return what the records are called to which fields ever referred, by number."""
    from fieldkit.records import kinds

    found = kinds().get(kind)
    named: dict[str, str] = {}
    for field, reference in found.references().items() if found else ():
        ids = {str(one.fields[field]) for one in history if one.fields.get(field)}
        for record in store.fetch(reference.kinds, sorted(ids)).values() if ids else ():
            named[record.id] = label_of(store, record)
    return named


def with_before(
    kind: str, history: Sequence[Made], names: Mapping[str, str]
) -> Iterator[tuple[Made, Sequence[FieldChange]]]:
    """Yield each change, the oldest first, with its fields before and after.

    ``names``: what the records are called that fields refer to, by number.
    """
    from fieldkit.protocol.change import DECIDED
    from fieldkit.protocol.merge import DELETED
    from fieldkit.records import kinds

    found = kinds().get(kind)
    fields = found.fields() if found else {}
    stands: dict[str, object] = {}
    from_the_first = False
    for one in history:
        changes = [
            FieldChange(
                called(fields, name),
                _shown(fields.get(name), stands.get(name), names)
                if name in stands or from_the_first
                else None,
                _shown(fields.get(name), value, names),
            )
            for name, value in one.fields.items()
            if name not in (DECIDED, DELETED) and not (one.op == "create" and value is None)
        ]
        stands |= one.fields
        from_the_first |= one.op == "create"
        yield one, changes


def _shown(field: Field | None, value: object, names: Mapping[str, str]) -> str:
    """Return a value as people read it; as it is if the field is unknown or cannot hold it."""
    from fieldkit.records import Unfit
    from fieldkit.records.fields.formats import Reference

    if value is None:
        return ""
    if field and isinstance(field.format, Reference) and isinstance(value, str):
        return names.get(value, value)
    try:
        return field.format.show(field.format.read(value)) if field else value_in_words(value)
    except Unfit:
        return str(value)


def change_line(one: FieldChange) -> Text:
    """Return a field's label, and what stood there before and after."""
    label = Span(f"{one.label}  ", "dim")
    after = Span(one.after or "empty", "text" if one.after else "dim")
    if one.before is None:
        return (label, after)
    before = Span(one.before or "empty", "dim")
    return (label, before, Span(f" {RIGHT} ", "accent"), after)
