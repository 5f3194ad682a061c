"""Open conflicts in words: which field, what the two values are, and who wrote them.

Everything here runs in a store's thread, except :func:`asked_field` and :func:`district_of`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fieldkit.about.fields import called
from fieldkit.about.rows import fetch_references, label_of, row_of
from fieldkit.about.words import value_in_words
from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.merge import PLACE
from fieldkit.review.denied import denied_for_ut, role_of

if TYPE_CHECKING:
    from fieldkit.protocol.change import Json
    from fieldkit.records import Field
    from fieldkit.reference import Option
    from fieldkit.store import OpenConflict, Store

_FIELDS = {
    PLACE: "District and block",
    "deleted": "Deleted or kept",
    MERGED: "Same person or apart",
}
"""Labels of fields that no form has."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two values."""

    title: str
    words: str
    """The value as people read it."""
    by: str
    at: str
    where: str
    """The laptop where it was entered; empty where that is not known."""
    keep: str
    """What choosing it is called."""


@dataclass(frozen=True, slots=True)
class Open:
    """An open conflict, in words."""

    conflict: OpenConflict
    label: str
    """The record's."""
    about: str
    """What tells the record apart: father or husband, village."""
    field: str
    was: str
    """What the author of the held value saw; empty where that is of no use."""
    mine: Side
    theirs: Side
    denied: str = ""
    """Why the server will not take a decision of this laptop; empty: it will."""


def open_conflicts(store: Store, record_id: str | None = None) -> list[Open]:
    """Return the open conflicts of one record or all, in words. Runs in a thread."""
    return put_in_words(store, store.review.conflicts(record_id))


def put_in_words(store: Store, found: Sequence[OpenConflict]) -> list[Open]:
    """Return conflicts in words, in the same order. Runs in a thread."""
    ids = [one.record_id for one in found]
    records = store.fetch({one.kind for one in found}, ids) if found else {}
    referred = fetch_references(store, records.values())
    conflicts = []
    for one in found:
        record = records.get((one.kind, one.record_id))
        row = row_of(referred, record) if record else None
        label = row.label if row else one.record_id
        about = ", ".join(filter(None, row.cells[1:3])) if row else ""
        denied = _denied(store, one) or (denied_for_ut(store, record) if record else "")
        conflicts.append(replace(_in_words(store, one, label, about), denied=denied))
    return conflicts


def _in_words(store: Store, one: OpenConflict, label: str, about: str) -> Open:
    from fieldkit.records.fields.formats import Moment

    here = one.held_here
    held = Side(
        "yours, not used yet" if here else "not used yet",
        _value(store, one, one.held) + _with_change(one),
        one.by,
        Moment().show(one.at),
        "this laptop" if here else f"laptop {one.origin}",
        "Keep your value" if here else "Keep the value not used yet",
    )
    stands = Side(
        "on the server",
        _value(store, one, one.stands),
        one.stands_by,
        Moment().show(one.stands_at) if one.stands_at else "",
        "another laptop" if here else "",
        "Keep the server's value",
    )
    # Neither value may be of this laptop: then the server's comes first.
    sides = (held, stands) if here else (stands, held)
    was = "" if one.field == "deleted" else _value(store, one, one.base)
    asked = asked_field(one)
    name = _FIELDS.get(one.field) or (asked.label if asked else _called(one))
    return Open(one, label, about, name, was, sides[0], sides[1])


def _called(one: OpenConflict) -> str:
    from fieldkit.records import kinds

    kind = kinds().get(one.kind)
    return called(kind.fields() if kind else {}, one.field)


def _with_change(one: OpenConflict) -> str:
    """Return what is kept with the held value: an edit made without knowing of the merge (29)."""
    return f", with the change of {one.by}" if one.field == MERGED and one.held is None else ""


def _denied(store: Store, one: OpenConflict) -> str:
    from fieldkit.protocol.messages.scope import is_at_least
    from fieldkit.records.declaration.permission import SEND_BACK, SENT_BACK, SETTLE

    role = role_of(store)
    needed = SEND_BACK if one.field == SENT_BACK else SETTLE
    own = one.held_here and needed is SETTLE
    if role is None or own or is_at_least(role, needed.needs):
        return ""
    return needed.beforehand(one.kind, role)


def asked_field(one: OpenConflict) -> Field | None:
    """Return the field a conflict is about; None if no form here has it.

    For a place this is the block, which implies the district.
    """
    from fieldkit.records import kinds

    kind = kinds().get(one.kind)
    if kind is not None and one.field == PLACE:
        return kind.fields()["block"]
    return kind.form_fields().get(one.field) if kind else None


def _value(store: Store, one: OpenConflict, value: Json) -> str:
    """Return a value as people read it; as it is if its field is unknown here."""
    from fieldkit.records import Reference, Unfit

    if one.field in _FIELDS:
        return _in_own_words(store, one.field, value)
    field = asked_field(one)
    if field is None or value is None:
        return "empty" if value is None else value_in_words(value)
    try:
        read = field.format.read(value)
    except Unfit:
        return str(value)
    if isinstance(field.format, Reference):
        known = store.record(str(read))
        return label_of(store, known) if known else f"{read} (not on this laptop)"
    return field.format.show(read)


def _in_own_words(store: Store, field: str, value: Json) -> str:
    if field == PLACE:
        return _place(value)
    if field == MERGED:
        return _same_as(store, value)
    return "deleted" if value is True else "kept, with what was changed"


def _same_as(store: Store, value: Json) -> str:
    known = store.record(value) if isinstance(value, str) else None
    if known:
        return f"the same person as {known.label()}, {known.id}"
    return f"the same person as {value} (not on this laptop)" if value else "apart"


def _place(value: Json) -> str:
    from fieldkit.reference import option

    codes = value if isinstance(value, list) else []
    named = [
        found.label
        for name, code in zip(("record_district", "block"), codes, strict=False)
        if isinstance(code, int) and (found := option(name, code))
    ]
    return ", ".join(reversed(named)) or "empty"


def district_of(one: Option) -> tuple[str, ...]:
    """Return the district of a block, which tells blocks of one name apart."""
    from fieldkit.reference import option

    district = option("district", one.within) if isinstance(one.within, int) else None
    return (district.label,) if district else ()
