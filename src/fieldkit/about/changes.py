"""What a change wrote, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldkit.about.fields import called
from fieldkit.about.words import value_in_words
from fieldkit.plain_text import shown

if TYPE_CHECKING:
    from fieldkit.protocol.change import Json
    from fieldkit.records import Record

_DONE = {"create": "Entered", "edit": "Changed", "delete": "Deleted", "decide": "Settled"}


def done_in_words(op: str) -> str:
    """Return what a change did, in a word; as it is if a newer version made it."""
    return _DONE.get(op, shown(op))


def shown_change(kind: type[Record] | None, name: str, value: Json) -> tuple[str, str]:
    """Return a field's label, and a value that a change gave it, as people read them.

    The value is as it is if the field is unknown here, or cannot hold it.
    """
    from fieldkit.records import Unfit

    fields = kind.fields() if kind else {}
    field, label = fields.get(name), shown(called(fields, name))
    if value is None:
        return label, ""
    try:
        words = field.format.show(field.format.read(value)) if field else value_in_words(value)
    except Unfit:
        words = str(value)
    return label, shown(words)
